"""Callbacks: a place in the queue for somebody who does not wait on the line.

Rule 1: a callback is an entry like a caller's, at the same place (`since`), so it overtakes nobody and nobody overtakes
it; an agent who becomes free gets one, as one gets a caller.
Rule 2: the agent comes first: only when one has answered is the person called. Who answers joins as a call of its own that
takes the entry over (`attach`); from then on nothing is special.
Rule 3: a person who does not answer is tried again after a while, so many times and so long; then the callback has expired,
which leaves somebody a work item.
Rule 4: whoever calls again while a callback is open finds the place kept, and is not called back on top of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ivr.core import offering
from ivr.core.messages import AgentAnswered, PlaceKept, QueueChanged
from ivr.core.offers import CallbackDue, CallbackKept, CallbackWithdrawn, CallerJoined, PersonLost, RingTimedOut
from ivr.core.orders import KeepCallback, StopDialling, Wake
from ivr.core.queueing import Entry
from ivr.core.waiting import plan, report_stay, wait, wake, watch_desertion

if TYPE_CHECKING:
    from ivr.core.acd import Acd

NEXT_MORNING: Final = 12 * 3600.0
"""Seconds after which a queue that never says when it opens is looked at again."""

LOOK_AGAIN: Final = 60.0
"""Seconds after which a callback that is being offered is looked at again."""


def kept(acd: Acd, event: CallbackKept) -> None:
    """A callback is open: told when it is made, and at each start. A number has one; told again, it may be due earlier."""
    known = acd.callbacks.get(event.callback)
    if known is not None:
        _due_earlier(acd, known, event)
    if known is not None or event.queue not in acd.floor.lines:
        return
    rules = acd.rules_of(event.queue)
    entry = Entry(
        event.callback, int(event.at), event.queue, event.priority, event.since, event.facts, entered=event.at,
        callback=event.callback, number=event.number, tries=event.tries, expires=event.expires or event.at + rules.lasting,
    )
    entry.asked = event.skills
    plan(entry, rules)
    acd.callbacks[entry.callback] = entry
    _wait_until(acd, entry, event.due, event.at)


def _due_earlier(acd: Acd, entry: Entry, event: CallbackKept) -> None:
    """Somebody wants it tried now: it does not wait for the next try any longer."""
    if entry.absent and not entry.offers and event.due < entry.not_before:
        acd.floor.unqueue(entry)
        acd.entries.pop(entry.key, None)
        _wait_until(acd, entry, event.due, event.at)


def due(acd: Acd, event: CallbackDue) -> None:
    entry = acd.callbacks.get(event.callback)
    if entry is None or not entry.absent:
        return
    if entry.offers:
        acd.out.append(Wake(LOOK_AGAIN, event))
        return
    acd.floor.unqueue(entry)
    acd.entries.pop(entry.key, None)
    _wait_until(acd, entry, entry.not_before, event.at)


def _wait_until(acd: Acd, entry: Entry, moment: float, at: float) -> None:
    """It takes its place in the queue, now or when it may; it is looked at again when the queue closes or it expires."""
    entry.not_before = moment
    opens, closes = _hours(acd, entry.queue, at)
    moment = max(moment, opens)
    if at >= entry.expires:
        _close(acd, entry, "expired", at)
    elif moment > at:
        acd.out.append(Wake(min(moment, entry.expires) - at, CallbackDue(at, entry.callback)))
    else:
        acd.entries[entry.key] = entry
        wait(acd, entry, at)
        acd.out.append(Wake(min(closes, entry.expires) - at, CallbackDue(at, entry.callback)))


def _hours(acd: Acd, queue: str, at: float) -> tuple[float, float]:
    """From when (``at``: it is open) and until when the queue's hours allow a call."""
    hours = acd.rules_of(queue).hours
    if hours is None:
        return at, math.inf
    opening = hours.at(at)
    if opening.open:
        return at, opening.closes.timestamp() if opening.closes is not None else at + NEXT_MORNING
    return opening.reopens.timestamp() if opening.reopens is not None else at + NEXT_MORNING, math.inf


def attach(acd: Acd, event: CallerJoined) -> bool:
    """The person called back is on the line; what the first call told still counts, a refusal to be recorded above all.
    False when that callback is no more: then it is a caller like others."""
    entry = acd.callbacks.get(event.callback)
    if entry is None or not entry.absent:
        return False
    if entry.dialling and entry.tries > 1:  # it may be an earlier try that has been answered
        acd.out.append(StopDialling(entry.callback, entry.tries))
    waited = bool(entry.ticket)
    all_ring = acd.floor.unqueue(entry)
    acd.entries.pop(entry.key, None)
    known = {name: value for name, value in event.facts.items() if value is not None}
    entry.key, entry.ref, entry.facts, entry.dialling = event.call, event.ref, {**entry.facts, **known}, False
    for made in entry.offers:
        made.call = event.call
    acd.entries[entry.key] = entry
    if entry.queue != event.queue:  # it was moved while nobody was on the line
        acd.tell(entry, QueueChanged(event.at, entry.ref, entry.queue))
    if all_ring:
        acd.floor.ring_all(entry)
    if entry.winner is not None:
        entry.winner.joined_at = event.at
        acd.out.append(Wake(offering.BRIDGE_WITHIN, RingTimedOut(event.at, entry.winner.id)))
        acd.tell(entry, AgentAnswered(event.at, entry.ref, entry.winner.id, entry.winner.agent))
    elif waited or not entry.offers:  # the agent has gone meanwhile: the person is on the line, and is the next
        wait(acd, entry, event.at)
    return True


