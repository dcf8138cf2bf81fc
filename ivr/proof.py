"""The proof of a call: its journal, run through the core again, gives the same notes and the same record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from ivr.core.call import Call
from ivr.core.flow import Flow
from ivr.core.messages import Event, Noted, Resumed
from ivr.core.record import CallRecord, fold


@dataclass(frozen=True, slots=True)
class Proof:
    """``differences`` is empty when the replay is exact; ``unwritten`` counts notes that died with the process."""

    entries: int
    notes: int
    unwritten: int
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.differences


def prove(flow: Flow, entries: Sequence[Event], kept: CallRecord | None) -> Proof:
    """Replay a journal. ``kept`` is the record in the store, None while the call lives.

    A note is written with the event that follows it, so the last ones before a death (before `Resumed` or the end of a
    journal without `CallEnded`) may be missing there: they are counted, not held against the journal.
    """
    call = Call(flow)
    differences: list[str] = []
    notes = unwritten = 0
    for number, event, written, next_event in _steps(entries):
        expected = [output for output in call.handle(event) if isinstance(output, Noted)]
        notes += len(expected)
        if written == expected:
            continue
        if written == expected[: len(written)] and (next_event is None or isinstance(next_event, Resumed)):
            unwritten += len(expected) - len(written)
            continue
        differences.append(f"entry {number} ({type(event).__name__}): the journal notes {_names(written)}, "
                           f"the replay {_names(expected)}")
    return Proof(len(entries), notes, unwritten, (*differences, *_record_differences(call, entries, kept)))


def _steps(entries: Sequence[Event]) -> Iterator[tuple[int, Event, list[Noted], Event | None]]:
    """Each event with its number, the notes written after it, and the event that follows."""
    places = [number for number, entry in enumerate(entries) if not isinstance(entry, Noted)]
    for place, following in zip(places, [*places[1:], len(entries)], strict=True):
        written = [entry for entry in entries[place + 1 : following] if isinstance(entry, Noted)]
        yield place, entries[place], written, entries[following] if following < len(entries) else None


def _names(notes: Sequence[Noted]) -> str:
    return ", ".join(f"{note.fact}={note.value!r}" for note in notes) or "nothing"


def _record_differences(call: Call, entries: Sequence[Event], kept: CallRecord | None) -> Iterator[str]:
    if kept is None:
        return
    again = call.record if call.ended else fold(entries, cut_at=kept.ended_at)
    mine = asdict(again)
    for field, value in asdict(kept).items():
        if mine[field] != value:
            yield f"record.{field}: the store says {value!r}, the replay {mine[field]!r}"
