"""The life of an offer: made, ringing, answered, bridged, and its one end.

Every report about a leg names its offer. A report that comes for an offer that is over, or twice, or out of order, changes
nothing but may have the leg hung up (again).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.core import callbacks, conversation, duty
from ivr.core.agent import TRANSITIONS, Agent
from ivr.core.messages import AgentAnswered, AgentLeft, AgentRinging
from ivr.core.offers import CallerJoined, LegAnswered, LegBridged, LegGone, LegRinging, OfferEnd, OfferRefused, RingTimedOut
from ivr.core.orders import DialOut, DropLeg, NotDone, RecordTalk, Ring, Together, Wake
from ivr.core.queueing import Entry, Offer
from ivr.core.waiting import report_stay, wait

if TYPE_CHECKING:
    from ivr.core.acd import Acd

REST_AFTER_MISS: Final = 5.0
"""Seconds without an offer after a missed one: a phone that rings without end helps neither agent nor caller."""

HANG_UP_AGAIN: Final = 5.0
"""Seconds after which a leg that was hung up and is not reported gone is hung up once more."""

BRIDGE_WITHIN: Final = 10.0
"""Seconds from the agent's answer to the bridge. Beyond, the caller waits again: nobody listens to silence for ever."""

DIAL_BEYOND: Final = 60.0
"""Seconds that the agent waits for a person called back beyond the ringing: who has answered is told first who calls, and
why. Losses are told by themselves (`PersonLost`); this is for those that are not."""

RING_BEYOND: Final = 2.0
"""Seconds that the timer leaves to the telephone's own report that nobody has answered."""


# ------------------------------------------------------------------------------------------------------------- being made
def offer(acd: Acd, entry: Entry, agent: Agent, at: float) -> None:
    """Reserve both, and let the telephone ring."""
    rules = acd.rules_of(entry.queue)
    if not entry.offers:
        acd.floor.unqueue(entry)
    made = new_offer(acd, entry, agent.id, at)
    if entry.callback:
        made.kind = "callback"
    entry.offers.append(made)
    acd.turns += 1
    agent.turn = acd.turns
    duty.move(acd, agent, "reserve", at, made.id)
    ring(acd, made, rules.ring, entry)


def new_offer(acd: Acd, entry: Entry, agent: str, at: float) -> Offer:
    entry.count += 1
    made = Offer(f"{entry.key}.o{entry.ref}.{entry.count}", entry, agent, entry.queue, entry.key, at)
    acd.offers[made.id] = made
    return made


def ring(acd: Acd, made: Offer, seconds: float, entry: Entry) -> None:
    acd.out.append(Ring(made.id, made.agent, entry.key, made.queue, seconds, entry.facts, made.kind, made.number))
    acd.out.append(Wake(seconds + RING_BEYOND, RingTimedOut(made.at, made.id)))


def adopt(acd: Acd, entry: Entry, event: CallerJoined) -> None:
    """The application came back while these two were talking. Whatever the agent was offered since is withdrawn.
    ``agent`` is an outside number where the caller was transferred to one."""
    number = event.agent if event.agent in acd.approved else ""
    agent = acd.agents.get(event.agent)
    if agent is None and event.agent and not number:
        agent = Agent(event.agent, (), spell_since=event.at)
        acd.floor.add(agent)
    if event.offer in acd.offers or (agent is not None and (agent.activity, "adopt") not in TRANSITIONS):
        acd.entries[entry.key] = entry
        _hang_up(acd, event.offer, event.at)
        acd.tell(entry, AgentLeft(event.at, entry.ref, event.offer, requeued=True))
        wait(acd, entry, event.at)
        return
    if agent is not None:
        _withdraw(acd, agent.offer, event.at)
    if event.callback:
        callbacks.fulfilled(acd, event.callback, event.at)
    name = agent.id if agent is not None else ""
    made = Offer(
        event.offer, entry, name, entry.queue, entry.key, event.at, stage="talking", end="accepted", number=number,
    )
    made.answered_at = made.talk_from = event.connected or event.at
    acd.offers[made.id] = made
    entry.offers, entry.winner, entry.served = [made], made, True
    acd.entries[entry.key] = entry
    _moved(acd, made, "adopt", event.at)
    acd.out.append(Together(entry.key, (made.id,)))


def _withdraw(acd: Acd, offer_id: str, at: float) -> None:
    """Forget an offer at once: what its leg still does concerns nobody, and hangs it up again."""
    gone = acd.offers.pop(offer_id, None)
    if gone is not None:
        drop(acd, gone, "cancelled", at)
        part(acd, gone, at)
        duty.report_work(acd, gone, at)


