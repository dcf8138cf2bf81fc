"""What every rule about LOGIREC requests stands on: the ministry's data, a new row, its history, and what is to be told.

References are numbered without a gap: the counter moves in the transaction that writes the request, or not at all. The
rules themselves: `registering`, `advancing` (the life-cycle), `outcomes` (the request of a call), `work` (lost calls).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from ivr.core.delays import DayAfter, Promise, days_after, promised
from ivr.core.lifecycle import ENDED
from storage import requesters, search
from storage.engine import Ask, Row, Steps
from storage.rows import FileRow, HistoryRow, OutboxRow, RequestFile, RequestRow, told

GENERAL: Final = "INF-GENERALE"
UNASKED: Final = "call"
"""The key of a request made because a call ended without one; the caller never asked for it by name."""


def draw_code() -> str:
    """A tracking code: six digits, that a keypad can type, nobody can guess from another one, and nobody mishears: no
    digit comes three times in a row. It is asked together with its reference, so two requests may have the same."""
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        if not any(digit * 3 in code for digit in code):
            return code


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
    categories: frozenset[str] = frozenset()
    _promises: dict[tuple[str, date], Promise] = field(default_factory=dict, repr=False, compare=False)

    def promise(self, category: str, at: float) -> Promise | None:
        """None when the category promises nothing."""
        if category not in self.delays:
            return None
        asked = (category, day(at))
        if asked not in self._promises:
            self._promises[asked] = promised(asked[1], self.delays[category][0], self.day_after(category))
        return self._promises[asked]

    def day_after(self, category: str) -> DayAfter:
        """How the days of its delay are counted."""
        business = self.delays.get(category, (0, ""))[1] == "jours ouvrés"
        return self.business_days_after if business else days_after


def day(at: float) -> date:
    """The day in Abidjan, which keeps UTC all the year."""
    return datetime.fromtimestamp(at, UTC).date()


# ---------------------------------------------------------------------------------------------------------------- writing
ASKED: Final = {
    "call": None, "matricule": None, "verified": 0, "name": None, "phone": None, "note": None, "voice_note": None,
    "parent": None, "channel": "phone",
}
"""What may be left out of a new row; its category and its key may not."""


def insert(rules: Rules, asked: Row, status: str, at: float, **person: Any) -> Steps[Row]:
    """A new request; ``person``: what `storage.requesters.requester_of` may be told beside the row."""
    year = day(at).year
    requester = yield from requesters.requester_of({**asked, **person}, at)
    number = (yield Ask("next_number", {"name": f"requests {year}"}))[0]["value"]
    promise = rules.promise(asked["category"], at)
    row = {
        **ASKED, **asked, "reference": f"REQ-{year}-{number:06d}", "year": year, "number": number,
        "code": rules.draw_code(), "status": status, "since": at, "created_at": at, "requester": requester,
        "due_at": promise.due if promise else None, "warn_at": promise.warn if promise else None,
        "late_at": promise.late if promise else None, "walled": int(asked["category"] in rules.walled),
        "closed_at": at if status in ENDED else None,
    }
    yield Ask("insert_request", row)
    if asked["key"] != UNASKED or status not in ENDED:  # a mere call is found by its number and its reference
        yield search.first_indexed(row)
    return row


def write_history(request: str, happened: HistoryRow) -> Ask:
    return Ask("insert_history", {
        "request": request, "at": happened.at, "who": happened.who, "status_from": happened.status_from,
        "status_to": happened.status_to, "what": happened.what, "call": happened.call, "why": happened.why,
    })


def to_tell(kind: str, request: str, at: float, **facts: Any) -> Ask:
    payload = msgspec.json.encode({"request": request, **facts}).decode()
    return Ask("insert_outbox", {"kind": kind, "request": request, "payload": payload, "created_at": at})


# ---------------------------------------------------------------------------------------------------------------- reading
def list_requests(
    status: str | None, category: str | None, matricule: str | None, only_open: bool, limit: int, *, walled: bool,
) -> Steps[tuple[RequestRow, ...]]:
    rows = yield Ask("list_requests", {
        "status": status, "category": category, "matricule": matricule, "only_open": int(only_open), "limit": limit,
        "walled": int(walled),
    })
    return tuple(told(RequestRow, row) for row in rows)


def request_file(reference: str) -> Steps[RequestFile | None]:
    requests = yield Ask("request", {"reference": reference})
    if not requests:
        return None
    history = yield Ask("history", {"request": reference})
    came = yield Ask("files", {"request": reference})
    duplicates = yield Ask("duplicates", {"parent": reference})
    return RequestFile(
        told(RequestRow, requests[0]), tuple(told(HistoryRow, row) for row in history),
        tuple(told(FileRow, row) for row in came), tuple(str(row["reference"]) for row in duplicates),
    )


def outbox_waiting(limit: int) -> Steps[tuple[OutboxRow, ...]]:
    rows = yield Ask("outbox_waiting", {"limit": limit})
    return tuple(told(OutboxRow, row) for row in rows)


def outbox_sent(row: int, at: float) -> Steps[None]:
    yield Ask("outbox_sent", {"id": row, "at": at})

