"""A small call centre for tests, told as a story.

    room = desk().agent("Awa").agent("Sery", ready=False)
    koffi = room.caller("Koffi").joins("general")
    room["Awa"].phone_rings().answers()
    assert koffi.talks_with == "Awa"

The clock moves by hand (`Desk.after`) and fires the timers that were set. Telephony obeys: an agent's leg rings, is answered
and ends when a person says so, a leg told to go is reported gone and an answered one is bridged at once. With
``slow_lines=True`` both reports wait until the test says `Person.line_is_clear` or `Person.is_bridged`. As with Asterisk, a
leg that does not exist and is told to go is reported gone.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ivr.core.acd import Acd
from ivr.core.agent import Agent
from ivr.core.messages import AgentAnswered, Event
from ivr.core.offers import (
    AcdCommand,
    AgentSet,
    CallerJoined,
    CallerLeft,
    DropLeg,
    EquipmentChanged,
    KeepWish,
    LegAnswered,
    LegBridged,
    LegGone,
    LegRinging,
    Ring,
    Tell,
    Wake,
    WishChanged,
)
from ivr.core.queueing import Entry, Offer, Rules

OPENED = 1000.0
"""When the story begins, UTC seconds."""


def desk(*, slow_lines: bool = False, **rules: Rules) -> Desk:
    """A centre with the queues named; without any, 'general'."""
    return Desk(Acd(rules or {"general": Rules()}), slow_lines)


@dataclass
class Desk:
    acd: Acd
    slow_lines: bool = False
    now: float = OPENED
    orders: list[AcdCommand] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    legs: dict[str, str] = field(default_factory=dict)
    timers: list[tuple[float, int, Event]] = field(default_factory=list)
    ticks: Iterator[int] = field(default_factory=itertools.count)

    # ---------------------------------------------------------------------------------------------------------- the people
    def agent(self, name: str, *queues: str, ready: bool = True) -> Desk:
        """Somebody who has signed in, and is ready unless told otherwise."""
        self.people[name] = Person(self, name)
        self.tell(AgentSet(self.now, name, queues or ("general",)))
        self.tell(EquipmentChanged(self.now, name, reachable=True))
        if ready:
            self.people[name].is_ready()
        return self

    def caller(self, name: str) -> Caller:
        return self.callers.setdefault(name, Caller(self, name))

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    # ------------------------------------------------------------------------------------------------------ time and lines
    def after(self, seconds: float) -> Desk:
        """Time passes; every timer that was set comes due in its turn."""
        until = self.now + seconds
        while self.timers and self.timers[0][0] <= until:
            self.now, _, due = heapq.heappop(self.timers)
            self.tell(replace(due, at=self.now))
        self.now = until
        return self

    def tell(self, event: Event) -> list[AcdCommand]:
        """Hand an event to the distributor and do what it orders."""
        ordered = self.acd.handle(event)
        self.orders += ordered
        for order in ordered:
            self._obey(order)
        return ordered

    def ordered(self, kind: type) -> list[AcdCommand]:
        return [order for order in self.orders if isinstance(order, kind)]

    def _obey(self, order: AcdCommand) -> None:
        match order:
            case Ring():
                self.legs[order.offer] = order.agent
            case DropLeg() if order.offer not in self.legs:
                self.tell(LegGone(self.now, order.offer, "ended"))
            case DropLeg() if not self.slow_lines:
                self.leg_gone(order.offer, "ended")
            case Tell():
                self._hear(order)
            case Wake():
                self._wake(order.seconds, order.event)

    def _hear(self, order: Tell) -> None:
        self.caller(order.call).told.append(order.event)
        if isinstance(order.event, AgentAnswered) and not self.slow_lines:
            self.tell(LegBridged(self.now, order.event.offer))

    def _wake(self, seconds: float, event: Event) -> None:
        heapq.heappush(self.timers, (self.now + seconds, next(self.ticks), event))

    def leg_gone(self, offer: str, why: str) -> None:
        if self.legs.pop(offer, None) is not None:
            self.tell(LegGone(self.now, offer, why))


@dataclass
class Person:
    """An agent's hands: everything returns the person, so that a story can go on."""

    desk: Desk
    name: str

    @property
    def it(self) -> Agent:
        return self.desk.acd.agents[self.name]

    @property
    def state(self) -> str:
        return self.it.state

    @property
    def leg(self) -> str:
        """The offer whose leg was made last on this phone and is not gone."""
        return [offer for offer, agent in self.desk.legs.items() if agent == self.name][-1]

    def phone_rings(self) -> Person:
        return self._says(LegRinging(self.desk.now, self.leg))

    def answers(self) -> Person:
        return self._says(LegAnswered(self.desk.now, self.leg))

    def is_bridged(self) -> Person:
        return self._says(LegBridged(self.desk.now, self.leg))

    def refuses(self) -> Person:
        return self._gone("refused")

    def does_not_answer(self) -> Person:
        return self._gone("timed_out")

    def vanishes(self) -> Person:
        return self._gone("lost")

    def hangs_up(self) -> Person:
        return self._gone("ended")

    def line_is_clear(self) -> Person:
        """The end of a leg that was told to go is reported at last."""
        return self._gone("ended")

    def is_ready(self) -> Person:
        return self._says(WishChanged(self.desk.now, self.name, "ready"))

    def pauses(self, reason: str = "repas") -> Person:
        return self._says(WishChanged(self.desk.now, self.name, "paused", reason))

    def signs_out(self) -> Person:
        return self._says(WishChanged(self.desk.now, self.name, "offline"))

    def loses_the_phone(self) -> Person:
        return self._says(EquipmentChanged(self.desk.now, self.name, reachable=False))

    def finds_the_phone(self) -> Person:
        return self._says(EquipmentChanged(self.desk.now, self.name, reachable=True))

    def wishes_kept(self) -> list[tuple[str, str]]:
        orders = self.desk.orders
        return [(order.wish, order.reason) for order in orders if isinstance(order, KeepWish) and order.agent == self.name]

    def _gone(self, why: str) -> Person:
        self.desk.leg_gone(self.leg, why)
        return self

    def _says(self, event: Event) -> Person:
        self.desk.tell(event)
        return self


