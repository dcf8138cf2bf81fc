"""The figures of a queue. Every formula stands here and nowhere else; screens, exports and the simulator read them.

Figures are computed from the distributor's reports: `Stayed` (by the moment of entering, t_q) and `Worked` (by the moment
the offer began). A total over queues or days is computed from the reports again, never from the figures of the parts.
The counting identity **offered = answered + abandoned + flow-out + failed + still waiting** is checked whenever figures
are made. A rate without a denominator is None: a dash on the screen, neither 0 nor 1.

Callbacks are counted apart, by how they ended: hours may lie between their two ends. A caller who was refused (queue
full, closed...) never waited: neither offered nor lost, counted by reason. The figures of agents are in
`ivr.core.metrics_agents`, those of whole calls in `ivr.core.metrics_calls`, and `ivr.core.metrics_tally` counts the same
figures without keeping the reports.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from ivr.core.intervals import ALWAYS, Interval, Kind, interval_of
from ivr.core.orders import Stayed, Worked
from ivr.core.queueing import Rules

CALLS: Final = frozenset({"call", "callback"})
"""Offers of a caller: a consultation or a supervision that is not taken is not an unanswered call."""
HANDLING: Final = frozenset({"call", "callback", "consult"})
"""Offers whose time is handling time, one segment per agent; a supervisor who listens handles nothing."""
MISSED: Final = frozenset({"timed_out", "refused"})
"""Ends of an offer while the caller was still there. A caller who leaves, or a colleague who is faster, is no miss."""


class CountingBroken(Exception):
    """The counting identity does not hold: a report is lost, doubled, or of an unknown kind."""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue ('' all) in one interval. Times are seconds. target, short: the settings counted with; in_target: answered
    with a wait of at most ``target``; waits are those of callers answered; handled: segments of agents, with their talk,
    hold and wrap_up; offers: telephones rung for a caller, of which missed rang out or were refused; refused: callers not
    taken, by reason; callbacks: by end."""

    offered: int
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    flow_out: int = 0
    failed: int = 0
    waiting: int = 0
    in_target: int = 0
    abandoned_in_target: int = 0
    wait_total: float = 0.0
    wait_p50: float | None = None
    wait_p90: float | None = None
    wait_max: float | None = None
    handled: int = 0
    talk: float = 0.0
    hold: float = 0.0
    wrap_up: float = 0.0
    offers: int = 0
    missed: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    callbacks: Mapping[str, int] = field(default_factory=dict)
    target: float = 20.0
    short: float = 5.0
    queue: str = ""
    interval: Interval = ALWAYS

    def __post_init__(self) -> None:
        """CountingBroken unless everybody who came is accounted for."""
        told = self.answered + self.abandoned + self.flow_out + self.failed + self.waiting
        if self.offered != told:
            raise CountingBroken(
                f"queue {self.queue or '(all)'}, {self.interval.since:.0f} to {self.interval.until:.0f}: "
                f"{self.offered} offered ≠ "
                f"{self.answered} answered + {self.abandoned} abandoned + {self.flow_out} flow-out + {self.failed} failed "
                f"+ {self.waiting} waiting = {told}"
            )

    @property
    def service_level(self) -> float | None:
        """Answered within the target / (answered + abandoned − short abandonments)."""
        return ratio(self.in_target, self.answered + self.abandoned - self.short_abandoned)

    @property
    def asterisk_sl(self) -> float | None:
        """Asterisk's ServicelevelPerf: answered within the target / answered."""
        return ratio(self.in_target, self.answered)

    @property
    def asterisk_sl2(self) -> float | None:
        """Asterisk's ServicelevelPerf2: (answered + abandoned within the target) / (answered + abandoned)."""
        return ratio(self.in_target + self.abandoned_in_target, self.answered + self.abandoned)

    @property
    def abandonment(self) -> float | None:
        """Abandoned / offered; leaving while an agent's telephone rings is abandoning."""
        return ratio(self.abandoned, self.offered)

    @property
    def abandonment_without_short(self) -> float | None:
        """The same, without those who left at once on either side."""
        return ratio(self.abandoned - self.short_abandoned, self.offered - self.short_abandoned)

    @property
    def asa(self) -> float | None:
        """Average speed of answer: Σ (t_b − t_q) / answered."""
        return ratio(self.wait_total, self.answered)

    @property
    def aht(self) -> float | None:
        """Average handling time: (Σ talk + Σ hold + Σ wrap-up) / segments."""
        return ratio(self.talk + self.hold + self.wrap_up, self.handled)

    @property
    def no_answer_rate(self) -> float | None:
        """Offers that rang out or were refused while the caller was there / offers."""
        return ratio(self.missed, self.offers)

    def row(self) -> dict[str, object]:
        """All fields and rates by name, for screens and exports."""
        return {item.name: getattr(self, item.name) for item in fields(self)} | {name: getattr(self, name) for name in RATES}


