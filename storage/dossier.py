"""All that is kept about one requester, found from a matricule, a number or the reference of a request.

A number may be shared: calls from it count only when they said nobody else's matricule, and a number of several people is
refused. What is behind the wall is left out unless it is asked for: also the calls that led there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ivr.core.matricule import parse_matricule
from storage import codec, directory
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.matricules import normal
from storage.privacy import Access
from storage.rows import Person, told

REFERENCE: Final = re.compile(r"REQ-[0-9]{4}-[0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Whose:
    """A person as the store knows one: the number of the requester (None for somebody who only called), who has these
    matricules and telephone numbers."""

    requester: int | None
    matricules: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Rows are by column name, as they are kept. ``requests`` have 'history' and 'files', ``calls`` 'events' (journal
    entries as JSON), 'record' and 'recordings' (names of files)."""

    whose: Whose
    requester: Row | None
    person: Person | None
    requests: tuple[Mapping[str, Any], ...]
    calls: tuple[Mapping[str, Any], ...]
    callbacks: tuple[Row, ...]
    work_items: tuple[Row, ...]
    accesses: tuple[Access, ...]

    @property
    def voices(self) -> tuple[str, ...]:
        """Names of the recordings of this person's voice, each once."""
        names = [row["voice_note"] for row in self.requests] + [row["record"].get("voice_message") for row in self.calls]
        names += [file["name"] for row in self.requests for file in row["files"]]
        names += [name for row in self.calls for name in row["recordings"]]
        return tuple(dict.fromkeys(name for name in names if name))


# ------------------------------------------------------------------------------------------------------------- who it is
def whose(asked: str, walled: bool) -> Steps[Whose]:
    """Raises `Refused` for somebody who is unknown and for a number that is of several."""
    text = asked.strip().upper()
    if REFERENCE.fullmatch(text):
        return (yield from _of_request(text, walled))
    if parse_matricule(text):
        return (yield from _of_matricule(normal(text)))
    return (yield from _at_number(asked, walled))


def _of_request(reference: str, walled: bool) -> Steps[Whose]:
    rows = yield Ask("request", {"reference": reference})
    if not rows or (rows[0]["walled"] and not walled):
        raise Refused(f"La requête {reference} n'existe pas : vérifiez sa référence.")
    row = rows[0]
    if row["archived_at"] is not None:
        raise Refused(f"La requête {reference} est archivée : elle ne désigne plus personne.")
    if row["requester"] is not None:
        requesters = yield Ask("requester", {"id": row["requester"]})
        return (yield from _of_requester(requesters[0]))
    return Whose(None, _tuple(row["matricule"]), _tuple(row["phone"]))


def _of_matricule(matricule: str) -> Steps[Whose]:
    rows = yield Ask("requester_of_matricule", {"matricule": matricule})
    if rows:
        return (yield from _of_requester(rows[0]))
    return Whose(None, (matricule,), ())


def _at_number(asked: str, walled: bool) -> Steps[Whose]:
    numbers = tuple(dict.fromkeys(directory.spellings(asked).values()))
    if not re.search(r"[0-9]{8}", numbers[0]):
        raise Refused("Dites un matricule (six chiffres et une lettre), un numéro de téléphone ou une référence REQ-….")
    rows = yield Ask("requesters_at", {"numbers": _json(numbers), "walled": int(walled)})
    if len(rows) > 1:
        several = ", ".join(f"n° {row['id']}" for row in rows)
        raise Refused(f"Ce numéro est celui de plusieurs requérants ({several}) : dites un matricule ou une référence.")
    if rows:
        return (yield from _of_requester(rows[0]))
    return Whose(None, (), numbers)


def _of_requester(row: Row) -> Steps[Whose]:
    phones = yield Ask("requester_phones", {"requester": row["id"]})
    return Whose(int(row["id"]), _tuple(row["matricule"]), tuple(str(each["number"]) for each in phones))


def _tuple(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _json(value: Sequence[str]) -> str:
    return msgspec.json.encode(list(value)).decode()


# ---------------------------------------------------------------------------------------------------------- what is kept
def dossier(asked: str, walled: bool) -> Steps[Dossier]:
    """Raises `Refused` like `whose`, and when nothing is kept about this person."""
    person = yield from whose(asked, walled)
    given: dict[str, Any] = {
        "matricules": _json(person.matricules), "numbers": _json(person.numbers), "walled": int(walled),
    }
    requests = yield from _requests(person, given)
    calls = yield from _calls(requests, given)
    listed = (yield from directory.person(person.matricules[0])) if person.matricules else None
    mine = {"numbers": given["numbers"], "matricules": given["matricules"], "walled": given["walled"]}
    found = Dossier(
        person, (yield from _requester(person)), listed, requests, calls, tuple((yield Ask("callbacks_of_person", mine))),
        tuple((yield Ask("work_of_person", mine))), (yield from _accesses(person, requests, calls, walled)),
    )
    if not any((found.requester, found.person, found.requests, found.calls, found.callbacks, found.work_items)):
        raise Refused("Rien n'est conservé sur cette personne : vérifiez ce que vous avez tapé.")
    return found


def _requester(person: Whose) -> Steps[Row | None]:
    rows = (yield Ask("requester", {"id": person.requester})) if person.requester is not None else []
    return rows[0] if rows else None


def _requests(person: Whose, given: Mapping[str, Any]) -> Steps[tuple[Mapping[str, Any], ...]]:
    rows = yield Ask("requests_of_person", {**given, "requester": person.requester})
    told_of: list[Mapping[str, Any]] = []
    for row in rows:
        history = yield Ask("history", {"request": row["reference"]})
        files = yield Ask("files", {"request": row["reference"]})
        told_of.append({**row, "history": history, "files": files})
    return tuple(told_of)


def _calls(requests: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> Steps[tuple[Mapping[str, Any], ...]]:
    of_requests = {line["call"] for row in requests for line in row["history"]} | {row["call"] for row in requests}
    rows = yield Ask("calls_of_person", {**given, "calls": _json(sorted(filter(None, of_requests)))})
    told_of: list[Mapping[str, Any]] = []
    for row in rows:
        entries = yield Ask("entries", {"call": row["id"]})
        offers = yield Ask("offers_of_call", {"call": row["id"]})
        told_of.append({
            **row, "record": msgspec.json.decode(row["record"]) if row["record"] else {},
            "events": [codec.from_json(each["entry"]) for each in entries],
            "recordings": [f"talk-{each['offer']}" for each in offers],
        })
    return tuple(told_of)


def _accesses(
    person: Whose, requests: Sequence[Mapping[str, Any]], calls: Sequence[Mapping[str, Any]], walled: bool,
) -> Steps[tuple[Access, ...]]:
    references = (row["reference"] for row in requests)
    subjects = (*person.matricules, *person.numbers, *references, *(row["id"] for row in calls))
    rows = yield Ask("accesses_of_person", {"subjects": _json(subjects), "walled": int(walled)})
    return tuple(told(Access, row) for row in rows)