def connected(acd: Acd, entry: Entry, at: float) -> None:
    """They talk: the callback is done."""
    if acd.callbacks.pop(entry.callback, None) is not None:
        acd.out.append(KeepCallback(entry.callback, "done", entry.tries, at))
        entry.callback = ""


def fulfilled(acd: Acd, callback: str, at: float) -> None:
    """After a restart: the two were talking already, whatever the store had come to know of it."""
    entry = acd.callbacks.get(callback)
    if entry is not None and entry.absent:
        _stop(acd, entry, at)
        connected(acd, entry, at)


def person_lost(acd: Acd, event: PersonLost) -> None:
    """Nobody answered: the agent is let go and charged nothing; the number is tried again later."""
    entry = acd.callbacks.get(event.callback)
    if entry is None or not entry.absent or not entry.dialling or event.tries not in {0, entry.tries}:
        return
    entry.dialling = False
    _let_go(acd, entry, event.at)
    _again(acd, entry, event.at)


def hung_up(acd: Acd, entry: Entry, at: float) -> None:
    """The person answered, and went before the agent was there: as good as not reached."""
    entry.key = entry.callback
    _again(acd, entry, at)


def _let_go(acd: Acd, entry: Entry, at: float) -> None:
    acd.floor.unqueue(entry)
    acd.entries.pop(entry.key, None)
    for made in entry.offers:
        offering.drop(acd, made, "cancelled", at)
    entry.offers, entry.winner = [], None


def _again(acd: Acd, entry: Entry, at: float) -> None:
    rules = acd.rules_of(entry.queue)
    moment = at + rules.spacing
    if entry.tries >= rules.tries or moment >= entry.expires:
        _close(acd, entry, "expired", at)
        return
    again = Entry(
        entry.callback, int(at), entry.queue, entry.priority, entry.since, entry.facts, entered=entry.entered,
        count=entry.count, callback=entry.callback, number=entry.number, tries=entry.tries, expires=entry.expires,
        asked=entry.asked, need=entry.need, plan=entry.plan, front=entry.front,
    )
    acd.callbacks[entry.callback] = again
    acd.out.append(KeepCallback(entry.callback, "open", entry.tries, moment))
    _wait_until(acd, again, moment, at)


def _close(acd: Acd, entry: Entry, state: str, at: float) -> None:
    acd.callbacks.pop(entry.callback, None)
    report_stay(acd, entry, at, "failed" if state == "expired" else "flow_out", state)
    acd.out.append(KeepCallback(entry.callback, state, entry.tries, at))


def withdrawn(acd: Acd, event: CallbackWithdrawn) -> None:
    """Somebody closed it by hand; the store knows. A person who is on the line already stays a caller."""
    entry = acd.callbacks.get(event.callback)
    if entry is None:
        return
    del acd.callbacks[event.callback]
    if entry.absent:
        _stop(acd, entry, event.at)
        report_stay(acd, entry, event.at, "flow_out", event.why)
    entry.callback = ""
    if entry.ticket:  # a caller like others from now on, whose patience is counted
        wake(acd, entry, acd.rules_of(entry.queue), event.at)
        watch_desertion(acd, entry.queue, event.at)


def _stop(acd: Acd, entry: Entry, at: float) -> None:
    stop_dialling(acd, entry)
    _let_go(acd, entry, at)


def stop_dialling(acd: Acd, entry: Entry) -> None:
    if entry.dialling:
        entry.dialling = False
        acd.out.append(StopDialling(entry.callback, entry.tries))


def called_again(acd: Acd, entry: Entry, at: float) -> None:
    """The number of this caller is to be called back in the same queue: the place was kept for this. Another queue is
    another matter, and the callback stays."""
    number = entry.facts.get("caller")
    if not number or not acd.callbacks:
        return
    for open_ in list(acd.callbacks.values()):
        if open_.number == number and open_.queue == entry.queue and open_.absent:
            entry.since = min(entry.since, open_.since)
            entry.priority = max(entry.priority, open_.priority)
            acd.tell(entry, PlaceKept(at, entry.ref, entry.since))
            _stop(acd, open_, at)
            _close(acd, open_, "called_again", at)

