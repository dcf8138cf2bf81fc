"""The request of a call: its outcome is written into exactly one.

It is, in this order, the request that the caller named or made in the call; the one of the callback that the call fulfils;
the one in which this person is to be called back already, when the call was lost or leaves a callback; or else a new one,
which is closed at once when nothing remains to be done. A call that was lost is never written into a request that has
ended, for somebody has to act on it.
"""

from __future__ import annotations

from typing import Final

from ivr.core.lifecycle import LIVING, Act, Actor
from ivr.core.record import WORK_REMAINS, CallRecord
from storage import work
from storage.advancing import advanced, noted
from storage.engine import Ask, Row, Steps
from storage.logirec import GENERAL, UNASKED, Rules, insert, write_history
from storage.lost import awaiting, open_request
from storage.rows import HistoryRow

TO_CALL_BACK: Final = "RAPPEL_PROGRAMME"


def request_of_call(rules: Rules, record: CallRecord, at: float) -> Steps[str]:
    """Write the outcome into the call's request, and return its reference."""
    row = yield from _named(record)
    if row is not None:
        yield from _written(rules, row, record, at)
        return str(row["reference"])
    row = yield from _awaiting(rules, record)
    if row is not None:
        yield from _written(rules, row, record, at)
        yield from _message_kept(row, record, at)
    else:
        row = yield from _unasked(rules, record, at)
    yield from _lent_to_callbacks(record, row["reference"])
    return str(row["reference"])


def _named(record: CallRecord) -> Steps[Row | None]:
    """A request made in this call counts even when the record does not name it: the application may have died between the
    commit and the note."""
    known = (yield Ask("request", {"reference": record.request})) if record.request else []
    known = known or (yield Ask("latest_request_of_call", {"call": record.call}))
    if known and known[0]["status"] == "merged" and work.kind_of(record):
        known = yield Ask("request", {"reference": known[0]["parent"]})
    over = known and known[0]["status"] not in LIVING and work.kind_of(record)
    return None if over or not known else known[0]


def _awaiting(rules: Rules, record: CallRecord) -> Steps[Row | None]:
    """An open request that is about the same call back, and on the same side of the wall as the call."""
    walled = record.category in rules.walled
    found: str | None = None

    def about(row: Row) -> bool:
        return bool(row["walled"]) is walled
    for callback in (yield from _callbacks(record)):
        found = found or (yield from open_request(callback["request"], about))
    if found is None and (work.kind_of(record) or record.outcome == TO_CALL_BACK):
        found = yield from awaiting(record.caller, record.matricule, about)
    if found is None and record.outcome == TO_CALL_BACK:
        found = yield from awaiting(record.callback or "", None, about)
    return (yield Ask("request", {"reference": found}))[0] if found else None


def _callbacks(record: CallRecord) -> Steps[list[Row]]:
    """The one that the call fulfils, and those that it left."""
    fulfilled: list[Row] = []
    if record.fulfils and record.fulfils.isdecimal():
        fulfilled = yield Ask("callback", {"id": int(record.fulfils)})
    left: list[Row] = (yield Ask("callbacks_of_call", {"call": record.call})) if record.outcome == TO_CALL_BACK else []
    return [*fulfilled, *left]


def _written(rules: Rules, row: Row, record: CallRecord, at: float) -> Steps[None]:
    """Who talked with the person has the request, when it is about nothing but calling back."""
    agent = record.agent or "svi"
    yield noted(row, "appel", agent, at, call=record.call, why=record.outcome)
    if record.outcome == work.SERVED and row["status"] == "registered" and row["key"] == UNASKED:
        yield from advanced(rules, row, Act("acknowledge"), Actor(agent, "agent"), at)


def _message_kept(row: Row, record: CallRecord, at: float) -> Steps[None]:
    """The voice message of a call that has no request of its own."""
    if record.voice_message:
        yield Ask("insert_file", {
            "request": row["reference"], "at": at, "who": "svi", "kind": "voice", "name": record.voice_message,
            "call": record.call,
        })


def _unasked(rules: Rules, record: CallRecord, at: float) -> Steps[Row]:
    status, what = _left_to_do(record)
    if record.outcome == TO_CALL_BACK and (yield from _called_back(record)):
        status, what = "closed", "clôture"
    row = yield from insert(rules, {
        "call": record.call, "key": UNASKED, "category": record.category or GENERAL, "matricule": record.matricule,
        "verified": int(record.verified), "phone": record.caller or None, "voice_note": record.voice_message,
    }, status, at)
    reference = str(row["reference"])
    yield write_history(reference, HistoryRow(at, "svi", None, "registered", "appel", record.call, record.outcome))
    if status != "registered":
        who = record.agent or "svi"
        yield write_history(reference, HistoryRow(at, who, "registered", status, what, record.call, record.outcome))
    return row


def _left_to_do(record: CallRecord) -> tuple[str, str]:
    """The status of a request made for this call, and the history's word for coming to it."""
    lost = work.kind_of(record)
    if record.offer and record.outcome in WORK_REMAINS:
        return "acknowledged", "prise en charge"
    to_act_on = record.caller or record.matricule or record.voice_message
    if (lost and to_act_on) or (not lost and record.outcome in WORK_REMAINS):
        return "registered", ""
    return "closed", "clôture"


def _called_back(record: CallRecord) -> Steps[bool]:
    """Somebody has ended the callback while the caller was still on the line."""
    left = yield Ask("callbacks_of_call", {"call": record.call})
    return bool(left) and all(callback["state"] != "open" for callback in left)


def _lent_to_callbacks(record: CallRecord, request: str) -> Steps[None]:
    """A callback that waits for this person, or that this call fulfilled, is about that request too, unless it has one."""
    if record.fulfils and record.fulfils.isdecimal():
        yield Ask("lend_to_fulfilled", {"id": int(record.fulfils), "request": request})
    if work.kind_of(record) or record.outcome == TO_CALL_BACK:
        for number in dict.fromkeys(number for number in (record.caller, record.callback) if number):
            yield Ask("lend_to_callback", {"number": number, "request": request})


def request_of_callback(rules: Rules, callback: Row, at: float) -> Steps[str]:
    """The open request of a callback that has come to nothing: its own, the one in which this person is to be called
    already, or a new one. That belongs to no call: the call that left the callback has its own, now or when it ends."""
    known = yield from open_request(callback["request"])
    known = known or (yield from awaiting(callback["number"], callback["matricule"]))
    if known is None:
        row = yield from insert(rules, {
            "key": UNASKED, "category": GENERAL, "matricule": callback["matricule"], "phone": callback["number"],
        }, "registered", at)
        known = str(row["reference"])
        yield write_history(known, HistoryRow(at, work.ITSELF, None, "registered", "rappel sans réponse"))
    yield Ask("lend_to_fulfilled", {"id": callback["id"], "request": known})
    return known
