"""Callers who come and go: which queue takes them, what they need, and what their going leaves to be cleared away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.core import callbacks, conversation, offering
from ivr.core.messages import QueueChanged, QueueRefused
from ivr.core.offers import CallerJoined, CallerLeft, CallerMoved
from ivr.core.orders import NotDone
from ivr.core.queueing import Entry, Rules
from ivr.core.wait import estimate
from ivr.core.waiting import move, plan, report_stay, wait

if TYPE_CHECKING:
    from ivr.core.acd import Acd
    from ivr.core.line import Line


JUST_NOW: Final = 5.0
"""Seconds that the way from the call to here may take: whoever has waited longer has waited before."""


def join(acd: Acd, event: CallerJoined) -> None:
    known = acd.entries.get(event.call)
    if known is not None and known.ref == event.ref:
        return
    if known is not None:
        forget(acd, known, event.at, "flow")
    if event.callback and not event.offer and callbacks.attach(acd, event):
        return
    entry = Entry(event.call, event.ref, event.queue, event.priority, event.since, event.facts, entered=event.at)
    if event.offer:
        offering.adopt(acd, entry, event)
    else:
        _enter(acd, entry, event)


def _enter(acd: Acd, entry: Entry, event: CallerJoined) -> None:
    """Into the queue asked for, or the one that it overflows into, or not at all."""
    if acd.callbacks:
        callbacks.called_again(acd, entry, event.at)
    why = refusal(acd.floor.lines.get(entry.queue), entry, event.at)
    if why and _overflows(acd.rules_of(entry.queue), why):
        other = acd.rules_of(entry.queue).overflow
        if not refusal(acd.floor.lines.get(other), entry, event.at):
            report_stay(acd, entry, event.at, "flow_out", why)
            entry.queue, why = other, ""
            callbacks.called_again(acd, entry, event.at)
            acd.tell(entry, QueueChanged(event.at, entry.ref, other))
    if why:
        report_stay(acd, entry, event.at, "refused", why)
        acd.tell(entry, QueueRefused(event.at, entry.ref, why))
        return
    acd.entries[entry.key] = entry
    rules = acd.rules_of(entry.queue)
    entry.asked = event.skills
    plan(entry, rules, event.sticky if rules.sticky else "")
    wait(acd, entry, event.at)


def refusal(line: Line | None, entry: Entry, at: float) -> str:
    """Why the queue does not take this caller, or ''. Who has waited already, before a restart or elsewhere, is not sent
    away for want of room or of agents: they come back too."""
    if line is None:
        return "unknown"
    rules = line.rules
    if at - entry.since > JUST_NOW:
        return ""
    if rules.hours is not None and not rules.hours.at(at).open:
        return "closed"
    if not line.signed_in and rules.when_empty != "wait":
        return "empty"
    if len(line.waiting) >= rules.most:
        return "full"
    expected = estimate(len(line.waiting), line.signed_in, line.pace) if rules.beyond else None
    return "beyond" if expected is not None and expected > rules.beyond else ""


def _overflows(rules: Rules, why: str) -> bool:
    return bool(rules.overflow) and (why in {"full", "beyond"} or (why == "empty" and rules.when_empty == "overflow"))


def moved_by_hand(acd: Acd, event: CallerMoved) -> None:
    entry = acd.entries.get(event.call)
    if entry is None or not entry.ticket:
        acd.out.append(NotDone(event.call, "Cet appelant n'attend pas : il ne peut pas être déplacé."))
    elif event.queue and event.queue not in acd.floor.lines:
        acd.out.append(NotDone(event.call, f"La file {event.queue} n'existe pas."))
    else:
        if event.queue and event.queue != entry.queue:
            move(acd, entry, event.queue, event.at, "moved")
        if event.front:
            _to_the_front(acd, entry)


def _to_the_front(acd: Acd, entry: Entry) -> None:
    first = min(each.order for each in acd.floor.lines[entry.queue].waiting.values())
    acd.floor.unqueue(entry)
    entry.order = entry.front = min(entry.order, first - 1.0)
    acd.floor.queue(entry)


def leave(acd: Acd, event: CallerLeft) -> None:
    entry = acd.entries.get(event.call)
    if entry is not None and entry.ref == event.ref:
        forget(acd, entry, event.at, event.why)


def forget(acd: Acd, entry: Entry, at: float, why: str) -> None:
    """The caller is gone, wherever it was: every leg that was meant for it goes too."""
    acd.floor.unqueue(entry)
    del acd.entries[entry.key]
    conversation.dissolve(acd, entry, at)
    for offer in entry.offers:
        offering.drop(acd, offer, "cancelled", at)
    if not entry.served and not entry.callback:
        report_stay(acd, entry, at, ENDS.get(why, "failed"), why)
    if entry.callback:
        callbacks.hung_up(acd, entry, at)
    entry.offers, entry.winner = [], None


ENDS: Final = {"abandoned": "abandoned", "flow": "flow_out"}
