"""What time does to those who wait: needs relax, queues overflow, an empty queue is given up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ivr.core.messages import QueueChanged, QueueRefused
from ivr.core.offers import EntryDue, QueueDeserted
from ivr.core.orders import KeepCallback, Stayed, Wake
from ivr.core.queueing import ANYBODY, Entry, Need, Rules

if TYPE_CHECKING:
    from ivr.core.acd import Acd


def plan(entry: Entry, rules: Rules, sticky: str = "") -> None:
    """What this caller needs now, and what will be enough later: first the one who knows the case, then the skills that
    the queue and the call ask for, then less."""
    asked = entry.asked
    wanted = tuple(sorted({**dict(rules.skills), **dict(asked)}.items())) if rules.skills or asked else ()
    first = Need("", wanted, rules.prefers) if wanted or rules.prefers else ANYBODY
    later = tuple((after, Need("", less, rules.prefers)) for after, less in sorted(rules.relax)) if rules.relax else ()
    if sticky:
        entry.need, entry.plan = Need(sticky), ((rules.sticky, first), *later)
    else:
        entry.need, entry.plan = first, later


def wait(acd: Acd, entry: Entry, at: float) -> None:
    """The caller waits from now on, at the place that ``since`` gives it."""
    rules = acd.rules_of(entry.queue)
    if entry.need.agent and not awaited(acd, entry.need.agent):
        relax(entry)
    entry.order = _order(entry, rules)
    acd.floor.queue(entry)
    if entry.plan or rules.overflow_after or rules.longest:
        wake(acd, entry, rules, at)
    if not acd.floor.lines[entry.queue].signed_in:
        watch_desertion(acd, entry.queue, at)


def _order(entry: Entry, rules: Rules) -> float:
    return min(entry.since - 60.0 * entry.priority / rules.weight, entry.front)


def ruled_anew(acd: Acd, at: float) -> None:
    """Other rules count for those who wait as well: their place among all, the limits of their patience."""
    for queue, line in acd.floor.lines.items():
        for entry in acd.waiting(queue):
            order = _order(entry, line.rules)
            if order != entry.order:
                acd.floor.unqueue(entry)
                entry.order = order
                acd.floor.queue(entry)
            wake(acd, entry, line.rules, at)
        watch_desertion(acd, queue, at)


def awaited(acd: Acd, name: str) -> bool:
    """Is it worth waiting for this agent?"""
    agent = acd.agents.get(name)
    return agent is not None and agent.signed_in


def relax(entry: Entry) -> None:
    """The next need of the plan, or anybody."""
    entry.need, entry.plan = (entry.plan[0][1], entry.plan[1:]) if entry.plan else (ANYBODY, ())


def wake(acd: Acd, entry: Entry, rules: Rules, at: float) -> None:
    """Look again at the next moment at which something changes for this caller."""
    moments = [entry.entered + after for after, _need in entry.plan[:1]]
    if rules.overflow and rules.overflow_after:
        moments.append(max(entry.entered, entry.patient) + rules.overflow_after)
    if rules.longest and not entry.callback:
        moments.append(max(entry.since, entry.patient) + rules.longest)
    if moments:
        acd.out.append(Wake(max(0.0, min(moments) - at), EntryDue(at, entry.key, entry.ref)))


def due(acd: Acd, event: EntryDue) -> None:
    entry = acd.entries.get(event.call)
    if entry is None or entry.ref != event.ref or not entry.ticket:
        return  # being offered, or talking: when it waits again, it is looked at again
    rules, at = acd.rules_of(entry.queue), event.at
    if rules.longest and at >= max(entry.since, entry.patient) + rules.longest and not entry.callback:
        turn_away(acd, entry, at, "long")
    elif rules.overflow and rules.overflow_after and at >= max(entry.entered, entry.patient) + rules.overflow_after:
        move(acd, entry, rules.overflow, at, "overflow")
    else:
        _settle_for_less(acd, entry, at)
        wake(acd, entry, rules, at)


def _settle_for_less(acd: Acd, entry: Entry, at: float) -> None:
    need = entry.need
    while entry.plan and at >= entry.entered + entry.plan[0][0]:
        relax(entry)
    if entry.need != need:
        acd.floor.unqueue(entry)
        acd.floor.queue(entry)


def turn_away(acd: Acd, entry: Entry, at: float, why: str) -> None:
    """The queue lets go of somebody who waits: the call goes on elsewhere."""
    acd.floor.unqueue(entry)
    del acd.entries[entry.key]
    if not entry.served:
        report_stay(acd, entry, at, "flow_out", why)
    acd.tell(entry, QueueRefused(at, entry.ref, why))


def move(acd: Acd, entry: Entry, queue: str, at: float, why: str) -> None:
    """To another queue, at the place that its waiting gives it there."""
    acd.floor.unqueue(entry)
    if not entry.served:
        report_stay(acd, entry, at, "flow_out", why)
    entry.queue, entry.entered, entry.served, entry.front = queue, at, False, math.inf
    plan(entry, acd.rules_of(queue))
    if entry.absent:
        acd.out.append(KeepCallback(entry.callback, "open", entry.tries, entry.not_before, queue))
    else:
        acd.tell(entry, QueueChanged(at, entry.ref, queue))
    wait(acd, entry, at)


def watch_desertion(acd: Acd, queue: str, at: float) -> None:
    """Somebody waits where nobody is signed in: that is not for long."""
    line = acd.floor.lines.get(queue)
    if line is None or line.signed_in or not line.waiting or line.rules.when_empty == "wait" or line.deserted is not None:
        return
    line.deserted = at
    acd.out.append(Wake(line.rules.empty_after, QueueDeserted(at, queue, at)))


def deserted(acd: Acd, event: QueueDeserted) -> None:
    line = acd.floor.lines.get(event.queue)
    if line is None or line.signed_in or line.deserted != event.since:
        return
    line.deserted = None
    other = acd.floor.lines.get(line.rules.overflow) if line.rules.when_empty == "overflow" else None
    for entry in acd.waiting(event.queue):
        if entry.callback:
            continue
        if other is not None and other.signed_in:
            move(acd, entry, line.rules.overflow, event.at, "empty")
        else:
            turn_away(acd, entry, event.at, "empty")


def report_stay(acd: Acd, entry: Entry, at: float, end: str, why: str = "") -> None:
    """One row of the distributor's journal, and one more thing known of the queue's pace."""
    agent = entry.winner.agent if entry.winner is not None else ""
    acd.out.append(Stayed(
        entry.key, entry.queue, entry.since, entry.entered, at, end, why, agent, entry.priority, bool(entry.callback),
    ))
    line = acd.floor.lines.get(entry.queue)
    if line is not None and not entry.callback and end in {"answered", "abandoned"}:
        line.pace.waited(at - entry.entered, abandoned=end == "abandoned")
