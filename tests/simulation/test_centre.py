"""One stretch of days: short cuts change nothing, nor do processes, and what happens is what the rules say."""

import math
from dataclasses import replace

import pytest
from centres import TEXTBOOK, busy_morning, people, textbook

from ivr.core.queueing import Rules
from ivr.core.strategy import STRATEGIES
from ivr.simulation.callers import Callers, drawn
from ivr.simulation.centre import Centre
from ivr.simulation.scenario import MONDAY, Law, Scenario, Stream, Worker
from ivr.simulation.study import stretch, study


def everything(outcome):
    """All that was counted, to the last bit."""
    figures = [outcome.figures(queue, slot) for queue, slot in sorted(outcome.tallies)]
    return (figures, dict(outcome.waited), dict(outcome.busy), dict(outcome.idle), outcome.errors, outcome.announced,
            dict(outcome.left))


def played(rules, callers, workers, **more):
    """Callers given one by one as (moment of the day, patience, handling)."""
    scenario = Scenario(rules, (Stream("general", (1.0,), Law(1.0)),), workers, opening=0.0, **more)
    columns = [list(column) for column in zip(*callers, strict=True)]
    at, patience, handling = columns
    whole = Callers([MONDAY + moment for moment in at], [0] * len(at), patience, handling)
    return Centre(scenario).play([(0, whole)])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_given_any_strategy_when_short_cuts_are_taken_then_every_figure_stays_the_same(strategy):
    morning = busy_morning()
    morning = replace(morning, rules={name: replace(each, strategy=strategy) for name, each in morning.rules.items()})
    assert everything(study(morning).whole) == everything(study(replace(morning, faithful=True)).whole)


@pytest.mark.parametrize("patience", [math.inf, 100.0])
def test_given_a_textbook_centre_when_short_cuts_are_taken_then_every_figure_stays_the_same(patience):
    centre = textbook(60, 300, 5, patience, days=2, length=20 * 3600.0, announce=True)
    assert everything(study(centre).whole) == everything(study(replace(centre, faithful=True)).whole)


def test_given_a_seed_when_played_by_one_or_two_processes_then_every_figure_is_the_same():
    morning = busy_morning(days=6)
    assert everything(study(morning, processes=1).whole) == everything(study(morning, processes=2).whole)


def test_given_an_interrupt_then_what_was_played_is_told():
    def interrupted(_part):
        raise KeyboardInterrupt

    played = study(busy_morning(days=6), progress=interrupted)
    assert not played.complete
    assert (played.whole.days, len(played.parts)) == (2, 1)
    assert played.whole.figures().offered > 0


def test_given_another_seed_then_other_people_call():
    assert drawn(busy_morning(seed=1), 0).at != drawn(busy_morning(seed=2), 0).at


def test_given_other_rules_and_agents_then_the_same_people_call():
    few, many = textbook(60, 300, 4), textbook(60, 300, 9)
    assert drawn(few, 3) == drawn(many, 3)


def test_given_one_agent_when_koffi_and_serge_call_then_serge_waits_for_the_rest_of_koffis_call():
    outcome = played({"general": TEXTBOOK}, [(0, math.inf, 100), (40, math.inf, 50)], people(1))
    figures = outcome.figures("general")
    assert (figures.answered, figures.asa, figures.wait_max, figures.aht) == (2, 30.0, 60.0, 75.0)


def test_given_one_agent_when_the_patience_of_serge_ends_first_then_he_is_counted_as_gone():
    outcome = played({"general": TEXTBOOK}, [(0, math.inf, 100), (40, 20.0, 50)], people(1))
    figures = outcome.figures("general")
    assert (figures.answered, figures.abandoned, figures.waiting) == (1, 1, 0)


def test_given_wrap_up_then_the_next_caller_waits_for_its_end():
    outcome = played({"general": Rules(wrap_up=30.0)}, [(0, math.inf, 100), (40, math.inf, 50)], people(1))
    assert outcome.figures("general").wait_max == 90.0


def test_given_a_full_queue_then_the_third_caller_is_refused():
    rules = {"general": Rules(most=1)}
    outcome = played(rules, [(0, math.inf, 100), (1, math.inf, 10), (2, math.inf, 10)], people(1))
    assert outcome.figures("general").refused == {"full": 1}


def test_given_no_agent_ever_then_all_are_turned_away_and_the_run_ends():
    outcome = played({"general": Rules()}, [(0, math.inf, 100)], ())
    assert outcome.figures("general").refused == {"empty": 1}


def test_given_a_queue_that_waits_for_ever_without_agents_then_its_callers_are_told_as_waiting():
    outcome = played({"general": Rules(when_empty="wait")}, [(0, math.inf, 100)], ())
    assert outcome.figures("general").waiting == 1


def test_given_a_shift_that_ends_then_who_calls_after_it_is_turned_away():
    workers = (Worker("awa", ("general",), hours=((0.0, 1000.0),)),)
    outcome = played({"general": Rules()}, [(500, math.inf, 100), (1500, math.inf, 100)], workers)
    figures = outcome.figures("general")
    assert (figures.answered, figures.refused) == (1, {"empty": 1})


def test_given_telephones_that_ring_then_the_wait_has_the_ringing_in_it():
    morning = textbook(10, 60, 5, days=1, answer=Law(4.0, 0))
    figures = study(morning).whole.figures()
    assert figures.wait_p50 == 4.0


def test_given_offers_in_vain_then_they_are_missed_and_the_caller_gets_somebody_else():
    figures = study(textbook(10, 60, 5, days=1, unanswered=0.5)).whole.figures()
    assert figures.answered + figures.flow_out == figures.offered
    assert figures.no_answer_rate == pytest.approx(0.5, abs=0.05)


def test_the_mean_number_waiting_is_arrivals_times_wait():
    centre = textbook(60, 300, 4, 120.0, days=1)
    outcome = stretch(centre, range(1))
    waited = sum(outcome.waited.values())
    slots = range(24)
    assert sum(outcome.waiting("general", slot) for slot in slots) * centre.slot == pytest.approx(waited)
