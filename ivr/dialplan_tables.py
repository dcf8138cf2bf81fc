"""The calendars of the dialplans folder, and how a file of named rows is read. What is wrong is added to ``problems``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from ivr.core.fields import READERS, Path, Problem, Reader, Source, World, where
from ivr.core.hours import Calendar, Span, SpecialDay, parse_span

WEEK: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SPECIAL_DAY: Final = 'Write {date: "2026-12-25", name: "Noël"}, with hours: ["07:30-12:30"] for a part of it.'


def read_calendars(source: Source, problems: list[Problem]) -> dict[str, Calendar]:
    reader = reader_of(source, problems)
    return {name: _calendar(reader, path, body) for name, path, body in rows(reader, "calendars")}


def _calendar(reader: Reader, path: Path, body: dict[str, Any]) -> Calendar:
    reader.only(path, body, ("zone", "week", "special"), "a calendar")
    week = reader.mapping((*path, "week"), body.get("week") or {})
    reader.only((*path, "week"), week, WEEK, "a week")
    spans = tuple(tuple(_spans(reader, (*path, "week", day), week.get(day) or [])) for day in WEEK)
    return Calendar(spans, _zone(reader, path, body), dict(_special(reader, (*path, "special"), body.get("special") or [])))


def _zone(reader: Reader, path: Path, body: dict[str, Any]) -> str:
    zone = reader.text((*path, "zone"), body.get("zone", "Africa/Abidjan"))
    try:
        Calendar((), zone).zone_info()
    except (KeyError, ValueError, OSError):
        reader.problem((*path, "zone"), f"{zone!r} is no time zone.", "Write it as Africa/Abidjan.")
        return "Africa/Abidjan"
    return zone


def _special(reader: Reader, path: Path, items: Any) -> Iterator[tuple[date, SpecialDay]]:
    if not isinstance(items, list):
        reader.problem(path, f"{where(path)} must be a list of days.", SPECIAL_DAY)
        return
    for index, item in enumerate(items):
        here = (*path, str(index))
        data = reader.mapping(here, item)
        reader.only(here, data, ("date", "name", "hours", "public", "estimated"), "a special day")
        try:
            day = date.fromisoformat(str(data.get("date")))
        except ValueError:
            reader.problem(here, f"the day {data.get('date')!r} is not understood.", SPECIAL_DAY)
            continue
        spans = tuple(_spans(reader, here, data.get("hours") or []))
        public = READERS["flag"](reader, (*here, "public"), data.get("public", True), {})
        yield day, SpecialDay(reader.text((*here, "name"), data.get("name")), spans, public)


def _spans(reader: Reader, path: Path, items: Any) -> Iterator[Span]:
    """The hours of a day, in order; two that overlap would open twice."""
    last = 0
    for item in items if isinstance(items, list) else [items]:
        try:
            span = parse_span(str(item))
        except ValueError as error:
            reader.problem(path, f"{error}.")
            continue
        if span[0] < last:
            reader.problem(path, f"{item!r} begins before the hours written before it end.", "Write them in order.")
        last = span[1]
        yield span


def reader_of(source: Source, problems: list[Problem]) -> Reader:
    """A reader that adds to the problems of the whole folder."""
    reader = Reader(source, World({}))
    reader.problems = problems
    return reader


def rows(reader: Reader, name: str, also: tuple[str, ...] = ()) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The rows of the file's main section; ``also`` names the others that it may have."""
    reader.only((), reader.mapping((), reader.source.data), (name, *also), "this file")
    written = section(reader, name)
    if not written:
        reader.problem((name,), f"the section {name!r} is missing or empty.")
        return
    for key, body in reader.mapping((name,), written).items():
        yield key, (name, key), reader.mapping((name, key), body)


def section(reader: Reader, name: str) -> Any:
    """What is written under ``name``, an empty mapping when nothing is. A file that is no mapping is told by `rows`."""
    data = reader.source.data
    return (data.get(name) or {}) if isinstance(data, dict) else {}
