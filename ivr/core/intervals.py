"""What figures are given for: quarters of an hour, hours, days, ISO weeks. In UTC, which is Abidjan's time."""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["15min", "hour", "day", "week"]
LENGTHS: Final[dict[Kind, int]] = {"15min": 900, "hour": 3600, "day": 86400, "week": 7 * 86400}
MONDAY: Final = 4 * 86400
"""The first Monday after the epoch, which was a Thursday: ISO weeks begin on Mondays."""


class Interval(NamedTuple):
    """UTC seconds; ``until`` is outside."""

    since: float
    until: float

    def holds(self, moment: float) -> bool:
        return self.since <= moment < self.until

    def overlap(self, since: float, until: float) -> float:
        """Seconds of [since, until) that lie inside."""
        return max(0.0, min(self.until, until) - max(self.since, since))


ALWAYS: Final = Interval(-math.inf, math.inf)


def interval_of(moment: float, kind: Kind) -> Interval:
    """The interval in which ``moment`` lies."""
    length, origin = LENGTHS[kind], MONDAY if kind == "week" else 0
    since = origin + (math.floor(moment) - origin) // length * length
    return Interval(float(since), float(since + length))


def intervals(since: float, until: float, kind: Kind) -> list[Interval]:
    """All intervals that have a moment in [since, until), in order; the first and the last may reach beyond.

    ValueError when ``until`` is before ``since``.
    """
    if until < since:
        raise ValueError(f"a period ends after it begins (here: {since} to {until})")
    found: list[Interval] = []
    while since < until:
        found.append(interval_of(since, kind))
        since = found[-1].until
    return found
