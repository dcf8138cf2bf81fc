"""The day so far, queue by queue, for those who watch it live: fed by the distributor's reports as they come.

At a start the day begins with what the store has of it; at midnight (Abidjan, which keeps UTC) it begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ivr.core.intervals import Interval, interval_of
from ivr.core.metrics import QueueFigures
from ivr.core.metrics_tally import Tally
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules


@dataclass(slots=True)
class Today:
    rules: Mapping[str, Rules]
    day: Interval | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)

    def begin(self, at: float, reports: Iterable[Stayed | Worked | Spent] = ()) -> None:
        self.day, self.tallies = interval_of(at, "day"), {}
        for report in reports:
            self.add(report)

    def add(self, report: Stayed | Worked | Spent) -> None:
        if isinstance(report, Spent):
            return
        at = report.until
        if self.day is None or at >= self.day.until:
            self.begin(at)
        tally = self.tallies.get(report.queue)
        if tally is None:
            tally = self.tallies[report.queue] = Tally(self.rules.get(report.queue, Rules()))
        if isinstance(report, Stayed):
            tally.add(report)
        else:
            tally.work(report)

    def figures(self, queue: str, waiting: int) -> QueueFigures | None:
        """None before the first report of the day."""
        tally = self.tallies.get(queue)
        return tally.figures(queue=queue, interval=self.day, waiting=waiting) if tally and self.day else None
