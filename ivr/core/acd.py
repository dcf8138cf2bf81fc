"""The distributor: who waits, who is free, who is offered whom.

Rule 1: one owner. Every change of a queue, an agent or a conversation enters by `Acd.handle`, in one order, and what must
be done about it leaves in the list that it returns. No clock, no I/O, no chance: the same events give the same orders.

Rule 2: an **offer** is an object with an id and exactly one end: accepted, refused, timed_out, cancelled or lost. Events
about telephony carry the offer's id; one that speaks of an offer that is over can only have its leg hung up.

Rule 3: reserving is one step: an offer exists if and only if its agent is reserved and its caller is off the waiting list.
A caller has one offer, or in a queue that rings all several, of which one wins: the first answer that finds no winner.

Rule 4: an agent is free again only when the leg is reported gone (`LegGone`), however the offer ended. A hang-up whose end
is not reported is ordered again, so a lost report delays an agent and never keeps one.

Rule 5: a caller keeps the place (`since`) through every offer that fails, every transfer, every overflow and every restart.

Rule 6: after every event nobody waits while an eligible agent takes offers (`ivr.core.floor`).

Rule 7: only an offer that rang in vain or was refused is a miss. Who answered too late, or was cut off by us, rests a
moment and is charged nothing.

Rule 8: what somebody asks that cannot be done is answered with `NotDone`, and nothing has changed.

This file has the state and says which event goes where (`HANDLERS`). What happens is in functions of that state: `joining`
has callers who come and go, `waiting` what time does to those who wait, `duty` what agents want and do, `offering` the
life of an offer, `conversation` what happens between people who talk, `callbacks` the places of people who do not wait on
the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ivr.core import callbacks, conversation, duty, joining, offering, supervision, waiting
from ivr.core.agent import Agent
from ivr.core.floor import FALLBACK, Floor
from ivr.core.messages import Event
from ivr.core.offers import (
    AgentRemoved,
    AgentSet,
    BusyOver,
    CallbackDue,
    CallbackKept,
    CallbackWithdrawn,
    CallerJoined,
    CallerLeft,
    CallerMoved,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    EntryDue,
    EquipmentChanged,
    HoldAsked,
    LegAnswered,
    LegBridged,
    LegGone,
    LegRinging,
    OfferRefused,
    OwnCallBegan,
    OwnCallEnded,
    PersonLost,
    QueueDeserted,
    RecordingAsked,
    ResumeAsked,
    RingTimedOut,
    SuperviseAsked,
    TransferAsked,
    WishChanged,
    WrapUpDone,
    WrapUpExtended,
)
from ivr.core.orders import AcdCommand, Tell
from ivr.core.queueing import Entry, Offer, Place, Rules
from ivr.core.wait import estimate


class Acd:
    """The state of all queues. ``offers`` holds every offer whose leg may still exist; ``approved`` are the outside numbers
    that agents may consult or transfer to; ``callbacks`` all that are open, wherever they are."""

    def __init__(self, rules: Mapping[str, Rules], approved: frozenset[str] = frozenset()) -> None:
        self.floor: Final = Floor()
        self.agents: Final[dict[str, Agent]] = self.floor.agents
        self.approved = approved
        self.entries: dict[str, Entry] = {}
        self.offers: dict[str, Offer] = {}
        self.callbacks: dict[str, Entry] = {}
        self.turns = 0
        self.out: list[AcdCommand] = []
        self.floor.rule(rules)

    @property
    def rules(self) -> Mapping[str, Rules]:
        return {name: line.rules for name, line in self.floor.lines.items()}

    def handle(self, event: Event) -> list[AcdCommand]:
        """What must be done about this event, in order. One of an unknown kind means nothing here."""
        self.out = []
        handler = HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)
        floor = self.floor
        return self.matched(event.at) if floor.arrived or floor.freed else self.out

    def publish(self, rules: Mapping[str, Rules], at: float) -> list[AcdCommand]:
        """New rules for all queues; they count for everybody from now on, for a wait under way as well."""
        self.out = []
        self.floor.rule(rules)
        waiting.ruled_anew(self, at)
        return self.matched(at)

    def closing(self, at: float) -> list[AcdCommand]:
        """The service ends: what the journal would be told at the end of the wrap-ups under way. Conversations are adopted
        by the next life, which tells of them."""
        self.out = []
        for agent in self.agents.values():
            if agent.closing is not None:
                duty.report_work(self, agent.closing, at)
                agent.closing = None
        return self.out

    def matched(self, at: float) -> list[AcdCommand]:
        if self.floor.arrived or self.floor.freed:
            for entry, agent in self.floor.pairs(at):
                offering.offer(self, entry, agent, at)
        return self.out

    def tell(self, entry: Entry, event: Event) -> None:
        self.out.append(Tell(entry.key, event))

    def rules_of(self, queue: str) -> Rules:
        line = self.floor.lines.get(queue)
        return line.rules if line is not None else FALLBACK

    # ----------------------------------------------------------------------------------------------------- what can be asked
    def place(self, call: str) -> Place:
        """How far the caller is, and how long it may take. Unknown call: nobody ahead, nobody there."""
        entry = self.entries.get(call)
        line = self.floor.lines.get(entry.queue) if entry is not None else None
        if entry is None or line is None:
            return Place(0, 0, None)
        ahead = sum((other.order, other.key) < (entry.order, entry.key) for other in line.waiting.values())
        return Place(ahead, line.signed_in, estimate(ahead, line.signed_in, line.pace), line.rules.callback_after)

    def waiting(self, queue: str) -> list[Entry]:
        """Who waits in this queue, in order of place."""
        line = self.floor.lines.get(queue)
        return sorted(line.waiting.values(), key=lambda each: (each.order, each.key)) if line else []

    def signed_in(self, queue: str) -> int:
        line = self.floor.lines.get(queue)
        return line.signed_in if line else 0


HANDLERS: Final[dict[type[Event], Callable[[Acd, Any], None]]] = {
    CallerJoined: joining.join,
    CallerLeft: joining.leave,
    CallerMoved: joining.moved_by_hand,
    EntryDue: waiting.due,
    QueueDeserted: waiting.deserted,
    AgentSet: duty.set_agent,
    AgentRemoved: duty.removed,
    WishChanged: duty.wish,
    EquipmentChanged: duty.equipment,
    OwnCallBegan: duty.own_call_began,
    OwnCallEnded: duty.own_call_ended,
    BusyOver: duty.busy_over,
    WrapUpDone: duty.wrap_up_done,
    WrapUpExtended: duty.wrap_up_extended,
    LegRinging: offering.ringing,
    LegAnswered: offering.answered,
    LegBridged: offering.bridged,
    LegGone: offering.leg_gone,
    RingTimedOut: offering.rang_long_enough,
    OfferRefused: offering.refused_by_hand,
    HoldAsked: conversation.hold,
    ResumeAsked: conversation.resume,
    TransferAsked: conversation.transfer,
    ConsultAsked: conversation.consult,
    CompleteAsked: conversation.complete,
    ConferenceAsked: conversation.conference,
    RecordingAsked: conversation.recording,
    SuperviseAsked: supervision.supervise,
    CallbackKept: callbacks.kept,
    CallbackWithdrawn: callbacks.withdrawn,
    CallbackDue: callbacks.due,
    PersonLost: callbacks.person_lost,
}
"""Which event goes where."""
