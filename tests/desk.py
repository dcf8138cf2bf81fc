"""A small call centre for tests, told as a story.

    room = desk().agent("Awa").agent("Sery", ready=False)
    koffi = room.caller("Koffi").joins("general")
    room["Awa"].phone_rings().answers()
    assert koffi.talks_with == "Awa"

The clock moves by hand (`Desk.after`) and fires the timers that were set. Telephony obeys: an agent's leg rings, is answered
and ends when a person says so, a leg told to go is reported gone and an answered one is bridged at once. With
``slow_lines=True`` both reports wait until the test says `Person.line_is_clear` or `Person.is_bridged`. As with Asterisk, a
leg that does not exist and is told to go is reported gone. The people are in `people`: agents (an outside number is one who
has only a telephone), callers, and persons to be called back.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from people import Called, Caller, Person

from ivr.core.acd import Acd
from ivr.core.messages import AgentAnswered, AgentLeft, Event
from ivr.core.offers import AgentSet, EquipmentChanged, LegBridged, LegGone, Skills
from ivr.core.orders import AcdCommand, Aside, DropLeg, NotDone, Ring, SayToLeg, Spy, Stayed, Tell, Together, Wake, Worked
from ivr.core.queueing import Rules

Order = TypeVar("Order")

OPENED = 1000.0
"""When the story begins, UTC seconds."""


def desk(*, slow_lines: bool = False, approved: tuple[str, ...] = (), **rules: Rules) -> Desk:
    """A centre with the queues named; without any, 'general'."""
    return Desk(Acd(rules or {"general": Rules()}, frozenset(approved)), slow_lines)


@dataclass
class Desk:
    acd: Acd
    slow_lines: bool = False
    now: float = OPENED
    orders: list[AcdCommand] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    legs: dict[str, str] = field(default_factory=dict)
    bridges: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asides: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spies: dict[str, Spy] = field(default_factory=dict)
    timers: list[tuple[float, int, Event]] = field(default_factory=list)
    ticks: Iterator[int] = field(default_factory=itertools.count)

    # ---------------------------------------------------------------------------------------------------------- the people
    def agent(
        self, name: str, *queues: str, ready: bool = True, skills: Skills = (), ranks: Mapping[str, int] | None = None,
    ) -> Desk:
        """Somebody who has signed in, and is ready unless told otherwise. Told again, the same with other queues."""
        self.people[name] = Person(self, name)
        self.tell(AgentSet(self.now, name, queues or ("general",), skills, ranks or {}))
        self.tell(EquipmentChanged(self.now, name, reachable=True))
        if ready:
            self.people[name].is_ready()
        return self

    def outside(self, number: str) -> Person:
        """Whoever has this number: rings, answers and hangs up as agents do."""
        return self.people.setdefault(number, Person(self, number))

    def caller(self, name: str) -> Caller:
        return self.callers.setdefault(name, Caller(self, name))

    def called(self, name: str, number: str = "0700000101") -> Called:
        """Somebody who asked to be called back; the callback has the name of the person."""
        return Called(self, name, number)

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
        return self._obeyed(self.acd.handle(event))

    def publish(self, **rules: Rules) -> list[AcdCommand]:
        return self._obeyed(self.acd.publish(rules, self.now))

    def _obeyed(self, ordered: list[AcdCommand]) -> list[AcdCommand]:
        self.orders += ordered
        for order in ordered:
            self._obey(order)
        return ordered

    def ordered(self, kind: type[Order]) -> list[Order]:
        return [order for order in self.orders if isinstance(order, kind)]

    def _obey(self, order: AcdCommand) -> None:
        match order:
            case Ring():
                self.legs[order.offer] = order.agent or order.number
            case DropLeg() if order.offer not in self.legs:
                self.tell(LegGone(self.now, order.offer, "ended"))
            case DropLeg() if not self.slow_lines:
                self.leg_gone(order.offer, "ended")
            case SayToLeg(then_drop=True) if not self.slow_lines:
                self.leg_gone(order.offer, "ended")
            case Together():
                self.bridges[order.call] = order.legs
            case Aside():
                self.asides[order.call] = order.legs
            case Spy():
                self.spies[order.offer] = order
            case Tell():
                self._hear(order)
            case Wake():
                heapq.heappush(self.timers, (self.now + order.seconds, next(self.ticks), order.event))

    def _hear(self, order: Tell) -> None:
        self.caller(order.call).told.append(order.event)
        if isinstance(order.event, AgentLeft):
            self.bridges[order.call] = ()
        if isinstance(order.event, AgentAnswered) and not self.slow_lines:
            self.bridge(order.call, order.event.offer)

    def bridge(self, call: str, offer: str) -> None:
        self.bridges[call] = (offer,)
        self.tell(LegBridged(self.now, offer))

    def leg_gone(self, offer: str, why: str) -> None:
        if self.legs.pop(offer, None) is not None:
            self.tell(LegGone(self.now, offer, why))

    # ---------------------------------------------------------------------------------------------------- what is to be read
    def names(self, offers: tuple[str, ...]) -> list[str]:
        """Whose legs these are; those that are gone do not speak."""
        return sorted(self.legs[offer] for offer in offers if offer in self.legs)

    def refused(self, who: str) -> list[str]:
        """What could not be done for this person, in the words told."""
        return [order.why for order in self.ordered(NotDone) if order.who == who]

    def stays(self) -> list[tuple[str, str, str, str]]:
        """(who, queue, end, why) of each stay that is over."""
        return [(each.call, each.queue, each.end, each.why) for each in self.ordered(Stayed)]

    def work(self, agent: str) -> list[Worked]:
        return [each for each in self.ordered(Worked) if each.agent == agent]
