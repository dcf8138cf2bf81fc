"""The items of lost calls: one open item a person, closed only with an outcome.

An item is the request of the lost call, with the calls it was lost in: `storage.lost` writes both in one transaction. A call
with neither number nor matricule leaves none, for nobody could be called back; its record and its request remain.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ivr.core.record import CallRecord
from storage import walls
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
ANSWERED: Final = ("resolved", "closed")
"""Ends of a request after which its person has been told something; after another one the item has lost its object."""


class Lost(NamedTuple):
    kind: str
    number: str
    matricule: str | None
    queue: str | None
    call: str


def lost(record: CallRecord) -> Lost | None:
    """None for a call that was not lost."""
    kind = kind_of(record)
    return Lost(kind, record.caller, record.matricule, record.queue, record.call) if kind else None


def kind_of(record: CallRecord) -> str | None:
    """None for a call that was not lost."""
    if record.queue_refused and record.outcome in UNSERVED:
        return REFUSALS.get(record.queue_refused, "abandoned")
    return LOST.get(record.outcome or "")


def open_items(number: str, matricule: str | None) -> Ask:
    """Those of this person, the oldest first."""
    return Ask("open_work_items", {"number": number, "matricule": matricule or None})


def after_end(request: Row, status: str, who: str, at: float) -> Steps[None]:
    """``request`` has come to ``status``, by whatever hand: nobody is to be called back for it any more."""
    outcome = "joint" if status in ANSWERED else "sans_objet"
    for item in (yield Ask("open_work_of_request", {"request": request["reference"]})):
        yield closing(item, outcome, who, at, None)


def check_outcome(outcome: str) -> None:
    if outcome not in OUTCOMES:
        raise Refused(f"« {outcome} » n'est pas une issue de rappel : dites {', '.join(OUTCOMES)}.")


def closing(item: Row, outcome: str, who: str, at: float, note: str | None) -> Ask:
    return Ask("close_work_item", {"id": item["id"], "outcome": outcome, "who": who, "at": at, "note": note})


def list_work(state: str | None, kind: str | None, limit: int) -> Steps[tuple[WorkRow, ...]]:
    asked = yield Ask("list_work_items", {"state": state, "kind": kind, "limit": limit})
    rows = yield from walls.before_the_wall(asked, walled=False)
    return tuple(told(WorkRow, row) for row in rows)


def work_item(item: int) -> Steps[WorkRow | None]:
    rows = yield from walls.before_the_wall((yield Ask("work_item", {"id": item})), walled=False)
    return told(WorkRow, rows[0]) if rows else None
