"""What the store answers to a caller's questions. Nothing personal is told on the strength of a matricule alone."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from typing import Final

from ivr.core.messages import Facts, Json
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import UNASKED, day

MOST: Final = 10
"""Requests told at most: a caller listens to two or three."""
A_MONTH: Final = 30 * 86_400.0


def answer(what: str, args: Facts, at: float) -> Steps[Facts]:
    """`ivr.ports.Requests.answer` names the questions. Raises `Refused` for another one."""
    if what not in QUESTIONS:
        raise Refused(f"The store has no answer to « {what} »: it knows {', '.join(QUESTIONS)}.")
    return (yield from QUESTIONS[what](args, at))


def _letters(args: Facts, _at: float) -> Steps[Facts]:
    """The letters that the directory knows after these six digits, in order, as one word."""
    digits = re.sub(r"\D", "", str(args["digits"]))
    rows = yield Ask("people_with_digits", {"digits": digits})
    return {"letters": "".join(row["matricule"][6] for row in rows if len(digits) == 6)}


def _member(args: Facts, _at: float) -> Steps[Facts]:
    """Those of ``matricules`` that the directory knows, in the order asked."""
    asked = args["matricules"]
    known: list[Json] = []
    for matricule in asked if isinstance(asked, list | tuple) else ():
        if (yield Ask("person", {"matricule": normal(matricule)})):
            known.append(matricule)  # noqa: PERF401 - a comprehension cannot ask
    return {"known": known}


def _status_by_code(args: Facts, at: float) -> Steps[Facts]:
    found: list[Row] = []
    for reference in _references(str(args["reference"]), day(at).year):
        rows = yield Ask("request", {"reference": reference})
        found.extend(row for row in rows if _same(row["code"], str(args["code"])))
    return {"requests": _told(found)}


def _status_by_birth(args: Facts, _at: float) -> Steps[Facts]:
    matricule = normal(args["matricule"])
    people = yield Ask("person", {"matricule": matricule})
    rows = yield Ask("requests_of_matricule", {"matricule": matricule, "unasked": UNASKED, "limit": MOST})
    born = people[0]["birth"] if people else None
    return {"requests": _told(rows) if born and _same(born, _iso(str(args["birth"]))) else []}


def _open_same(args: Facts, _at: float) -> Steps[Facts]:
    """A request of this person in this category that is still open: a second one would be a duplicate."""
    rows = yield Ask("open_same", {"matricule": normal(args["matricule"]), "category": args["category"]})
    return {"reference": rows[0]["reference"] if rows else None}


def _served_by(args: Facts, at: float) -> Steps[Facts]:
    """The agent who talked last with this person, within a month: by matricule or, without one, by number."""
    period = {"after": at - A_MONTH, "at": at}
    rows: list[Row] = []
    if args.get("matricule"):
        rows = yield Ask("served_by_matricule", {"matricule": normal(args["matricule"]), **period})
    elif args.get("caller"):
        rows = yield Ask("served_by_caller", {"caller": args["caller"], **period})
    return {"agent": rows[0]["agent"], "at": rows[0]["ended_at"]} if rows else {"agent": "", "at": None}


def _moment(args: Facts, at: float) -> Steps[Facts]:
    """The information for this queue's callers, or else the one for all."""
    active = {row["queue"]: row for row in (yield Ask("moments_at", {"at": at}))}
    row = active.get(str(args.get("queue") or "")) or active.get("")
    if row is None:
        return {"active": False, "id": None, "sound": "", "prompt": ""}
    return {"active": True, "id": row["id"], "sound": row["sound"], "prompt": row["prompt"]}


QUESTIONS: Final[dict[str, Callable[[Facts, float], Steps[Facts]]]] = {
    "letters": _letters,
    "member": _member,
    "status_by_code": _status_by_code,
    "status_by_birth": _status_by_birth,
    "open_same": _open_same,
    "served_by": _served_by,
    "moment": _moment,
}


def normal(matricule: Json) -> str:
    """'000 123x' → '000123X'."""
    return re.sub(r"[\s.-]", "", str(matricule)).upper()


def _references(typed: str, year: int) -> list[str]:
    """The references that a caller may mean: 'REQ-2026-000123' or '2026000123' is one; '123' is of this year or the last."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) >= 10:
        return [f"REQ-{digits[:4]}-{digits[4:]}"]
    return [f"REQ-{recent}-{digits:0>6}" for recent in (year, year - 1)] if digits else []


def _iso(birth: str) -> str:
    """'24121980', as a keypad types it, or '1980-12-24' → '1980-12-24'."""
    digits = re.sub(r"\D", "", birth)
    return birth if "-" in birth else f"{digits[4:]}-{digits[2:4]}-{digits[:2]}"


def _same(kept: str, typed: str) -> bool:
    """Equal, in a time that does not tell how much is equal."""
    return hmac.compare_digest(kept.encode(), typed.encode())


def _told(rows: Iterable[Row]) -> list[Json]:
    return [
        {
            "reference": row["reference"], "category": row["category"], "status": row["status"],
            "date": day(row["created_at"]).isoformat(), "since": day(row["since"]).isoformat(), "due": row["due_at"],
        }
        for row in rows
    ]
