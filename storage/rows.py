"""What the store tells the service and the command line. Times are UTC seconds, days are ISO dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

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
    """One LOGIREC request. ``since`` is when its status began; ``key`` tells apart the requests of one call; ``direction``
    has it, ``waits_for`` what is missing; ``warn_at``, ``due_at`` and ``late_at`` are the ISO days on which 80, 100 and
    150 % of the delay are over, and ``alert`` the highest told; ``walled``: for the inspection alone."""

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
    requester: int | None = None
    direction: str | None = None
    assignee: str | None = None
    waits_for: str | None = None
    paused_at: float | None = None
    resolved_at: float | None = None
    motif: str | None = None
    answer: str | None = None
    reopened: int = 0
    satisfaction: int | None = None
    walled: bool = False
    warn_at: str | None = None
    late_at: str | None = None
    alert: int = 0


@dataclass(frozen=True, slots=True)
class FileRow:
    """What came with a request: a voice message (kind 'voice') whose ``name`` is that of the recording."""

    id: int
    request: str
    at: float
    who: str
    kind: str
    name: str
    call: str | None


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
    """A request with all that happened to it, oldest first, what came with it, and its duplicates' references."""

    request: RequestRow
    history: tuple[HistoryRow, ...]
    files: tuple[FileRow, ...] = ()
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFile:
    """A call with its record as the fold made it (None while it lives) and its request. ``walled``: it led to a
    denunciation; without the right to see it, the request is None, the record tells of none, and the journal is for
    nobody's eyes."""

    call: CallRow
    record: CallRecord | None
    request: RequestRow | None
    walled: bool = False


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A number to call back; ``state`` is 'open' or what the closing said ('done', 'expired'...), ``outcome`` what came of
    it. ``since`` is the place it keeps; it is due not before ``due`` and not after ``expires`` (0: never said). ``facts``
    is what the agent is shown."""

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
    since: float = 0.0
    priority: int = 0
    tries: int = 0
    due: float = 0.0
    expires: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    matricule: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Lost calls of one person, and what became of them. ``kind`` (abandoned, full, closed, failed, callback_expired) and
    ``call`` are those of the first, at ``created_at``; ``calls`` counts them. ``outcome`` is None while it is open.
    ``request`` is the reference of the request that the item is."""

    id: int
    kind: str
    number: str
    matricule: str | None
    queue: str | None
    call: str
    last_call: str
    calls: int
    created_at: float
    last_at: float
    state: str
    outcome: str | None
    closed_by: str | None
    closed_at: float | None
    note: str | None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class MomentRow:
    """An information of the moment: the text of the ``prompt`` and its ``sound`` file, for the callers of ``queue`` ('' for
    all), from ``since`` to ``until`` (None: until somebody ends it), said by ``who``."""

    id: int
    queue: str
    prompt: str
    sound: str
    since: float
    until: float | None
    who: str
    ended_at: float | None


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
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """``secret`` names the agent's SIP secret in the secrets file, it is not the secret. ``wish`` is what the agent
    asked for last ('out' at first), with its ``reason``; ``skills`` are levels by name; ``ranks``, by queue, the
    place in a linear queue or the share in a random one."""

    id: str
    name: str
    extension: str
    secret: str
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    wish: str = "out"
    reason: str | None = None
    wrap_until: float | None = None
    ranks: Mapping[str, int] = field(default_factory=dict)


T = TypeVar("T")


def told(kind: type[T], row: Row) -> T:
    """A row of the store as one of the classes above; SQL's 0 and 1 become bool, columns not asked for are left out."""
    return msgspec.convert(row, kind, strict=False)