@dataclass
class Caller:
    """A caller and the ear of its session: ``told`` is all that the distributor said to it."""

    desk: Desk
    name: str
    ref: int = 0
    told: list[Event] = field(default_factory=list)

    def joins(self, queue: str = "general", *, priority: int = 0, since: float | None = None) -> Caller:
        return self._joined(queue, priority, self.desk.now if since is None else since)

    def comes_back_talking(self, offer: str, agent: str, *, since: float = OPENED) -> Caller:
        """The application was restarted while this conversation went on."""
        self.desk.legs[offer] = agent
        return self._joined("general", 0, since, offer, agent)

    def leaves(self) -> Caller:
        self.desk.tell(CallerLeft(self.desk.now, self.name, self.ref))
        return self

    def _joined(self, queue: str, priority: int, since: float, offer: str = "", agent: str = "") -> Caller:
        self.ref += 1
        self.desk.tell(CallerJoined(self.desk.now, self.name, self.ref, queue, priority, since, {}, offer, agent))
        return self

    @property
    def entry(self) -> Entry | None:
        return self.desk.acd.entries.get(self.name)

    @property
    def waits(self) -> bool:
        return self.entry is not None and not self.entry.offers

    @property
    def ahead(self) -> int:
        return self.desk.acd.place(self.name).ahead

    @property
    def offered_to(self) -> str:
        """Whose phone is asked to take this caller, or ''."""
        return next((offer.agent for offer in self._offers if offer.stage != "talking"), "")

    @property
    def talks_with(self) -> str:
        return next((offer.agent for offer in self._offers if offer.stage == "talking"), "")

    @property
    def _offers(self) -> list[Offer]:
        return self.entry.offers if self.entry else []

    @property
    def heard(self) -> list[str]:
        """The kinds of events told, in order."""
        return [type(event).__name__ for event in self.told]
