"""What the store answers to a caller's questions. Nothing personal is told on the strength of a matricule alone: the
questions with a second factor are in `storage.factors`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ivr.core.messages import Facts, Json
from storage import directory, factors
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import UNASKED, Rules
from storage.matricules import normal

A_MONTH: Final = 30 * 86_400.0


def answer(rules: Rules, what: str, args: Facts, at: float) -> Steps[Facts]:
    """`ivr.ports.Requests.answer` names the questions. Raises `Refused` for another one."""
    if what in factors.QUESTIONS:
        return (yield from factors.QUESTIONS[what](rules, args, at))
    if what not in QUESTIONS:
        known = ", ".join((*QUESTIONS, *factors.QUESTIONS))
        raise Refused(f"The store has no answer to « {what} »: it knows {known}.")
    return (yield from QUESTIONS[what](args, at))


def _letters(args: Facts, _at: float) -> Steps[Facts]:
    """The letters that the directory knows after these six digits, in order, as one word."""
    digits = re.sub(r"\D", "", str(args["digits"]))
    rows = yield Ask("people_with_digits", {"digits": digits})
    return {"letters": "".join(row["matricule"][6] for row in rows if len(digits) == 6)}


def _member(args: Facts, at: float) -> Steps[Facts]:
    """Those of ``matricules`` that the directory knows, in the order asked, and those of them that this number is likely to
    be calling about: it is theirs, or it has called about them before."""
    listed = args["matricules"]
    asked = [str(each) for each in listed] if isinstance(listed, list | tuple) else []
    found = yield from directory.candidates([(matricule, 0.0) for matricule in asked], str(args.get("caller") or ""), at)
    why = {one.matricule: one.why for one in found}
    known: list[Json] = [each for each in asked if "listed" in why[normal(each)]]
    likely: list[Json] = [each for each in asked if len(why[normal(each)]) > 1 and each in known]
    return {"known": known, "likely": likely}


def _open_same(args: Facts, _at: float) -> Steps[Facts]:
    """What this person asked for in this category and still waits for: a second one would be a duplicate. Told to whom has
    proven the matricule, or calls from the number it was asked from: a matricule alone opens nobody's file."""
    rows = yield Ask("open_same", {
        "matricule": normal(args["matricule"]), "category": args["category"], "unasked": UNASKED,
        "verified": int(args.get("verified") is True), "caller": args.get("caller") or None,
    })
    if not rows:
        return {"reference": None, "status": None, "due": None}
    return {"reference": rows[0]["reference"], "status": rows[0]["status"], "due": rows[0]["due_at"]}


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
    "open_same": _open_same,
    "served_by": _served_by,
    "moment": _moment,
}
