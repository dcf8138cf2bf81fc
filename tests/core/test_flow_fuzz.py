"""Whatever is written in the files, they are read or refused with problems; no other exception ever comes out."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ivr.core.flow import FlowErrors, Problem, Source, World, parse
from ivr.dialplan import source_of
from ivr.dialplan_categories import read_categories, read_closings, read_directions
from ivr.dialplan_queues import read_queues, read_skills
from ivr.dialplan_tables import read_calendars
from tests.phone import ROOT, dialplan, known_prompts

WORDS = st.sampled_from(["accueil", "menu", "", "principal", "{category}", "0", "#", "say", "matricule", "cruc"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 2000), st.floats(allow_nan=True), st.dates(), WORDS)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, st.integers(0, 9)), inner, max_size=3),
), max_leaves=6)
FILES = {name: (ROOT / "dialplans" / name).read_text("utf-8") for name in ("1364.yaml", "queues.yaml", "hours.yaml",
                                                                           "categories.yaml")}


def world() -> World:
    return dialplan().world(known_prompts())


def plain(name: str) -> Any:
    return source_of(FILES[name], name).data


PLAIN = {name: plain(name) for name in FILES}


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


PLACES = {name: places(data) for name, data in PLAIN.items()}


def changed(name: str, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    data = copy.deepcopy(PLAIN[name])
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return data


def read_both(source: Source, found: list[Problem]) -> None:
    """Skills and queues: the two sections of queues.yaml."""
    read_skills(source, found)
    read_queues(source, dialplan().calendars, found)


def read_all_of_it(source: Source, found: list[Problem]) -> None:
    """The three sections of categories.yaml."""
    for read in (read_directions, read_closings, read_categories):
        read(source, found)


READERS = {"queues.yaml": read_both, "hours.yaml": read_calendars, "categories.yaml": read_all_of_it}


def problems(source: Source) -> list[Problem]:
    found: list[Problem] = []
    try:
        if source.file == "1364.yaml":
            parse(source, world())
        else:
            READERS[source.file](source, found)
    except FlowErrors as errors:
        return list(errors.problems)
    return found


def lines_refused(text: str, file: str) -> list[int]:
    try:
        source = source_of(text, file)
    except FlowErrors as errors:
        return [problem.line for problem in errors.problems]
    return [problem.line for problem in problems(source)]


def parse_any(name: str, data: Any) -> None:
    for problem in problems(Source(name, data)):
        assert problem.file == name
        assert problem.line >= 1
        assert problem.what


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_in_the_flow_is_read_or_refused(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES["1364.yaml"]))
    parse_any("1364.yaml", changed("1364.yaml", place, data.draw(VALUES)))


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(["queues.yaml", "hours.yaml", "categories.yaml"]), data=st.data())
def test_any_value_anywhere_in_the_small_files_is_read_or_refused(name: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES[name]))
    parse_any(name, changed(name, place, data.draw(VALUES)))


QUEUES = FILES["queues.yaml"]


@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(QUEUES)), length=st.integers(0, 9),
    text=st.text(st.sampled_from("{}[]:,\"'#&*!|>-\t\n a1é\0"), max_size=6),
)
def test_any_text_is_yaml_or_refused_with_its_line(at: int, length: int, text: str) -> None:
    assert all(line >= 1 for line in lines_refused(QUEUES[:at] + text + QUEUES[at + length :], "queues.yaml"))


def test_a_file_that_contains_itself_is_refused() -> None:
    for text in ("nodes: &a {a: *a}", "&a [*a]", "a: 2026-13-45", "a: !!python/object:os.system x", "a: !nope [1]",
                 "# a.\n# b\n| #\n# c\nqueues: 1\n"):
        assert lines_refused(text, "1364.yaml"), text


def test_the_plain_data_is_what_yaml_says() -> None:
    assert PLAIN["queues.yaml"] == YAML(typ="safe").load(QUEUES)
