"""Reading the fields of a flow: one small reader for each kind of value, and what is wrong remembered, never raised.

A reader gets the value as YAML gave it and its path; it returns the value as the core wants it. What does not fit becomes a
`Problem` with file, line and advice, and reading goes on, so that an author sees everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from ivr.core.commands import Prompt
from ivr.core.hours import Calendar
from ivr.core.offers import Skills
from ivr.core.record import FACTS, OUTCOMES
from ivr.core.verbs.advance import ACTS
from ivr.core.verbs.lookup import FACTORS
from ivr.core.verbs.node import ENGINE_FACTS, Choice, error_prompts
from ivr.core.verbs.typed import COLLECTED

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    line: int
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}{' ' + self.advice if self.advice else ''}"


class FlowErrors(ValueError):
    """Everything that is wrong, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Final = tuple(sorted(problems, key=lambda each: (each.file, each.line)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Source:
    """Plain data as read, and the line of each path in it (1 = first)."""

    file: str
    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    version: str = ""

    def line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(frozen=True, slots=True)
class World:
    """What a flow may refer to. ``prompts``: id → names of its arguments."""

    prompts: Mapping[str, frozenset[str]]
    queues: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    skills: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()


def nearest(word: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(word, names, n=4, cutoff=0.6) or names[:14]
    return f"Known here: {', '.join(near)}."


class Reader:
    """Reads values and remembers what is wrong with them; never stops at the first problem."""

    def __init__(self, source: Source, world: World) -> None:
        self.source = source
        self.world = world
        self.problems: list[Problem] = []

    def problem(self, path: Path, what: str, advice: str = "") -> None:
        self.problems.append(Problem(self.source.file, self.source.line(path), what, advice))

    def mapping(self, path: Path, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.problem(path, f"{where(path)} must be a list of `key: value` lines, not {_kind(value)}.")
            return {}
        for key in value:
            if not isinstance(key, str):
                self.problem((*path, str(key)), f"{where(path)}: the key {key} is a number.", f'Quote it: "{key}".')
        return {str(key): item for key, item in value.items()}

    def text(self, path: Path, value: Any) -> str:
        if isinstance(value, str) and value:
            return value
        quoted = f' Quote it: "{value}".' if isinstance(value, int | float) else ""
        self.problem(path, f"{where(path)} must be a word, not {_kind(value)}.", quoted.strip())
        return ""

    def only(self, path: Path, data: Mapping[str, Any], known: Iterable[str], what: str) -> None:
        """Every key of ``data`` is one of ``known``."""
        names = tuple(known)
        for key in data:
            if key not in names:
                self.problem((*path, key), f"{where(path)}: {what} has no {key!r}.", nearest(key, names))

    def pairs(self, path: Path, value: Any, kind: str) -> Iterator[tuple[str, Any]]:
        for key, item in self.mapping(path, value).items():
            yield key, READERS[kind](self, (*path, key), item, {})

    def known(self, path: Path, value: Any, names: Iterable[str], what: str) -> str:
        word = self.text(path, value)
        if word and word not in set(names):
            self.problem(path, f"{where(path)}: unknown {what} {word!r}.", nearest(word, names))
        return word


RESERVED: Final = frozenset({*FACTS, *ENGINE_FACTS}) - {"category", "recording_refused"}


LEVELS: Final = {"low": 1, "high": 9}
"""Levels of a skill: 1 knows it, 9 knows it best."""


def where(path: Path) -> str:
    return ".".join(path) if path else "the file"


def _kind(value: Any) -> str:
    names = {type(None): "nothing", int: "a number", float: "a number", bool: "yes or no", list: "a list", str: "a word"}
    return names.get(type(value), type(value).__name__)


def _prompts(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> tuple[Prompt, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(_prompt(reader, (*path, str(index)), item) for index, item in enumerate(items))


def _prompt(reader: Reader, path: Path, value: Any) -> Prompt:
    data = reader.mapping(path, value) if isinstance(value, Mapping) else {"id": value}
    reader.only(path, data, ("id", "args"), "a prompt")
    name = reader.known(path, data.get("id"), reader.world.prompts, "prompt")
    given = reader.mapping((*path, "args"), data.get("args", {}))
    wanted = reader.world.prompts.get(name, frozenset(given))
    for missing in sorted(wanted - set(given)):
        reader.problem(path, f"{where(path)}: prompt {name!r} needs {missing!r}.", f'Give args: {{{missing}: "{{fact}}"}}.')
    for extra in sorted(set(given) - wanted):
        reader.problem(path, f"{where(path)}: prompt {name!r} has no argument {extra!r}.")
    return Prompt(name, given)


def _choices(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> tuple[tuple[str, Choice], ...]:
    return tuple(
        (_key(reader, (*path, key), key), _choice(reader, (*path, key), item))
        for key, item in reader.mapping(path, value).items()
    )


def _choice(reader: Reader, path: Path, value: Any) -> Choice:
    data = reader.mapping(path, value)
    reader.only(path, data, ("say", "next", "facts"), "a choice")
    if "next" not in data:
        reader.problem(path, f"{where(path)}: 'next' is missing.", "Say which node this key leads to.")
    target = reader.text((*path, "next"), data["next"]) if "next" in data else ""
    said = _prompts(reader, (*path, "say"), data.get("say", []), {})
    return Choice(target, said, tuple(_facts(reader, (*path, "facts"), data.get("facts", {}))))


def _facts(reader: Reader, path: Path, value: Any) -> Iterator[tuple[str, str]]:
    """What a key settles. Notes that the engine itself makes of a call cannot be said by a flow."""
    for name, item in reader.mapping(path, value).items():
        here = (*path, name)
        if name == "category":
            yield name, reader.known(here, item, reader.world.categories, "category")
            continue
        if name in RESERVED:
            reader.problem(here, f"{where(here)}: {name!r} is noted by the engine alone.", "Choose another name.")
        yield name, reader.text(here, item)


def _key(reader: Reader, path: Path, key: str) -> str:
    if key not in set("0123456789*#"):
        reader.problem(path, f"{where(path)}: {key!r} is no key of a telephone.", "Keys are 0 to 9, * and #.")
    return key


def _keys(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_key(reader, (*path, key), key), target) for key, target in reader.pairs(path, value, "node"))


def _number(reader: Reader, path: Path, value: Any, spec: Mapping[str, Any]) -> float:
    low, high = spec["low"], spec["high"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        reader.problem(path, f"{where(path)} must be a number, not {_kind(value)}.", f"Give one from {low} to {high}.")
    elif not low <= value <= high:
        reader.problem(path, f"{where(path)}: {value} is out of range.", f"Give a number from {low} to {high}.")
    else:
        return value
    return float(low)


def _flag(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> bool:
    if not isinstance(value, bool):
        reader.problem(path, f"{where(path)} must be true or false, not {_kind(value)}.")
    return value is True


def _errors(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> str:
    name = reader.text(path, value)
    for each in error_prompts(name):
        reader.known(path, each, reader.world.prompts, "prompt")
    return name


def _word(what: str, names: Callable[[World], Iterable[str]]) -> Callable[..., str]:
    return lambda reader, path, value, _spec: reader.known(path, value, names(reader.world), what)


def _skills(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> Skills:
    """{solde: 2}: skill → level. Names are those that queues.yaml declares."""
    found = {}
    for name, level in reader.mapping(path, value).items():
        here = (*path, name)
        if name not in reader.world.skills:
            near = nearest(name, reader.world.skills) if reader.world.skills else "Declare it in queues.yaml, under skills."
            reader.problem(here, f"{where(here)}: unknown skill {name!r}.", near)
        found[name] = int(_number(reader, here, level, LEVELS))
    return tuple(sorted(found.items()))


def _text(reader: Reader, path: Path, value: Any, _spec: Mapping[str, Any]) -> str:
    return reader.text(path, value)


READERS: Final[dict[str, Callable[..., Any]]] = {
    "node": _text,
    "name": _text,
    "text": _text,
    "prompts": _prompts,
    "choices": _choices,
    "keys": _keys,
    "cases": lambda reader, path, value, _spec: tuple(reader.pairs(path, value, "node")),
    "count": lambda reader, path, value, spec: int(_number(reader, path, value, spec)),
    "seconds": lambda reader, path, value, spec: float(_number(reader, path, value, spec)),
    "flag": _flag,
    "skills": _skills,
    "errors": _errors,
    "goal": _word("outcome", lambda _world: (name for name, _ in OUTCOMES)),
    "queue": _word("queue", lambda world: world.queues),
    "calendar": _word("calendar", lambda world: world.calendars),
    "category": _word("category", lambda world: (*world.categories, "{category}")),
    "collected": _word("value to collect", lambda _world: ("matricule", *COLLECTED)),
    "question": _word("question", lambda _world: FACTORS),
    "act": _word("act", lambda _world: ACTS),
}
