"""What is promised to a requester: the day it is due, and the days on which 80 and 150 % of the delay are over.

A delay counts business days or days, from the day after the registration. While the requester's documents are awaited
the clock stands still: when it goes on, all three days move by as many days of the same kind as were lost. Days are ISO
text, which sorts as they do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

DayAfter: TypeAlias = Callable[[date, int], date]
"""The ``n``-th day that counts after a day: `ivr.core.hours.Calendar.add_business_days`, or `days_after`."""

LEVELS: Final = (80, 100, 150)
Level: TypeAlias = Literal[0, 80, 100, 150]


@dataclass(frozen=True, slots=True)
class Promise:
    """Days on which 80, 100 and 150 % of the delay are reached. It is late from the day after ``due``."""

    warn: str
    due: str
    late: str


def days_after(day: date, count: int) -> date:
    return day + timedelta(days=count)


def promised(day: date, delay: int, day_after: DayAfter) -> Promise:
    """For a request registered on ``day`` with ``delay`` days that count; a part of a day is a day."""
    warn, late = -(-delay * 4 // 5), -(-delay * 3 // 2)
    return Promise(*(day_after(day, count).isoformat() for count in (warn, delay, late)))


def moved(promise: Promise, paused: date, resumed: date, day_after: DayAfter) -> Promise:
    """The promise after a pause: of the days that count, those after ``paused`` up to ``resumed`` were lost."""
    lost = 0
    while (paused := day_after(paused, 1)) <= resumed:
        lost += 1
    days = (day_after(date.fromisoformat(day), lost).isoformat() for day in (promise.warn, promise.due, promise.late))
    return Promise(*days) if lost else promise


def level(promise: Promise, today: date) -> Level:
    """The highest of `LEVELS` that is reached on ``today``, 0 for none."""
    iso = today.isoformat()
    if iso > promise.late:
        return 150
    if iso > promise.due:
        return 100
    return 80 if iso >= promise.warn else 0


def last_day_before(today: date, count: int, day_after: DayAfter) -> date:
    """The latest day whose ``count``-th day that counts is not after ``today``: what was resolved by then is closed now."""
    day = today - timedelta(days=count)
    while day_after(day, count) > today:
        day -= timedelta(days=1)
    return day