# -------------------------------------------------------------------------------------------------------- what is reported
def ringing(acd: Acd, event: LegRinging) -> None:
    made = _live(acd, event.offer)
    if made is None or made.stage != "ringing" or made.entry is None:
        return
    agent = acd.agents.get(made.agent)
    if agent is not None and agent.activity == "reserved":
        duty.move(acd, agent, "ring", event.at)
        if made.kind == "call":
            acd.tell(made.entry, AgentRinging(event.at, made.entry.ref, made.id, made.agent))


def answered(acd: Acd, event: LegAnswered) -> None:
    made = _live(acd, event.offer)
    if made is None:
        late = acd.offers.get(event.offer)
        if late is not None and late.stage == "ringing":
            late.advance("answer")  # picked up, though too late: neither refused nor left ringing
        return
    entry = made.entry
    if made.stage != "ringing" or entry is None:
        return
    made.advance("answer")
    made.answered_at = event.at
    if made.kind in {"consult", "supervise"}:
        conversation.joined(acd, made, event.at)
    elif entry.winner is not None:
        entry.offers.remove(made)
        drop(acd, made, "cancelled", event.at)
    else:
        entry.winner = made
        _moved(acd, made, "answer", event.at)
        _bring_together(acd, made, entry, event.at)


def _bring_together(acd: Acd, made: Offer, entry: Entry, at: float) -> None:
    """The call bridges, having stopped what it plays; a person who is to be called back is called first."""
    made.joined_at = at
    if entry.absent:
        rules = acd.rules_of(made.queue)
        entry.dialling, entry.tries = True, entry.tries + 1
        acd.out.append(DialOut(entry.callback, entry.number, entry.tries, rules.dial))
        acd.out.append(Wake(rules.dial + DIAL_BEYOND, RingTimedOut(at, made.id)))
    else:
        acd.out.append(Wake(BRIDGE_WITHIN, RingTimedOut(at, made.id)))
        acd.tell(entry, AgentAnswered(at, entry.ref, made.id, made.agent or made.number))


def bridged(acd: Acd, event: LegBridged) -> None:
    made = _live(acd, event.offer)
    if made is None or made.entry is None or made.stage != "answered" or made.entry.winner is not made:
        return
    entry = made.entry
    made.advance("bridge")
    made.talk_from = event.at
    agent = acd.agents.get(made.agent)
    if agent is not None:
        agent.move("bridge", event.at, made.id)  # no spell ends and nobody becomes free: `duty.move` would do no more
        agent.misses = 0
        agent.calls += 1
    if len(entry.offers) > 1:
        for other in entry.offers:
            if other is not made:
                drop(acd, other, "cancelled", event.at)
        entry.offers = [made]
    acd.floor.unqueue(entry)
    if not entry.served:
        entry.served = True
        report_stay(acd, entry, event.at, "answered")
    if entry.callback:
        callbacks.connected(acd, entry, event.at)
    if acd.rules_of(made.queue).record and not entry.facts.get("recording_refused"):
        entry.recording = f"talk-{made.id}"
        acd.out.append(RecordTalk(entry.key, entry.recording))


def rang_long_enough(acd: Acd, event: RingTimedOut) -> None:
    made = acd.offers.get(event.offer)
    if made is None:
        return
    if made.dropped:
        _hang_up(acd, made.id, event.at)
    elif made.stage == "ringing":
        fail(acd, made, "timed_out", event.at)
    elif made.stage == "answered":
        _await_bridge(acd, made, event.at)
    elif made.entry is not None and acd.entries.get(made.entry.key) is not made.entry:
        drop(acd, made, "lost", event.at)  # was told that the caller is gone, and should have been gone as well


def _await_bridge(acd: Acd, made: Offer, at: float) -> None:
    """The timer that was set for the ringing still comes: it is set anew for what the answer has left."""
    entry = made.entry
    patience = BRIDGE_WITHIN
    if entry is not None and entry.dialling:
        patience = acd.rules_of(made.queue).dial + DIAL_BEYOND
    left = made.joined_at + patience - at
    if left > 0:
        acd.out.append(Wake(left, RingTimedOut(at, made.id)))
    else:
        fail(acd, made, "lost", at)


