"""The rules of lost calls: each becomes work for somebody, one open item a person, closed only with an outcome.

An item is written in the transaction that closes the call, or that lets a callback expire, so none is forgotten. A call with
neither number nor matricule leaves none, for nobody could be called back; its record and its request remain.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ivr.core.record import CallRecord
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.rows import WorkRow, told

OUTCOMES: Final = ("joint", "injoignable", "numero_errone", "servi_depuis", "sans_objet")
SERVED: Final = "TRANSFERE"
LOST: Final = {"ABANDON_FILE": "abandoned", "HORS_HORAIRES": "closed", "COUPE": "failed", "ECHEC_TECHNIQUE": "failed"}
REFUSALS: Final = {"full": "full", "beyond": "full", "closed": "closed"}
"""What the queue's refusal (`ivr.core.messages.QueueRefused`) makes of a lost call; any other makes it 'abandoned'."""
UNSERVED: Final = ("ABANDON_FILE", "ABANDON_SVI", "MUET")
"""Outcomes of a refused caller who got nothing instead: no callback, no message, no request."""
ITSELF: Final = "svi"


class Lost(NamedTuple):
    kind: str
    number: str
    matricule: str | None
    queue: str | None
    call: str


def after_call(record: CallRecord, at: float) -> Steps[None]:
    if record.outcome == SERVED:
        yield from _close_served(record, at)
    elif kind := kind_of(record):
        yield from add(Lost(kind, record.caller, record.matricule, record.queue, record.call), at)


def kind_of(record: CallRecord) -> str | None:
    """None for a call that was not lost."""
    if record.queue_refused and record.outcome in UNSERVED:
        return REFUSALS.get(record.queue_refused, "abandoned")
    return LOST.get(record.outcome or "")


def add(lost: Lost, at: float) -> Steps[None]:
    """Nothing when the person can't be called, or will be: a callback waits for that number."""
    who = {"number": lost.number, "matricule": lost.matricule or None}
    if not any(who.values()) or (yield Ask("open_callback", {"number": lost.number})):
        return
    known = yield Ask("open_work_items", who)
    if known:
        yield Ask("add_to_work_item", {"id": known[0]["id"], "call": lost.call, "at": at, **who})
    else:
        yield Ask("insert_work_item", {"kind": lost.kind, "queue": lost.queue, "call": lost.call, "at": at, **who})


def _close_served(record: CallRecord, at: float) -> Steps[None]:
    """All that is open of this person, unless it was lost later than this call, whose record the sweep closes only now."""
    for row in (yield Ask("open_work_items", {"number": record.caller, "matricule": record.matricule or None})):
        if row["last_at"] <= at:
            yield _closing(row, "servi_depuis", ITSELF, at, None)


def close_work(item: int, outcome: str, who: str, at: float, note: str | None) -> Steps[None]:
    """Raises `Refused` for an unknown outcome, an unknown item and one closed before."""
    check_outcome(outcome)
    rows = yield Ask("work_item", {"id": item})
    if not rows:
        raise Refused(f"There is no work item {item}: nothing was closed.")
    if rows[0]["state"] != "open":
        raise Refused(f"The work item {item} was closed before by {rows[0]['closed_by']}: nothing was changed.")
    yield _closing(rows[0], outcome, who, at, note)


def check_outcome(outcome: str) -> None:
    if outcome not in OUTCOMES:
        raise Refused(f"« {outcome} » is no outcome of a call back: say {', '.join(OUTCOMES)}.")


def _closing(row: Row, outcome: str, who: str, at: float, note: str | None) -> Ask:
    return Ask("close_work_item", {"id": row["id"], "outcome": outcome, "who": who, "at": at, "note": note})


def list_work(state: str | None, kind: str | None, limit: int) -> Steps[tuple[WorkRow, ...]]:
    rows = yield Ask("list_work_items", {"state": state, "kind": kind, "limit": limit})
    return tuple(told(WorkRow, row) for row in rows)


def work_item(item: int) -> Steps[WorkRow | None]:
    rows = yield Ask("work_item", {"id": item})
    return told(WorkRow, rows[0]) if rows else None
