"""Days that were, played again: a scenario made from the distributor's own reports.

* A caller arrives when its first stay began, in that queue, and brings the conversation it had.
* Who gave up had exactly that patience. Who was answered had at least the wait it bore; what would have been left is drawn
  from an exponential law with the rate of giving up that was observed (the memory of such a law is that it has none).
* Who was never answered brings the conversation of somebody else of that queue, drawn with the seed.
* Agents are there when their reports say so: ready, resting, at work.

Callbacks are left out: nobody waits on the line. Opening hours and rules are those of today.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules
from ivr.simulation.callers import Callers, delays
from ivr.simulation.scenario import DAY, Law, Scenario, Stream, Worker

PRESENT = frozenset({"ready", "resting", "other_call"})
GAP = 120.0
"""Two spells of presence nearer than this are one: a report in between is missing or a wish was changed twice."""
USUAL = 240.0
"""A conversation where none was ever seen, seconds."""


class NothingToReplay(ValueError):
    """No caller came in that time."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the distributor reported, read by whoever has the store."""

    stays: Sequence[Stayed]
    works: Sequence[Worked]
    spent: Sequence[Spent] = ()


def replayed(
    past: Past, rules: Mapping[str, Rules], *, known: Mapping[str, Worker] | None = None, seed: int = 1,
) -> tuple[Scenario, dict[int, Callers]]:
    """The scenario and the callers of each day. ``known``: agents as configured, by name. Raises `NothingToReplay`."""
    first = _first_stays(past.stays, rules)
    if not first:
        raise NothingToReplay("No caller is in the reports of these days: there is nothing to replay.")
    midnight = first[0].entered // DAY * DAY
    days = int((first[-1].entered - midnight) // DAY) + 1
    queues = tuple(sorted({stayed.queue for stayed in first}))
    scenario = Scenario(
        rules, tuple(Stream(queue, (0.0,), Law(0.0)) for queue in queues), _workers(past, known or {}, midnight),
        opening=0.0, length=DAY, days=days, seed=seed, midnight=midnight,
    )
    by_day: dict[int, Callers] = {day: Callers() for day in range(days)}
    rows = zip(first, _patiences(past.stays, first, seed), _handlings(past.works, first, seed), strict=True)
    for stayed, patience, handling in rows:
        callers = by_day[int((stayed.entered - midnight) // DAY)]
        callers.at.append(stayed.entered)
        callers.stream.append(queues.index(stayed.queue))
        callers.patience.append(patience)
        callers.handling.append(handling)
    for day, callers in by_day.items():
        callers.delay = delays(scenario, day, len(callers.at))
    return scenario, by_day


def _first_stays(stays: Iterable[Stayed], rules: Mapping[str, Rules]) -> list[Stayed]:
    """The door: later stays of a call (overflow, transfer) are the distributor's doing, not the caller's."""
    first: dict[str, Stayed] = {}
    for stayed in stays:
        known = first.get(stayed.call)
        if not stayed.callback and stayed.queue in rules and (known is None or stayed.entered < known.entered):
            first[stayed.call] = stayed
    return sorted(first.values(), key=lambda each: (each.entered, each.call))


def _patiences(stays: Sequence[Stayed], first: Sequence[Stayed], seed: int) -> Iterator[float]:
    """How long each would wait. Each queue has its rate of giving up: abandonments per second waited."""
    ends: dict[str, Stayed] = {}
    waited, given_up = defaultdict[str, float](float), defaultdict[str, int](int)
    for stayed in stays:
        ends[stayed.call] = max(ends.get(stayed.call, stayed), stayed, key=lambda each: each.until)
        waited[stayed.queue] += stayed.until - stayed.entered
        given_up[stayed.queue] += stayed.end == "abandoned"
    chance = random.Random(f"{seed} patience")  # noqa: S311 - a simulation, no secret
    for stayed in first:
        end, queue = stayed if stayed.end in {"answered", "abandoned"} else ends[stayed.call], stayed.queue
        bore = max(0.0, end.until - stayed.entered)
        left = chance.expovariate(1.0)  # drawn for everybody, so that one caller's end moves nobody else's luck
        rate = given_up[queue] / waited[queue] if waited[queue] else 0.0
        yield bore if end.end == "abandoned" else bore + left / rate if rate else math.inf


def _handlings(works: Iterable[Worked], first: Sequence[Stayed], seed: int) -> Iterator[float]:
    talked: defaultdict[str, float] = defaultdict(float)
    for part in works:
        if part.end == "accepted" and part.kind == "call":
            talked[part.call] += part.talked + part.held
    seen: defaultdict[str, list[float]] = defaultdict(list)
    for stayed in first:
        if stayed.call in talked:
            seen[stayed.queue].append(talked[stayed.call])
    chance = random.Random(f"{seed} handling")  # noqa: S311 - a simulation, no secret
    for stayed in first:
        lent = chance.choice(seen[stayed.queue] or [USUAL])
        yield talked.get(stayed.call, lent)


# --------------------------------------------------------------------------------------------------------------- agents
def _workers(past: Past, known: Mapping[str, Worker], midnight: float) -> tuple[Worker, ...]:
    spells: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    queues: defaultdict[str, set[str]] = defaultdict(set)
    for time in past.spent:
        if time.state in PRESENT:
            spells[time.agent].append((time.since, time.until))
    for part in past.works:
        if part.agent:
            spells[part.agent].append((part.at, part.until))
            queues[part.agent].add(part.queue)
    return tuple(_worker(name, known.get(name), queues[name], spells[name], midnight) for name in sorted(spells))


def _worker(
    name: str, known: Worker | None, queues: Iterable[str], spells: list[tuple[float, float]], midnight: float
) -> Worker:
    by_day: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for begin, end in _joined(spells):
        day = int((begin - midnight) // DAY)
        by_day[day].append((begin - midnight - day * DAY, end - midnight - day * DAY))
    shifts = {day: tuple(spans) for day, spans in by_day.items()}
    if known is not None:
        return Worker(name, known.queues, known.skills, known.ranks, by_day=shifts)
    return Worker(name, tuple(sorted(queues)), by_day=shifts)


def _joined(spells: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Spells of presence in order, those that touch or overlap made one."""
    begin, end = math.inf, -math.inf
    for since, until in sorted(spells):
        if since > end + GAP:
            if end >= begin:
                yield begin, end
            begin, end = since, until
        end = max(end, until)
    if end >= begin:
        yield begin, end
