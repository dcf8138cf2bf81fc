"""Opening hours: a week, a lunch break, public holidays, exceptional days. Pure: the time is always given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""Opened and closed, in minutes after midnight; the closing minute is outside."""

Reason = Literal["night", "lunch", "holiday", "exception"]

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day unlike its weekday: closed, or open at other hours."""

    name: str
    spans: tuple[Span, ...] = ()
    public: bool = True


@dataclass(frozen=True, slots=True)
class Opening:
    """The state of a calendar at one moment. ``reopens`` and ``closes`` are local; None when unknown."""

    open: bool
    reason: Reason | None = None
    day_name: str | None = None
    reopens: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """``week`` has seven entries, Monday first."""

    week: tuple[tuple[Span, ...], ...]
    zone: str = "Africa/Abidjan"
    special: Mapping[date, SpecialDay] = field(default_factory=dict)

    def at(self, when: float) -> Opening:
        """Open or closed at ``when`` (UTC seconds), why, and until when."""
        local = datetime.fromtimestamp(when, self.zone_info())
        minute = local.hour * 60 + local.minute
        spans = self.spans(local.date())
        current = next((span for span in spans if span[0] <= minute < span[1]), None)
        if current:
            return Opening(open=True, closes=_moment(local, local.date(), current[1]))
        special = self.special.get(local.date())
        return Opening(
            open=False, reason=_reason(special, spans, minute), day_name=special.name if special else None,
            reopens=self._reopens(local),
        )

    def spans(self, day: date) -> tuple[Span, ...]:
        special = self.special.get(day)
        return special.spans if special else self.week[day.weekday()]

    def is_business_day(self, day: date) -> bool:
        return bool(self.spans(day))

    def add_business_days(self, day: date, count: int) -> date:
        """The ``count``-th business day after ``day``."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_business_day(day)
        return day

    def _reopens(self, local: datetime) -> datetime | None:
        minute = local.hour * 60 + local.minute
        for ahead in range(LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            for start, _end in self.spans(day):
                if ahead or start > minute:
                    return _moment(local, day, start)
        return None

    def zone_info(self) -> tzinfo:
        # Abidjan is UTC without daylight saving: no time-zone database is needed for the ordinary case.
        return UTC if self.zone in {"Africa/Abidjan", "UTC"} else ZoneInfo(self.zone)


def _moment(local: datetime, day: date, minute: int) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=local.tzinfo)
    return midnight + timedelta(minutes=minute)


def _reason(special: SpecialDay | None, spans: tuple[Span, ...], minute: int) -> Reason:
    if special and not spans:
        return "holiday" if special.public else "exception"
    between = any(end <= minute for _start, end in spans) and any(start > minute for start, _end in spans)
    return "lunch" if between else "night"


def parse_span(text: str) -> Span:
    """``"07:30-12:30"`` → (450, 750). Raises ValueError with a sentence."""
    try:
        start, end = (_minutes(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f'{text!r} is not a span of hours: write it as "07:30-12:30"') from None
    if not 0 <= start < end <= 24 * 60:
        raise ValueError(f"{text!r}: the end must come after the beginning, within one day")
    return start, end


def _minutes(text: str) -> int:
    hours, minutes = text.strip().split(":")
    if len(minutes) != 2 or not 0 <= int(minutes) < 60:
        raise ValueError(text)
    return int(hours) * 60 + int(minutes)
