"""The distributor: who waits, who is free, who is offered whom.

Rule 1: one owner. Every change of a queue or of an agent enters by `Acd.handle`, in one order, and what must be done about
it leaves in the list that it returns. No clock, no I/O: the same events give the same outputs.

Rule 2: an **offer** is an object with an id and exactly one end: accepted, refused, timed_out, cancelled or lost. Events
about telephony carry the offer's id; one that speaks of an offer that is over can only have its leg hung up.

Rule 3: reserving is one step: an offer exists if and only if its agent is reserved and its caller is off the waiting list.

Rule 4: an agent is free again only when the leg is reported gone (`LegGone`), however the offer ended. A hang-up whose end
is not reported is ordered again, so a lost report delays an agent and never keeps one.

Rule 5: a caller keeps the place (`since`) through every offer that fails.

Rule 6: after every event nobody waits while an eligible agent takes offers (`_match`).

Rule 7: only an offer that rang in vain or was refused is a miss. Who answered too late, or was cut off by us, rests a
moment and is charged nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ivr.core.agent import TRANSITIONS, Agent
from ivr.core.messages import (
    AgentAnswered,
    AgentLeft,
    AgentRinging,
    Event,
    QueueRefused,
)
from ivr.core.offers import (
    AcdCommand,
    AgentRemoved,
    AgentSet,
    BusyOver,
    CallerJoined,
    CallerLeft,
    DropLeg,
    Entry,
    EquipmentChanged,
    KeepWish,
    LegAnswered,
    LegBridged,
    LegGone,
    LegRinging,
    Offer,
    OfferEnd,
    Ring,
    RingTimedOut,
    Rules,
    Tell,
    WakeAgent,
    WakeOffer,
    WishChanged,
)
from ivr.core.strategy import longest_idle

REST_AFTER_MISS: Final = 5.0
"""Seconds without an offer after a missed one: a phone that rings without end helps neither agent nor caller."""

HANG_UP_AGAIN: Final = 5.0
"""Seconds after which a leg that was hung up and is not reported gone is hung up once more."""

BRIDGE_WITHIN: Final = 10.0
"""Seconds from the agent's answer to the bridge. Beyond, the caller waits again: nobody listens to silence for ever."""


