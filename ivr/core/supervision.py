"""Supervisors in other people's conversations: listen, whisper to the agent, barge in, take over.

A supervisor is rung like an agent, by an offer of its own kind; it is on the line as long as that leg and the conversation
live, and has neither wrap-up nor misses. The mode may change while it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.core import conversation, duty, offering
from ivr.core.offers import SuperviseAsked
from ivr.core.orders import NotDone, Spy, Together
from ivr.core.queueing import Entry, Offer

if TYPE_CHECKING:
    from ivr.core.acd import Acd


def barging(entry: Entry) -> tuple[str, ...]:
    """The legs of supervisors whom all hear."""
    return tuple(spy.id for spy in entry.spies if spy.stage == "talking" and spy.mode == "barge")


def supervise(acd: Acd, event: SuperviseAsked) -> None:
    entry = acd.entries.get(event.call)
    supervisor = acd.agents.get(event.supervisor)
    if entry is None or entry.talking is None:
        acd.out.append(NotDone(event.supervisor, "Cet appelant n'est pas en conversation."))
        return
    spy = next((each for each in entry.spies if each.agent == event.supervisor), None)
    if event.mode == "stop" or spy is not None:
        _change(acd, entry, spy, event)
        return
    if supervisor is None or not supervisor.reachable or supervisor.activity != "idle" or supervisor.own:
        acd.out.append(NotDone(event.supervisor, "Votre poste n'est pas libre."))
        return
    spy = offering.new_offer(acd, entry, event.supervisor, event.at)
    spy.kind, spy.mode = "supervise", event.mode
    entry.spies.append(spy)
    duty.move(acd, supervisor, "reserve", event.at, spy.id)
    offering.ring(acd, spy, acd.rules_of(entry.queue).ring, entry)


def _change(acd: Acd, entry: Entry, spy: Offer | None, event: SuperviseAsked) -> None:
    """Another mode, or the end of it."""
    if spy is None:
        acd.out.append(NotDone(event.supervisor, "Vous n'écoutez pas cet appel."))
        return
    if event.mode == "stop":
        entry.spies.remove(spy)
        if spy.stage == "talking":
            stop(acd, entry, spy)
        offering.drop(acd, spy, "cancelled", event.at)
        return
    before, spy.mode = spy.mode, event.mode
    if spy.stage == "talking" and before != event.mode:
        if before == "barge" and event.mode != "take_over":
            acd.out.append(Together(entry.key, _talkers(entry)))
        elif before in {"listen", "whisper"} and event.mode in {"barge", "take_over"}:
            acd.out.append(Spy(entry.key, spy.id, ""))
        supervised(acd, entry, spy, event.at)


def _talkers(entry: Entry) -> tuple[str, ...]:
    """The legs that share the caller's bridge."""
    winner = entry.winner
    if winner is None or winner.held_from:
        return ()
    guest = (entry.guest.id,) if entry.guest is not None and entry.conference else ()
    return (winner.id, *guest, *barging(entry))


def supervised(acd: Acd, entry: Entry, spy: Offer, at: float) -> None:
    """The supervisor is on the line: listens, whispers, barges in or takes over."""
    winner = entry.winner
    if winner is None:
        return
    if spy.mode in {"listen", "whisper"}:
        acd.out.append(Spy(entry.key, spy.id, winner.id, whisper=spy.mode == "whisper"))
    elif spy.mode == "barge":
        acd.out.append(Together(entry.key, _talkers(entry) or (spy.id,)))
    else:
        _take_over(acd, entry, winner, spy, at)


def _take_over(acd: Acd, entry: Entry, winner: Offer, spy: Offer, at: float) -> None:
    conversation.let_guest_go(acd, entry, at)
    entry.spies.remove(spy)
    spy.kind, spy.mode, spy.talk_from = "call", "", at
    entry.winner, entry.offers = spy, [spy]
    conversation.talks_instead(acd, entry, spy, at)
    offering.drop(acd, winner, "accepted", at)


def follow(acd: Acd, entry: Entry, winner: Offer) -> None:
    """The caller talks with another agent now: whoever listened or whispered does so there."""
    for spy in entry.spies:
        if spy.stage == "talking" and spy.mode in {"listen", "whisper"}:
            acd.out.append(Spy(entry.key, spy.id, winner.id, whisper=spy.mode == "whisper"))


def stop(acd: Acd, entry: Entry, spy: Offer) -> None:
    if spy.mode in {"listen", "whisper"}:
        acd.out.append(Spy(entry.key, spy.id, ""))
    elif spy.mode == "barge":
        acd.out.append(Together(entry.key, _talkers(entry)))


def dismiss(acd: Acd, entry: Entry, at: float) -> None:
    spies, entry.spies = entry.spies, []
    for spy in spies:
        if spy.stage == "talking" and spy.mode in {"listen", "whisper"}:
            acd.out.append(Spy(entry.key, spy.id, ""))
        offering.drop(acd, spy, "cancelled", at)
