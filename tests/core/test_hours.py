"""Opening hours, business days, public holidays and the command that seeds them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.hours import Calendar, SpecialDay, parse_span
from ivr.dialplan import source_of
from ivr.dialplan_tables import read_calendars
from ivr.public_holidays import main, seed_holidays
from tests.phone import ROOT, dialplan, moment

DAY = (parse_span("07:30-12:30"), parse_span("13:30-16:30"))
WEEK = (*[DAY] * 5, (), ())
CALENDAR = Calendar(WEEK, special={
    date(2026, 12, 25): SpecialDay("Noël"),
    date(2026, 12, 24): SpecialDay("Veille de Noël", (parse_span("07:30-12:00"),), public=False),
    date(2026, 12, 28): SpecialDay("Inventaire", public=False),
})


@pytest.mark.parametrize(("at", "reason", "reopens"), [
    ("monday 05:00", "night", "2026-11-23T07:30"),
    ("monday 12:45", "lunch", "2026-11-23T13:30"),
    ("monday 18:00", "night", "2026-11-24T07:30"),
    ("saturday 10:00", "night", "2026-11-30T07:30"),
    ("2026-12-24 12:00", "night", "2026-12-29T07:30"),
    ("2026-12-25 10:00", "holiday", "2026-12-29T07:30"),
    ("2026-12-28 10:00", "exception", "2026-12-29T07:30"),
])
def test_closed_has_a_reason_and_an_end(at: str, reason: str, reopens: str) -> None:
    opening = CALENDAR.at(moment(at))
    assert (opening.open, opening.reason) == (False, reason)
    assert opening.reopens
    assert opening.reopens.isoformat()[:16] == reopens


def test_open_until_the_end_of_the_span() -> None:
    opening = CALENDAR.at(moment("monday 12:29"))
    assert opening.open
    assert opening.closes
    assert (opening.closes.hour, opening.closes.minute) == (12, 30)


def test_a_calendar_that_never_opens_says_no_day() -> None:
    assert Calendar(((),) * 7).at(moment("monday 10:00")).reopens is None


def test_another_zone_is_followed_through_its_summer_time() -> None:
    paris = Calendar(WEEK, zone="Europe/Paris")
    assert paris.at(moment("2026-07-06 05:45")).open
    assert not paris.at(moment("2026-12-07 06:15")).open


def test_business_days_jump_over_weekends_and_closed_days() -> None:
    assert CALENDAR.add_business_days(date(2026, 12, 23), 1) == date(2026, 12, 24)
    assert CALENDAR.add_business_days(date(2026, 12, 24), 1) == date(2026, 12, 29)
    assert CALENDAR.add_business_days(date(2026, 11, 23), 5) == date(2026, 11, 30)
    assert CALENDAR.add_business_days(date(2026, 11, 23), 0) == date(2026, 11, 23)


@given(at=st.floats(1.6e9, 2.1e9))
def test_the_moment_of_reopening_is_open_and_nothing_before_it_is(at: float) -> None:
    opening = CALENDAR.at(at)
    if not opening.open:
        assert opening.reopens
        start = opening.reopens.timestamp()
        assert start > at
        assert CALENDAR.at(start).open
        assert not CALENDAR.at((at + start) / 2).open
        assert not CALENDAR.at(start - 1).open


@pytest.mark.parametrize("text", ["7h30-12h30", "12:30-07:30", "07:30", "07:60-08:00", "", "25:00-26:00", "a:b-c:d"])
def test_a_span_that_is_none_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"span of hours|the end must come after"):
        parse_span(text)


# ------------------------------------------------------------------------------------------------------- public holidays
def hours_file(tmp_path: Path) -> Path:
    path = tmp_path / "hours.yaml"
    path.write_text((ROOT / "dialplans/hours.yaml").read_text("utf-8"), "utf-8")
    return path


def test_the_calendar_that_serves_has_three_years_of_holidays() -> None:
    special = dialplan().calendars["cruc"].special
    assert {day.year for day in special} == {2026, 2027, 2028}
    assert special[date(2026, 8, 7)].name == "Fête Nationale"


def test_seeding_again_changes_nothing(tmp_path: Path) -> None:
    path = hours_file(tmp_path)
    before = path.read_text("utf-8")
    assert seed_holidays(path, [2026, 2027, 2028]) == []
    assert path.read_text("utf-8") == before


def test_seeding_another_year_keeps_every_edit_and_comment(tmp_path: Path) -> None:
    path = hours_file(tmp_path)
    edited = path.read_text("utf-8").replace(
        '{date: "2026-12-25", name: "Fête de Noël"}', '{date: "2026-12-25", name: "Noël", hours: ["08:00-10:00"]}  # garde'
    )
    path.write_text(edited, "utf-8")
    added = seed_holidays(path, [2026, 2029])
    assert added
    assert {day.year for day in added} == {2029}
    kept = path.read_text("utf-8")
    assert set(edited.splitlines()) <= set(kept.splitlines())
    problems: list[object] = []
    calendar = read_calendars(source_of(kept, "hours.yaml"), problems)["cruc"]  # type: ignore[arg-type]
    assert not problems
    assert calendar.at(datetime.fromisoformat("2026-12-25T09:00+00:00").timestamp()).open
    assert calendar.special[date(2029, 1, 1)].spans == ()


def test_islamic_dates_are_marked_as_estimated(tmp_path: Path) -> None:
    path = hours_file(tmp_path)
    seed_holidays(path, [2029])
    lines = [line for line in path.read_text("utf-8").splitlines() if '"2029-' in line]
    assert any("Tabaski" in line and "estimated: true" in line for line in lines)
    assert not any("Noël" in line and "estimated" in line for line in lines)


@pytest.mark.parametrize("years", [[], ["vingt"]])
def test_the_command_says_what_it_wants(years: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(years) == 2
    assert "Dites les années" in capsys.readouterr().err
