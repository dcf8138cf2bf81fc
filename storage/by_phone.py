"""What a caller who gave a second factor does to a request. Told twice in a call, it is done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from ivr.core.lifecycle import ACTS, ENDED, REOPEN_WITHIN, Act, Actor
from ivr.core.messages import Facts
from storage.advancing import advanced, noted, standing_of
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import Rules, to_tell

CALLER: Final = Actor("svi", "requester")
Deed: TypeAlias = Callable[[Rules, Row, str, Facts, float], Steps[str]]
"""A rule that does it and returns the status, or raises `_NotDone`."""


class _NotDone(Exception):
    """The reason is its message: 'late' or 'not_now'."""


class Told(NamedTuple):
    act: str
    said: Facts


def advance_for_caller(rules: Rules, call: str, reference: str, what: Told, at: float) -> Steps[Facts]:
    """`ivr.ports.Requests.advance_for_caller` says what the act may be. Raises `Refused` for another one."""
    act, said = what
    if act not in DEEDS:
        raise Refused(f"A caller does not « {act} » a request: {', '.join(DEEDS)}.")
    rows = yield Ask("request", {"reference": reference})
    if not rows:
        return {"done": False, "why": "unknown"}
    label, deed = DEEDS[act]
    if (yield from _done_before(call, reference, label, said)):
        return {"done": True, "status": rows[0]["status"]}
    try:
        status = yield from deed(rules, rows[0], call, said, at)
    except _NotDone as reason:
        return {"done": False, "why": str(reason)}
    why = str(said.get("score") or said.get("why") or "") or None
    yield noted({**rows[0], "status": status}, label, CALLER.name, at, call=call, why=why)
    return {"done": True, "status": status}


def _done_before(call: str, reference: str, label: str, said: Facts) -> Steps[bool]:
    """In the same call. Two voice messages are two: each is known by its name."""
    if name := said.get("voice_note"):
        files = yield Ask("files", {"request": reference})
        return any(file["name"] == name for file in files)
    return bool((yield Ask("told_in_call", {"call": call, "request": reference, "what": label})))


def _reopen(rules: Rules, row: Row, _call: str, said: Facts, at: float) -> Steps[str]:
    if row["status"] not in ("resolved", "closed"):
        raise _NotDone("not_now")
    if at > (standing_of(row).ended_at or at) + REOPEN_WITHIN:
        raise _NotDone("late")
    why = str(said.get("why") or "contestation par téléphone")
    return str((yield from advanced(rules, row, Act("reopen", {"why": why}), CALLER, at))["status"])


def _complete(rules: Rules, row: Row, call: str, said: Facts, at: float) -> Steps[str]:
    if row["status"] in ENDED:
        raise _NotDone("not_now")
    if said.get("voice_note"):
        yield Ask("insert_file", {
            "request": row["reference"], "at": at, "who": CALLER.name, "kind": "voice", "name": said["voice_note"],
            "call": call,
        })
    yield to_tell("request_completed", str(row["reference"]), at, call=call)
    if row["status"] != "pending_requester":
        return str(row["status"])
    return str((yield from advanced(rules, row, Act("complete"), CALLER, at))["status"])


def _close(rules: Rules, row: Row, _call: str, _said: Facts, at: float) -> Steps[str]:
    if row["status"] != "resolved":
        raise _NotDone("not_now")
    return str((yield from advanced(rules, row, Act("close"), CALLER, at))["status"])


def _rate(_rules: Rules, row: Row, call: str, said: Facts, at: float) -> Steps[str]:
    score = str(said.get("score"))
    if row["status"] not in ("resolved", "closed") or score not in ("1", "2", "3", "4", "5"):
        raise _NotDone("not_now")
    yield Ask("rate_request", {"reference": row["reference"], "score": int(score)})
    yield to_tell("request_rated", str(row["reference"]), at, call=call, score=int(score))
    return str(row["status"])


def _remind(_rules: Rules, row: Row, call: str, _said: Facts, at: float) -> Steps[str]:
    if row["status"] in (*ENDED, "resolved"):
        raise _NotDone("not_now")
    yield to_tell("request_reminded", str(row["reference"]), at, call=call)
    return str(row["status"])


DEEDS: Final[dict[str, tuple[str, Deed]]] = {
    "reopen": (f"{ACTS['reopen'].label} par téléphone", _reopen),
    "complete": ("complément par téléphone", _complete),
    "close": (f"{ACTS['close'].label} par téléphone", _close),
    "rate": ("satisfaction", _rate),
    "remind": ("relance", _remind),
}
"""Each act with the word that its line of the history has, by which a second telling is known."""
