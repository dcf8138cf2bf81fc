"""The figures of a period, out of the store's reports and records: by the formulas of `ivr.core.metrics`, and no others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.core.intervals import Interval, Kind, interval_of
from ivr.core.metrics import Cell, QueueFigures, by_interval, queue_figures
from ivr.core.metrics_agents import AgentFigures, agent_figures
from ivr.core.metrics_calls import Announcements, Satisfaction, SelfService, announcements, satisfaction, self_service
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules
from ivr.core.record import CallRecord
from storage import Store


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Of all calls that began in the period and are over, or of those of one queue. ``outcomes``: calls by outcome."""

    self_service: SelfService
    satisfaction: Satisfaction
    announcements: Announcements
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked for. ``queue`` '' is all; ``until`` is outside."""

    since: float
    until: float
    by: Kind
    queue: str = ""

    @property
    def whole(self) -> Interval:
        return Interval(self.since, self.until)


@dataclass(frozen=True, slots=True)
class Figures:
    """``cells``: every queue in every interval; ``totals``: every queue over the whole period, computed from the reports
    again; ``total``: all queues, None when they are not counted with the same limits."""

    cells: Sequence[QueueFigures]
    totals: Sequence[QueueFigures]
    total: QueueFigures | None
    agents: Sequence[AgentFigures]
    calls: CallFigures


async def figures(
    store: Store, rules: Mapping[str, Rules], period: Period, *, unanswered: Iterable[Mapping[str, Any]],
    surveys: Collection[str],
) -> Figures:
    """``unanswered``: who is in no report yet (`ivr.snapshot`); ``surveys``: nodes of the flow that ask for a mark.

    Raises `CountingBroken` when what came in is not what is accounted for.
    """
    reports = await store.reports(period.since, period.until)
    records = await store.records(period.since, period.until)
    stays = [each for each in reports if isinstance(each, Stayed) and period.queue in ("", each.queue)]
    works = [each for each in reports if isinstance(each, Worked)]
    own = [each for each in works if period.whole.holds(each.at) and period.queue in ("", each.queue)]
    pending = [
        (str(each["queue"]), float(each["entered"])) for each in unanswered
        if period.queue in ("", each["queue"]) and period.whole.holds(each["entered"])
    ]
    waiting = Counter((queue, interval_of(entered, period.by).since) for queue, entered in pending)
    cells = by_interval(stays, own, period.by, rules, waiting=waiting)
    totals, total = _totals(stays, own, pending, rules, names=sorted({queue for queue, _since in cells}),
                            interval=period.whole)
    return Figures(
        list(cells.values()), totals, total,
        _agents(works, [each for each in reports if isinstance(each, Spent)], period),
        _calls([record for record in records if period.queue in ("", record.queue)], surveys),
    )


def _totals(
    stays: Sequence[Stayed], works: Sequence[Worked], pending: Sequence[Cell], rules: Mapping[str, Rules], *,
    names: Sequence[str], interval: Interval,
) -> tuple[list[QueueFigures], QueueFigures | None]:
    waiting = Counter(queue for queue, _entered in pending)

    def of(queue: str, limits: Rules | None, count: int) -> QueueFigures:
        return queue_figures(stays, works, queue=queue, interval=interval, waiting=count, rules=limits)

    totals = [of(name, rules.get(name), waiting[name]) for name in names]
    same = len({(each.target, each.short) for each in totals}) == 1
    return totals, of("", rules.get(names[0]), len(pending)) if same and len(names) > 1 else None


def _agents(works: Sequence[Worked], spent: Sequence[Spent], period: Period) -> list[AgentFigures]:
    """In all their queues, for idle time belongs to none; with a queue, of those who worked in it. An outside number that
    was consulted is no agent."""
    here = (each.agent for each in works if period.queue in ("", each.queue))
    names = {*here, *(() if period.queue else (each.agent for each in spent))} - {""}
    return [agent_figures(name, works, spent, interval=period.whole) for name in sorted(names)]


def _calls(records: Sequence[CallRecord], surveys: Collection[str]) -> CallFigures:
    asked = [record.satisfaction for record in records if record.satisfaction is not None or set(record.path) & set(surveys)]
    return CallFigures(
        self_service(records), satisfaction(asked), announcements(_announced(records)),
        Counter(record.outcome or "?" for record in records),
    )


def _announced(records: Iterable[CallRecord]) -> Iterable[tuple[Sequence[tuple[float, float]], float | None]]:
    """Each wait told, with the moment at which the next agent was on the line; None when the caller left first."""
    for record in records:
        for at, seconds in record.announced:
            yield [(at, seconds)], next((part.start for part in record.segments if part.start >= at), None)
