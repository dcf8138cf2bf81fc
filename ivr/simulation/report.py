"""The figures of a study by name, for the table, the JSON and the picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ivr.core.metrics import QueueFigures
from ivr.simulation.confidence import Estimate
from ivr.simulation.outcome import Outcome
from ivr.simulation.scenario import Scenario
from ivr.simulation.study import Study


@dataclass(frozen=True, slots=True)
class Case:
    """One set of rules and agents, and what came of it."""

    name: str
    scenario: Scenario
    study: Study

    @property
    def queues(self) -> list[str]:
        return self.study.whole.queues


@dataclass(frozen=True, slots=True)
class Row:
    """One case, one queue ('' all). Times are seconds, rates shares; ``waiting``: callers in the queue on average;
    ``error``: mean of abs(announced − real) for those who were told a wait; ``too_short``: told over a minute too little."""

    case: str
    queue: str
    days: int
    figures: QueueFigures
    level: Estimate
    abandonment: Estimate
    asa: Estimate
    occupancy: float | None
    waiting: float
    error: float | None
    too_short: float | None

    def plain(self) -> dict[str, object]:
        """JSON: the figures of `QueueFigures` by name, with half the width of the 95 % intervals."""
        told = {key: value for key, value in self.figures.row().items() if key != "interval"}
        return {
            "case": self.case, "days": self.days, **told, "service_level_pm": self.level.half,
            "abandonment_pm": self.abandonment.half, "asa_pm": self.asa.half, "occupancy": self.occupancy,
            "waiting_mean": self.waiting, "announcement_error": self.error, "told_too_short": self.too_short,
        }


def row(case: Case, queue: str = "") -> Row:
    study, whole, scenario = case.study, case.study.whole, case.scenario
    waited = math.fsum(seconds for (name, _slot), seconds in whole.waited.items() if queue in ("", name))

    def of(figure: str) -> Callable[[Outcome], float | None]:
        return lambda part: getattr(part.figures(queue), figure)

    return Row(
        case.name, queue, whole.days, whole.figures(queue), study.estimate(of("service_level")),
        study.estimate(of("abandonment")), study.estimate(of("asa")), whole.occupancy,
        waited / (scenario.length * whole.days) if whole.days else 0.0, whole.announcement_error, whole.told_too_short,
    )


def rows(case: Case) -> list[Row]:
    """All together first, then each queue if there are several."""
    queues = case.queues
    return [row(case), *(row(case, queue) for queue in queues if len(queues) > 1)]
