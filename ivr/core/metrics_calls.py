"""The figures of whole calls and cases: self-service, capture of the matricule, satisfaction, first contact resolution,
and how true the announced waits were. A rate without a denominator is None."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ivr.core.metrics import ratio
from ivr.core.record import CallRecord
from ivr.core.wait import MORE, STEPS

SELF_SERVED: Final = frozenset({
    "REQUETE_COMPLETEE", "REQUETE_CREEE", "STATUT_LU_SVI", "RDV_PRIS", "INFO_DONNEE", "ORIENTE_EXTERNE",
})
"""Outcomes of a caller who got what there was to get without an agent. To hear that we are closed, or to be promised a
call, is to be contained, not served."""


# ---------------------------------------------------------------------------------------------------------- self-service
@dataclass(frozen=True, slots=True)
class SelfService:
    """answered: calls over that the IVR answered; contained: those that never asked for an agent; served: those of the
    contained with a goal reached."""

    answered: int
    contained: int
    served: int

    @property
    def rate(self) -> float | None:
        """Calls ended in the IVR with a goal reached / calls answered by the IVR."""
        return ratio(self.served, self.answered)


def self_service(records: Iterable[CallRecord]) -> SelfService:
    """Of the calls that are over. A call that entered a queue did not end in the IVR, whatever it had reached before."""
    over = [record for record in records if record.ended_at is not None]
    contained = [record for record in over if record.queued_at is None and record.offer is None]
    return SelfService(len(over), len(contained), sum(record.outcome in SELF_SERVED for record in contained))


# --------------------------------------------------------------------------------------------------------------- capture
Means = Literal["voice", "keypad", "agent"]


@dataclass(frozen=True, slots=True)
class Capture:
    """One attempt to learn a caller's matricule: how, in how many questions and seconds, whether the caller has confirmed
    what was heard, and whether an agent has ``corrected`` it later."""

    by: Means
    confirmed: bool
    turns: int
    seconds: float
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class CaptureFigures:
    """turns, seconds: means over all that were started; false_accepts: confirmed, then corrected by an agent."""

    started: int
    confirmed: int
    false_accepts: int
    turns: float | None
    seconds: float | None

    @property
    def rate(self) -> float | None:
        """Matricules confirmed / captures started."""
        return ratio(self.confirmed, self.started)

    @property
    def false_accept_rate(self) -> float | None:
        """Corrected by an agent / confirmed."""
        return ratio(self.false_accepts, self.confirmed)


def captures(attempts: Iterable[Capture], by: Means | None = None) -> CaptureFigures:
    """The figures of one means, or of all."""
    those = [attempt for attempt in attempts if by in (None, attempt.by)]
    return CaptureFigures(
        started=len(those), confirmed=sum(attempt.confirmed for attempt in those),
        false_accepts=sum(attempt.confirmed and attempt.corrected for attempt in those),
        turns=ratio(sum(attempt.turns for attempt in those), len(those)),
        seconds=ratio(sum(attempt.seconds for attempt in those), len(those)),
    )


# ---------------------------------------------------------------------------------------------------------- satisfaction
@dataclass(frozen=True, slots=True)
class Satisfaction:
    """asked: callers who were asked; answered: n, those who gave a mark; satisfied: a mark of 4 or 5."""

    asked: int
    answered: int
    satisfied: int

    @property
    def csat(self) -> float | None:
        """Marks 4-5 / all marks."""
        return ratio(self.satisfied, self.answered)

    @property
    def response_rate(self) -> float | None:
        """Marks given / callers asked for one."""
        return ratio(self.answered, self.asked)


def satisfaction(marks: Iterable[int | None]) -> Satisfaction:
    """Of the callers asked, one mark each; None where no mark was given. ValueError for a mark that is not 1 to 5."""
    asked = list(marks)
    given = [mark for mark in asked if mark is not None]
    wrong = [mark for mark in given if not 1 <= mark <= 5]
    if wrong:
        raise ValueError(f"a mark of satisfaction is 1 to 5 (here: {wrong[0]})")
    return Satisfaction(len(asked), len(given), sum(mark >= 4 for mark in given))


# ---------------------------------------------------------------------------------------------- first contact resolution
Case = tuple[str, str, float]
"""Matricule, category (the motif), and the UTC second of the resolution or of the contact."""
WEEK: Final = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Resolution:
    """resolved: cases whose window is over; again: those of them with a new contact within it; pending: cases whose window
    is still open, in neither. window: seconds, to be printed beside the rate."""

    resolved: int
    again: int
    pending: int
    window: float

    @property
    def fcr(self) -> float | None:
        """1 − resolved cases with a new contact, same matricule and motif, within the window / resolved cases."""
        share = ratio(self.again, self.resolved)
        return None if share is None else 1 - share


def first_contact_resolution(
    resolved: Iterable[Case], contacts: Iterable[Case], *, now: float, window: float = WEEK
) -> Resolution:
    """``contacts``: all of the period, up to ``now``. A contact at the very second of the resolution is the one that was
    resolved; a new one comes after it and at most ``window`` later."""
    moments: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for matricule, category, at in contacts:
        moments[matricule, category].append(at)
    for times in moments.values():
        times.sort()
    cases = list(resolved)
    closed = [case for case in cases if case[2] + window <= now]
    again = sum(_returned(moments.get(case[:2], ()), case[2], window) for case in closed)
    return Resolution(len(closed), again, len(cases) - len(closed), window)


def _returned(times: Sequence[float], at: float, window: float) -> bool:
    following = bisect_right(times, at)
    return following < len(times) and times[following] <= at + window


# -------------------------------------------------------------------------------------------------------- announced waits
TOO_SHORT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Announcements:
    """announced: waits told to callers who were answered; error: mean of abs(announced − real) in seconds; too_short: how
    many were told more than 60 s too short."""

    announced: int
    total_error: float
    too_short: int

    @property
    def error(self) -> float | None:
        """Mean of |announced − real|, in seconds, over all announcements to callers who were then answered."""
        return ratio(self.total_error, self.announced)

    @property
    def share_too_short(self) -> float | None:
        """Announcements more than 60 s too short / announcements."""
        return ratio(self.too_short, self.announced)


def announcements(waits: Iterable[tuple[Sequence[tuple[float, float]], float | None]]) -> Announcements:
    """For each caller, what was told as (UTC second, seconds to wait) and the moment of the connection; None: the caller
    left, and nobody knows how long the wait would have been. « More than thirty minutes » is wrong only by what was
    missing to thirty."""
    errors = [
        _error(told, answered_at - at) for heard, answered_at in waits if answered_at is not None for at, told in heard
    ]
    return Announcements(len(errors), sum(map(abs, errors)), sum(error < -TOO_SHORT for error in errors))


def _error(told: float, real: float) -> float:
    """Announced − real."""
    return max(0.0, STEPS[-1] - real) if told == MORE else told - real
