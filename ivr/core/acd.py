"""The distributor: who waits, who is free, who is offered whom.

Rule 1: one owner. Every change of a queue or of an agent enters by `Acd.handle`, in one order, and what must be done about
it leaves in the list that it returns. No clock, no I/O: the same events give the same outputs.

Rule 2: an **offer** is an object with an id and exactly one end: accepted, refused, timed_out, cancelled or lost. Events
about telephony carry the offer's id; one that speaks of an offer that is over can only have its leg hung up.

Rule 3: reserving is one step: an offer exists if and only if its agent is reserved and its caller is off the waiting list.

Rule 4: an agent is free again only when the leg is reported gone (`LegGone`), however the offer ended.

Rule 5: a caller keeps the place (`since`) through every offer that fails.

Rule 6: after every event nobody waits while an eligible agent takes offers (`_match`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ivr.core.agent import Agent
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


@dataclass(slots=True)
class Acd:
    """The state of all queues. ``offers`` holds every offer whose leg may still exist."""

    rules: Mapping[str, Rules]
    entries: dict[str, Entry] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    _out: list[AcdCommand] = field(default_factory=list)

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
        """The application came back while these two were talking."""
        agent = self.agents.get(event.agent)
        if agent is None or agent.activity != "idle":
            self.entries[entry.call] = entry
            return
        offer = Offer(event.offer, entry.call, entry.ref, entry.queue, agent.id, "talking", "accepted")
        self.offers[offer.id] = offer
        self.entries[entry.call] = replace(entry, offer=offer.id)
        self.agents[agent.id] = agent.moved("adopt", at=event.at, offer=offer.id)

    def _leave(self, event: CallerLeft) -> None:
        entry = self.entries.get(event.call)
        if entry is None or entry.ref != event.ref:
            return
        del self.entries[event.call]
        offer = self.offers.get(entry.offer)
        if offer is not None:
            self._end(offer, "cancelled")
            self._out.append(DropLeg(offer.id))

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
        if isinstance(event, LegGone):
            if offer is not None:
                self._gone(offer, event)
        elif offer is None:
            # A leg nobody knows: created after its offer was over, or left by a former life.
            self._out.append(DropLeg(event.offer))
        elif offer.end is not None and offer.end != "accepted":
            self._out.append(DropLeg(offer.id))
        else:
            self._advance(offer, event)

    def _advance(self, offer: Offer, event: LegRinging | LegAnswered | LegBridged | RingTimedOut) -> None:
        match event, offer.stage:
            case LegRinging(), "ringing" if self.agents[offer.agent].activity == "reserved":
                self._move(offer, "ring", event.at)
                self._tell_offer(offer, AgentRinging(event.at, offer.ref, offer.id, offer.agent))
            case LegAnswered(), "ringing":
                self._move(offer, "answer", event.at)
                self.offers[offer.id] = replace(offer, stage="answered")
                self._tell_offer(offer, AgentAnswered(event.at, offer.ref, offer.id, offer.agent))
            case LegBridged(), "answered":
                self._move(offer, "bridge", event.at)
                self.agents[offer.agent] = replace(self.agents[offer.agent], misses=0)
                self.offers[offer.id] = replace(offer, stage="talking", end="accepted")
            case RingTimedOut(), "ringing":
                self._end(offer, "timed_out")
                self._out.append(DropLeg(offer.id))
                self._requeue(offer, event.at)

    def _gone(self, offer: Offer, event: LegGone) -> None:
        """The leg is gone: now, and only now, the agent is free for something else."""
        del self.offers[offer.id]
        if offer.end is None:
            offer = replace(offer, end=_end_of(event.why))
            self._requeue(offer, event.at)
        elif offer.end == "accepted":
            self._part(offer, event.at)
        self._release(offer, event.at)

    def _release(self, offer: Offer, at: float) -> None:
        agent = self.agents[offer.agent]
        rules = self.rules.get(offer.queue, Rules())
        if offer.stage == "talking":
            self._move(offer, "finish", at)
            self._busy(self.agents[agent.id], rules.wrap_up)
        elif offer.end in {"refused", "timed_out", "lost"}:
            self._miss(offer, rules, at)
        else:
            self._move(offer, "release", at)

    def _miss(self, offer: Offer, rules: Rules, at: float) -> None:
        self._move(offer, "miss", at)
        agent = self.agents[offer.agent]
        self.agents[agent.id] = agent = replace(agent, misses=agent.misses + 1)
        self._busy(agent, REST_AFTER_MISS)
        if agent.misses >= rules.misses:
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

    def _end(self, offer: Offer, end: OfferEnd) -> None:
        if offer.end is None:
            self.offers[offer.id] = replace(offer, end=end)

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
        rules = self.rules[entry.queue]
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


def _end_of(why: str) -> OfferEnd:
    return "refused" if why == "refused" else "timed_out" if why == "timed_out" else "lost"

