"""The rules of the numbers to call back: one open entry a number, kept in its place until it has an end.

A callback is about a request: the one of the call that left it, which has no other end than the callback's. Talked with,
the person's new call is written into it and the agent has it; expired, it becomes the request of a lost call; closed or
given up by hand, or overtaken by the person's own call, it ends with the callback.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import Facts
from storage import lost, outcomes, walls, work
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import Rules
from storage.rows import CallbackRow, told

GOING_ON: Final = ("open", "dialling")
ENDS: Final = ("done", "expired", "cancelled", "called_again")
GIVEN_UP: Final = Act("cancel", {"why": "rappel annulé"})
BY_ITSELF: Final = {"called_again": Act("settle", {"why": "a rappelé"}), "cancelled": GIVEN_UP}
"""What ends with the callback when the distributor ends it; 'done' is not here, for the two are talking."""


def register_callback(row: Row) -> Steps[Facts]:
    """``already`` when an earlier call left it. A number never loses its place: of two, the earlier is kept."""
    known = yield Ask("open_callback", {"number": row["number"]})
    if not known:
        yield Ask("insert_callback", {**row, "request": (yield from _request_before(row["call"]))})
    kept = (known or (yield Ask("open_callback", {"number": row["number"]})))[0]
    since = min(kept["since"], row["since"])
    if since < kept["since"]:
        yield Ask("advance_callback", {"id": kept["id"], "since": since})
    return {
        "already": bool(known) and kept["call"] != row["call"], "callback": str(kept["id"]), "since": since,
        "queue": kept["queue"], "priority": kept["priority"], "tries": kept["tries"], "due": kept["due"],
        "expires": kept["expires"],
    }


def _request_before(call: str) -> Steps[str | None]:
    """That of a call which is over, when somebody has it called back; a living call gives its own at its end."""
    for row in (yield Ask("call", {"id": call})):
        return (yield from lost.open_request(row["request"]))
    return None


def keep_callback(
    rules: Rules, callback: str, state: str, *, tries: int, due: float, at: float, queue: str | None,
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
        unreached = work.Lost("callback_expired", row["number"], row["matricule"], row["queue"] or None, row["call"])
        request = yield from outcomes.request_of_callback(rules, row, at)
        yield from lost.add(rules, unreached, request, at)
    elif state in BY_ITSELF:
        yield from lost.end_unless_awaited(rules, row["request"], BY_ITSELF[state], lost.ITSELF, at)


def close_callback(rules: Rules, callback: str, state: str, *, who: str, at: float, outcome: str | None) -> Steps[None]:
    """By hand. Raises `Refused` for an entry that is unknown or was closed before, and for an unknown outcome."""
    if outcome is not None:
        work.check_outcome(outcome)
    row = yield from _known(callback)
    if state in GOING_ON:
        raise Refused(f"« {state} » is no end: the callback {callback} was not closed.")
    _still_open(row)
    yield Ask("close_callback", {"id": row["id"], "state": state, "at": at, "who": who, "outcome": outcome})
    act = GIVEN_UP if state == "cancelled" else Act("settle", {"why": outcome or "rappel effectué"})
    yield from lost.end_unless_awaited(rules, row["request"], act, Actor(who, "agent"), at)


def _known(callback: str) -> Steps[Row]:
    rows = (yield Ask("callback", {"id": int(callback)})) if callback.isdecimal() and len(callback) < 19 else []
    if not rows:
        raise Refused(f"There is no callback {callback}: nothing was changed.")
    return rows[0]


def _still_open(row: Row) -> None:
    if row["state"] != "open":
        raise Refused(f"The callback {row['id']} was closed before as « {row['state']} »: nothing was changed.")


def list_callbacks(state: str | None, limit: int) -> Steps[tuple[CallbackRow, ...]]:
    asked = yield Ask("list_callbacks", {"state": state, "limit": limit})
    rows = yield from walls.before_the_wall(asked, walled=False)
    return tuple(told(CallbackRow, {**row, "facts": msgspec.json.decode(row["facts"])}) for row in rows)
