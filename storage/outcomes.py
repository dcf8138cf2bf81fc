"""The request of a call: its outcome is written into exactly one."""

from __future__ import annotations

from ivr.core.record import WORK_REMAINS, CallRecord
from storage.engine import Ask, Steps
from storage.logirec import GENERAL, UNASKED, Rules, insert, write_history
from storage.rows import HistoryRow


def request_of_call(rules: Rules, record: CallRecord, at: float) -> Steps[str]:
    """Write the outcome into the call's request, and return its reference.

    A request made in this call counts even when the record does not name it: the application may have died between the
    commit and the note.
    """
    known = (yield Ask("request", {"reference": record.request})) if record.request else []
    known = known or (yield Ask("latest_request_of_call", {"call": record.call}))
    if not known:
        return (yield from _unasked(rules, record, at))
    status = known[0]["status"]
    who = record.agent or "svi"
    yield write_history(
        known[0]["reference"], HistoryRow(at, who, status, status, "appel", record.call, record.outcome)
    )
    return str(known[0]["reference"])


def _unasked(rules: Rules, record: CallRecord, at: float) -> Steps[str]:
    status, what = _left_to_do(record)
    row = yield from insert(rules, {
        "call": record.call, "key": UNASKED, "category": record.category or GENERAL, "matricule": record.matricule,
        "verified": int(record.verified), "name": None, "phone": record.caller or None, "note": None,
        "voice_note": record.voice_message, "parent": None,
    }, status, at)
    reference = str(row["reference"])
    yield write_history(reference, HistoryRow(at, "svi", None, "registered", "appel", record.call, record.outcome))
    if status != "registered":
        who = record.agent or "svi"
        yield write_history(reference, HistoryRow(at, who, "registered", status, what, record.call, record.outcome))
    return reference


def _left_to_do(record: CallRecord) -> tuple[str, str]:
    if record.outcome not in WORK_REMAINS:
        return "closed", "clôture"
    return ("acknowledged", "prise en charge") if record.offer else ("registered", "")
