"""The simulator against the closed formulas: the production distributor serves like Erlang's textbook queue."""

import math

import pytest
from centres import textbook

from ivr.core.erlang import erlang_a, erlang_c
from ivr.simulation.study import study

VECTORS = [(60, 300, 8, math.inf), (60, 300, 4, 120.0), (100, 180, 6, 180.0)]
"""Those of the facts about call centres: calls an hour, handling time, agents, patience."""


def formula(per_hour, aht, agents, patience):
    return erlang_c(per_hour, aht, agents) if math.isinf(patience) else erlang_a(per_hour, aht, agents, patience)


def agrees(played, wanted):
    assert played.estimate(lambda part: part.figures().service_level, 0.99).holds(wanted.level)
    assert played.estimate(lambda part: part.figures().asa, 0.99).holds(wanted.asa)
    assert played.estimate(lambda part: part.occupancy, 0.99).holds(wanted.occupancy)
    if wanted.abandoned:
        assert played.estimate(lambda part: part.figures().abandonment, 0.99).holds(wanted.abandoned)


@pytest.mark.parametrize("vector", VECTORS)
def test_given_a_textbook_centre_when_played_shortly_then_the_formula_lies_in_the_interval(vector):
    agrees(study(textbook(*vector, length=60 * 3600.0)), formula(*vector))


@pytest.mark.slow
@pytest.mark.parametrize("vector", VECTORS)
def test_given_a_textbook_centre_when_played_for_long_then_it_is_as_precise_as_the_formula(vector):
    played = study(textbook(*vector, days=20, length=500 * 3600.0, seed=2), processes=2)
    agrees(played, formula(*vector))
    level = played.estimate(lambda part: part.figures().service_level, 0.99)
    assert level.half < 0.005


@pytest.mark.slow
@pytest.mark.parametrize(("per_hour", "aht", "agents", "patience"), [(300, 240, 22, math.inf), (500, 180, 24, 90.0)])
def test_given_other_sizes_then_the_formulas_hold_too(per_hour, aht, agents, patience):
    played = study(textbook(per_hour, aht, agents, patience, days=20, length=40 * 3600.0, seed=3), processes=2)
    agrees(played, formula(per_hour, aht, agents, patience))
