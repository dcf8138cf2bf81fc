"""The rules of LOGIREC: a request has a reference, a code, a due date, a history, and is told in the outbox.

References are numbered without a gap: the counter moves in the transaction that writes the request, or not at all. A call
that ends is written into exactly one request: the one the caller named or made, or else a new one, which is closed at once
when nothing remains to be done.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from ivr.core.lifecycle import Actor
from ivr.core.messages import Facts
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.rows import HistoryRow, OutboxRow, RequestFile, RequestRow, told

GENERAL: Final = "INF-GENERALE"
UNASKED: Final = "call"
"""The key of a request made because a call ended without one; the caller never asked for it by name."""


def draw_code() -> str:
    """A tracking code: six digits, that a keypad can type and nobody can guess from another one."""
    return f"{secrets.randbelow(1_000_000):06d}"


def weekdays_after(day: date, days: int) -> date:
    """The business day ``days`` after ``day`` when no holiday is known: Monday to Friday."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


@dataclass(frozen=True, slots=True)
class Rules:
    """What the ministry decides, as data: the delay of each category as (number, unit), unit 'jours ouvrés', 'jours' or
    'immédiat'; which days are worked; how a code is drawn; each category's direction; the categories behind the wall; the
    closing texts of each category, by motif (a category without any takes those of '')."""

    delays: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    business_days_after: Callable[[date, int], date] = weekdays_after
    draw_code: Callable[[], str] = draw_code
    directions: Mapping[str, str] = field(default_factory=dict)
    walled: frozenset[str] = frozenset()
    closings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def due(self, category: str, at: float) -> str | None:
        """ISO date, or None when the category promises nothing."""
        if category not in self.delays:
            return None
        number, unit = self.delays[category]
        count = self.business_days_after if unit == "jours ouvrés" else _days_after
        return count(day(at), number).isoformat()


def _days_after(start: date, days: int) -> date:
    return start + timedelta(days=days)


def day(at: float) -> date:
    """The day in Abidjan, which keeps UTC all the year."""
    return datetime.fromtimestamp(at, UTC).date()


# ------------------------------------------------------------------------------------------------------------ registering
def register(rules: Rules, call: str, draft: Facts, at: float) -> Steps[Facts]:
    if not draft.get("category") or not draft.get("key"):
        raise Refused(f"The request of the call {call} needs a category and a key.")
    known = yield Ask("request_by_key", {"call": call, "key": draft["key"]})
    row = known[0] if known else (yield from _registered(rules, call, draft, at))
    return {"reference": row["reference"], "code": row["code"], "due": row["due_at"]}


def _registered(rules: Rules, call: str, draft: Facts, at: float) -> Steps[Row]:
    row = yield from insert(rules, {
        "call": call, "key": draft["key"], "category": draft["category"], "matricule": draft.get("matricule"),
        "verified": int(bool(draft.get("verified"))), "name": draft.get("name"), "phone": draft.get("caller"),
        "note": draft.get("note"), "voice_note": draft.get("voice_note"), "parent": draft.get("parent"),
    }, "registered", at)
    yield write_history(row["reference"], HistoryRow(at, "svi", None, "registered", "enregistrement", call))
    yield to_tell("request_registered", row["reference"], at, call=call)
    return row


def insert(rules: Rules, asked: Row, status: str, at: float) -> Steps[Row]:
    year = day(at).year
    number = (yield Ask("next_number", {"name": f"requests {year}"}))[0]["value"]
    code = rules.draw_code()
    while (yield Ask("open_code", {"code": code})):
        code = rules.draw_code()
    row = {
        **asked, "reference": f"REQ-{year}-{number:06d}", "year": year, "number": number, "code": code, "status": status,
        "since": at, "created_at": at, "due_at": rules.due(asked["category"], at), "channel": "phone",
        "closed_at": at if status == "closed" else None,
    }
    yield Ask("insert_request", row)
    return row


def write_history(request: str, happened: HistoryRow) -> Ask:
    return Ask("insert_history", {"request": request, **asdict(happened)})


def to_tell(kind: str, request: str, at: float, **facts: Any) -> Ask:
    payload = msgspec.json.encode({"request": request, **facts}).decode()
    return Ask("insert_outbox", {"kind": kind, "request": request, "payload": payload, "created_at": at})


# ---------------------------------------------------------------------------------------------------------------- reading
def list_requests(
    status: str | None, category: str | None, matricule: str | None, only_open: bool, limit: int,
) -> Steps[tuple[RequestRow, ...]]:
    rows = yield Ask("list_requests", {
        "status": status, "category": category, "matricule": matricule, "only_open": int(only_open), "limit": limit,
    })
    return tuple(told(RequestRow, row) for row in rows)


def request_file(reference: str) -> Steps[RequestFile | None]:
    requests = yield Ask("request", {"reference": reference})
    history = yield Ask("history", {"request": reference})
    if not requests:
        return None
    return RequestFile(told(RequestRow, requests[0]), tuple(told(HistoryRow, row) for row in history))


def outbox_waiting(limit: int) -> Steps[tuple[OutboxRow, ...]]:
    rows = yield Ask("outbox_waiting", {"limit": limit})
    return tuple(told(OutboxRow, row) for row in rows)


def outbox_sent(row: int, at: float) -> Steps[None]:
    yield Ask("outbox_sent", {"id": row, "at": at})


def register_for(rules: Rules, actor: Actor, draft: Facts, at: float) -> Steps[Facts]:
    raise NotImplementedError
    yield
