"""The figures of an agent, from `Worked` (parts in offers) and `Spent` (time outside them).

Time is cut at the ends of the interval, so that the quarters of an hour add up to the day. What is counted (answered,
missed, and the handling time that AHT is the mean of) belongs whole to the interval in which the offer began.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from ivr.core.intervals import ALWAYS, Interval
from ivr.core.metrics import CALLS, HANDLING, ratio
from ivr.core.orders import Spent, Worked


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent in one interval. Times are seconds within it; handling_time is that of the ``answered`` offers, whole.
    missed rang out, refused were declined; paused: by reason; away: by state (offline, unreachable, resting,
    other_call)."""

    agent: str
    interval: Interval = ALWAYS
    answered: int = 0
    offers: int = 0
    missed: int = 0
    refused: int = 0
    handling_time: float = 0.0
    talk: float = 0.0
    hold: float = 0.0
    wrap_up: float = 0.0
    ringing: float = 0.0
    idle: float = 0.0
    paused: Mapping[str, float] = field(default_factory=dict)
    away: Mapping[str, float] = field(default_factory=dict)

    @property
    def occupancy(self) -> float | None:
        """(talk + hold + wrap-up) / (the same + idle); ringing is in neither."""
        busy = self.talk + self.hold + self.wrap_up
        return ratio(busy, busy + self.idle)

    @property
    def aht(self) -> float | None:
        """Average handling time of the offers answered."""
        return ratio(self.handling_time, self.answered)

    @property
    def no_answer_rate(self) -> float | None:
        """Offers that rang out or were refused while the caller was there / offers."""
        return ratio(self.missed + self.refused, self.offers)

    def row(self) -> dict[str, object]:
        """All fields and rates by name, for screens and exports."""
        return {item.name: getattr(self, item.name) for item in fields(self)} | {name: getattr(self, name) for name in RATES}


RATES: Final = ("occupancy", "aht", "no_answer_rate")


def agent_figures(
    agent: str, worked: Iterable[Worked], spent: Iterable[Spent], *, interval: Interval = ALWAYS
) -> AgentFigures:
    """The figures of ``agent`` in ``interval``, from all reports. What is not over is not reported and not counted."""
    parts = [part for part in worked if part.agent == agent]
    own = [part for part in parts if interval.holds(part.at)]
    handled = [part for part in own if part.kind in HANDLING and part.end == "accepted"]
    rung = [part for part in own if part.kind in CALLS]
    shares = [_within(part, interval) for part in parts if part.kind in HANDLING]
    paused, others = _times(agent, spent, interval)
    return AgentFigures(
        agent, interval, answered=len(handled), offers=len(rung), missed=sum(part.end == "timed_out" for part in rung),
        refused=sum(part.end == "refused" for part in rung),
        handling_time=math.fsum(part.talked + part.held + part.wrapped for part in handled),
        ringing=math.fsum(share[0] for share in shares), talk=math.fsum(share[1] for share in shares),
        hold=math.fsum(share[2] for share in shares), wrap_up=math.fsum(share[3] for share in shares),
        idle=others.pop("ready", 0.0), paused=paused, away=others,
    )


def _within(part: Worked, interval: Interval) -> tuple[float, float, float, float]:
    """Ringing, talk, hold and wrap-up of one offer inside the interval. It rings first and the wrap-up comes last; holds
    are spread evenly over the conversation, since the report does not say when they were."""
    talking_until = part.until - part.wrapped
    spoken = part.talked + part.held
    inside = interval.overlap(talking_until - spoken, talking_until) / spoken if spoken else 0.0
    return (
        interval.overlap(part.at, part.at + part.rang), part.talked * inside, part.held * inside,
        interval.overlap(talking_until, part.until),
    )


def _times(agent: str, spent: Iterable[Spent], interval: Interval) -> tuple[dict[str, float], dict[str, float]]:
    """Pauses by reason, and the other times by state."""
    paused: defaultdict[str, float] = defaultdict(float)
    others: defaultdict[str, float] = defaultdict(float)
    for time in spent:
        inside = interval.overlap(time.since, time.until)
        if time.agent == agent and inside:
            by, key = (paused, time.reason) if time.state == "paused" else (others, time.state)
            by[key] += inside
    return dict(paused), dict(others)
