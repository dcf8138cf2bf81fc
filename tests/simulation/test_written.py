"""Scenario files: what is written is played, and what is wrong is told with its line."""

import pytest

from ivr.core.queueing import Rules
from ivr.dialplan import source_of
from ivr.simulation.scenario import NEVER, Law
from ivr.simulation.written import ScenarioErrors, read_scenario

RULES = {"general": Rules(wrap_up=30.0), "solde": Rules(wrap_up=0.0)}

GOOD = """
hours: "08:00-12:00"
days: 3
answer: 4
callers:
  general: {per_hour: 60, shape: two_peaks, handling: 300, cv: 0.8, patience: 120}
  solde: {per_hour: [10, 20, 30, 0], handling: 360, skills: {solde: 1}}
agents:
  - {count: 2, queues: [general, solde], skills: {solde: 2}, hours: ["08:00-10:00"], ranks: {solde: 2}}
  - {name: awa, queues: [general]}
"""


def read(text):
    return read_scenario(source_of(text, "jour.yaml"), RULES, frozenset({"solde"}))


def problems(text):
    with pytest.raises(ScenarioErrors) as refused:
        read(text)
    return [str(each) for each in refused.value.problems]


def test_a_good_file_says_who_calls_and_who_answers():
    day = read(GOOD)
    general, solde = day.streams
    assert (day.opening, day.length, day.days, day.answer.mean) == (8 * 3600.0, 4 * 3600.0, 3, 4.0)
    assert (general.handling, general.patience) == (Law(270.0, 0.8), Law(120.0))
    assert (solde.rates, solde.patience, solde.skills) == ((10.0, 20.0, 30.0, 0.0), NEVER, (("solde", 1),))
    assert [worker.name for worker in day.workers] == ["agent1-1", "agent1-2", "awa"]
    assert (day.workers[0].hours, day.workers[0].ranks) == (((28800.0, 36000.0),), {"solde": 2})
    assert day.workers[2].always


@pytest.mark.parametrize(("before", "after", "told"), [
    ("general: {per_hour: 60", "generale: {per_hour: 60", "jour.yaml:6: callers.generale: unknown queue 'generale'."),
    ("shape: two_peaks", "shape: three", "jour.yaml:6: callers.general.shape: unknown shape 'three'."),
    ("handling: 300", "handling: 20", "jour.yaml:6: callers.general.handling: a handling time of 20 s leaves nothing"),
    ("handling: 300", "handling: long", "jour.yaml:6: callers.general.handling must be a number, not a word."),
    ("patience: 120", "pateince: 120", "jour.yaml:6: callers.general: a queue's callers has no 'pateince'."),
    ("per_hour: 60, ", "", "jour.yaml:6: callers.general: 'per_hour' is missing."),
    ("skills: {solde: 1}", "skills: {soldes: 1}", "jour.yaml:7: callers.solde.skills.soldes: unknown skill 'soldes'."),
    ('"08:00-10:00"', '"10:00-08:00"', "jour.yaml:9: agents.0.hours.0:"),
    ("count: 2", "count: 0", "jour.yaml:9: agents.0.count: 0 is out of range."),
    ("queues: [general]", "queues: general", "jour.yaml:10: agents.1.queues: it must be a list of queues."),
    ("days: 3", "days: many", "jour.yaml:3: days must be a number, not a word."),
    ('hours: "08:00-12:00"', "hours: 8-12", "jour.yaml:2: hours:"),
])
def test_a_fault_is_told_with_its_line(before, after, told):
    assert before in GOOD
    assert problems(GOOD.replace(before, after, 1))[0].startswith(told)


@pytest.mark.parametrize("text", ["days: 3", "[]", "callers: {general: {per_hour: 1}}", "agents: [3]\ncallers: 4"])
def test_a_file_that_says_too_little_is_refused_in_sentences(text):
    assert problems(text)
