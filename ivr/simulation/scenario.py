"""A call centre to be played: its rules, who calls, who answers. All times are seconds, moments of a day since midnight."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import numpy as np

from ivr.core.offers import Skills
from ivr.core.queueing import Rules

Shape = Literal["steady", "two_peaks", "pay_day"]
SHAPES: Final = get_args(Shape)
"""How calls spread over a day: evenly; high in the middle of the morning and of the afternoon; the day salaries are paid,
when most call in the first two hours and the wave ebbs away."""

QUARTER: Final = 900.0
DAY: Final = 86400.0
MONDAY: Final = 1793577600.0
"""The first simulated day begins here (2026-11-02, 00:00 UTC): queues with opening hours of their own see a calendar."""


@dataclass(frozen=True, slots=True)
class Law:
    """How long something takes: ``mean`` seconds (inf: it never ends); ``cv`` None: exponential, 0: always the mean,
    otherwise log-normal with this coefficient of variation."""

    mean: float
    cv: float | None = None

    def draw(self, chance: np.random.Generator, count: int) -> list[float]:
        if self.cv == 0 or self.mean == 0 or math.isinf(self.mean):
            return [self.mean] * count
        if self.cv is None:
            found: list[float] = chance.exponential(self.mean, count).tolist()
            return found
        spread = math.log1p(self.cv**2)
        drawn: list[float] = chance.lognormal(math.log(self.mean) - spread / 2, math.sqrt(spread), count).tolist()
        return drawn


NEVER: Final = Law(math.inf)
AT_ONCE: Final = Law(0.0)


@dataclass(frozen=True, slots=True)
class Stream:
    """Callers of one queue. ``rates``: calls an hour in equal slices of the opening hours."""

    queue: str
    rates: tuple[float, ...]
    handling: Law
    patience: Law = NEVER
    priority: int = 0
    skills: Skills = ()


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent. ``hours``: (from, to) within each day; none: always there. ``by_day``: instead, those of each day by its
    number (0 is the first)."""

    name: str
    queues: tuple[str, ...]
    skills: Skills = ()
    ranks: Mapping[str, int] = field(default_factory=dict)
    hours: tuple[tuple[float, float], ...] = ()
    by_day: Mapping[int, tuple[tuple[float, float], ...]] | None = None

    @property
    def always(self) -> bool:
        return not self.hours and self.by_day is None

    def hours_of(self, day: int) -> tuple[tuple[float, float], ...]:
        return self.hours if self.by_day is None else self.by_day.get(day, ())


@dataclass(frozen=True, slots=True)
class Scenario:
    """``opening``: when the first caller may come; ``length``: of the opening hours, longer than a day if so wanted;
    ``midnight``: before the first day. ``together``: days that one distributor lives through; each such stretch is one
    observation for the confidence intervals. answer: from the first ring to the agent's voice; unanswered: share of the
    offers that ring in vain; ``back``: an agent who was paused for that comes back so many seconds later. ``announce``:
    ask at the door how long the wait will be, and compare."""

    rules: Mapping[str, Rules]
    streams: tuple[Stream, ...]
    workers: tuple[Worker, ...]
    opening: float = 7.5 * 3600
    length: float = 9 * 3600.0
    days: int = 1
    together: int = 1
    midnight: float = MONDAY
    answer: Law = AT_ONCE
    unanswered: float = 0.0
    back: float = 300.0
    seed: int = 1
    announce: bool = True
    faithful: bool = False

    @property
    def stride(self) -> float:
        """From one midnight to the next; a « day » of 1000 hours takes 42 of them."""
        return DAY * max(1, math.ceil((self.opening + self.length) / DAY))

    @property
    def slot(self) -> float:
        """The part of the day that curves are drawn with: a quarter of an hour, or 1/24 of a longer « day »."""
        return QUARTER if self.length <= DAY else self.length / 24

    @property
    def stretches(self) -> list[range]:
        return [range(first, min(first + self.together, self.days)) for first in range(0, self.days, self.together)]

    def opens(self, day: int) -> float:
        return self.midnight + day * self.stride + self.opening


def shaped(per_hour: float, shape: str, length: float = 9 * 3600.0) -> tuple[float, ...]:
    """Calls an hour by quarters of an hour, ``per_hour`` on average, in the shape of that name."""
    count = max(1, round(length / QUARTER))
    weights = [WEIGHTS[shape]((n + 0.5) / count) for n in range(count)]
    mean = math.fsum(weights) / count
    return tuple(per_hour * weight / mean for weight in weights)


def _hill(part: float, top: float, width: float) -> float:
    return math.exp(-(((part - top) / width) ** 2))


WEIGHTS: Final[dict[str, Callable[[float], float]]] = {
    "steady": lambda _part: 1.0,
    "two_peaks": lambda part: 0.5 + _hill(part, 0.25, 0.12) + 0.7 * _hill(part, 0.75, 0.12),
    "pay_day": lambda part: 0.45 + 1.6 * _hill(part, 0.12, 0.16),
}
