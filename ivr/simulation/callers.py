"""Who calls on a day: arrivals, patience, handling times, drawn at once in columns.

Each day and stream has a generator of its own, seeded with (seed, day, stream): a day is the same whoever plays it, in
whatever order, and under whatever rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ivr.simulation.scenario import Scenario, Stream

OFFERS = 1_000_003
"""The stream of what happens to offers: no scenario has so many streams of callers."""


@dataclass(slots=True)
class Callers:
    """Columns, in order of arrival. ``stream`` numbers the scenario's streams; ``delay`` is how long the telephone rings
    for this caller, inf in vain; empty where every agent answers at once."""

    at: list[float] = field(default_factory=list)
    stream: list[int] = field(default_factory=list)
    patience: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)
    delay: list[float] = field(default_factory=list)

    def extend(self, other: Callers) -> None:
        self.at += other.at
        self.stream += other.stream
        self.patience += other.patience
        self.handling += other.handling
        self.delay += other.delay


def drawn(scenario: Scenario, day: int) -> Callers:
    """The callers of one day."""
    parts = [_of(scenario, day, number, stream) for number, stream in enumerate(scenario.streams)]
    found = parts[0] if len(parts) == 1 else in_order(parts)
    found.delay = delays(scenario, day, len(found.at))
    return found


def delays(scenario: Scenario, day: int, count: int) -> list[float]:
    """How long telephones ring for these callers."""
    if scenario.answer.mean == 0 and not scenario.unanswered:
        return []
    chance = np.random.default_rng((scenario.seed, day, OFFERS))
    rings = scenario.answer.draw(chance, count)
    vain = chance.random(count) < scenario.unanswered
    return [float("inf") if lost else ring for ring, lost in zip(rings, vain.tolist(), strict=True)]


def _of(scenario: Scenario, day: int, number: int, stream: Stream) -> Callers:
    chance = np.random.default_rng((scenario.seed, day, number))
    slices = len(stream.rates)
    width = scenario.length / slices
    counts = chance.poisson(np.array(stream.rates) * width / 3600)
    moments = np.sort(np.repeat(np.arange(slices), counts) * width + chance.random(int(counts.sum())) * width)
    at: list[float] = (moments + scenario.opens(day)).tolist()
    count = len(at)
    return Callers(at, [number] * count, stream.patience.draw(chance, count), stream.handling.draw(chance, count))


def in_order(parts: list[Callers]) -> Callers:
    """All of them in order of arrival; at one moment, in the order given."""
    whole = Callers()
    for part in parts:
        whole.extend(part)
    order: list[int] = np.argsort(np.array(whole.at), kind="stable").tolist()
    return Callers(
        [whole.at[n] for n in order], [whole.stream[n] for n in order], [whole.patience[n] for n in order],
        [whole.handling[n] for n in order],
    )