@dataclass(slots=True)
class Acd:
    """The state of all queues. ``offers`` holds every offer whose leg may still exist."""

    rules: Mapping[str, Rules]
    entries: dict[str, Entry] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    _out: list[AcdCommand] = field(default_factory=list, init=False, repr=False, compare=False)

    def handle(self, event: Event) -> list[AcdCommand]:
        """What must be done about this event, in order."""
        self._out = []
        match event:
            case CallerJoined():
                self._join(event)
            case CallerLeft():
                self._leave(event)
            case AgentSet():
                self._set_agent(event)
            case AgentRemoved():
                self._wish(WishChanged(event.at, event.agent, "offline"))
            case WishChanged():
                self._wish(event)
            case EquipmentChanged():
                self._equipment(event)
            case BusyOver():
                self._busy_over(event)
            case LegRinging() | LegAnswered() | LegBridged() | LegGone() | RingTimedOut():
                self._about_offer(event)
        self._match(event.at)
        return self._out

    # ----------------------------------------------------------------------------------------------------------- callers
    def place(self, call: str) -> tuple[int, int]:
        """(callers ahead in the same queue, agents signed in to it). Unknown call: (0, 0)."""
        entry = self.entries.get(call)
        if entry is None:
            return 0, 0
        ahead = sum(other.order < entry.order for other in self.waiting() if other.queue == entry.queue)
        return ahead, self.signed_in(entry.queue)

    def waiting(self) -> Iterator[Entry]:
        return (entry for entry in self.entries.values() if not entry.offer)

    def signed_in(self, queue: str) -> int:
        return sum(agent.signed_in and queue in agent.queues for agent in self.agents.values())

    def _join(self, event: CallerJoined) -> None:
        known = self.entries.get(event.call)
        if known is not None and known.ref == event.ref:
            return
        self._forget(known)
        entry = Entry(event.call, event.ref, event.queue, event.priority, event.since, event.facts)
        if event.offer:
            self._adopt(entry, event)
            return
        refusal = self._refusal(event.queue)
        if refusal:
            self._tell(entry, QueueRefused(event.at, event.ref, refusal))
            return
        self.entries[event.call] = entry

    def _refusal(self, queue: str) -> str:
        rules = self.rules.get(queue)
        if rules is None:
            return "unknown"
        if not self.signed_in(queue):
            return "empty"
        waiting = sum(entry.queue == queue for entry in self.waiting())
        return "full" if waiting >= rules.most else ""

    def _adopt(self, entry: Entry, event: CallerJoined) -> None:
        """The application came back while these two were talking. Whatever the agent was offered since is withdrawn."""
        agent = self.agents.get(event.agent) or Agent(event.agent, ())
        if event.offer in self.offers or (agent.activity, "adopt") not in TRANSITIONS:
            self.entries[entry.call] = entry
            self._hang_up(event.offer)
            self._tell(entry, AgentLeft(event.at, entry.ref, event.offer, requeued=True))
            return
        self._withdraw(agent.offer, event.at)
        offer = Offer(event.offer, entry.call, entry.ref, entry.queue, agent.id, "talking", "accepted")
        self.offers[offer.id] = offer
        self.entries[entry.call] = replace(entry, offer=offer.id)
        self.agents[agent.id] = agent.moved("adopt", at=event.at, offer=offer.id)

    def _withdraw(self, offer_id: str, at: float) -> None:
        """Forget an offer at once: what its leg still does concerns nobody, and hangs it up again."""
        offer = self.offers.pop(offer_id, None)
        if offer is not None:
            self._hang_up(offer.id)
            self._requeue(offer, at)

    def _leave(self, event: CallerLeft) -> None:
        entry = self.entries.get(event.call)
        if entry is not None and entry.ref == event.ref:
            self._forget(entry)

    def _forget(self, entry: Entry | None) -> None:
        if entry is None:
            return
        del self.entries[entry.call]
        offer = self.offers.get(entry.offer)
        if offer is not None:
            self._drop(offer, "cancelled")

    # ------------------------------------------------------------------------------------------------------------ agents
    def _set_agent(self, event: AgentSet) -> None:
        known = self.agents.get(event.agent)
        agent = replace(known, queues=event.queues) if known else Agent(event.agent, event.queues, idle_since=event.at)
        self.agents[event.agent] = agent

    def _wish(self, event: WishChanged) -> None:
        agent = self.agents.get(event.agent)
        if agent is None:
            return
        self.agents[agent.id] = agent.wishing(event.wish, event.reason, event.at)
        self._out.append(KeepWish(agent.id, event.wish, event.reason))

    def _equipment(self, event: EquipmentChanged) -> None:
        agent = self.agents.get(event.agent)
        if agent is not None:
            self.agents[agent.id] = replace(agent, reachable=event.reachable)

    def _busy_over(self, event: BusyOver) -> None:
        agent = self.agents.get(event.agent)
        if agent is not None and agent.activity in {"wrap_up", "resting"} and agent.idle_since == event.since:
            self.agents[agent.id] = agent.moved("free", at=event.at)

    def _busy(self, agent: Agent, seconds: float) -> None:
        self._out.append(WakeAgent(agent.id, agent.idle_since, seconds))

    # ------------------------------------------------------------------------------------------------------------ offers
    def _about_offer(self, event: LegRinging | LegAnswered | LegBridged | LegGone | RingTimedOut) -> None:
        offer = self.offers.get(event.offer)
        if offer is None:
            self._about_nothing(event)
        elif isinstance(event, LegGone):
            self._gone(offer, event)
        elif offer.dropped:
            self._too_late(offer, event)
        else:
            self._advance(offer, event)

    def _about_nothing(self, event: LegRinging | LegAnswered | LegBridged | LegGone | RingTimedOut) -> None:
        """A leg nobody knows was created after its offer was over, or left by a former life."""
        if not isinstance(event, LegGone | RingTimedOut):
            self._out.append(DropLeg(event.offer))

    def _too_late(self, offer: Offer, event: LegRinging | LegAnswered | LegBridged | RingTimedOut) -> None:
        if isinstance(event, RingTimedOut):
            self._hang_up(offer.id)
            return
        if isinstance(event, LegAnswered) and offer.stage == "ringing":
            self.offers[offer.id] = replace(offer, stage="answered")
        self._out.append(DropLeg(offer.id))

    def _advance(self, offer: Offer, event: LegRinging | LegAnswered | LegBridged | RingTimedOut) -> None:
        match event, offer.stage:
            case LegRinging(), "ringing" if self.agents[offer.agent].activity == "reserved":
                self._move(offer, "ring", event.at)
                self._tell_offer(offer, AgentRinging(event.at, offer.ref, offer.id, offer.agent))
            case LegAnswered(), "ringing":
                self._move(offer, "answer", event.at)
                self.offers[offer.id] = replace(offer, stage="answered", answered_at=event.at)
                self._out.append(WakeOffer(offer.id, BRIDGE_WITHIN))
                self._tell_offer(offer, AgentAnswered(event.at, offer.ref, offer.id, offer.agent))
            case LegBridged(), "answered":
                self._move(offer, "bridge", event.at)
                self.agents[offer.agent] = replace(self.agents[offer.agent], misses=0)
                self.offers[offer.id] = replace(offer, stage="talking", end="accepted")
            case RingTimedOut(), "ringing":
                self._fail(offer, "timed_out", event.at)
            case RingTimedOut(), "answered":
                self._await_bridge(offer, event.at)

    def _await_bridge(self, offer: Offer, at: float) -> None:
        """The timer that was set for the ringing still comes: it is set anew for what the answer has left."""
        left = offer.answered_at + BRIDGE_WITHIN - at
        if left > 0:
            self._out.append(WakeOffer(offer.id, left))
        else:
            self._fail(offer, "lost", at)

    def _fail(self, offer: Offer, end: OfferEnd, at: float) -> None:
        self._drop(offer, end)
        self._requeue(offer, at)

    def _drop(self, offer: Offer, end: OfferEnd) -> None:
        """The leg must go. An offer that was over keeps the end it has."""
        self.offers[offer.id] = replace(offer, end=offer.end or end, dropped=True)
        self._hang_up(offer.id)

    def _hang_up(self, offer: str) -> None:
        self._out += [DropLeg(offer), WakeOffer(offer, HANG_UP_AGAIN)]

    def _gone(self, offer: Offer, event: LegGone) -> None:
        """The leg is gone: now, and only now, the agent is free for something else."""
        del self.offers[offer.id]
        if offer.end is None:
            offer = replace(offer, end=_end_of(offer, event.why))
            self._requeue(offer, event.at)
        elif offer.end == "accepted":
            self._part(offer, event.at)
        self._release(offer, event.at)

    def _release(self, offer: Offer, at: float) -> None:
        rules = self.rules.get(offer.queue, Rules())
        if offer.stage == "talking":
            self._move(offer, "finish", at)
            self._busy(self.agents[offer.agent], rules.wrap_up)
        elif offer.end == "cancelled":
            self._move(offer, "release", at)
        else:
            self._move(offer, "miss", at)
            self._busy(self.agents[offer.agent], REST_AFTER_MISS)
            if offer.stage == "ringing" and offer.end in {"refused", "timed_out"}:
                self._charge(self.agents[offer.agent], rules, at)

    def _charge(self, agent: Agent, rules: Rules, at: float) -> None:
        """One more miss in a row. Too many, and whoever still claims to be ready is paused."""
        self.agents[agent.id] = replace(agent, misses=agent.misses + 1)
        if agent.misses + 1 >= rules.misses and agent.wish == "ready":
            self._wish(WishChanged(at, agent.id, "paused", "sans réponse"))

    def _part(self, offer: Offer, at: float) -> None:
        """The agent left a conversation: the caller goes on with the flow."""
        entry = self.entries.get(offer.call)
        if entry is not None and entry.offer == offer.id:
            del self.entries[offer.call]
            self._tell(entry, AgentLeft(at, entry.ref, offer.id, requeued=False))

    def _requeue(self, offer: Offer, at: float) -> None:
        """The offer failed: the caller waits again, at the same place."""
        entry = self.entries.get(offer.call)
        if entry is not None and entry.offer == offer.id:
            self.entries[offer.call] = replace(entry, offer="")
            self._tell(entry, AgentLeft(at, entry.ref, offer.id, requeued=True))

    def _move(self, offer: Offer, what: str, at: float) -> None:
        self.agents[offer.agent] = self.agents[offer.agent].moved(what, at=at, offer=offer.id)

    # ------------------------------------------------------------------------------------------------------- the matching
    def _match(self, at: float) -> None:
        """Offer calls, in order of waiting, until nobody who waits has an agent who takes offers."""
        if not any(agent.takes_offers for agent in self.agents.values()):
            return
        for entry in sorted(self.waiting(), key=lambda each: each.order):
            able = [agent for agent in self.agents.values() if agent.takes_offers and entry.queue in agent.queues]
            if able:
                self._offer(entry, min(able, key=longest_idle), at)

    def _offer(self, entry: Entry, agent: Agent, at: float) -> None:
        count = entry.offers + 1
        offer = Offer(f"{entry.call}.o{entry.ref}.{count}", entry.call, entry.ref, entry.queue, agent.id)
        rules = self.rules.get(entry.queue, Rules())
        self.offers[offer.id] = offer
        self.entries[entry.call] = replace(entry, offer=offer.id, offers=count)
        self.agents[agent.id] = agent.moved("reserve", at=at, offer=offer.id)
        self._out += [
            Ring(offer.id, agent.id, entry.call, entry.queue, rules.ring, entry.facts),
            WakeOffer(offer.id, rules.ring + 2.0),
        ]

    def _tell(self, entry: Entry, event: Event) -> None:
        self._out.append(Tell(entry.call, event))

    def _tell_offer(self, offer: Offer, event: Event) -> None:
        self._out.append(Tell(offer.call, event))


def _end_of(offer: Offer, why: str) -> OfferEnd:
    """How an offer ended whose leg went by itself. A phone that was picked up was neither refused nor left ringing."""
    if offer.stage == "ringing" and why in {"refused", "timed_out"}:
        return "refused" if why == "refused" else "timed_out"
    return "lost"
