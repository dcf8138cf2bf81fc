"""Quarters, hours, days and ISO weeks tile the time."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.intervals import Interval, interval_of, intervals

KINDS = st.sampled_from(["15min", "hour", "day", "week"])
MOMENTS = st.floats(-1e9, 4e9)


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(("kind", "since", "until"), [
    ("15min", "2026-03-11 08:45", "2026-03-11 09:00"),
    ("hour", "2026-03-11 08:00", "2026-03-11 09:00"),
    ("day", "2026-03-11", "2026-03-12"),
    ("week", "2026-03-09", "2026-03-16"),  # from Monday to Monday
])
def test_the_intervals_of_a_wednesday_morning(kind, since, until):
    assert interval_of(utc("2026-03-11 08:52:17"), kind) == Interval(utc(since), utc(until))


def test_the_first_iso_week_of_2026_begins_in_december():
    assert interval_of(utc("2026-01-01"), "week").since == utc("2025-12-29")


def test_a_moment_on_the_border_belongs_to_what_begins():
    assert interval_of(utc("2026-03-11 09:00"), "15min").since == utc("2026-03-11 09:00")


def test_the_day_europe_sets_its_clocks_has_24_hours_in_abidjan():
    assert len(intervals(utc("2026-03-29"), utc("2026-03-30"), "hour")) == 24


def test_a_period_of_nothing_has_no_interval_and_a_reversed_one_is_refused():
    assert intervals(5, 5, "day") == []
    with pytest.raises(ValueError, match="ends after it begins"):
        intervals(5, 4, "day")


@given(MOMENTS, st.floats(0, 1e6), KINDS)
def test_intervals_follow_each_other_and_cover_the_period(since, length, kind):
    tiles = intervals(since, since + length, kind)
    assert all(one.until == other.since for one, other in pairwise(tiles))
    if since + length > since:
        assert tiles[0].holds(since)
        assert tiles[-1].since < since + length <= tiles[-1].until


@given(MOMENTS, KINDS)
def test_a_moment_lies_in_its_interval(moment, kind):
    tile = interval_of(moment, kind)
    assert tile.holds(moment)
    assert tile.overlap(moment, moment + 1e9) <= tile.until - tile.since
