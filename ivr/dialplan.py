"""Reads the dialplans folder: YAML with line numbers → a `Flow`, calendars, queues and categories. All problems at once.

YAML 1.2 (ruamel): `no` stays a word and 0123 stays what was written, but an unquoted 0123 is still a number, so digits in
these files are quoted; the flow's readers say so where they are not.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from ivr.core.fields import Path as KeyPath
from ivr.core.flow import Flow, FlowErrors, Problem, Source, World, parse
from ivr.core.hours import Calendar
from ivr.core.queueing import Rules
from ivr.dialplan_categories import Category, Closing, Direction, read_categories, read_closings, read_directions
from ivr.dialplan_queues import read_queues, read_skills
from ivr.dialplan_tables import read_calendars

FILES = ("1364.yaml", "queues.yaml", "hours.yaml", "categories.yaml")
HOURS_FOLLOW = "\n--- # hours.yaml\n"
"""Between the two texts that decide how a call goes: without its calendars of that day, a call could not be replayed."""


@dataclass(frozen=True, slots=True)
class Dialplan:
    """The folder as a whole, checked. ``source`` is the flow's text and its hours', kept so that any call can be
    replayed; ``flow.version`` is its hash. ``skills``: name → what people call it; ``directions`` and ``closings``, by code
    and motif: who may treat a request, and how one is closed."""

    flow: Flow
    source: str
    queues: Mapping[str, Rules]
    calendars: Mapping[str, Calendar]
    categories: Mapping[str, Category]
    skills: Mapping[str, str]
    directions: Mapping[str, Direction]
    closings: Mapping[str, Closing]

    def world(self, prompts: Mapping[str, frozenset[str]]) -> World:
        """What a flow may refer to here: an older flow is read again with it."""
        return World(
            prompts, frozenset(self.queues), frozenset(self.categories), self.calendars, frozenset(self.skills),
            frozenset(self.directions),
        )


def load_dialplan(folder: Path, prompts: Mapping[str, frozenset[str]]) -> Dialplan:
    """Read and check everything. Raises `FlowErrors` with all that is wrong in all files.

    ``prompts``: prompt id → names of its arguments, from the catalogue.
    """
    problems: list[Problem] = []
    sources = {name: source for name in FILES if (source := _read(folder / name, problems)) is not None}
    if problems:
        raise FlowErrors(problems)
    calendars = read_calendars(sources["hours.yaml"], problems)
    skills = read_skills(sources["queues.yaml"], problems)
    queues = read_queues(sources["queues.yaml"], calendars, problems)
    directions, closings, categories = (
        read_directions(sources["categories.yaml"], problems), read_closings(sources["categories.yaml"], problems),
        read_categories(sources["categories.yaml"], problems),
    )
    world = World(prompts, frozenset(queues), frozenset(categories), calendars, frozenset(skills), frozenset(directions))
    try:
        kept = HOURS_FOLLOW.join((folder / name).read_text("utf-8") for name in ("1364.yaml", "hours.yaml"))
        flow = parse(replace(sources["1364.yaml"], version=version_of(kept)), world)
    except FlowErrors as errors:
        raise FlowErrors((*problems, *errors.problems)) from None
    if problems:
        raise FlowErrors(problems)
    return Dialplan(flow, kept, queues, calendars, categories, skills, directions, closings)


def parse_flow(text: str, world: World, *, file: str = "flow") -> Flow:
    """A flow from its text: for the replay of old calls and for tests. The hours in it replace those of ``world``."""
    flow, _, hours = text.partition(HOURS_FOLLOW)
    if hours:
        problems: list[Problem] = []
        world = replace(world, calendars=read_calendars(source_of(hours, "hours.yaml"), problems))
        if problems:
            raise FlowErrors(problems)
    return parse(replace(source_of(flow, file), version=version_of(text)), world)


def version_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@functools.lru_cache(maxsize=16)
def source_of(text: str, file: str) -> Source:
    """Plain data, its lines and its version (the text's hash). Raises `FlowErrors` when it is no YAML. A text that has not
    changed is read once: nobody may change the data."""
    try:
        data = YAML(typ="rt").load(text)
        plain, lines = _plain(data), dict(_lines(data, ()))
    except (YAMLError, ValueError, RecursionError, AssertionError) as error:  # ruamel asserts where comments are odd
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or (str(error).splitlines() or ["not written as expected"])[0]
        line = mark.line + 1 if mark else 1
        raise FlowErrors([Problem(file, line, f"not readable as YAML: {what}.", "Check indents and quotes.")]) from None
    return Source(file, plain, lines, version_of(text))


def _read(path: Path, problems: list[Problem]) -> Source | None:
    try:
        return source_of(path.read_text("utf-8"), path.name)
    except FlowErrors as errors:
        problems.extend(errors.problems)
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(path.name, 1, f"cannot be read: {error}.", "Restore the file, saved as UTF-8."))
    return None


def _plain(data: Any) -> Any:
    if isinstance(data, CommentedMap):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, CommentedSeq):
        return [_plain(value) for value in data]
    if isinstance(data, str):
        return str(data)
    return data if isinstance(data, bool | date) or data is None else (float(data) if isinstance(data, float) else data)


def _lines(data: Any, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    """(path, line) of all that is written; what a merge (`<<`) brings has the line of its node."""
    if isinstance(data, CommentedMap):
        written = data.lc.data or {}
        items = [(key, value, written[key][0]) for key, value in data.items() if key in written]
    elif isinstance(data, CommentedSeq):
        written = data.lc.data or {}
        items = [(index, value, written[index][0]) for index, value in enumerate(data) if index in written]
    else:
        return
    for key, value, line in items:
        here = (*path, str(key))
        yield here, line + 1
        yield from _lines(value, here)
