"""The journal of the distributor: what `ivr.core.offers` calls reports, kept as told and never changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ivr.core.orders import Spent, Stayed, Worked
from storage.engine import Ask, Steps
from storage.rows import told

Report: TypeAlias = Stayed | Worked | Spent


def keep_reports(reports: Iterable[Report]) -> Steps[None]:
    """A report told twice (the same stay, the same offer, the same moment of an agent) is kept once."""
    for report in reports:
        values = dataclasses.asdict(report)
        match report:
            case Stayed():
                yield Ask("keep_stay", values)
            case Worked():
                yield Ask("keep_worked", values)
            case Spent():
                yield Ask("keep_spent", values)


def reports(since: float, until: float) -> Steps[tuple[Report, ...]]:
    """Stays by their entrance, works and times spent by any second in [since, until); each kind in the order of time."""
    period = {"since": since, "until": until}
    stays: Sequence[Report] = [told(Stayed, row) for row in (yield Ask("stays", period))]
    works = [told(Worked, row) for row in (yield Ask("works", period))]
    spent = [told(Spent, row) for row in (yield Ask("spent", period))]
    return (*stays, *works, *spent)
