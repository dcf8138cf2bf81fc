"""One stretch of days, played: the production distributor, an agenda of what comes next, and people who behave as drawn.

The agenda is a heap; between two of its entries a caller may arrive. Every order of the distributor is carried out as the
telephone system would, at once: a leg that is dropped is gone, an answer is bridged, a timer comes back at its time.

Short cuts, all off when the scenario is ``faithful`` (a test compares the figures, which are the same to the last bit):

* a ring timer is not kept: a telephone here always reports in time that it was answered or rang in vain, so the timer of
  the distributor would find its offer over;
* the ringing itself is not reported: it changes what screens show and nothing else;
* what happens at this very moment (an answer without delay, a bridge, the end of a wrap-up of 0 s) is told at once, without
  a way over the agenda;
* the end of a caller's patience is not kept when an agent is certain to answer before.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any, Final

from ivr.core.acd import Acd
from ivr.core.offers import (
    AgentSet,
    BusyOver,
    CallerJoined,
    CallerLeft,
    EquipmentChanged,
    LegAnswered,
    LegBridged,
    LegGone,
    LegRinging,
    RingTimedOut,
    WishChanged,
)
from ivr.core.orders import AcdCommand, DropLeg, KeepWish, Ring, Spent, Stayed, Wake, Worked
from ivr.core.queueing import Offer
from ivr.simulation.callers import Callers
from ivr.simulation.outcome import Announced, Outcome
from ivr.simulation.scenario import Scenario, Worker

NO_FACTS: Final[dict[str, str]] = {}
COUNTED_AFTER: Final = 5000
"""Reports are counted after so many calls, many at once."""
OTHER_TRY: Final = 7919
"""The second telephone that rings for a caller rings as long as the first one did for the caller so many places on."""


class Centre:
    """``announced`` hears who comes in and who was served; by default it compares the announced wait with the real one."""

    def __init__(self, scenario: Scenario, announced: Announced | None = None) -> None:
        self.scenario = scenario
        self.acd = Acd(scenario.rules)
        self.callers = Callers()
        self.outcome = Outcome(scenario)
        self.announced = announced or (Announced() if scenario.announce else None)
        self.now = 0.0
        self._faithful = scenario.faithful
        self._agenda: list[tuple[float, int, Callable[[float, Any], None], Any]] = []
        self._count = 0
        keep = self.outcome.reports.append
        self._actions: Final[dict[type, Callable[[Any], None]]] = {
            Ring: self._ring, Wake: self._wake, DropLeg: self._drop, KeepWish: self._wished,
            Stayed: keep if self.announced is None else self._stayed, Worked: keep, Spent: keep,
        }

    # ---------------------------------------------------------------------------------------------------------- the clock
    def play(self, days: Iterable[tuple[int, Callers]]) -> Outcome:
        """Live through these days, given with their callers, until the last caller has gone."""
        frozen = gc.get_threshold()
        gc.set_threshold(200_000, 20, 100)  # nothing here is cyclic once a caller has gone
        try:
            for number, (day, callers) in enumerate(days):
                self._open(day, first=number == 0)
                base = len(self.callers.at)
                self.callers.extend(callers)
                self._callers_from(base)
            self._rest(math.inf)
        finally:
            gc.set_threshold(*frozen)
        if self.announced is not None:
            self.announced.add_to(self.outcome)
        self.outcome.close(self.acd)
        return self.outcome

    def _callers_from(self, base: int) -> None:
        agenda, columns, streams, handle = self._agenda, self.callers, self.scenario.streams, self.acd.handle
        arrivals, patiences, of_stream, entries = columns.at, columns.patience, columns.stream, self.acd.entries
        actions, announced, certain = self._actions, self.announced, not self._faithful and not columns.delay
        for index in range(base, len(arrivals)):
            if not index % COUNTED_AFTER:
                self.outcome.count()
            at = arrivals[index]
            while agenda and agenda[0][0] <= at:
                moment, _, happens, what = heappop(agenda)
                self.now = moment
                happens(moment, what)
            self.now = at
            stream, call = streams[of_stream[index]], str(index)
            joined = CallerJoined(at, call, 1, stream.queue, stream.priority, at, NO_FACTS, "", "", stream.skills)
            for order in handle(joined):
                act = actions.get(type(order))
                if act is not None:
                    act(order)
            entry = entries.get(call)
            if entry is None:
                continue
            if entry.ticket and announced is not None:
                announced.entered(call, entry, self.acd)
            patience = patiences[index]
            if patience != math.inf and not (certain and entry.served):
                self._later(at + patience, self._give_up, call)

    def _rest(self, until: float) -> None:
        agenda = self._agenda
        while agenda and agenda[0][0] <= until:
            moment, _, act, what = heappop(agenda)
            self.now = moment
            act(moment, what)

    def _later(self, at: float, act: Callable[[float, Any], None], what: Any) -> None:
        self._count += 1
        heappush(self._agenda, (at, self._count, act, what))

    def _tell(self, event: Any) -> None:
        actions = self._actions
        for order in self.acd.handle(event):
            act = actions.get(type(order))
            if act is not None:
                act(order)

    def _perform(self, orders: list[AcdCommand]) -> None:
        actions = self._actions
        for order in orders:
            act = actions.get(type(order))
            if act is not None:
                act(order)

    # ------------------------------------------------------------------------------------------------------------- agents
    def _open(self, day: int, *, first: bool) -> None:
        """Agents come to work: once for ever, or each day at their hours. Nights are played to their end."""
        midnight = self.scenario.opens(day) - self.scenario.opening
        self._rest(midnight)
        self.now = midnight
        for worker in self.scenario.workers:
            if first:
                self._tell(AgentSet(midnight, worker.name, worker.queues, worker.skills, worker.ranks))
                self._tell(EquipmentChanged(midnight, worker.name, reachable=True))
            if first and worker.always:
                self._tell(WishChanged(midnight, worker.name, "ready"))
            for begin, end in worker.hours_of(day):
                self._later(midnight + max(0.0, begin), self._arrives, worker)
                self._later(midnight + end, self._leaves, worker)

    def _arrives(self, at: float, worker: Worker) -> None:
        self._tell(WishChanged(at, worker.name, "ready"))

    def _leaves(self, at: float, worker: Worker) -> None:
        self._tell(WishChanged(at, worker.name, "offline"))

    def _wished(self, wish: KeepWish) -> None:
        if wish.wish == "paused":
            self._later(self.now + self.scenario.back, self._comes_back, wish.agent)

    def _comes_back(self, at: float, agent: str) -> None:
        if self.acd.agents[agent].wish == "paused":
            self._tell(WishChanged(at, agent, "ready"))

    # --------------------------------------------------------------------------------------------------------- telephones
    def _ring(self, ring: Ring) -> None:
        delay = self._delay(ring) if self.callers.delay else 0.0
        if delay == 0 and not self._faithful:
            self._answer(self.now, ring.offer)
        elif delay < ring.seconds:
            self._later(self.now + delay, self._answer, ring.offer)
        else:
            self._later(self.now + ring.seconds, self._rang_in_vain, ring.offer)
        if self._faithful:
            self._tell(LegRinging(self.now, ring.offer))

    def _delay(self, ring: Ring) -> float:
        """How long this telephone rings for this caller; each try has its own."""
        delay = self.callers.delay
        made = self.acd.offers.get(ring.offer)
        tries = made.entry.count if made is not None and made.entry is not None else 1
        return delay[(int(ring.call) + OTHER_TRY * (tries - 1)) % len(delay)]

    def _answer(self, at: float, offer: str) -> None:
        made = self.acd.offers.get(offer)
        if made is None or made.dropped:
            return  # it was hung up while it rang
        orders = self.acd.handle(LegAnswered(at, offer))
        if made.stage != "answered" or made.dropped:
            self._perform(orders)
        elif self._faithful:
            self._perform(orders)
            self._later(at, self._bridge, made)
        else:  # ordered were a timer that will be stale and the bridge, no more
            self._bridge(at, made)

    def _bridge(self, at: float, made: Offer) -> None:
        self._tell(LegBridged(at, made.id))
        if made.stage == "talking":
            self._count += 1
            ends = at + self.callers.handling[int(made.call)]
            heappush(self._agenda, (ends, self._count, self._hang_up, made.id))

    def _hang_up(self, at: float, offer: str) -> None:
        self._tell(LegGone(at, offer, "ended"))

    def _rang_in_vain(self, at: float, offer: str) -> None:
        made = self.acd.offers.get(offer)
        if made is not None and not made.dropped:
            self._tell(LegGone(at, offer, "timed_out"))

    def _drop(self, drop: DropLeg) -> None:
        if drop.offer in self.acd.offers:
            self._tell(LegGone(self.now, drop.offer, "ended"))

    # ------------------------------------------------------------------------------------------------- timers and callers
    def _wake(self, wake: Wake) -> None:
        event = wake.event
        if type(event) is BusyOver:
            if wake.seconds == 0 and not self._faithful:
                self._busy_over(self.now, event)
            else:
                self._later(self.now + wake.seconds, self._busy_over, event)
        elif type(event) is not RingTimedOut or self._faithful:
            self._later(self.now + wake.seconds, self._told_back, event)

    def _busy_over(self, at: float, event: BusyOver) -> None:
        self._tell(BusyOver(at, event.agent, event.since))

    def _told_back(self, at: float, event: Any) -> None:
        self._tell(replace(event, at=at))

    def _give_up(self, at: float, call: str) -> None:
        entry = self.acd.entries.get(call)
        if entry is not None and not entry.served:
            self._tell(CallerLeft(at, call, 1))

    def _stayed(self, stayed: Stayed) -> None:
        self.outcome.reports.append(stayed)
        if self.announced is not None:
            self.announced.stayed(stayed)
