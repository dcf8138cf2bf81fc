"""Many days over several processes, added up in the order of the days, whoever finished first."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

from ivr.simulation.callers import Callers, drawn
from ivr.simulation.centre import Centre
from ivr.simulation.confidence import Estimate, interval
from ivr.simulation.outcome import Outcome
from ivr.simulation.scenario import Scenario

MOST_OBSERVATIONS = 20
Progress = Callable[[float], None]
Replayed = dict[int, Callers]
"""The callers of each day, where they are known instead of drawn."""


class StudyFailed(RuntimeError):
    """A process of the study died; one sentence."""


@dataclass(slots=True)
class Study:
    """``whole``: all days; ``parts``: the stretches of it, each an observation. ``complete``: nobody interrupted it."""

    whole: Outcome
    parts: list[Outcome] = field(default_factory=list)
    complete: bool = True

    def estimate(self, of: Callable[[Outcome], float | None], confidence: float = 0.95) -> Estimate:
        """Mean over the stretches of what ``of`` reads, with its confidence interval (Student)."""
        return interval([value for part in self.parts if (value := of(part)) is not None], confidence)


def stretch(scenario: Scenario, days: range, replayed: Replayed | None = None) -> Outcome:
    """One distributor living through these days."""
    centre = Centre(scenario)
    callers = ((day, drawn(scenario, day) if replayed is None else replayed.get(day, Callers())) for day in days)
    outcome = centre.play(callers)
    outcome.days = len(days)
    return outcome


def study(
    scenario: Scenario, *, processes: int = 1, progress: Progress | None = None, replayed: Replayed | None = None
) -> Study:
    """Play all days. An interrupt (Ctrl-C) ends it with the stretches that are finished."""
    stretches = scenario.stretches
    result = Study(Outcome(scenario))
    played = _here(scenario, stretches, replayed) if processes <= 1 or len(stretches) <= 1 else _spread(
        scenario, stretches, replayed, min(processes, len(stretches)))
    try:
        for done, outcome in enumerate(played, 1):
            result.parts.append(outcome)
            result.whole.add(outcome)
            if progress is not None:
                progress(done / len(stretches))
    except KeyboardInterrupt:
        result.complete = False
    except BrokenProcessPool:
        raise StudyFailed("A process of the simulation was killed: is there enough memory? Try --processes 1.") from None
    return result


def _here(scenario: Scenario, stretches: list[range], replayed: Replayed | None) -> Iterator[Outcome]:
    for days in stretches:
        yield stretch(scenario, days, replayed)


def _spread(
    scenario: Scenario, stretches: list[range], replayed: Replayed | None, processes: int
) -> Iterator[Outcome]:
    pool = ProcessPoolExecutor(processes, initializer=_quiet)
    try:
        futures: list[Future[Outcome]] = [
            pool.submit(stretch, scenario, days, _those(replayed, days)) for days in stretches
        ]
        for future in futures:
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _those(replayed: Replayed | None, days: range) -> Replayed | None:
    return None if replayed is None else {day: replayed[day] for day in days if day in replayed}


def _quiet() -> None:
    """Ctrl-C reaches every process of the terminal: the first one decides, the others finish what they do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