def refused_by_hand(acd: Acd, event: OfferRefused) -> None:
    agent = acd.agents.get(event.agent)
    made = acd.offers.get(agent.offer) if agent is not None else None
    if made is None or made.dropped or made.stage != "ringing":
        acd.out.append(NotDone(event.agent, "Aucun appel ne vous est proposé."))
        return
    fail(acd, made, "refused", event.at)


def leg_gone(acd: Acd, event: LegGone) -> None:
    """The leg is gone: now, and only now, the agent is free for something else."""
    made = acd.offers.pop(event.offer, None)
    if made is None:
        return
    made.close(_end_of(made, event.why))
    if not made.dropped:
        _stop_clock(made, event.at)
    part(acd, made, event.at)
    _release(acd, made, event.at)


def _end_of(made: Offer, why: str) -> OfferEnd:
    """How an offer ended whose leg went by itself. A phone that was picked up was neither refused nor left ringing."""
    if made.stage == "ringing" and why in {"refused", "timed_out"}:
        return "refused" if why == "refused" else "timed_out"
    return "lost" if made.end is None else made.end


# ------------------------------------------------------------------------------------------------------------- its end
def fail(acd: Acd, made: Offer, end: OfferEnd, at: float) -> None:
    drop(acd, made, end, at)
    part(acd, made, at)


def drop(acd: Acd, made: Offer, end: OfferEnd, at: float) -> None:
    """The leg must go. An offer that was over keeps the end it has; one that was dropped was told so."""
    made.close(end)
    if not made.dropped:
        made.dropped = True
        _stop_clock(made, at)
        _hang_up(acd, made.id, at)


def _stop_clock(made: Offer, at: float) -> None:
    made.ended_at = at
    if made.held_from:
        made.held, made.held_from = made.held + at - made.held_from, 0.0


def _hang_up(acd: Acd, offer: str, at: float) -> None:
    acd.out.append(DropLeg(offer))
    acd.out.append(Wake(HANG_UP_AGAIN, RingTimedOut(at, offer)))


def part(acd: Acd, made: Offer, at: float) -> None:
    """The agent of this offer and the caller have nothing more to do with each other."""
    entry = made.entry
    if entry is None or acd.entries.get(entry.key) is not entry:
        return
    if made.kind in {"consult", "supervise"}:
        conversation.guest_left(acd, entry, made, at)
    elif made in entry.offers:
        entry.offers.remove(made)
        won = entry.winner is made
        if won:
            entry.winner = None
        if made.stage == "talking":
            conversation.agent_left(acd, entry, made, at)
            return
        if won:
            callbacks.stop_dialling(acd, entry)
        if not entry.offers:
            requeue(acd, entry, made, at)
        elif won:
            acd.floor.ring_on(entry)
            if not entry.absent:
                acd.tell(entry, AgentLeft(at, entry.ref, made.id, requeued=True))


def requeue(acd: Acd, entry: Entry, made: Offer, at: float, to: str = "") -> None:
    """The offer failed, or the call was transferred: the caller waits again, at the same place."""
    if not entry.absent:
        acd.tell(entry, AgentLeft(at, entry.ref, made.id, requeued=True, to=to))
    wait(acd, entry, at)


def _release(acd: Acd, made: Offer, at: float) -> None:
    agent = acd.agents.get(made.agent)
    if agent is None or agent.offer != made.id:
        return
    rules = acd.rules_of(made.queue)
    if made.stage == "talking" and made.kind in {"call", "callback"}:
        agent.closing = made
        duty.move(acd, agent, "finish", at)
        if rules.wrap_up:
            duty.busy(acd, agent, rules.wrap_up, at)
        else:
            duty.move(acd, agent, "free", at)  # at once: no timer for no time
        return
    if made.end == "cancelled" or made.stage == "talking" or made.kind == "supervise":
        duty.move(acd, agent, "release", at)
    else:
        duty.move(acd, agent, "miss", at)
        duty.busy(acd, agent, REST_AFTER_MISS, at)
        if made.stage == "ringing" and made.end in {"refused", "timed_out"}:
            duty.charge(acd, agent, rules, at)
    duty.report_work(acd, made, at)


def _live(acd: Acd, name: str) -> Offer | None:
    """The offer while it goes on. A leg nobody knows was created after its offer was over, or left by a former life: it
    goes, as does the one of an offer that is over."""
    made = acd.offers.get(name)
    if made is None or made.dropped:
        acd.out.append(DropLeg(name))
        return None
    return made


def _moved(acd: Acd, made: Offer, what: str, at: float) -> None:
    agent = acd.agents.get(made.agent)
    if agent is not None:
        duty.move(acd, agent, what, at, made.id)