RATES: Final = (
    "service_level", "asterisk_sl", "asterisk_sl2", "abandonment", "abandonment_without_short", "asa", "aht",
    "no_answer_rate",
)


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    """The percentile by nearest rank: the least value such that ``share`` of all are at most that; a value that occurred,
    never a mean of two. None of nothing. ``ordered`` is ascending, ``share`` in (0, 1]."""
    return ordered[rank(len(ordered), share) - 1] if ordered else None


def rank(count: int, share: float) -> int:
    """The place, from 1, of a percentile among ``count``. The product is rounded first: 0.9 · 10 is 9, not 9.000…1."""
    return max(1, math.ceil(round(share * count, 9)))


def wait_of(stayed: Stayed) -> float:
    """t_b − t_q, or how long the caller stayed; a clock set back makes it 0."""
    return max(0.0, stayed.until - stayed.entered)


def queue_figures(
    stays: Iterable[Stayed], worked: Iterable[Worked] = (), *, queue: str = "", interval: Interval = ALWAYS,
    waiting: int = 0, offered: int | None = None, rules: Rules | None = None,
) -> QueueFigures:
    """The figures of ``queue`` ('' all of them) for those who entered in ``interval``, exactly, from all reports.

    ``waiting``: those of them who wait still, so that no report tells of them. ``offered``: how many came in, when
    somebody counted at the door; otherwise it is the reports and those waiting. ``rules``: the target and what is short.
    CountingBroken when the numbers do not add up.
    """
    rules = rules or Rules()
    here = [stayed for stayed in stays if queue in ("", stayed.queue) and interval.holds(stayed.entered)]
    callers = [stayed for stayed in here if not stayed.callback]
    ends = Counter(stayed.end for stayed in callers)
    waits = sorted(wait_of(stayed) for stayed in callers if stayed.end == "answered")
    given_up = [wait_of(stayed) for stayed in callers if stayed.end == "abandoned"]
    parts = [part for part in worked if queue in ("", part.queue) and interval.holds(part.at)]
    handled = [part for part in parts if part.kind in HANDLING and part.end == "accepted"]
    rung = [part for part in parts if part.kind in CALLS]
    return QueueFigures(
        offered=len(callers) - ends["refused"] + waiting if offered is None else offered,
        answered=ends["answered"], abandoned=ends["abandoned"], flow_out=ends["flow_out"], failed=ends["failed"],
        waiting=waiting, short_abandoned=sum(wait < rules.short for wait in given_up),
        in_target=sum(wait <= rules.level for wait in waits),
        abandoned_in_target=sum(wait <= rules.level for wait in given_up),
        wait_total=math.fsum(waits), wait_p50=nearest_rank(waits, 0.5), wait_p90=nearest_rank(waits, 0.9),
        wait_max=nearest_rank(waits, 1.0), handled=len(handled), talk=math.fsum(part.talked for part in handled),
        hold=math.fsum(part.held for part in handled), wrap_up=math.fsum(part.wrapped for part in handled),
        offers=len(rung), missed=sum(part.end in MISSED for part in rung),
        refused=dict(Counter(stayed.why for stayed in callers if stayed.end == "refused")),
        callbacks=dict(Counter(stayed.end for stayed in here if stayed.callback)),
        target=rules.level, short=rules.short, queue=queue, interval=interval,
    )


Cell = tuple[str, float]
"""A queue and the beginning of an interval."""


def by_interval(
    stays: Iterable[Stayed], worked: Iterable[Worked], kind: Kind, rules: Mapping[str, Rules], *,
    waiting: Mapping[Cell, int] | None = None, offered: Mapping[Cell, int] | None = None,
) -> dict[Cell, QueueFigures]:
    """The figures of every queue in every interval in which something happened, in one pass over the reports; in order of
    queue and time. ``waiting``, ``offered``: as for `queue_figures`, by cell."""
    waiting, offered = waiting or {}, offered or {}
    stays_of: defaultdict[Cell, list[Stayed]] = defaultdict(list)
    worked_of: defaultdict[Cell, list[Worked]] = defaultdict(list)
    for stayed in stays:
        stays_of[stayed.queue, interval_of(stayed.entered, kind).since].append(stayed)
    for part in worked:
        worked_of[part.queue, interval_of(part.at, kind).since].append(part)
    return {
        cell: queue_figures(
            stays_of.get(cell, ()), worked_of.get(cell, ()), queue=cell[0], interval=interval_of(cell[1], kind),
            waiting=waiting.get(cell, 0), offered=offered.get(cell), rules=rules.get(cell[0]),
        )
        for cell in sorted(stays_of.keys() | worked_of.keys() | waiting.keys() | offered.keys())
    }
