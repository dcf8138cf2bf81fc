"""Erlang B, C and A against published vectors, their laws, and another way of computing the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.erlang import SWAMPED, agents_needed, erlang_a, erlang_b, erlang_c, load

CALLS = st.floats(0, 600)
AHTS = st.floats(20, 900)
AGENTS = st.integers(1, 60)
PATIENCES = st.floats(5, 3600)
TIMES = st.floats(0, 600)


# ------------------------------------------------------------------------------------------------------------- vectors
def test_the_vector_of_erlang_c():
    found = erlang_c(60, 300, 8, within=20)
    assert found.waiting == pytest.approx(0.1673, abs=5e-5)
    assert found.level == pytest.approx(0.8631, abs=5e-5)
    assert found.asa == pytest.approx(16.73, abs=5e-3)


@pytest.mark.parametrize(("queue", "abandoned", "level"), [
    ((60, 300, 4, 120), 0.3249, 0.4420),
    ((100, 180, 6, 180), 0.0987, 0.7026),
])
def test_the_vectors_of_erlang_a(queue, abandoned, level):
    found = erlang_a(*queue, within=20)
    assert found.abandoned == pytest.approx(abandoned, abs=5e-5)
    assert found.level == pytest.approx(level, abs=5e-5)


@pytest.mark.parametrize(("erlangs", "agents", "blocked"), [(0, 0, 1.0), (0, 3, 0.0), (1, 1, 0.5), (2, 2, 0.4), (1, 2, 0.2)])
def test_erlang_b_by_hand(erlangs, agents, blocked):
    assert erlang_b(erlangs, agents) == pytest.approx(blocked)


def test_one_agent_is_the_single_server_queue():
    found = erlang_c(10, 180, 1, within=60)
    assert found.waiting == pytest.approx(0.5)  # ρ
    assert found.asa == pytest.approx(180)  # ρ / (μ − λ)
    assert found.queue == pytest.approx(0.5)  # ρ² / (1 − ρ)


def test_patience_equal_to_the_handling_time_is_a_queue_without_limit_on_agents():
    """With θ = μ everybody leaves the state n at the rate nμ: a Poisson law, which is easily written down."""
    erlangs, agents = load(60, 300), 4
    poisson = [math.exp(-erlangs) * erlangs**n / math.factorial(n) for n in range(80)]
    found = erlang_a(60, 300, agents, patience=300)
    assert found.waiting == pytest.approx(sum(poisson[agents:]))
    assert found.queue == pytest.approx(sum((n - agents) * p for n, p in enumerate(poisson) if n > agents))


# -------------------------------------------------------------------------------------------------- another way to compute
def uniformised(calls, aht, agents, patience, within):
    """The service level of Erlang A: the caller who finds each state is followed step by step, by uniformisation."""
    most = 120
    arriving, serving, theta = calls / 3600, agents / aht, 1 / patience
    weights = [math.prod(arriving * aht / j for j in range(1, n + 1)) for n in range(agents)]
    weights += [weights[-1] * arriving * aht / agents]
    for k in range(1, most):
        weights.append(weights[-1] * arriving / (serving + k * theta))
    shares = [weight / sum(weights) for weight in weights]
    rate = serving + (most + 1) * theta
    place, served, level = shares[agents:], 0.0, sum(shares[:agents])
    poisson = -rate * within
    for step in range(1, int(rate * within + 12 * math.sqrt(rate * within) + 60)):
        served += place[0] * serving / rate
        moved = [place[k + 1] * (serving + (k + 1) * theta) / rate if k + 1 < most else 0.0 for k in range(most)]
        place = [moved[k] + place[k] * (1 - (serving + (k + 1) * theta) / rate) for k in range(most)]
        poisson += math.log(rate * within / step)
        level += served * math.exp(poisson)
    return level


@settings(max_examples=15, deadline=None)
@given(st.floats(20, 120), st.floats(120, 400), st.integers(2, 8), st.floats(60, 400), st.floats(1, 120))
def test_the_closed_form_agrees_with_following_each_caller(calls, aht, agents, patience, within):
    found = erlang_a(calls, aht, agents, patience, within)
    assert found.level == pytest.approx(uniformised(calls, aht, agents, patience, within), abs=1e-6)


# ----------------------------------------------------------------------------------------------------------------- laws
@settings(deadline=None)
@given(CALLS, AHTS, AGENTS, TIMES)
def test_erlang_c_gives_shares_and_improves_with_every_agent(calls, aht, agents, within):
    fewer, more = erlang_c(calls, aht, agents, within), erlang_c(calls, aht, agents + 1, within)
    for found in (fewer, more):
        assert all(0 <= share <= 1 for share in (found.waiting, found.level, found.occupancy))
    assert more.waiting <= fewer.waiting
    assert more.level >= fewer.level - 1e-12
    assert more.asa <= fewer.asa


@settings(deadline=None)
@given(CALLS, AHTS, AGENTS, PATIENCES, TIMES)
def test_erlang_a_gives_shares_and_improves_with_every_agent(calls, aht, agents, patience, within):
    fewer, more = (erlang_a(calls, aht, n, patience, within) for n in (agents, agents + 1))
    for found in (fewer, more):
        assert all(0 <= share <= 1 for share in (found.waiting, found.level, found.abandoned, found.occupancy))
        assert found.level <= 1 - found.abandoned + 1e-9
    assert more.abandoned <= fewer.abandoned + 1e-12
    assert more.level >= fewer.level - 1e-9


@settings(deadline=None)
@given(CALLS, AHTS, AGENTS, PATIENCES)
def test_given_time_enough_everybody_has_been_answered_or_has_left(calls, aht, agents, patience):
    found = erlang_a(calls, aht, agents, patience, within=1e7)
    assert found.level + found.abandoned == pytest.approx(1)
    assert erlang_a(calls, aht, agents, patience, within=0).level == pytest.approx(1 - found.waiting)


@settings(deadline=None)
@given(CALLS, AHTS, AGENTS, PATIENCES)
def test_as_many_leave_as_their_waiting_time_and_patience_say(calls, aht, agents, patience):
    found = erlang_a(calls, aht, agents, patience)
    assert found.abandoned == pytest.approx(found.wait / patience)
    assert found.queue == pytest.approx(found.wait * calls / 3600)


@settings(deadline=None)
@given(st.floats(1, 200), AHTS, st.integers(1, 20), TIMES)
def test_endless_patience_tends_to_erlang_c(calls, aht, above, within):
    agents = int(load(calls, aht) * 1.1) + above
    patient, eternal = erlang_a(calls, aht, agents, 1e10, within), erlang_c(calls, aht, agents, within)
    assert patient.waiting == pytest.approx(eternal.waiting, abs=1e-4)
    assert patient.level == pytest.approx(eternal.level, abs=1e-4)
    assert patient.asa == pytest.approx(eternal.asa, rel=1e-4, abs=1e-4)


def test_more_calls_than_agents_can_take_swamp_the_patient_only():
    assert erlang_c(60, 300, 5) == SWAMPED
    assert erlang_a(60, 300, 5, patience=120).abandoned < 0.3


def test_large_centres_and_idle_ones_neither_overflow_nor_vanish():
    assert erlang_a(60_000, 300, 4500, 120).abandoned == pytest.approx(0.1, abs=1e-3)  # fluid limit: (A − N)/A
    assert erlang_a(1, 300, 5000, 120).level == 1
    assert erlang_c(60_000, 300, 5100).level > 0.9


def test_nobody_calls():
    assert erlang_c(0, 300, 1).level == erlang_a(0, 300, 1, 60).level == 1
    assert agents_needed(0, 300) == 0


# ------------------------------------------------------------------------------------------------------------- staffing
def test_the_agents_needed_for_a_usual_hour():
    assert agents_needed(60, 300) == 8
    assert agents_needed(60, 300, patience=120) == 7
    assert agents_needed(60, 300, occupancy=0.5) == 10


@settings(deadline=None, max_examples=50)
@given(st.tuples(st.floats(0.5, 400), AHTS), st.tuples(st.floats(0.05, 0.99), TIMES), st.none() | PATIENCES,
       st.none() | st.floats(0.2, 1))
def test_the_agents_needed_are_enough_and_one_less_is_not(work, promise, patience, occupancy):
    (calls, aht), (level, within) = work, promise

    def enough(agents):
        found = erlang_a(calls, aht, agents, patience, within) if patience else erlang_c(calls, aht, agents, within)
        return found.level >= level and found.occupancy <= (occupancy or 1)

    agents = agents_needed(calls, aht, level, within, patience=patience, occupancy=occupancy)
    assert enough(agents)
    assert agents == 1 or not enough(agents - 1)


# ------------------------------------------------------------------------------------------------------------- refusals
@pytest.mark.parametrize(("ask", "sentence"), [
    (lambda: load(-1, 300), "calls per hour cannot be negative"),
    (lambda: load(math.nan, 300), "calls per hour"),
    (lambda: load(60, 0), "handling time"),
    (lambda: erlang_b(-1, 3), "a load is not negative"),
    (lambda: erlang_b(1, -3), "agents cannot be negative"),
    (lambda: erlang_c(60, 300, 0), "at least one agent"),
    (lambda: erlang_c(60, 300, 8, within=-1), "not negative"),
    (lambda: erlang_a(60, 300, 4, patience=0), "patience"),
    (lambda: erlang_a(60, 300, 4, patience=1e12), "endless queue"),
    (lambda: agents_needed(60, 300, level=1), "service level"),
    (lambda: agents_needed(60, 300, occupancy=0), "occupancy"),
])
def test_what_makes_no_sense_is_refused_with_a_sentence(ask, sentence):
    with pytest.raises(ValueError, match=sentence):
        ask()
