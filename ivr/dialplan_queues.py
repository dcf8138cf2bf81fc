"""Queues as data: queues.yaml → the distributor's own `Rules`, and the skills that may be asked for.

Every word of a queue is one line of `SETTINGS`: its kind and its limits. A new rule is a field of `Rules` and a line here.
What is wrong is added to ``problems``, with its line and what to do; the last good file goes on serving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, get_args

from ivr.core.fields import READERS, Path, Problem, Reader, Source, World, where
from ivr.core.hours import Calendar
from ivr.core.offers import Skills
from ivr.core.queueing import Rules, WhenEmpty
from ivr.core.strategy import STRATEGIES
from ivr.dialplan_tables import reader_of, rows, section

MUSIC: Final = ("attente", "default")
"""The classes of dialplans/asterisk/musiconhold.conf.j2."""

HOUR: Final = 3600.0
RELAX: Final = "Write relax: [{after: 60, skills: {solde: 1}}]."


@dataclass(frozen=True, slots=True)
class Setting:
    """What a word of a queue takes: the kind of its value and, for a number, its limits as written."""

    kind: str
    low: float = 0
    high: float = 0


LONG: Final = 4 * 3600
SETTINGS: Final[dict[str, Setting]] = {
    "label": Setting("text"),
    "strategy": Setting("strategy"),
    "weight": Setting("seconds", 0.1, 10),
    "ring": Setting("seconds", 1, 3600),
    "wrap_up": Setting("seconds", 0, 3600),
    "misses": Setting("count", 1, 100),
    "most": Setting("count", 1, 5000),
    "longest": Setting("seconds", 0, LONG),
    "beyond": Setting("seconds", 0, LONG),
    "overflow": Setting("queue"),
    "overflow_after": Setting("seconds", 0, LONG),
    "when_empty": Setting("when_empty"),
    "empty_after": Setting("seconds", 0, 3600),
    "skills": Setting("skills"),
    "prefers": Setting("skills"),
    "relax": Setting("relax"),
    "sticky": Setting("seconds", 0, 600),
    "sticky_within": Setting("hours", 1, 8760),
    "hours": Setting("opening"),
    "music": Setting("music"),
    "record": Setting("flag"),
    "level": Setting("seconds", 1, 3600),
    "short": Setting("seconds", 0, 60),
    "callback_after": Setting("seconds", 0, LONG),
    "tries": Setting("count", 1, 10),
    "spacing": Setting("seconds", 1, 86400),
    "lasting": Setting("hours", 1, 720),
    "dial": Setting("seconds", 5, 120),
}


def read_skills(source: Source, problems: list[Problem]) -> dict[str, str]:
    """Skill → what people call it. The section may be missing: then no skill is known."""
    reader = reader_of(source, problems)
    written = section(reader, "skills")
    return {name: reader.text(("skills", name), label) for name, label in reader.mapping(("skills",), written).items()}


def read_queues(source: Source, calendars: Mapping[str, Calendar], problems: list[Problem]) -> dict[str, Rules]:
    """Queue → its rules. ``calendars``: those of hours.yaml."""
    skills = frozenset(read_skills(source, []))  # their own problems are told by `read_skills`
    reader = reader_of(source, problems)
    written = list(rows(reader, "queues", also=("skills",)))
    reader.world = World({}, frozenset(name for name, _path, _body in written), frozenset(), calendars, skills)
    queues = {name: _queue(reader, path, name, body) for name, path, body in written}
    for name, rules in queues.items():
        _check_overflow(reader, queues, ("queues", name), rules)
    return queues


def _queue(reader: Reader, path: Path, name: str, body: dict[str, Any]) -> Rules:
    reader.only(path, body, SETTINGS, "a queue")
    values = {key: _value(reader, (*path, key), body[key]) for key in SETTINGS if key in body}
    return Rules(**{"label": name, **values})


def _value(reader: Reader, path: Path, value: Any) -> Any:
    setting = SETTINGS[path[-1]]
    read = OWN.get(setting.kind) or READERS[setting.kind]
    return read(reader, path, value, {"low": setting.low, "high": setting.high})


def _hours(reader: Reader, path: Path, value: Any, limits: Mapping[str, Any]) -> float:
    return float(READERS["seconds"](reader, path, value, limits)) * HOUR


def _opening(reader: Reader, path: Path, value: Any, _limits: Mapping[str, Any]) -> Calendar | None:
    return reader.world.calendars.get(READERS["calendar"](reader, path, value, {}))


def _relax(reader: Reader, path: Path, value: Any, _limits: Mapping[str, Any]) -> tuple[tuple[float, Skills], ...]:
    if not isinstance(value, list):
        reader.problem(path, f"{where(path)} must be a list of steps.", RELAX)
        return ()
    steps = tuple(_steps(reader, path, value))
    afters = [after for after, _skills in steps]
    if any(later <= before for before, later in pairwise(afters)):
        reader.problem(path, f"{where(path)}: each step must come after the one before.", "Write them in order of `after`.")
    return steps


def _steps(reader: Reader, path: Path, items: list[Any]) -> Iterator[tuple[float, Skills]]:
    for index, item in enumerate(items):
        here = (*path, str(index))
        data = reader.mapping(here, item)
        reader.only(here, data, ("after", "skills"), "a step")
        if "after" not in data:
            reader.problem(here, f"{where(here)}: 'after' is missing.", RELAX)
            continue
        after = READERS["seconds"](reader, (*here, "after"), data["after"], {"low": 1, "high": LONG})
        yield after, READERS["skills"](reader, (*here, "skills"), data.get("skills", {}), {})


def _one_of(what: str, names: tuple[str, ...]) -> Callable[..., str]:
    return lambda reader, path, value, _limits: reader.known(path, value, names, what)


OWN: Final[dict[str, Callable[..., Any]]] = {
    "strategy": _one_of("strategy", tuple(STRATEGIES)),
    "when_empty": _one_of("answer", get_args(WhenEmpty)),
    "music": _one_of("music class", MUSIC),
    "hours": _hours,
    "opening": _opening,
    "relax": _relax,
}


def _check_overflow(reader: Reader, queues: Mapping[str, Rules], path: Path, rules: Rules) -> None:
    """Who overflows goes somewhere else, in time, and never comes round to where the wait began."""
    if not rules.overflow:
        for key, written in (("overflow_after", rules.overflow_after > 0), ("when_empty", rules.when_empty == "overflow")):
            if written:
                here = (*path, key)
                reader.problem(here, f"{where(here)}: there is no queue to overflow into.", "Write overflow: too.")
        return
    way = _way(queues, path[-1])
    if way[-1] == path[-1]:
        here = (*path, "overflow")
        round_ = f"{where(here)}: callers would go round: {' → '.join(way)}."
        reader.problem(here, round_, "Let one of them have no overflow.")
    if 0 < rules.longest <= rules.overflow_after:
        here = (*path, "overflow_after")
        late = f"{where(here)}: {rules.overflow_after:g} is never reached, longest is {rules.longest:g}."
        reader.problem(here, late, "Make overflow_after the smaller one.")


def _way(queues: Mapping[str, Rules], name: str) -> list[str]:
    """The queues from ``name`` on, up to the first that ends the way or was there before."""
    way = [name]
    while (rules := queues.get(way[-1])) and rules.overflow:
        seen = rules.overflow in way
        way.append(rules.overflow)
        if seen:
            break
    return way
