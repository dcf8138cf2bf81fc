"""The demonstration shows an open centre at any time of the day."""

from datetime import UTC, datetime

import pytest

from ivr.config import load_settings
from ivr.demo.stage import always_open
from ivr.dialplan import load_dialplan
from ivr.retention_table import load_retention
from ivr.site import load_prompts, prompt_arguments

A_WEDNESDAY = (2026, 11, 25)


@pytest.mark.parametrize(("hour", "minute", "own"), [
    (9, 0, True), (12, 10, False), (12, 45, False), (14, 0, True), (16, 20, False), (16, 45, False), (23, 0, False),
])
def test_it_has_its_own_calendar_unless_the_centre_is_open_and_stays_so(tmp_path, hour, minute, own):
    told = []
    settings = load_settings(home=str(tmp_path))
    now = datetime(*A_WEDNESDAY, hour, minute, tzinfo=UTC).timestamp()
    shown = always_open(settings, told.append, now)
    assert (shown == settings, not told) == (own, own)
    assert load_retention(shown.path(shown.dialplans))
    calendars = load_dialplan(shown.path(shown.dialplans), prompt_arguments(load_prompts(settings))).calendars
    assert all(calendar.at(now + minutes * 60).open for calendar in calendars.values() for minutes in (0, 15, 29))
