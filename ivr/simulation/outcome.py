"""What came out of some days, in sums that can be added to those of other days.

Queues are counted by part of the day (`Tally`, the formulas of `ivr.core.metrics`), agents by their time, and the number
waiting by the seconds of waiting that fall into each part of the day (its mean, exactly: Little's formula the other way).
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ivr.core.metrics import QueueFigures, ratio
from ivr.core.metrics_tally import Tally
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Entry, Rules

if TYPE_CHECKING:
    from ivr.core.acd import Acd
    from ivr.simulation.scenario import Scenario

TOO_SHORT = 60.0
"""A real wait longer than the announced one by more than this is a broken promise."""


Cell = tuple[str, int]
"""A queue and a part of the day."""


class Outcome:
    """``reports``: those not yet counted, written by the centre; ``waited``: by queue and part of the day, seconds that
    callers waited in it; ``busy``, ``idle``: seconds by agent; ``errors``: of the announced waits; ``too_short``: how many
    of them promised over a minute too little; ``left``: by queue, who waited still at the end."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._first, self._stride = scenario.opens(0), scenario.stride
        self._slot, self._length = scenario.slot, scenario.length
        self.days = 0
        self.reports: list[Any] = []
        self.tallies: dict[Cell, Tally] = {}
        self.waited: defaultdict[Cell, float] = defaultdict(float)
        self.busy: defaultdict[str, float] = defaultdict(float)
        self.idle: defaultdict[str, float] = defaultdict(float)
        self.errors: float = 0.0
        self.announced = 0
        self.too_short = 0
        self.left: defaultdict[str, int] = defaultdict(int)

    # ------------------------------------------------------------------------------------------------------------ reports
    def slot_of(self, moment: float) -> int:
        """Which part of its day a moment lies in, from the opening on; the night comes last."""
        return int((moment - self._first) % self._stride // self._slot)

    def count(self) -> None:
        """Count the reports that have come in since the last time."""
        reports = self.reports[:]
        self.reports.clear()
        stays: defaultdict[Cell, list[Stayed]] = defaultdict(list)
        works: defaultdict[Cell, list[Worked]] = defaultdict(list)
        first, stride, slot, busy = self._first, self._stride, self._slot, self.busy
        for report in reports:
            kind = type(report)
            if kind is Stayed:
                entered = report.entered
                stays[report.queue, int((entered - first) % stride // slot)].append(report)
                if report.until > entered:
                    self._wait(report.queue, entered, report.until)
            elif kind is Worked:
                works[report.queue, int((report.at - first) % stride // slot)].append(report)
                busy[report.agent] += report.talked + report.held + report.wrapped
            else:
                self._spend(report)
        for cell, those in stays.items():
            self._tally(cell).add_all(those)
        for cell, parts in works.items():
            self._tally(cell).work_all(parts)

    def _tally(self, cell: Cell) -> Tally:
        if cell not in self.tallies:
            self.tallies[cell] = Tally(self.scenario.rules.get(cell[0]))
        return self.tallies[cell]

    def _wait(self, queue: str, since: float, until: float) -> None:
        """Shared out between the parts of the day."""
        slot, length = self.slot_of(since), self._slot
        edge = since + length - (since - self._first) % self._stride % length
        while until > edge:
            self.waited[queue, slot] += edge - since
            slot, since, edge = slot + 1, edge, edge + length
        self.waited[queue, slot] += until - since

    def _spend(self, spent: Spent) -> None:
        """Idle is who is ready in the opening hours: the night of an agent without hours is no idleness."""
        if spent.state == "ready":
            since, until = spent.since - self._first, spent.until - self._first
            if since % self._stride + until - since > self._length:
                since, until = self._open(since), self._open(until)
            self.idle[spent.agent] += until - since

    def _open(self, seconds: float) -> float:
        """How many seconds since the first opening lie in opening hours."""
        days, rest = divmod(seconds, self._stride)
        return days * self._length + min(self._length, rest)

    def close(self, acd: Acd) -> None:
        """The days are over. Whoever waits still, in a queue that never gives up, is counted as waiting."""
        self.count()
        for entry in acd.entries.values():
            if not entry.served:
                self.left[entry.queue] += 1

    def add(self, other: Outcome) -> None:
        self.days += other.days
        for cell, tally in other.tallies.items():
            self._tally(cell).absorb(tally)
        for mine, theirs in ((self.waited, other.waited), (self.busy, other.busy), (self.idle, other.idle)):
            for key, seconds in theirs.items():
                mine[key] += seconds  # type: ignore[index]
        for queue, count in other.left.items():
            self.left[queue] += count
        self.errors += other.errors
        self.announced += other.announced
        self.too_short += other.too_short

    # ------------------------------------------------------------------------------------------------------------ figures
    @property
    def queues(self) -> list[str]:
        return sorted({queue for queue, _slot in self.tallies})

    def figures(self, queue: str = "", slot: int | None = None) -> QueueFigures:
        """Of one queue ('' all, with the first queue's target), in one part of the day or all of it."""
        rules = self.scenario.rules.get(queue or next(iter(self.queues), ""), Rules())
        whole = Tally(rules)
        for (name, part), tally in sorted(self.tallies.items()):
            if queue in ("", name) and slot in (None, part):
                whole.absorb(tally)
        left = sum(count for name, count in self.left.items() if queue in ("", name)) if slot is None else 0
        return whole.figures(queue=queue, waiting=left)

    @property
    def occupancy(self) -> float | None:
        """(talk + hold + wrap-up) / (the same + idle), of all agents together."""
        busy = math.fsum(self.busy.values())
        return ratio(busy, busy + math.fsum(self.idle.values()))

    def occupancy_of(self, agent: str) -> float | None:
        return ratio(self.busy[agent], self.busy[agent] + self.idle[agent])

    def waiting(self, queue: str, slot: int) -> float:
        """How many wait in this part of the day, on average."""
        return self.waited.get((queue, slot), 0.0) / (self.scenario.slot * max(1, self.days))

    @property
    def announcement_error(self) -> float | None:
        """Mean of abs(announced − real), seconds, of those who waited, were told and were answered."""
        return ratio(self.errors, self.announced)

    @property
    def told_too_short(self) -> float | None:
        return ratio(self.too_short, self.announced)


class Announced:
    """The estimate at the door, kept until the real wait is known. Those who give up have no real wait."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}
        self._errors = 0.0
        self._count = self._short = 0

    def entered(self, call: str, _entry: Entry, acd: Acd) -> None:
        estimated = acd.place(call).wait
        if estimated is not None:
            self._told[call] = estimated

    def stayed(self, stayed: Stayed) -> None:
        told = self._told.pop(stayed.call, None)
        if told is not None and stayed.end == "answered":
            real = stayed.until - stayed.entered
            self._count += 1
            self._errors += abs(told - real)
            self._short += real - told > TOO_SHORT

    def add_to(self, outcome: Outcome) -> None:
        outcome.errors += self._errors
        outcome.announced += self._count
        outcome.too_short += self._short
