"""How a request advances: one act of the life-cycle, in one transaction with its history and what is to be told.

`ivr.core.lifecycle` decides; here the decision is written, the clock of the promise is stopped and moved on, duplicates
hear their original's answer, and an ended request takes its lost call with it.
"""

from __future__ import annotations

from typing import Any, Final

from ivr.core.delays import Promise, moved
from ivr.core.lifecycle import ENDED, NEEDS, PAUSED, STATUSES, Act, Actor, Change, Illegal, Standing, decide
from storage import search, work
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import Rules, day, to_tell, write_history
from storage.rows import HistoryRow, RequestRow, told
from storage.texts import checked_text

LONGEST_TEXT: Final = 4000
DATES: Final = ("warn_at", "due_at", "late_at")


def advance(rules: Rules, reference: str, act: Act, actor: Actor, at: float) -> Steps[RequestRow]:
    """Raises `Refused` with a sentence in French; nothing is changed then."""
    row = yield from known(reference)
    return told(RequestRow, (yield from advanced(rules, row, act, actor, at)))


def known(reference: str) -> Steps[Row]:
    rows = yield Ask("request", {"reference": reference})
    if not rows:
        raise Refused(f"La requête {reference[:40]} n'existe pas : vérifiez sa référence.")
    return rows[0]


def advanced(rules: Rules, row: Row, act: Act, actor: Actor, at: float) -> Steps[Row]:
    """The row after the act, already written. ``row`` is whole, as the store keeps it."""
    check_texts(act.said)
    try:
        change = decide(standing_of(row), act, actor, at)
    except Illegal as illegal:
        raise Refused(str(illegal)) from None
    if act.name == "resolve":
        _check_motif(rules, row["category"], act.said["motif"])
    if act.name == "merge":
        change = yield from _into_parent(row, change)
    new = {**row, **change.columns, "status": change.status, "since": at}
    new |= _clock(rules, row, change.status, at)
    if act.name in ("reopen", "readmit"):
        new |= _promised_anew(rules, row["category"], at)
    yield from _written(row, new, change, actor, at)
    return new


def standing_of(row: Row) -> Standing:
    ended = row["closed_at"] if row["closed_at"] is not None else row["resolved_at"]
    return Standing(row["reference"], row["status"], row["direction"], ended, row["reopened"])


def _written(row: Row, new: Row, change: Change, actor: Actor, at: float) -> Steps[None]:
    reference = str(row["reference"])
    yield Ask("advance_request", new)
    yield write_history(reference, HistoryRow(at, actor.name, row["status"], change.status, change.label, None, change.why))
    yield to_tell("request_advanced", reference, at, status=change.status, before=row["status"])
    yield from search.indexed(new)
    if change.status in ("resolved", "closed", "rejected"):
        yield from _answer_duplicates(new, actor, at)
    if change.status in (*ENDED, "resolved"):
        yield from work.after_end(new, change.status, actor.name, at)


# ------------------------------------------------------------------------------------------------------------------ checks
def check_texts(said: Any) -> None:
    for name, text in said.items():
        checked_text(NEEDS.get(name, name), text, LONGEST_TEXT)


def _check_motif(rules: Rules, category: str, motif: str) -> None:
    known = rules.closings.get(category) or rules.closings.get("") or {}
    if known and motif not in known:
        raise Refused(f"« {motif[:40]} » n'est pas un motif de clôture de {category} : dites {', '.join(known)}.")


def _into_parent(row: Row, change: Change) -> Steps[Change]:
    """A duplicate of a duplicate belongs to the original; those that had this one for original go with it."""
    parent = yield from known(str(change.columns["parent"]))
    if parent["status"] in ("merged", "cancelled", "rejected"):
        state = STATUSES[parent["status"]]
        original = f" de {parent['parent']}" if parent["status"] == "merged" else ""
        raise Refused(f"La requête {parent['reference']} est « {state} »{original} : rattachez à une autre.")
    if parent["walled"] != row["walled"]:
        raise Refused(f"La requête {parent['reference']} n'existe pas : vérifiez sa référence.")
    for child in (yield Ask("duplicates", {"parent": row["reference"]})):
        yield Ask("relink_duplicate", {"reference": child["reference"], "parent": parent["reference"]})
    answered = {"motif": parent["motif"], "answer": parent["answer"]}
    return Change(change.status, change.label, change.why, {**change.columns, **answered})


def _answer_duplicates(row: Row, actor: Actor, at: float) -> Steps[None]:
    for child in (yield Ask("duplicates", {"parent": row["reference"]})):
        reference = str(child["reference"])
        yield Ask("answer_duplicate", {"reference": reference, "motif": row["motif"], "answer": row["answer"]})
        what = f"réponse de {row['reference']}"
        yield write_history(reference, HistoryRow(at, actor.name, "merged", "merged", what, None, row["motif"]))
        yield to_tell("request_answered", reference, at, parent=row["reference"], status=row["status"])


# --------------------------------------------------------------------------------------------------------------- the clock
def _clock(rules: Rules, row: Row, status: str, at: float) -> dict[str, Any]:
    """Stops in `PAUSED`; leaving it, the days of the promise move on by those that were lost."""
    if status == PAUSED:
        return {"paused_at": at}
    if row["paused_at"] is None or row["due_at"] is None:
        return {"paused_at": None}
    promise = Promise(*(row[name] for name in DATES))
    later = moved(promise, day(row["paused_at"]), day(at), rules.day_after(row["category"]))
    return {"paused_at": None, **dict(zip(DATES, (later.warn, later.due, later.late), strict=True))}


def _promised_anew(rules: Rules, category: str, at: float) -> dict[str, Any]:
    promise = rules.promise(category, at)
    days = (promise.warn, promise.due, promise.late) if promise else (None, None, None)
    return {**dict(zip(DATES, days, strict=True)), "alert": 0}


# ------------------------------------------------------------------------------------------------------------------ remarks
def remark(reference: str, text: str, actor: Actor, at: float) -> Steps[None]:
    """Raises `Refused` for an unknown request and for an empty or an endless text."""
    if not text.strip():
        raise Refused("La remarque est vide : écrivez-la.")
    check_texts({"remarque": text})
    row = yield from known(reference)
    yield noted(row, "remarque", actor.name, at, why=text)


def noted(row: Row, what: str, who: str, at: float, *, call: str | None = None, why: str | None = None) -> Ask:
    """A line of the history that changes no status."""
    return write_history(str(row["reference"]), HistoryRow(at, who, row["status"], row["status"], what, call, why))
