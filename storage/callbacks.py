"""The rules of the numbers to call back: one open entry a number, kept in its place until it has an end."""

from __future__ import annotations

from typing import Final

import msgspec

from ivr.core.messages import Facts
from storage import work
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.rows import CallbackRow, told

GOING_ON: Final = ("open", "dialling")
ENDS: Final = ("done", "expired", "cancelled", "called_again")


def register_callback(row: Row) -> Steps[Facts]:
    """``already`` when an earlier call left it. A number never loses its place: of two, the earlier is kept."""
    known = yield Ask("open_callback", {"number": row["number"]})
    if not known:
        yield Ask("insert_callback", row)
    kept = (known or (yield Ask("open_callback", {"number": row["number"]})))[0]
    since = min(kept["since"], row["since"])
    if since < kept["since"]:
        yield Ask("advance_callback", {"id": kept["id"], "since": since})
    return {
        "already": bool(known) and kept["call"] != row["call"], "callback": str(kept["id"]), "since": since,
        "queue": kept["queue"], "priority": kept["priority"], "tries": kept["tries"], "due": kept["due"],
        "expires": kept["expires"],
    }


def keep_callback(
    callback: str, state: str, tries: int, due: float, at: float, *, queue: str | None,
) -> Steps[None]:
    """One that expires becomes a work item at once. Told again, the same end changes nothing; raises `Refused` for another
    end, for an unknown state and for an unknown entry."""
    if state not in (*GOING_ON, *ENDS):
        raise Refused(f"A callback cannot be « {state} »: it is {', '.join((*GOING_ON, *ENDS))}.")
    row = yield from _known(callback)
    if row["state"] == state and state in ENDS:
        return
    _still_open(row)
    yield Ask("try_callback", {"id": row["id"], "tries": tries, "due": due, "queue": queue})
    if state in ENDS:
        yield Ask("close_callback", {"id": row["id"], "state": state, "at": at, "who": work.ITSELF, "outcome": None})
    if state == "expired":
        lost = work.Lost("callback_expired", row["number"], row["matricule"], row["queue"] or None, row["call"])
        yield from work.add(lost, at)


def close_callback(callback: str, state: str, who: str, at: float, outcome: str | None) -> Steps[None]:
    """By hand. Raises `Refused` for an entry that is unknown or was closed before, and for an unknown outcome."""
    if outcome is not None:
        work.check_outcome(outcome)
    row = yield from _known(callback)
    if state in GOING_ON:
        raise Refused(f"« {state} » is no end: the callback {callback} was not closed.")
    _still_open(row)
    yield Ask("close_callback", {"id": row["id"], "state": state, "at": at, "who": who, "outcome": outcome})


def _known(callback: str) -> Steps[Row]:
    rows = (yield Ask("callback", {"id": int(callback)})) if callback.isdecimal() and len(callback) < 19 else []
    if not rows:
        raise Refused(f"There is no callback {callback}: nothing was changed.")
    return rows[0]


def _still_open(row: Row) -> None:
    if row["state"] != "open":
        raise Refused(f"The callback {row['id']} was closed before as « {row['state']} »: nothing was changed.")


def list_callbacks(state: str | None, limit: int) -> Steps[tuple[CallbackRow, ...]]:
    rows = yield Ask("list_callbacks", {"state": state, "limit": limit})
    return tuple(told(CallbackRow, {**row, "facts": msgspec.json.decode(row["facts"])}) for row in rows)
