"""What is promised, and how it moves while documents are awaited."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.delays import Promise, days_after, last_day_before, level, moved, promised
from ivr.core.hours import Calendar, SpecialDay

WEEK = ((450, 990),)
CRUC = Calendar((WEEK,) * 5 + ((), ()), special={date(2026, 12, 25): SpecialDay("Noël")})
FRIDAY = date(2026, 10, 23)


def test_three_business_days_from_a_friday():
    assert promised(FRIDAY, 3, CRUC.add_business_days) == Promise("2026-10-28", "2026-10-28", "2026-10-30")


def test_sixty_days_count_every_day():
    assert promised(FRIDAY, 60, days_after) == Promise("2026-12-10", "2026-12-22", "2027-01-21")


def test_christmas_is_no_business_day():
    assert promised(date(2026, 12, 24), 1, CRUC.add_business_days).due == "2026-12-28"


@pytest.mark.parametrize(("today", "reached"), [
    ("2026-12-09", 0), ("2026-12-10", 80), ("2026-12-22", 80), ("2026-12-23", 100), ("2027-01-21", 100), ("2027-01-22", 150),
])
def test_it_is_late_from_the_day_after(today, reached):
    assert level(promised(FRIDAY, 60, days_after), date.fromisoformat(today)) == reached


def test_the_days_of_a_pause_are_given_back():
    promise = promised(FRIDAY, 3, CRUC.add_business_days)
    later = moved(promise, date(2026, 10, 26), date(2026, 11, 2), CRUC.add_business_days)
    assert later == Promise("2026-11-04", "2026-11-04", "2026-11-06")


def test_a_pause_over_a_week_end_costs_no_business_day():
    promise = promised(FRIDAY, 3, CRUC.add_business_days)
    assert moved(promise, FRIDAY, FRIDAY + timedelta(days=2), CRUC.add_business_days) == promise


days = st.dates(date(2026, 1, 1), date(2030, 1, 1))


@given(days, st.integers(0, 180), st.integers(0, 60), st.booleans())
def test_a_pause_never_takes_time_away(start, delay, pause, business):
    count = CRUC.add_business_days if business else days_after
    promise = promised(start, delay, count)
    later = moved(promise, start, start + timedelta(days=pause), count)
    assert promise.warn <= promise.due <= promise.late
    assert (later.warn, later.due, later.late) >= (promise.warn, promise.due, promise.late)
    if not business:
        assert date.fromisoformat(later.due) - date.fromisoformat(promise.due) == timedelta(days=pause)


@given(days, st.integers(1, 15))
def test_the_last_day_before_is_the_last_one(today, count):
    day = last_day_before(today, count, CRUC.add_business_days)
    assert CRUC.add_business_days(day, count) <= today < CRUC.add_business_days(day + timedelta(days=1), count)
