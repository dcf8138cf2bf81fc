"""How long personal data is kept, purpose by purpose, and what forgetting does to each kind of row.

What may no longer be kept is deleted where nothing remains to be counted (journals, voice messages, work items, the access
log), and pseudonymised where a statistic needs the row: a call keeps its times, queue and outcome, a request its category,
statuses, direction and dates. `storage.pseudonyms` names the person. A request under a hold is passed over with its calls.

Each rule forgets one batch, the oldest first, and what it forgot is no longer due: it is asked again until nothing is left,
so that calls write between two batches and an interrupted purge is simply run again. See `storage.purge`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from storage import codec, search
from storage.engine import Ask, Row, Steps
from storage.pseudonyms import Pseudonyms
from storage.rows import HistoryRow, told

Unit = Literal["days", "months", "years"]
UNITS: Final[tuple[Unit, ...]] = ("days", "months", "years")
NUMBER: Final = re.compile(r"\+?[0-9]{8,15}")


class Term(NamedTuple):
    """How long something is kept, in the calendar of Abidjan (UTC)."""

    keep: int
    unit: Unit = "days"

    def before(self, at: float) -> float:
        """What is older than this moment (UTC seconds) is due at ``at``."""
        now = datetime.fromtimestamp(at, UTC)
        if self.unit == "days":
            return (now - timedelta(days=self.keep)).timestamp()
        month = now.year * 12 + now.month - 1 - self.keep * (12 if self.unit == "years" else 1)
        year, number = divmod(month, 12)
        last = calendar.monthrange(year, number + 1)[1]
        return now.replace(year=year, month=number + 1, day=min(now.day, last)).timestamp()


PURPOSES: Final[dict[str, str]] = {
    "clips": "extraits de parole",
    "recordings": "enregistrements de conversations",
    "voicemail": "messages vocaux, après la clôture",
    "calls": "appels, puis pseudonymisés",
    "requests": "requêtes closes, puis archivées",
    "work": "appels perdus et rappels, après leur clôture",
    "attempts": "seconds facteurs erronés",
    "access_log": "journal des accès",
    "exports": "exports d'un requérant",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """A term for each of `PURPOSES`; dialplans/retention.yaml is read into one."""

    clips: Term
    recordings: Term
    voicemail: Term
    calls: Term
    requests: Term
    work: Term
    attempts: Term
    access_log: Term
    exports: Term


DEFAULT: Final = Policy(
    clips=Term(0), recordings=Term(90), voicemail=Term(90), calls=Term(24, "months"), requests=Term(5, "years"),
    work=Term(12, "months"), attempts=Term(30), access_log=Term(3, "years"), exports=Term(30),
)


class Batch(NamedTuple):
    """What one rule is to forget: what is older than ``before`` (UTC seconds), ``limit`` rows at most, after the row that
    the batch before ended with (None: from the start)."""

    before: float
    at: float
    limit: int
    after: float | None = None


class Forgotten(NamedTuple):
    """Rows that a batch has forgotten (0: nothing is left), files to delete, and where the next batch begins."""

    rows: int
    files: tuple[str, ...] = ()
    after: float | None = None


Rule = Callable[[Pseudonyms, Batch], Steps[Forgotten]]


# ------------------------------------------------------------------------------------------------------------------- calls
def calls(pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    rows = yield Ask("due_calls", {"before": batch.before, "limit": batch.limit})
    for row in rows:
        yield Ask("forget_journal", {"call": row["id"]})
        yield Ask("forget_call", {
            "id": row["id"], "caller": _number(pseudonyms, row["caller"]) or "", "at": batch.at,
            "matricule": _matricule(pseudonyms, row["matricule"]), "record": _record(pseudonyms, row["record"]),
        })
    return Forgotten(len(rows))


def _record(pseudonyms: Pseudonyms, stored: str | None) -> str | None:
    """The record without the person; outside numbers that talked in it are pseudonyms as well."""
    if not stored:
        return None
    record = codec.record_from_json(stored)
    segments = tuple(
        replace(each, agent=_outside(pseudonyms, each.agent), to=_outside(pseudonyms, each.to)) for each in record.segments
    )
    return codec.record_to_json(replace(
        record, caller=_number(pseudonyms, record.caller) or "", matricule=_matricule(pseudonyms, record.matricule),
        callback=_number(pseudonyms, record.callback), voice_message=None, segments=segments,
        agent=_outside(pseudonyms, record.agent) if record.agent else record.agent,
    )).decode()


def _number(pseudonyms: Pseudonyms, number: str | None) -> str | None:
    return pseudonyms.of_number(number) if number else None


def _matricule(pseudonyms: Pseudonyms, matricule: str | None) -> str | None:
    return pseudonyms.of_matricule(matricule) if matricule else None


def _outside(pseudonyms: Pseudonyms, who: str) -> str:
    """Staff is named by a login; only a number is somebody outside."""
    return pseudonyms.of_number(who) if NUMBER.fullmatch(who) else who


# ---------------------------------------------------------------------------------------------------------------- requests
def voice_notes(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    rows = yield Ask("due_voice", {"before": batch.before, "limit": batch.limit})
    for row in rows:
        yield Ask("forget_voice_note", {"reference": row["reference"]})
        yield Ask("forget_file_named", {"request": row["reference"], "name": row["voice_note"]})
    return Forgotten(len(rows), tuple(row["voice_note"] for row in rows))


def files(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    rows = yield Ask("due_files", {"before": batch.before, "limit": batch.limit})
    for row in rows:
        yield Ask("forget_file", {"id": row["id"]})
    return Forgotten(len(rows), tuple(row["name"] for row in rows))


def requests(pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    rows = yield Ask("due_requests", {"before": batch.before, "limit": batch.limit})
    return (yield from _archived(pseudonyms, rows, batch.at))


def unasked(pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    """A call that ended without anything asked left a request that is only its trace: it goes with the call."""
    asked = {"before": batch.before, "limit": batch.limit, "after": batch.after or 0.0}
    rows = yield Ask("due_unasked", asked)
    return (yield from _archived(pseudonyms, rows, batch.at))


def _archived(pseudonyms: Pseudonyms, rows: list[Row], at: float) -> Steps[Forgotten]:
    names: list[str] = []
    for row in rows:
        names += yield from _archive(pseudonyms, row, at)
    return Forgotten(len(rows), tuple(names), rows[-1]["closed_at"] if rows else None)


def _archive(pseudonyms: Pseudonyms, row: Row, at: float) -> Steps[list[str]]:
    reference = row["reference"]
    files = yield Ask("files", {"request": reference})
    person = pseudonyms.of_person(row["matricule"], row["phone"])
    yield Ask("forget_files", {"request": reference})
    yield Ask("forget_outbox", {"request": reference})
    yield from _blank_history(pseudonyms, reference)
    yield Ask("archive_request", {"reference": reference, "matricule": person, "at": at})
    yield from search.forget(reference)
    return [name for name in (row["voice_note"], *(file["name"] for file in files)) if name]


def _blank_history(pseudonyms: Pseudonyms, reference: str) -> Steps[None]:
    """History is never rewritten: what may stay of it is written anew, then the old lines go."""
    lines = yield Ask("history", {"request": reference})
    for line in lines:
        kept = {**line, "why": None, "who": _outside(pseudonyms, line["who"])}
        yield Ask("insert_history", {name: kept[name] for name in ("request", *HistoryRow.__dataclass_fields__)})
    if lines:
        yield Ask("forget_history", {"request": reference, "last": lines[-1]["id"]})


def requesters(pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    """Those of whom no request is left that names anybody."""
    asked = {"before": batch.before, "limit": batch.limit, "after": int(batch.after or 0)}
    rows = yield Ask("due_requesters", asked)
    for row in rows:
        numbers = yield Ask("requester_phones", {"requester": row["id"]})
        number = numbers[0]["number"] if numbers else None
        name = pseudonyms.of_person(row["matricule"], number) or f"P-{row['id']}"
        yield Ask("forget_numbers", {"requester": row["id"]})
        yield Ask("forget_requester", {"id": row["id"], "pseudonym": name})
    return Forgotten(len(rows), (), rows[-1]["id"] if rows else None)


# --------------------------------------------------------------------------------------------------------- what is deleted
def work_items(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    return Forgotten(len((yield Ask("forget_work", {"before": batch.before, "limit": batch.limit}))))


def callbacks(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    return Forgotten(len((yield Ask("forget_callbacks", {"before": batch.before, "limit": batch.limit}))))


def attempts(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    return Forgotten(len((yield Ask("forget_attempts", {"before": batch.before, "limit": batch.limit}))))


def accesses(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    return Forgotten(len((yield Ask("forget_accesses", {"before": batch.before, "limit": batch.limit}))))


def outbox(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    return Forgotten(len((yield Ask("forget_old_outbox", {"before": batch.before, "limit": batch.limit}))))


def released_holds(_pseudonyms: Pseudonyms, batch: Batch) -> Steps[Forgotten]:
    return Forgotten(len((yield Ask("forget_holds", {"before": batch.before, "limit": batch.limit}))))


class Kind(NamedTuple):
    """A kind of row: the purpose whose term it has, the rule that forgets a batch, and the question of what is due, whose
    answer is ``many`` and the ``oldest``."""

    purpose: str
    rule: Rule
    due: Callable[[float], Ask]


KINDS: Final[Mapping[str, Kind]] = {
    "messages vocaux": Kind("voicemail", voice_notes, lambda before: Ask("count_due_voice", {"before": before})),
    "pièces vocales": Kind("voicemail", files, lambda before: Ask("count_due_files", {"before": before})),
    "appels": Kind("calls", calls, lambda before: Ask("count_due_calls", {"before": before})),
    "traces d'appels": Kind("calls", unasked, lambda before: Ask("count_due_unasked", {"before": before})),
    "annonces internes": Kind("calls", outbox, lambda before: Ask("count_due_outbox", {"before": before})),
    "requêtes": Kind("requests", requests, lambda before: Ask("count_due_requests", {"before": before})),
    "requérants": Kind("calls", requesters, lambda before: Ask("count_due_requesters", {"before": before})),
    "appels perdus": Kind("work", work_items, lambda before: Ask("count_due_work", {"before": before})),
    "rappels": Kind("work", callbacks, lambda before: Ask("count_due_callbacks", {"before": before})),
    "seconds facteurs": Kind("attempts", attempts, lambda before: Ask("count_due_attempts", {"before": before})),
    "conservations levées": Kind("access_log", released_holds, lambda before: Ask("count_due_holds", {"before": before})),
    "accès": Kind("access_log", accesses, lambda before: Ask("count_due_accesses", {"before": before})),
}
"""In this order: a requester is forgotten after the last of the requests."""


def due(kind: str, before: float) -> Steps[Row]:
    """``many`` and ``oldest`` of what is due."""
    rows = yield KINDS[kind].due(before)
    return rows[0]


class Begun(NamedTuple):
    """``owed``: an earlier purge did not come to writing over what it had freed."""

    id: int
    owed: bool


def begin_purge(at: float, who: str) -> Steps[Begun]:
    owed = yield Ask("purges_unscrubbed")
    return Begun((yield Ask("insert_purge", {"at": at, "who": who}))[0]["id"], bool(owed))


def end_purge(purge: int, report: str, *, clean: bool) -> Steps[None]:
    """``clean``: nothing that was freed, by this one or an earlier one, is left in the files."""
    yield Ask("end_purge", {"id": purge, "report": report})
    if clean:
        yield Ask("purges_scrubbed")


@dataclass(frozen=True, slots=True)
class PurgeRow:
    """A purge that came to its end; ``report`` is JSON."""

    id: int
    at: float
    who: str
    report: str


def purges(limit: int) -> Steps[tuple[PurgeRow, ...]]:
    rows = yield Ask("purges", {"limit": limit})
    return tuple(told(PurgeRow, row) for row in rows)


def held_offers() -> Steps[frozenset[str]]:
    """The offers whose conversations no purge touches: `talk-OFFER` is their recording."""
    rows = yield Ask("held_offers")
    return frozenset(str(row["offer"]) for row in rows)


def voice_kept(name: str, file: str) -> Steps[bool]:
    """Whether a request still needs this recording, known with or without its suffix."""
    return bool((yield Ask("voice_kept", {"name": name, "file": file})))
