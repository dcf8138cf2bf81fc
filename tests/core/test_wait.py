"""What a caller is told about the wait: rounded up, never more than before, nothing when nobody knows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.wait import (
    MORE,
    PRIOR_AHT,
    PRIOR_PATIENCE,
    STEPS,
    Pace,
    announced,
    asterisk_estimate,
    asterisk_holdtime,
    estimate,
    last_served_estimate,
    position_estimate,
)

SECONDS = st.floats(0, 7200)


def pace_of(aht: float, calls: int = 400) -> Pace:
    """A queue where nobody gives up and every call takes the same time."""
    pace = Pace()
    for _ in range(calls):
        pace.handled(aht)
        pace.waited(60, abandoned=False)
    return pace


# --------------------------------------------------------------------------------------------------------------- the pace
def test_before_the_first_call_a_pace_is_a_belief_and_not_known():
    pace = Pace()
    assert (pace.aht, pace.theta, pace.handled_count, pace.known) == (PRIOR_AHT, 1 / PRIOR_PATIENCE, 0, False)


def test_ten_handled_calls_make_it_known():
    assert not pace_of(100, calls=9).known
    assert pace_of(100, calls=10).known


def test_the_pace_follows_the_day():
    pace = pace_of(100)
    assert pace.aht == pytest.approx(100, rel=0.01)
    for _ in range(150):
        pace.handled(300)
    assert pace.aht == pytest.approx(300 - 200 * math.exp(-3), rel=0.01)


def test_two_of_five_leave_after_a_minute_so_one_leaves_in_150_seconds_of_waiting():
    pace = Pace(memory=5000)
    for number in range(5000):
        pace.waited(60, abandoned=number % 5 < 2)
    assert pace.theta == pytest.approx(1 / 150, rel=0.01)


def test_a_clock_set_back_does_not_make_a_call_shorter_than_nothing():
    pace = Pace()
    pace.handled(-3600)
    pace.waited(-3600, abandoned=True)
    assert pace.aht > 0
    assert pace.theta > 0


@given(st.lists(st.tuples(SECONDS, SECONDS, st.booleans()), max_size=60))
def test_whatever_happened_the_pace_lies_within_what_was_seen(calls):
    pace = Pace()
    for handled, waited, left in calls:
        pace.handled(handled)
        pace.waited(waited, left)
    times = [PRIOR_AHT, *(handled for handled, _, _ in calls)]
    assert min(times) - 1e-9 <= pace.aht <= max(times) + 1e-9
    assert pace.theta >= 0
    assert pace.handled_count == len(calls)


def test_a_pace_without_memory_is_refused():
    with pytest.raises(ValueError, match="remembers at least one call"):
        Pace(memory=0)


# ----------------------------------------------------------------------------------------------------------- the estimate
def test_nobody_leaves_and_three_agents_so_each_place_costs_a_third_of_a_call():
    pace = pace_of(240, calls=3000)
    assert estimate(0, 3, pace) == pytest.approx(80, rel=0.01)
    assert estimate(4, 3, pace) == pytest.approx(400, rel=0.01)


def test_those_ahead_who_may_give_up_make_the_wait_shorter():
    pace = Pace(memory=1e6)
    for _ in range(1000):
        pace.handled(PRIOR_AHT)
        pace.waited(PRIOR_PATIENCE, abandoned=True)
    by_hand = sum(1 / (2 / 240 + i / 180) for i in range(1, 5))
    assert estimate(3, 2, pace) == pytest.approx(by_hand)
    assert by_hand < position_estimate(3, 2, 240)


def test_nobody_signed_in_or_a_pace_unknown_gives_no_estimate():
    assert estimate(2, 0, pace_of(240)) is None
    assert estimate(2, 3, Pace()) is None


@given(st.integers(0, 40), st.integers(1, 40), st.floats(1, 1800), st.booleans())
def test_more_ahead_is_longer_and_more_agents_is_shorter(ahead, agents, aht, left):
    pace = pace_of(aht, calls=20)
    pace.waited(30, left)
    assert estimate(ahead + 1, agents, pace) > estimate(ahead, agents, pace) > estimate(ahead, agents + 1, pace) > 0


@pytest.mark.parametrize(("ahead", "agents"), [(-1, 3), (2, -1)])
def test_a_negative_line_is_refused(ahead, agents):
    with pytest.raises(ValueError, match="not negative"):
        estimate(ahead, agents, pace_of(240))


# ------------------------------------------------------------------------------------------------------- the announcement
@pytest.mark.parametrize(("estimated", "said"), [
    (0, 60), (59.9, 60), (60, 60), (60.1, 120), (125, 180), (181, 300), (301, 600), (601, 900), (901, 1200), (1201, 1800),
    (1800, 1800), (1800.1, MORE), (86400, MORE), (math.inf, MORE),
])
def test_an_estimate_is_rounded_up(estimated, said):
    assert announced(estimated, told=None) == said


def test_koffi_was_told_three_minutes_and_five_would_be_an_increase():
    assert announced(250, told=180) is None
    assert announced(170, told=180) == 180
    assert announced(100, told=180) == 120


def test_where_nothing_is_known_nothing_is_said():
    assert announced(None, told=None) is None
    assert announced(None, told=300) is None
    with pytest.raises(ValueError, match="number of seconds"):
        announced(math.nan, told=None)


@given(st.lists(st.none() | SECONDS))
def test_what_one_caller_hears_never_grows_and_is_never_too_short(estimates):
    told, heard = None, []
    for estimated in estimates:
        said = announced(estimated, told)
        if said is not None:
            heard.append(said)
            assert said >= min(estimated, MORE)
            assert said in {*STEPS, MORE}
            told = said
    assert heard == sorted(heard, reverse=True)


# ------------------------------------------------------------------------------------------------------------- the others
def test_asterisk_announces_more_and_more_to_who_waits_longer_than_the_average():
    assert [asterisk_estimate(90, waited) for waited in (0, 60, 120, 180, 240)] == [120, 60, 0, 60, 120]


def test_asterisk_smooths_in_whole_seconds():
    assert asterisk_holdtime(0, 100) == 25
    assert asterisk_holdtime(25, 100) == 43
    assert asterisk_holdtime(43, 0) == 32


def test_the_simple_estimators():
    assert last_served_estimate(42.0) == 42
    assert position_estimate(1, 4, 240) == 120
    assert position_estimate(1, 0, 240) is None
