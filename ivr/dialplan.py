"""Reads the dialplans folder: YAML with line numbers → a `Flow`, calendars, queues and categories. All problems at once.

YAML 1.2 (ruamel): `no` stays a word and 0123 stays what was written, but an unquoted 0123 is still a number, so digits in
these files are quoted; the flow's readers say so where they are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from ivr.core.fields import Path as KeyPath
from ivr.core.flow import Flow, FlowErrors, Problem, Source, World, parse
from ivr.core.hours import Calendar, Span, SpecialDay, parse_span

FILES = ("1364.yaml", "queues.yaml", "hours.yaml", "categories.yaml")
WEEK = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True, slots=True)
class QueueRules:
    """One queue: ``wrap_up`` and ``ring`` in seconds, ``most`` callers waiting."""

    name: str
    label: str
    ring: float = 20.0
    wrap_up: float = 30.0
    most: int = 50
    misses: int = 3


@dataclass(frozen=True, slots=True)
class Category:
    """One LOGIREC category. ``delay`` in ``unit`` (business_days or days); None when it is immediate."""

    code: str
    label: str
    parent: str
    direction: str
    documents: str
    delay: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Dialplan:
    """The folder as a whole, checked. ``source`` is the flow's text, kept so that any call can be replayed."""

    flow: Flow
    source: str
    queues: Mapping[str, QueueRules]
    calendars: Mapping[str, Calendar]
    categories: Mapping[str, Category]


def load_dialplan(folder: Path, prompts: Mapping[str, frozenset[str]]) -> Dialplan:
    """Read and check everything. Raises `FlowErrors` with all that is wrong in all files.

    ``prompts``: prompt id → names of its arguments, from the catalogue.
    """
    problems: list[Problem] = []
    sources = {name: source for name in FILES if (source := _read(folder / name, problems)) is not None}
    if problems:
        raise FlowErrors(problems)
    queues = dict(_queues(sources["queues.yaml"], problems))
    calendars = dict(_calendars(sources["hours.yaml"], problems))
    categories = dict(_categories(sources["categories.yaml"], problems))
    world = World(prompts, frozenset(queues), frozenset(categories), calendars)
    try:
        flow = parse(sources["1364.yaml"], world)
    except FlowErrors as errors:
        raise FlowErrors((*problems, *errors.problems)) from None
    if problems:
        raise FlowErrors(problems)
    return Dialplan(flow, (folder / "1364.yaml").read_text("utf-8"), queues, calendars, categories)


def parse_flow(text: str, world: World, *, file: str = "flow") -> Flow:
    """A flow from its text: for the replay of old calls and for tests."""
    return parse(source_of(text, file), world)


def source_of(text: str, file: str) -> Source:
    """Plain data, its lines and its version (the text's hash). Raises `FlowErrors` when it is no YAML."""
    try:
        data = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else 1
        raise FlowErrors([Problem(file, line, f"not readable as YAML: {what}.", "Check indents and quotes.")]) from None
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Source(file, _plain(data), dict(_lines(data, ())), version)


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
        items = [(index, value, data.lc.item(index)[0]) for index, value in enumerate(data)]
    else:
        return
    for key, value, line in items:
        here = (*path, str(key))
        yield here, line + 1
        yield from _lines(value, here)


# --------------------------------------------------------------------------------------------------------- the smaller files
def _queues(source: Source, problems: list[Problem]) -> Iterator[tuple[str, QueueRules]]:
    for name, body in _section(source, "queues", problems):
        known = {"label", "ring", "wrap_up", "most", "misses"}
        for key in set(body) - known:
            problems.append(_at(source, ("queues", name, str(key)), f"queue {name!r}: unknown key {key!r}.",
                                f"Known here: {', '.join(sorted(known))}."))
        numbers = {key: value for key, value in body.items() if key in known - {"label"}}
        for key, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                problems.append(_at(source, ("queues", name, key), f"queue {name!r}: {key} must be a number above 0."))
        yield name, QueueRules(name, str(body.get("label", name)), **numbers)


def _calendars(source: Source, problems: list[Problem]) -> Iterator[tuple[str, Calendar]]:
    for name, body in _section(source, "calendars", problems):
        path = ("calendars", name)
        week = body.get("week") or {}
        for day in set(week) - set(WEEK):
            problems.append(_at(source, (*path, "week", str(day)), f"unknown day {day!r}.", f"Days: {', '.join(WEEK)}."))
        spans = tuple(tuple(_spans(source, (*path, "week", day), week.get(day, []), problems)) for day in WEEK)
        special = dict(_special(source, path, body.get("special") or [], problems))
        yield name, Calendar(spans, str(body.get("zone", "Africa/Abidjan")), special)


def _special(
    source: Source, path: KeyPath, items: list[Any], problems: list[Problem]
) -> Iterator[tuple[date, SpecialDay]]:
    for item in items:
        try:
            day = date.fromisoformat(str(item["date"]))
            name = str(item["name"])
        except (TypeError, KeyError, ValueError):
            problems.append(_at(source, (*path, "special"), f"special day {item!r} is not understood.",
                                'Write {date: "2026-12-25", name: "Noël"}, with hours: ["07:30-12:30"] for a part of it.'))
            continue
        spans = tuple(_spans(source, (*path, "special"), item.get("hours") or [], problems))
        yield day, SpecialDay(name, spans, public=bool(item.get("public", True)))


def _spans(source: Source, path: KeyPath, items: Any, problems: list[Problem]) -> Iterator[Span]:
    for item in items if isinstance(items, list) else [items]:
        try:
            yield parse_span(str(item))
        except ValueError as error:
            problems.append(_at(source, path, f"{error}."))


def _categories(source: Source, problems: list[Problem]) -> Iterator[tuple[str, Category]]:
    for code, body in _section(source, "categories", problems):
        delay, unit = body.get("delay"), str(body.get("unit", "days"))
        if delay is not None and (isinstance(delay, bool) or not isinstance(delay, int)):
            problems.append(_at(source, ("categories", code), f"category {code!r}: delay must be a whole number."))
        if unit not in {"days", "business_days"}:
            problems.append(_at(source, ("categories", code), f"category {code!r}: unit {unit!r} is unknown.",
                                "Known here: days, business_days."))
        texts = {key: str(body.get(key) or "") for key in ("label", "parent", "direction", "documents")}
        yield code, Category(code, texts["label"], texts["parent"], texts["direction"], texts["documents"], delay, unit)


def _section(source: Source, name: str, problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any]]]:
    section = source.data.get(name) if isinstance(source.data, dict) else None
    if not isinstance(section, dict) or not section:
        problems.append(_at(source, (name,), f"the section {name!r} is missing or empty."))
        return
    for key, body in section.items():
        if isinstance(body, dict):
            yield str(key), body
        else:
            problems.append(_at(source, (name, str(key)), f"{name}.{key} must be a list of `key: value` lines."))


def _at(source: Source, path: KeyPath, what: str, advice: str = "") -> Problem:
    return Problem(source.file, source.line(path), what, advice)
