"""Days that were, played again from the distributor's reports."""

import math
from dataclasses import replace

import pytest
from centres import busy_morning

from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules
from ivr.simulation.callers import drawn
from ivr.simulation.centre import Centre
from ivr.simulation.replay import NothingToReplay, Past, replayed
from ivr.simulation.scenario import MONDAY, Worker
from ivr.simulation.study import study

RULES = {"general": Rules(wrap_up=0.0), "solde": Rules(wrap_up=0.0)}


def stay(call, entered, until, end="answered", queue="general", **more):
    return Stayed(call, queue, MONDAY + entered, MONDAY + entered, MONDAY + until, end, **more)


def work(call, at, talked, agent="awa", queue="general"):
    return Worked(f"{call}.o1.1", "call", agent, queue, call, MONDAY + at, MONDAY + at + talked, "accepted", 0.0, talked)


def test_given_two_calls_and_one_agent_when_replayed_then_the_same_happens_again():
    past = Past([stay("koffi", 100, 100), stay("serge", 140, 200)], [work("koffi", 100, 100), work("serge", 200, 50)],
                [Spent("awa", "ready", "", MONDAY, MONDAY + 100), Spent("awa", "ready", "", MONDAY + 250, MONDAY + 900)])
    scenario, callers = replayed(past, RULES)
    figures = study(scenario, replayed=callers).whole.figures("general")
    assert (figures.answered, figures.asa, figures.talk) == (2, 30.0, 150.0)


def test_given_a_second_agent_who_was_not_there_then_nobody_waits():
    past = Past([stay("koffi", 100, 100), stay("serge", 140, 200)], [work("koffi", 100, 100), work("serge", 200, 50)])
    scenario, callers = replayed(past, RULES, known={"awa": Worker("awa", ("general",))})
    both = (Worker("awa", ("general",)), Worker("yao", ("general",)))
    assert study(replace(scenario, workers=both), replayed=callers).whole.figures().wait_max == 0


def test_who_gave_up_had_that_patience_and_who_was_answered_had_more_than_the_wait():
    past = Past([stay("koffi", 0, 90, "abandoned"), stay("serge", 10, 40)], [work("serge", 40, 60)])
    _scenario, callers = replayed(past, RULES)
    assert callers[0].patience[0] == 90.0
    assert 30.0 < callers[0].patience[1] < math.inf


def test_who_was_never_answered_brings_the_conversation_of_somebody_else():
    past = Past([stay("koffi", 0, 90, "abandoned"), stay("serge", 10, 40)], [work("serge", 40, 60)])
    assert replayed(past, RULES)[1][0].handling == [60.0, 60.0]


def test_where_nobody_ever_gave_up_patience_has_no_end():
    past = Past([stay("serge", 10, 40)], [work("serge", 40, 60)])
    assert replayed(past, RULES)[1][0].patience == [math.inf]


def test_a_call_that_overflowed_came_once_by_the_first_door():
    past = Past([stay("koffi", 0, 60, "flow_out", why="overflow"), stay("koffi", 60, 90, queue="solde")],
                [work("koffi", 90, 30, queue="solde")])
    scenario, callers = replayed(past, RULES)
    assert [scenario.streams[n].queue for n in callers[0].stream] == ["general"]


def test_callbacks_and_unknown_queues_are_left_out():
    past = Past([stay("koffi", 0, 60, callback=True), stay("serge", 5, 6, queue="gone")], [])
    with pytest.raises(NothingToReplay, match="nothing to replay"):
        replayed(past, RULES)


def test_a_simulated_day_replayed_under_its_own_rules_has_nearly_the_same_figures():
    morning = busy_morning(days=1, unanswered=0.0)
    centre, heard = Centre(morning), []
    centre.outcome.count = lambda: None
    centre.play([(0, drawn(morning, 0))])
    heard = centre.outcome.reports
    past = Past(*([each for each in heard if isinstance(each, kind)] for kind in (Stayed, Worked, Spent)))
    scenario, callers = replayed(past, morning.rules, known={each.name: each for each in morning.workers})
    again = study(scenario, replayed=callers).whole.figures()
    first = study(morning).whole.figures()
    assert again.offered == pytest.approx(first.offered, abs=5)
    assert again.answered == pytest.approx(first.answered, rel=0.1)
