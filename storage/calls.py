"""The rules of the journal: a call is opened once, told in numbered entries, and closed once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from ivr.core.messages import Event
from ivr.core.record import CallRecord
from ivr.ports import AlreadyOpen
from storage import codec, logirec, lost, outcomes, walls
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import Rules
from storage.rows import CallFile, CallRow, RequestRow, told

ALL: Final = sys.maxsize


def open_call(call: str, at: float, caller: str, dialed: str, flow: str) -> Steps[None]:
    if (yield Ask("call", {"id": call})):
        raise AlreadyOpen(f"The call {call} already has a record.")
    yield Ask("insert_call", {"id": call, "caller": caller, "dialed": dialed, "flow": flow, "started_at": at})


def append(entries: Sequence[Row]) -> Steps[None]:
    for entry in entries:
        yield Ask("insert_entry", entry)


def as_rows(call: str, seq: int, entries: Sequence[Event]) -> list[Row]:
    """The rows of `append`, made before the write is handed over: an entry may hold a caller's dictionary."""
    return [
        {"call": call, "seq": seq + n, "at": entry.at, "type": type(entry).__name__, "entry": codec.to_json(entry)}
        for n, entry in enumerate(entries)
    ]


def events(call: str) -> Steps[tuple[Event, ...]]:
    rows = yield Ask("entries", {"call": call})
    return tuple(codec.from_json(row["entry"]) for row in rows)


def close_call(rules: Rules, call: str, record: CallRecord) -> Steps[str]:
    """The only place where an outcome is written."""
    if record.call != call or record.outcome is None or record.ended_at is None:
        raise Refused(f"The call {call} cannot be closed with the record of {record.call or 'nobody'}, still open.")
    known = yield Ask("call", {"id": call})
    if not known:
        raise Refused(f"The call {call} was never opened.")
    if known[0]["outcome"] is not None:
        return str(known[0]["request"])
    request = yield from outcomes.request_of_call(rules, record, record.ended_at)
    number = yield Ask("next_number", {"name": "closed"})
    yield Ask("close_call", _closing(record, request, number[0]["value"]))
    yield Ask("link_callbacks", {"call": call, "request": request, "matricule": record.matricule})
    yield from lost.after_call(rules, record, request, record.ended_at)
    yield logirec.to_tell("call_closed", request, record.ended_at, call=call, outcome=record.outcome)
    return request


def _closing(record: CallRecord, request: str, number: int) -> Row:
    return {
        "id": record.call, "ended_at": record.ended_at, "outcome": record.outcome, "cause": record.cause,
        "matricule": record.matricule, "queue": record.queue, "agent": record.agent, "waited": record.waited,
        "talked": record.talked, "satisfaction": record.satisfaction, "request": request, "closed_nr": number,
        "record": codec.record_to_json(record).decode(),
    }


def open_calls() -> Steps[tuple[str, ...]]:
    rows = yield Ask("open_calls")
    return tuple(row["id"] for row in rows)


def list_calls(
    since: float | None, outcome: str | None, matricule: str | None, caller: str | None, limit: int, *, walled: bool,
) -> Steps[tuple[CallRow, ...]]:
    wanted = {"since": since, "outcome": outcome, "matricule": matricule, "caller": caller, "limit": limit}
    rows = yield from walls.before_the_wall((yield Ask("list_calls", wanted)), walled)
    return tuple(told(CallRow, row) for row in rows)


def records(since: float, until: float) -> Steps[tuple[CallRecord, ...]]:
    """Those of the calls that are over, by their beginning, oldest first, as they are seen from before the wall."""
    hidden = yield from walls.walled_calls()
    rows = yield Ask("list_calls", {"since": since, "outcome": None, "matricule": None, "caller": None, "limit": ALL})
    ended = (row for row in reversed(rows) if row["record"] and row["started_at"] < until)
    folded = ((row["id"] in hidden, codec.record_from_json(row["record"])) for row in ended)
    return tuple(walls.plain(record) if behind else record for behind, record in folded)


def closed_after(number: int, limit: int) -> Steps[tuple[CallRow, ...]]:
    closed = yield Ask("calls_closed_after", {"after": number, "limit": limit})
    rows = yield from walls.before_the_wall(closed, walled=False)
    return tuple(told(CallRow, row) for row in rows)


def last_closed() -> Steps[int]:
    rows = yield Ask("counter", {"name": "closed"})
    return int(rows[0]["value"]) if rows else 0


def call_file(call: str, *, walled: bool) -> Steps[CallFile | None]:
    for whole in (yield Ask("call", {"id": call})):
        behind = call in (yield from walls.walled_calls())
        row = {**whole, "request": None} if behind and not walled else whole
        record = codec.record_from_json(row["record"]) if row["record"] else None
        requests = (yield Ask("request", {"reference": row["request"]})) if row["request"] else []
        return CallFile(
            told(CallRow, row), walls.plain(record) if record and behind and not walled else record,
            told(RequestRow, requests[0]) if requests else None, behind,
        )
    return None


def keep_flow(version: str, source: str) -> Steps[None]:
    yield Ask("insert_flow", {"version": version, "source": source})


def flow_source(version: str) -> Steps[str | None]:
    rows = yield Ask("flow", {"version": version})
    return str(rows[0]["source"]) if rows else None
