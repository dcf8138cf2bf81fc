"""What a turn may have meant: hypotheses → readings of a matricule, each weighed by its hypothesis, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from ivr.core.matricule import Complete, Incomplete, Match, Reading, spoken, spoken_letter
from ivr.core.messages import Hypothesis

Readings: TypeAlias = tuple[Reading, ...]

MOST_READINGS: Final = 20
"""Beyond the twentieth reading, asking again is faster than asking the directory."""


def best(hypotheses: Sequence[Hypothesis]) -> Match:
    """All readings of all hypotheses, each weighed by its hypothesis; complete ones first."""
    complete: list[Reading] = []
    partial: list[Reading] = []
    for hypothesis in hypotheses:
        match = spoken(hypothesis.words)
        if isinstance(match, Complete | Incomplete):
            found = complete if isinstance(match, Complete) else partial
            found += [Reading(each.matricule, each.score * hypothesis.score, each.why) for each in match.readings]
    if complete:
        return Complete(merged(complete))
    return Incomplete(merged(partial))


def merged(readings: Sequence[Reading]) -> Readings:
    """One reading a matricule, the best kept; best first."""
    best: dict[str, Reading] = {}
    for reading in readings:
        known = best.get(reading.matricule)
        if known is None or reading.score > known.score:
            best[reading.matricule] = reading
    return tuple(sorted(best.values(), key=lambda each: (-each.score, each.matricule)))[:MOST_READINGS]


def six_digits(match: Match) -> Readings:
    if not isinstance(match, Incomplete):
        return ()
    return tuple(each for each in match.readings if len(each.matricule) == 6 and each.matricule.isdigit())


def heard_letters(hypotheses: Sequence[Hypothesis]) -> Readings:
    return merged([
        Reading(each.matricule, each.score * hypothesis.score, each.why)
        for hypothesis in hypotheses for each in spoken_letter(hypothesis.words)
    ])
