"""A scenario as a file: who calls and who answers, in YAML; what is wrong is told with its line and what to do.

```yaml
hours: "07:30-16:30"
days: 20                       # played; each is drawn anew
answer: 4                      # seconds a telephone rings
unanswered: 0.05               # share of the offers that ring in vain
callers:
  general: {per_hour: 60, shape: two_peaks, handling: 300, cv: 0.8, patience: 120}
  solde: {per_hour: [20, 45, 40, 30, 20, 15, 20, 15, 10], handling: 360, skills: {solde: 1}}
agents:
  - {count: 4, queues: [general, solde], skills: {solde: 2}, hours: ["07:30-12:00", "12:30-16:30"]}
  - {name: awa, queues: [general]}
```

``handling`` is talk and wrap-up together; the wrap-up is the queue's own, the talk is drawn: exponential, or log-normal with
``cv``. ``per_hour`` is a mean with a ``shape``, or one number for each equal part of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ivr.core.fields import READERS, FlowErrors, Path, Reader, Source, World, where
from ivr.core.hours import parse_span
from ivr.core.offers import Skills
from ivr.core.queueing import Rules
from ivr.simulation.scenario import NEVER, SHAPES, Law, Scenario, Stream, Worker, shaped

WORDS: Final = ("hours", "days", "seed", "answer", "unanswered", "callers", "agents")
OF_CALLERS: Final = ("per_hour", "shape", "handling", "cv", "patience", "priority", "skills")
OF_AGENTS: Final = ("count", "name", "queues", "skills", "ranks", "hours")
MOST_CALLS: Final = 100_000
LONGEST: Final = 36_000


class ScenarioErrors(FlowErrors):
    """Everything that is wrong with a scenario, at once."""


class _Row:
    """One mapping of the file: its values by name, a default where nothing is written."""

    def __init__(self, reader: Reader, path: Path, value: Any, words: tuple[str, ...], what: str) -> None:
        self.reader, self.path = reader, path
        self.data = reader.mapping(path, value)
        reader.only(path, self.data, words, what)

    def number(self, name: str, low: float, high: float, default: float = 0.0) -> float:
        return float(READERS["seconds"](
            self.reader, (*self.path, name), self.data.get(name, default), {"low": low, "high": high}))

    def count(self, name: str, low: int, high: int, default: int) -> int:
        return int(READERS["count"](
            self.reader, (*self.path, name), self.data.get(name, default), {"low": low, "high": high}))

    def skills(self) -> Skills:
        found: Skills = READERS["skills"](self.reader, (*self.path, "skills"), self.data.get("skills", {}), {})
        return found

    def problem(self, name: str, what: str, advice: str) -> None:
        here = (*self.path, name)
        self.reader.problem(here, f"{where(here)}: {what}.", advice)


def read_scenario(source: Source, rules: Mapping[str, Rules], skills: frozenset[str]) -> Scenario:
    """``skills``: those declared with the queues. Raises `ScenarioErrors`."""
    reader = Reader(source, World({}, queues=frozenset(rules), skills=skills))
    row = _Row(reader, (), source.data, WORDS, "a scenario")
    begin, end = _hours(reader, ("hours",), row.data.get("hours", "07:30-16:30"))
    base = Scenario(
        rules, (), (), opening=begin, length=end - begin, days=row.count("days", 1, 10_000, 20),
        seed=row.count("seed", 0, 10**9, 1), answer=Law(row.number("answer", 0, 60), 0),
        unanswered=row.number("unanswered", 0, 0.95),
    )
    streams = tuple(_streams(reader, row.data.get("callers"), base))
    workers = tuple(_workers(reader, row.data.get("agents")))
    if reader.problems:
        raise ScenarioErrors(reader.problems)
    return replace(base, streams=streams, workers=workers)


def talk(handling: float, cv: float | None, rules: Rules) -> Law:
    """What is left of the handling time for the conversation. ValueError, one sentence, when the wrap-up takes it all."""
    if handling <= rules.wrap_up:
        raise ValueError(f"a handling time of {handling:g} s leaves nothing beside a wrap-up of {rules.wrap_up:g} s")
    return Law(handling - rules.wrap_up, cv)


def _streams(reader: Reader, value: Any, base: Scenario) -> Iterator[Stream]:
    if not value:
        reader.problem(("callers",), "nobody calls: 'callers' is missing or empty.", "Write callers: {general: …}.")
        return
    for name, body in reader.mapping(("callers",), value).items():
        path = ("callers", name)
        reader.known(path, name, base.rules, "queue")
        row = _Row(reader, path, body, OF_CALLERS, "a queue's callers")
        handling, cv = row.number("handling", 1, LONGEST, 300), row.number("cv", 0, 5) if "cv" in row.data else None
        try:
            law = talk(handling, cv, base.rules.get(name, Rules(wrap_up=0.0)))
        except ValueError as error:
            row.problem("handling", str(error), "It is talk and wrap-up together.")
            continue
        patience = Law(row.number("patience", 1, LONGEST)) if "patience" in row.data else NEVER
        yield Stream(name, _rates(row, base), law, patience, row.count("priority", 0, 1000, 0), row.skills())


def _rates(row: _Row, base: Scenario) -> tuple[float, ...]:
    here, written = (*row.path, "per_hour"), row.data.get("per_hour")
    shape = row.reader.known((*row.path, "shape"), row.data.get("shape", "steady"), SHAPES, "shape")
    limits = {"low": 0, "high": MOST_CALLS}
    if written is None:
        row.reader.problem(row.path, f"{where(row.path)}: 'per_hour' is missing.", "Say how many call in an hour.")
        return (0.0,)
    if isinstance(written, list) and written:
        return tuple(READERS["seconds"](row.reader, (*here, str(n)), each, limits) for n, each in enumerate(written))
    mean = READERS["seconds"](row.reader, here, written, limits)
    return shaped(mean, shape if shape in SHAPES else "steady", base.length)


def _workers(reader: Reader, value: Any) -> Iterator[Worker]:
    if not isinstance(value, list) or not value:
        reader.problem(("agents",), "nobody answers: 'agents' must be a list.", "Write agents: [{count: 4, queues: …}].")
        return
    for number, body in enumerate(value):
        yield from _alike(_Row(reader, ("agents", str(number)), body, OF_AGENTS, "an agent"), number)


def _alike(row: _Row, number: int) -> Iterator[Worker]:
    """``count`` agents of one kind."""
    reader, data, count = row.reader, row.data, row.count("count", 1, 100_000, 1)
    name = reader.text((*row.path, "name"), data.get("name", f"agent{number + 1}"))
    queues = data.get("queues")
    if not isinstance(queues, list) or not queues:
        row.problem("queues", "it must be a list of queues", "Write queues: [general].")
        queues = []
    served = tuple(reader.known((*row.path, "queues", str(n)), each, reader.world.queues, "queue")
                   for n, each in enumerate(queues))
    written = _Row(reader, (*row.path, "ranks"), data.get("ranks", {}), served, "the list of its queues")
    ranks = {queue: written.count(queue, 0, 1000, 1) for queue in written.data}
    spans = data.get("hours", ())
    hours = tuple(_hours(reader, (*row.path, "hours", str(n)), each)
                  for n, each in enumerate(spans if isinstance(spans, list) else [spans] if spans else []))
    skills = row.skills()
    for each in range(count):
        yield Worker(name if count == 1 else f"{name}-{each + 1}", served, skills, ranks, hours)


def _hours(reader: Reader, path: Path, value: Any) -> tuple[float, float]:
    try:
        begin, end = parse_span(str(value))
    except ValueError as error:
        reader.problem(path, f"{where(path)}: {error}.", 'Write "07:30-16:30".')
        return 0.0, 86400.0
    return begin * 60.0, end * 60.0
