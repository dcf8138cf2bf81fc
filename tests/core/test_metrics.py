"""Small days counted by hand; then laws: everybody is accounted for, and counting as it comes gives the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.intervals import Interval, intervals
from ivr.core.metrics import CountingBroken, QueueFigures, by_interval, nearest_rank, queue_figures
from ivr.core.metrics_agents import AgentFigures, agent_figures
from ivr.core.metrics_tally import Tally
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules

MORNING = 1_773_216_000.0  # Wednesday 11 March 2026, 08:00 in Abidjan
QUARTER = Interval(MORNING, MORNING + 900)


def stay(who: str, entered: float, wait: float, end: str = "answered", **more: object) -> Stayed:
    """``entered`` is seconds after eight."""
    moment = MORNING + entered
    return replace(Stayed(who, "solde", moment, moment, moment + wait, end), **more)


def work(agent: str, at: float, rang: float, *times: float, **more: object) -> Worked:
    """An offer accepted when it has times of talk, hold and wrap-up."""
    begin = MORNING + at
    end = "accepted" if times else "timed_out"
    part = Worked(f"{agent}-{at}", "call", agent, "solde", "", begin, begin + rang + sum(times), end, rang, *times)
    return replace(part, **more)


A_MORNING = [
    stay("Koffi", 0, 10, agent="Awa"),
    stay("Yao", 60, 20, agent="Serge"),  # the target's last second counts
    stay("Adjoua", 120, 90, agent="Awa"),
    stay("Mariam", 180, 200, agent="Awa"),
    stay("Kouassi", 240, 3, "abandoned"),  # short
    stay("Fanta", 300, 5, "abandoned"),  # five seconds are not short
    stay("Issa", 360, 61, "abandoned"),
    stay("Aya", 420, 300, "flow_out", why="key"),
    stay("Konan", 480, 12, "failed"),
    stay("Salif", 540, 0, "refused", why="full"),
    stay("Bintou", 550, 0, "refused", why="closed"),
    stay("Drissa", 560, 0, "refused", why="full"),
    stay("Moussa", 600, 7200, agent="Awa", callback=True),
]
THEIR_AGENTS = [
    work("Awa", 5, 5, 100, 20, 30),
    work("Serge", 70, 10, 200, 0, 40),
    work("Serge", 130, 20),
    work("Awa", 180, 4, end="refused"),
    work("Awa", 200, 10, 80, 0, 30),
    work("Awa", 300, 6, end="cancelled"),  # Issa leaves while it rings
    work("Awa", 350, 10, 50, 10, 0, kind="consult"),
    work("Marie", 360, 5, 60, 0, 0, kind="supervise"),
    work("Serge", 360, 5, kind="consult"),
]


# ------------------------------------------------------------------------------------------------------- a day by hand
def test_a_quarter_of_an_hour_counted_by_hand():
    told = queue_figures(A_MORNING, THEIR_AGENTS, queue="solde", interval=QUARTER, waiting=2)
    assert (told.offered, told.answered, told.abandoned, told.flow_out, told.failed, told.waiting) == (11, 4, 3, 1, 1, 2)
    assert told.short_abandoned == 1
    assert told.service_level == 2 / (4 + 3 - 1)
    assert told.asterisk_sl == 2 / 4
    assert told.asterisk_sl2 == (2 + 2) / (4 + 3)
    assert told.abandonment == 3 / 11
    assert told.abandonment_without_short == 2 / 10
    assert (told.asa, told.wait_p50, told.wait_p90, told.wait_max) == (320 / 4, 20, 200, 200)
    assert told.refused == {"full": 2, "closed": 1}
    assert told.callbacks == {"answered": 1}


def test_handling_counts_one_segment_an_agent_and_a_listening_supervisor_handles_nothing():
    told = queue_figures(A_MORNING, THEIR_AGENTS)
    assert (told.handled, told.talk, told.hold, told.wrap_up) == (4, 430, 30, 100)
    assert told.aht == 560 / 4


def test_ringing_out_and_refusing_are_misses_and_a_caller_who_leaves_is_none():
    told = queue_figures(A_MORNING, THEIR_AGENTS)
    assert (told.offers, told.missed, told.no_answer_rate) == (6, 2, 2 / 6)


def test_the_target_and_what_is_short_are_settings():
    told = queue_figures(A_MORNING, rules=Rules(level=90, short=10))
    assert (told.in_target, told.short_abandoned, told.target, told.short) == (3, 2, 90, 10)
    assert told.service_level == 3 / 5


def test_a_screen_gets_fields_and_rates_by_name():
    row = queue_figures(A_MORNING, THEIR_AGENTS, interval=QUARTER).row()
    assert row["answered"] == 4
    assert row["asa"] == 80
    assert row["interval"] == QUARTER


def test_nobody_came_and_every_rate_is_a_dash():
    told = queue_figures([])
    rates = (told.service_level, told.asterisk_sl, told.asterisk_sl2, told.abandonment, told.abandonment_without_short,
             told.asa, told.aht, told.no_answer_rate, told.wait_p50, told.wait_p90, told.wait_max)
    assert (told.offered, set(rates)) == (0, {None})
    assert Tally().figures() == told


def test_everybody_gave_up():
    told = queue_figures([stay("Koffi", 0, 60, "abandoned"), stay("Yao", 1, 2, "abandoned")])
    assert (told.service_level, told.abandonment, told.abandonment_without_short, told.asa) == (0, 1, 1, None)


def test_everybody_gave_up_at_once():
    told = queue_figures([stay("Yao", 1, 2, "abandoned")])
    assert (told.service_level, told.abandonment, told.abandonment_without_short) == (None, 1, None)


def test_a_clock_set_back_during_a_wait_makes_it_nothing():
    assert queue_figures([stay("Koffi", 0, -3600)]).wait_max == 0


# ---------------------------------------------------------------------------------------------- queues, intervals, totals
def test_a_caller_belongs_to_the_interval_of_entering_and_not_of_the_answer():
    stays = [stay("Koffi", 899, 60), stay("Yao", 900, 1)]
    first, second = intervals(MORNING, MORNING + 1800, "15min")
    assert queue_figures(stays, interval=first).asa == 60
    assert queue_figures(stays, interval=second).asa == 1


def test_a_total_is_counted_again_and_is_no_mean_of_means():
    stays = [stay("Koffi", 0, 10), *(stay(f"caller-{n}", n, 100, queue="info") for n in range(9))]
    parts = by_interval(stays, [], "hour", {})
    assert [figures.service_level for figures in parts.values()] == [0, 1]
    assert queue_figures(stays).service_level == 1 / 10


def test_cells_are_queues_and_intervals_with_the_rules_of_each_queue():
    stays = [stay("Koffi", 0, 30), stay("Yao", 900, 30), stay("Adjoua", 5, 30, queue="info")]
    cells = by_interval(
        stays, [work("Awa", 20, 10, 60.0)], "15min", {"info": Rules(level=60)}, waiting={("paie", MORNING): 1},
    )
    assert list(cells) == [("info", MORNING), ("paie", MORNING), ("solde", MORNING), ("solde", MORNING + 900)]
    assert [cell.service_level for cell in cells.values()] == [1, None, 0, 0]
    assert (cells["paie", MORNING].waiting, cells["solde", MORNING].handled) == (1, 1)


# ----------------------------------------------------------------------------------------------------------- the identity
def test_a_caller_counted_at_the_door_of_whom_no_report_tells_breaks_the_counting():
    with pytest.raises(CountingBroken, match=r"queue solde, 1773216000 to 1773216900: 10 offered ≠ 4 answered .* = 9"):
        queue_figures(A_MORNING, queue="solde", interval=QUARTER, offered=10)
    assert queue_figures(A_MORNING, queue="solde", interval=QUARTER, offered=10, waiting=1).waiting == 1


def test_a_report_told_twice_breaks_the_counting():
    with pytest.raises(CountingBroken):
        queue_figures([*A_MORNING, A_MORNING[0]], offered=9)


def test_an_end_that_does_not_exist_breaks_the_counting():
    with pytest.raises(CountingBroken):
        queue_figures([stay("Koffi", 0, 10, "vanished")])
    with pytest.raises(CountingBroken):
        QueueFigures(offered=1)


# ------------------------------------------------------------------------------------------------------------- the tally
WAITS = st.floats(0, 200) | st.floats(0, 100_000) | st.sampled_from([0.0, 5.0, 20.0, 3600.0, 86400.0])
STAYS = st.builds(
    stay, st.just("Koffi"), st.floats(0, 5000), WAITS,
    st.sampled_from(["answered", "abandoned", "flow_out", "failed", "refused"]),
    why=st.sampled_from(["", "full", "closed"]), callback=st.booleans(), queue=st.sampled_from(["solde", "info"]),
)
TIMES = st.floats(0, 600)
PARTS = st.builds(
    lambda at, rang, times, kind, end: work("Awa", at, rang, *times, kind=kind, end=end),
    TIMES, TIMES, st.tuples(TIMES, TIMES, TIMES), st.sampled_from(["call", "callback", "consult", "supervise"]),
    st.sampled_from(["accepted", "refused", "timed_out", "cancelled", "lost"]),
)
PERCENTILES = ("wait_p50", "wait_p90")
SUMS = ("wait_total", "talk", "hold", "wrap_up")


def tally_of(stays: list[Stayed], parts: list[Worked]) -> Tally:
    tally = Tally()
    for stayed in stays:
        tally.add(stayed)
    for part in parts:
        tally.work(part)
    return tally


@given(st.lists(STAYS), st.lists(PARTS), st.integers(0, 5))
def test_counting_as_it_comes_gives_the_figures_of_all_reports(stays, parts, waiting):
    exact, counted = queue_figures(stays, parts, waiting=waiting), tally_of(stays, parts).figures(waiting=waiting)
    for name in SUMS:
        assert getattr(counted, name) == pytest.approx(getattr(exact, name))
    same = {name: getattr(exact, name) for name in (*PERCENTILES, *SUMS)}
    assert replace(counted, **same) == exact


@given(st.lists(WAITS, min_size=1))
def test_a_counted_percentile_is_never_too_short_and_as_precise_as_it_says(waits):
    stays = [stay("Koffi", 0, wait) for wait in waits]
    exact, counted = queue_figures(stays), tally_of(stays, []).figures()
    for true, told in ((exact.wait_p50, counted.wait_p50), (exact.wait_p90, counted.wait_p90)):
        assert true <= told <= exact.wait_max
        if true < 86400:
            assert told - true <= (1 if true <= 3600 else 60) + 1e-6


@given(st.lists(STAYS), st.lists(PARTS))
def test_everybody_is_accounted_for_in_every_queue_and_interval(stays, parts):
    cells = by_interval(stays, parts, "15min", {})
    for figures in cells.values():
        told = figures.answered + figures.abandoned + figures.flow_out + figures.failed + figures.waiting
        assert figures.offered == told
    assert sum(figures.offered for figures in cells.values()) == queue_figures(stays).offered


@given(st.lists(STAYS), st.lists(PARTS))
def test_every_rate_is_a_share_or_a_dash(stays, parts):
    told = queue_figures(stays, parts)
    for rate in (told.service_level, told.asterisk_sl, told.asterisk_sl2, told.abandonment, told.no_answer_rate):
        assert rate is None or 0 <= rate <= 1


@pytest.mark.parametrize(("share", "value"), [(0.01, 1), (0.1, 1), (0.11, 2), (0.5, 5), (0.9, 9), (0.95, 10), (1.0, 10)])
def test_a_percentile_is_a_value_that_occurred(share, value):
    assert nearest_rank(range(1, 11), share) == value


# -------------------------------------------------------------------------------------------------------------- agents
HERS = [
    Spent("Awa", "ready", "", MORNING, MORNING + 5),
    Spent("Awa", "ready", "", MORNING + 420, MORNING + 520),
    Spent("Awa", "paused", "repas", MORNING + 520, MORNING + 1120),
    Spent("Awa", "paused", "formation", MORNING + 1120, MORNING + 1180),
    Spent("Awa", "unreachable", "", MORNING + 1180, MORNING + 1190),
    Spent("Serge", "ready", "", MORNING, MORNING + 70),
]


def test_the_morning_of_awa_counted_by_hand():
    awa = agent_figures("Awa", THEIR_AGENTS, HERS)
    assert (awa.answered, awa.offers, awa.missed, awa.refused) == (3, 4, 0, 1)
    assert (awa.talk, awa.hold, awa.wrap_up, awa.ringing, awa.idle) == (230, 30, 60, 35, 105)
    assert awa.occupancy == 320 / (320 + 105)
    assert awa.aht == 320 / 3
    assert awa.no_answer_rate == 1 / 4
    assert awa.paused == {"repas": 600, "formation": 60}
    assert awa.away == {"unreachable": 10}
    assert awa.row()["occupancy"] == awa.occupancy


def test_serge_has_missed_one_and_marie_who_only_listened_has_handled_nothing():
    assert agent_figures("Serge", THEIR_AGENTS, HERS).missed == 1
    marie = agent_figures("Marie", THEIR_AGENTS, HERS)
    assert (marie.answered, marie.talk, marie.occupancy, marie.aht) == (0, 0, None, None)


def test_an_agent_who_was_not_there_has_nothing():
    assert agent_figures("Ibrahim", THEIR_AGENTS, HERS) == AgentFigures("Ibrahim")


def test_a_pause_across_two_quarters_counts_in_both():
    first, second = (agent_figures("Awa", [], HERS, interval=q) for q in intervals(MORNING, MORNING + 1800, "15min"))
    assert (first.paused, second.paused) == ({"repas": 380}, {"repas": 220, "formation": 60})


def test_a_conversation_across_two_quarters_gives_each_its_seconds_and_is_counted_once():
    call = work("Awa", 790, 10, 150, 50, 100)  # talks from 800 to 1000, wraps up to 1100
    first, second = (agent_figures("Awa", [call], [], interval=q) for q in intervals(MORNING, MORNING + 1800, "15min"))
    assert (first.ringing, first.talk, first.hold, first.wrap_up) == (10, 75, 25, 0)
    assert (second.ringing, second.talk, second.hold, second.wrap_up) == (0, 75, 25, 100)
    assert (first.aht, second.aht) == (300, None)


@given(st.lists(PARTS, max_size=8), st.lists(st.tuples(TIMES, TIMES), max_size=8))
def test_the_quarters_add_up_to_the_day(parts, readiness):
    spent = [Spent("Awa", "ready", "", MORNING + at, MORNING + at + long) for at, long in readiness]
    quarters = [agent_figures("Awa", parts, spent, interval=q) for q in intervals(MORNING, MORNING + 7200, "15min")]
    whole = agent_figures("Awa", parts, spent)
    for name in ("answered", "offers", "missed", "refused", "handling_time", "talk", "hold", "wrap_up", "ringing", "idle"):
        assert sum(getattr(quarter, name) for quarter in quarters) == pytest.approx(getattr(whole, name), abs=1e-4)
