"""The record of a call is a fold over its journal, and nothing else.

Rule 1: no other code computes a record or an outcome. The live call, the sweep after a crash and the replay of an old
journal all call `fold`, so they cannot disagree.

The journal holds events (what happened) and notes (`Noted`, what the flow decided). Each changes a few fields; the outcome
is read from the result at the end, by the first rule of `OUTCOMES` that holds. One rule always holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from ivr.core.messages import (
    AgentChanged,
    AgentHeld,
    AgentLeft,
    CallEnded,
    CallStarted,
    Connected,
    DigitReceived,
    Event,
    Heard,
    Json,
    Noted,
    Recorded,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One agent's part of a conversation, from bridge to parting; ``agent`` may be an outside number. UTC seconds; ``held``:
    seconds in which the caller heard music; ``to``: where the agent transferred the call."""

    agent: str
    offer: str
    start: float
    end: float | None = None
    held: float = 0.0
    held_from: float | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. Times are UTC seconds, durations seconds; None means that it did not happen."""

    call: str
    caller: str = ""
    dialed: str = ""
    flow: str = ""
    started_at: float = 0.0
    ended_at: float | None = None
    outcome: str | None = None
    cause: str | None = None
    language: str = "fr"
    notice: str | None = None
    recording_refused: bool = False
    inputs: int = 0
    path: tuple[str, ...] = ()
    matricule: str | None = None
    identified_by: str | None = None
    verified: bool = False
    category: str | None = None
    request: str | None = None
    goals: tuple[str, ...] = ()
    queue: str | None = None
    queued_at: float | None = None
    waited: float | None = None
    offer: str | None = None
    agent: str | None = None
    connected_at: float | None = None
    talked: float = 0.0
    voice_message: str | None = None
    callback: str | None = None
    satisfaction: int | None = None
    queue_refused: str | None = None
    fulfils: str | None = None
    segments: tuple[Segment, ...] = ()
    announced: tuple[tuple[float, int], ...] = ()
    """Waits announced to the caller: (when, seconds)."""


def fold(entries: Iterable[Event], *, cut_at: float | None = None) -> CallRecord:
    """The record told by a journal.

    Without a `CallEnded` the call is closed as cut at ``cut_at`` (or at its last entry): this is how the sweep closes the
    calls that died with the application or the switch. Raises ValueError when the journal does not begin with a
    `CallStarted`.
    """
    journal = list(entries)
    if not journal or not isinstance(journal[0], CallStarted):
        raise ValueError("a journal begins with CallStarted")
    record = CallRecord(journal[0].call)
    for entry in journal:
        record = apply(record, entry)
    if record.ended_at is None:
        end = CallEnded(max(cut_at or 0.0, journal[-1].at), "cut")
        record = apply(record, end)
    return record


def apply(record: CallRecord, entry: Event) -> CallRecord:
    """The record after one more journal entry."""
    if record.ended_at is not None:
        return record
    match entry:
        case CallStarted():
            return replace(
                record, caller=entry.caller, dialed=entry.dialed, flow=entry.flow, started_at=entry.at,
                fulfils=entry.callback or None,
            )
        case Noted():
            return _noted(record, entry)
        case DigitReceived():
            return replace(record, inputs=record.inputs + 1)
        case Heard(kind="speech"):
            return replace(record, inputs=record.inputs + 1)
        case Recorded():
            return replace(record, voice_message=entry.name)
        case Connected():
            transferred = bool(record.segments) and bool(record.segments[-1].to)
            waited = record.waited if transferred else _since(record.queued_at, entry.at)
            begun = (*record.segments, Segment(record.agent or "", entry.offer, entry.at))
            return replace(record, offer=entry.offer, connected_at=entry.at, waited=waited, segments=begun)
        case AgentChanged():
            record = _parted(record, entry.at)
            begun = (*record.segments, Segment(entry.agent or entry.number, entry.offer, entry.at))
            return replace(record, offer=entry.offer, segments=begun)
        case AgentHeld():
            return _held(record, entry)
        case AgentLeft():
            return _talked_until(_parted(record, entry.at, entry.to), entry.at)
        case CallEnded():
            return _closed(record, entry)
    return record


def _since(start: float | None, end: float) -> float:
    return round(max(0.0, end - start), 3) if start is not None else 0.0


def _talked_until(record: CallRecord, at: float) -> CallRecord:
    if record.connected_at is None:
        return record
    return replace(record, talked=round(record.talked + _since(record.connected_at, at), 3), connected_at=None)


def _parted(record: CallRecord, at: float, to: str = "") -> CallRecord:
    """The last segment is over, if it is not yet."""
    if not record.segments or record.segments[-1].end is not None:
        return record
    last = record.segments[-1]
    held = round(last.held + (at - last.held_from if last.held_from is not None else 0.0), 3)
    ended = replace(last, end=at, held=held, held_from=None, to=to)
    return replace(record, segments=(*record.segments[:-1], ended))


def _held(record: CallRecord, event: AgentHeld) -> CallRecord:
    if not record.segments or record.segments[-1].end is not None:
        return record
    last = record.segments[-1]
    if event.on:
        last = replace(last, held_from=event.at)
    elif last.held_from is not None:
        last = replace(last, held=round(last.held + event.at - last.held_from, 3), held_from=None)
    return replace(record, segments=(*record.segments[:-1], last))


def _closed(record: CallRecord, end: CallEnded) -> CallRecord:
    record = _talked_until(_parted(record, end.at), end.at)
    if record.queued_at is not None and record.waited is None:
        record = replace(record, waited=_since(record.queued_at, end.at))
    record = replace(record, ended_at=end.at, cause=end.cause)
    return replace(record, outcome=_outcome(record))


# -------------------------------------------------------------------------------------------------------------- the notes
def _append_path(record: CallRecord, value: Json, _at: float) -> CallRecord:
    return replace(record, path=(*record.path, str(value)))


def _append_goal(record: CallRecord, value: Json, _at: float) -> CallRecord:
    goal = str(value)
    return record if goal in record.goals else replace(record, goals=(*record.goals, goal))


def _identified(record: CallRecord, value: Json, _at: float) -> CallRecord:
    """Another matricule has proven nothing yet, whatever was proven before."""
    matricule, how = value if isinstance(value, list | tuple) else (None, None)
    verified = record.verified and record.matricule == _text(matricule)
    return replace(record, matricule=_text(matricule), identified_by=_text(how), verified=verified)


def _queued(record: CallRecord, value: Json, at: float) -> CallRecord:
    """A new wait begins with the first queue, and again after a conversation; another queue meanwhile continues it."""
    served = record.offer is not None and record.connected_at is None
    first = record.queued_at is None or served
    return replace(record, queue=str(value), queued_at=at if first else record.queued_at)


def _announced(record: CallRecord, value: Json, at: float) -> CallRecord:
    told = value[0] if isinstance(value, list | tuple) and value else None
    return replace(record, announced=(*record.announced, (at, int(told)))) if isinstance(told, int | float) else record


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


FACTS: Final[dict[str, Callable[[CallRecord, Json, float], CallRecord]]] = {
    "node": _append_path,
    "goal": _append_goal,
    "identified": _identified,
    "queued": _queued,
    "queue_refused": lambda record, value, _at: replace(record, queue_refused=_text(value)),
    "announced": _announced,
    "verified": lambda record, _value, _at: replace(record, verified=True),
    "notice": lambda record, value, _at: replace(record, notice=_text(value)),
    "recording_refused": lambda record, _value, _at: replace(record, recording_refused=True),
    "category": lambda record, value, _at: replace(record, category=_text(value)),
    "request": lambda record, value, _at: replace(record, request=_text(value)),
    "agent": lambda record, value, _at: replace(record, agent=_text(value)),
    "callback": lambda record, value, _at: replace(record, callback=_text(value)),
    "satisfaction": lambda record, value, _at: replace(record, satisfaction=int(str(value))),
}
"""What a note may say and what it changes. Other notes ('said', 'readings'...) only enrich the timeline."""


def _noted(record: CallRecord, note: Noted) -> CallRecord:
    change = FACTS.get(note.fact)
    return change(record, note.value, note.at) if change else record


# ------------------------------------------------------------------------------------------------------------ the outcome
def _goal(name: str) -> Callable[[CallRecord], bool]:
    return lambda record: name in record.goals


OUTCOMES: Final[tuple[tuple[str, Callable[[CallRecord], bool]], ...]] = (
    ("ECHEC_TECHNIQUE", lambda record: record.cause == "bug"),
    ("TRANSFERE", lambda record: record.offer is not None),
    ("REQUETE_COMPLETEE", _goal("REQUETE_COMPLETEE")),
    ("REQUETE_CREEE", _goal("REQUETE_CREEE")),
    ("RAPPEL_PROGRAMME", _goal("RAPPEL_PROGRAMME")),
    ("MESSAGE_VOCAL", lambda record: record.voice_message is not None),
    ("STATUT_LU_SVI", _goal("STATUT_LU_SVI")),
    ("RDV_PRIS", _goal("RDV_PRIS")),
    ("COUPE", lambda record: record.cause == "cut"),
    ("ABANDON_FILE", lambda record: record.queued_at is not None),
    ("ORIENTE_EXTERNE", _goal("ORIENTE_EXTERNE")),
    ("INFO_DONNEE", _goal("INFO_DONNEE")),
    ("HORS_HORAIRES", _goal("HORS_HORAIRES")),
    ("MUET", lambda record: record.inputs == 0),
    ("ABANDON_SVI", lambda _record: True),
)
"""In order of weight: the first that holds is the outcome. FANTAISISTE and ERREUR_NUMERO are said by an agent later."""


def _outcome(record: CallRecord) -> str:
    return next(name for name, holds in OUTCOMES if holds(record))


WORK_REMAINS: Final = frozenset({
    "TRANSFERE", "REQUETE_CREEE", "REQUETE_COMPLETEE", "RAPPEL_PROGRAMME", "MESSAGE_VOCAL", "ABANDON_FILE", "COUPE",
    "ECHEC_TECHNIQUE",
})
"""Outcomes that leave somebody something to do: the request made for such a call stays open."""


@dataclass(slots=True)
class RecordKeeper:
    """The record of a living call, folded as it goes."""

    record: CallRecord = field(default_factory=lambda: CallRecord(""))

    def add(self, entry: Event) -> None:
        if isinstance(entry, CallStarted):
            self.record = CallRecord(entry.call)
        self.record = apply(self.record, entry)
