"""What the store tells the service and the command line. Times are UTC seconds, days are ISO dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from ivr.core.record import CallRecord
from storage.engine import Row


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list. ``closed_nr`` counts closings: `Store.calls_closed_after` goes on from it."""

    id: str
    caller: str
    dialed: str
    flow: str
    started_at: float
    ended_at: float | None = None
    outcome: str | None = None
    cause: str | None = None
    matricule: str | None = None
    queue: str | None = None
    agent: str | None = None
    waited: float | None = None
    talked: float | None = None
    satisfaction: int | None = None
    request: str | None = None
    closed_nr: int | None = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One LOGIREC request. ``since`` is when its status began; ``key`` tells apart the requests of one call."""

    reference: str
    code: str
    call: str | None
    key: str
    category: str
    status: str
    since: float
    matricule: str | None
    verified: bool
    name: str | None
    phone: str | None
    created_at: float
    due_at: str | None
    channel: str
    note: str | None
    voice_note: str | None
    parent: str | None
    closed_at: float | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: float
    who: str
    status_from: str | None
    status_to: str
    what: str
    call: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request with all that happened to it, oldest first."""

    request: RequestRow
    history: tuple[HistoryRow, ...]


@dataclass(frozen=True, slots=True)
class CallFile:
    """A call with its record as the fold made it (None while it lives) and its request."""

    call: CallRow
    record: CallRecord | None
    request: RequestRow | None


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A number to call back; ``state`` is 'open' or what the closing said ('done', 'expired'...)."""

    id: int
    number: str
    queue: str
    reason: str
    call: str
    created_at: float
    state: str
    closed_at: float | None
    closed_by: str | None
    request: str | None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Something to tell another system, until `Store.outbox_sent`. ``payload`` is JSON text."""

    id: int
    kind: str
    request: str
    payload: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the directory. ``birth`` is an ISO date; ``matricule`` is six digits and a capital letter."""

    matricule: str
    last_name: str
    first_name: str
    birth: str | None = None
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """``secret`` names the agent's SIP secret in the secrets file, it is not the secret. ``wish`` is what the agent
    asked for last ('out' at first), with its ``reason``; ``skills`` are levels by name."""

    id: str
    name: str
    extension: str
    secret: str
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    wish: str = "out"
    reason: str | None = None
    wrap_until: float | None = None


T = TypeVar("T")


def told(kind: type[T], row: Row) -> T:
    """A row of the store as one of the classes above; SQL's 0 and 1 become bool, columns not asked for are left out."""
    return msgspec.convert(row, kind, strict=False)
