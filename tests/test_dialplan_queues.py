"""queues.yaml becomes the distributor's own rules; a bad one is refused with every problem, its line and what to do."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.fields import Problem
from ivr.core.hours import Calendar
from ivr.core.queueing import Rules
from ivr.core.strategy import STRATEGIES
from ivr.dialplan import source_of
from ivr.dialplan_queues import MUSIC, SETTINGS, read_queues, read_skills
from tests.phone import ROOT, dialplan

NIGHT = Calendar(((),) * 7)

FULL = """\
skills: {solde: "Solde et salaires", baoule: "Baoulé"}
queues:
  solde:
    label: "Solde"
    strategy: longest_idle
    weight: 1.5
    ring: 15
    wrap_up: 0
    misses: 2
    most: 20
    longest: 900
    beyond: 1200
    overflow: general
    overflow_after: 300
    when_empty: overflow
    empty_after: 90
    skills: {solde: 2}
    prefers: {baoule: 1}
    relax: [{after: 60, skills: {solde: 1}}, {after: 120}]
    sticky: 20
    sticky_within: 24
    hours: nuit
    music: attente
    record: true
    level: 30
    short: 3
    callback_after: 60
    tries: 5
    spacing: 600
    lasting: 12
    dial: 25
  general: {}
"""


def read(text: str) -> tuple[dict[str, Rules], list[str]]:
    found: list[Problem] = []
    source = source_of(text, "queues.yaml")
    read_skills(source, found)
    queues = read_queues(source, {"nuit": NIGHT}, found)
    return queues, [str(problem) for problem in found]


def test_every_word_of_a_queue_reaches_the_rules() -> None:
    queues, problems = read(FULL)
    assert problems == []
    assert queues["solde"] == Rules(
        ring=15.0, wrap_up=0.0, most=20, misses=2, label="Solde", strategy="longest_idle", weight=1.5, longest=900.0,
        beyond=1200.0, overflow="general", overflow_after=300.0, when_empty="overflow", empty_after=90.0,
        skills=(("solde", 2),), prefers=(("baoule", 1),), relax=((60.0, (("solde", 1),)), (120.0, ())), sticky=20.0,
        sticky_within=86400.0, hours=NIGHT, music="attente", record=True, level=30.0, short=3.0, callback_after=60.0,
        tries=5, spacing=600.0, lasting=43200.0, dial=25.0,
    )


def test_what_is_not_written_is_the_distributors_own_default() -> None:
    assert read(FULL)[0]["general"] == Rules(label="general")


def test_every_rule_can_be_written_and_is_explained_in_the_file() -> None:
    assert set(SETTINGS) == {each.name for each in fields(Rules)}
    explained = (ROOT / "dialplans/queues.yaml").read_text("utf-8").partition("\nskills:")[0]
    for word in (*SETTINGS, *STRATEGIES):
        assert f"#   {word} " in explained or f"  {word} " in explained, word


def test_the_shipped_queues_are_served_with_sensible_rules() -> None:
    queues = dialplan().queues
    assert set(queues) == {"general", "carriere", "solde", "concours"}
    assert queues["solde"].weight > queues["general"].weight
    for rules in queues.values():
        assert (rules.strategy, rules.sticky, rules.record, rules.level) == ("longest_idle", 20.0, True, 20.0)


def test_the_music_classes_are_those_that_asterisk_has() -> None:
    template = (ROOT / "dialplans/asterisk/musiconhold.conf.j2").read_text("utf-8")
    assert all(f"[{name}]" in template for name in MUSIC)


FAULTS = {
    "unknown word": ("weight:", "weigth:", "queues.yaml:6: queues.solde: a queue has no 'weigth'. Known here: weight."),
    "unknown strategy": ("longest_idle", "longest_idel",
        "queues.yaml:5: queues.solde.strategy: unknown strategy 'longest_idel'. Known here: longest_idle"),
    "unknown queue": ("overflow: general", "overflow: generale",
        "queues.yaml:13: queues.solde.overflow: unknown queue 'generale'. Known here: general."),
    "itself": ("overflow: general", "overflow: solde",
        "queues.yaml:13: queues.solde.overflow: callers would go round: solde → solde. Let one of them have no overflow."),
    "round": ("general: {}", "general: {overflow: solde}",
        "queues.yaml:32: queues.general.overflow: callers would go round: general → solde → general."),
    "nowhere": ("    overflow: general\n", "", "queues.yaml:13: queues.solde.overflow_after: there is no queue to overflow"),
    "nowhere when empty": ("    overflow: general\n", "", "queues.yaml:14: queues.solde.when_empty: there is no queue to"),
    "too late": ("longest: 900", "longest: 200",
        "queues.yaml:14: queues.solde.overflow_after: 300 is never reached, longest is 200."),
    "unknown skill": ("skills: {solde: 2}", "skills: {soldes: 2}",
        "queues.yaml:17: queues.solde.skills.soldes: unknown skill 'soldes'. Known here: solde."),
    "no skills at all": ('skills: {solde: "Solde et salaires", baoule: "Baoulé"}\n', "",
        "queues.yaml:16: queues.solde.skills.solde: unknown skill 'solde'. Declare it in queues.yaml, under skills."),
    "level": ("skills: {solde: 2}", "skills: {solde: 10}", "queues.yaml:17: queues.solde.skills.solde: 10 is out of range."),
    "skill of a step": ("{after: 60, skills: {solde: 1}}", "{after: 60, skills: {bete: 1}}",
        "queues.yaml:19: queues.solde.relax.0.skills.bete: unknown skill 'bete'."),
    "order of steps": ("{after: 120}", "{after: 60}", "queues.yaml:19: queues.solde.relax: each step must come after the"),
    "step without time": ("{after: 120}", "{}", "queues.yaml:19: queues.solde.relax.1: 'after' is missing. Write relax:"),
    "no steps": ("relax: [{after: 60, skills: {solde: 1}}, {after: 120}]", "relax: 60",
        "queues.yaml:19: queues.solde.relax must be a list of steps. Write relax: [{after: 60"),
    "unknown calendar": ("hours: nuit", "hours: nuits",
        "queues.yaml:22: queues.solde.hours: unknown calendar 'nuits'. Known here: nuit."),
    "unknown music": ("music: attente", "music: zouglou",
        "queues.yaml:23: queues.solde.music: unknown music class 'zouglou'. Known here: attente, default."),
    "when empty": ("when_empty: overflow", "when_empty: overflows",
        "queues.yaml:15: queues.solde.when_empty: unknown answer 'overflows'. Known here: overflow."),
    "flag": ("record: true", "record: oui", "queues.yaml:24: queues.solde.record must be true or false, not a word."),
    "too many hours": ("lasting: 12", "lasting: 1000", "queues.yaml:30: queues.solde.lasting: 1000 is out of range."),
    "label of a skill": ('baoule: "Baoulé"', "baoule: 3", "queues.yaml:1: skills.baoule must be a word, not a number."),
    "unknown section": ("queues:\n", "queue: {}\nqueues:\n", "queues.yaml:2: the file: this file has no 'queue'."),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_told_with_its_line_and_what_to_do(kind: str) -> None:
    before, after, told = FAULTS[kind]
    assert before in FULL
    _queues, problems = read(FULL.replace(before, after, 1))
    assert any(problem.startswith(told) for problem in problems), "\n".join(problems)


def test_all_problems_are_told_at_once() -> None:
    text = FULL.replace("ring: 15", "ring: vite").replace("tries: 5", "tries: 0").replace("music: attente", "music: non")
    assert [problem.split(":")[1] for problem in read(text)[1]] == ["7", "23", "28"]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def changed(place: tuple[Any, ...], value: Any) -> Any:
    data = copy.deepcopy(source_of(FULL, "queues.yaml").data)
    if not place:
        return value
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return data


WORDS = st.sampled_from(["solde", "general", "nuit", "attente", "", "overflow", "after", "skills"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 2000), st.floats(allow_nan=True), st.dates(), WORDS)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, st.integers(0, 9)), inner, max_size=3),
), max_leaves=6)
PLACES = list(places(source_of(FULL, "queues.yaml").data))


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES), value=VALUES)
def test_any_value_anywhere_is_read_or_refused(place: tuple[Any, ...], value: Any) -> None:
    found: list[Problem] = []
    source = source_of(FULL, "queues.yaml")
    other = type(source)("queues.yaml", changed(place, value), source.lines)
    read_skills(other, found)
    queues = read_queues(other, {"nuit": NIGHT}, found)
    assert all(problem.line >= 1 and problem.what for problem in found)
    assert all(isinstance(rules, Rules) for rules in queues.values())
    if not found:
        assert queues
        assert all(rules.strategy in STRATEGIES for rules in queues.values())


def test_a_file_that_is_no_mapping_is_one_sentence() -> None:
    assert read("- solde\n")[1]
    assert read("")[1]
