"""The seams of the house: what the engine needs from the outside, as Protocols.

`ivr.app` alone decides which adapter stands behind each. Every port has one contract suite in tests/contract, and a fake
that passes it ships with the package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ivr.core.commands import Command, Grammar
from ivr.core.messages import Event, Facts, Heard, HeardKind, Hypothesis
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.record import CallRecord


class Clock(Protocol):
    """UTC seconds that never go back while the process lives (anchored once to the wall clock, then monotonic)."""

    def now(self) -> float: ...


class Telephony(Protocol):
    """Performs a call's commands, in order for one call, and tells events back through ``on_event``.

    A command that the switch refuses comes back as `CommandFailed`; only a lost switch raises (`TelephonyLost`).
    """

    async def perform(self, call: str, command: Command) -> None: ...


class TelephonyLost(Exception):
    """Asterisk cannot be reached."""


class Taps(Protocol):
    """Gives the caller's voice, live: signed 16-bit mono frames of 20 ms at ``rate`` Hz."""

    async def open(self, call: str, rate: int, sink: Callable[[bytes], None]) -> None:
        """Raises `TapFailed`; the call goes on by keypad."""

    async def close(self, call: str) -> None: ...


class TapFailed(Exception):
    """The caller's audio cannot be had."""


class Hearing(Protocol):
    """One listening turn of one caller."""

    def feed(self, pcm: bytes) -> None:
        """Signed 16-bit little-endian mono at the recogniser's ``rate``; any length; never blocks."""

    async def result(self) -> tuple[HeardKind, tuple[Hypothesis, ...]]:
        """The end of the turn: a `HeardKind` and the hypotheses, best first. Never raises: a dead worker is 'lost'."""
        ...

    def close(self) -> None:
        """Forget the turn. Safe at any time, more than once."""


class Recognizer(Protocol):
    """A speech engine. ``rate`` is the sample rate it wants, in Hz."""

    name: str
    rate: int

    async def start(self) -> None:
        """Load models and start workers. Raises `RecognizerUnavailable` with a sentence saying what to install."""

    async def stop(self) -> None: ...

    def listen(self, grammar: Grammar, patience: float) -> Hearing:
        """Open a turn: ``patience`` seconds of silence are allowed before speech begins. Never blocks or raises."""
        ...

    def health(self) -> Mapping[str, object]:
        """For ``cruc doctor``: workers, restarts, turns open."""
        ...


class RecognizerUnavailable(Exception):
    """The engine or its model is not there; the message says what to do."""


class Journal(Protocol):
    """Every event of every call, written before it is handled, and the one record of each call."""

    async def open_call(self, call: str, at: float, caller: str, dialed: str, flow: str) -> None:
        """Durable before it returns. Opening a call twice is an error (`AlreadyOpen`)."""

    async def append(self, call: str, seq: int, entries: Sequence[Event]) -> None:
        """Events and notes, numbered from ``seq``. Survives the death of the process once it returns."""

    async def close_call(self, call: str, record: CallRecord) -> str:
        """Close the record and write its outcome into exactly one request, in one durable transaction with its outbox
        row. Returns the request's reference. Closing again changes nothing and returns the same reference."""
        ...

    async def events(self, call: str) -> Sequence[Event]:
        """The journal of one call, notes included, in order."""
        ...

    async def open_calls(self) -> Sequence[str]:
        """Calls whose record has no outcome yet."""
        ...

    async def keep_flow(self, version: str, source: str) -> None:
        """Remember a flow's source, so that any call can be replayed with the flow it ran."""

    async def flow_source(self, version: str) -> str | None: ...


class StoreUnavailable(Exception):
    """The store did not do it, and left nothing half-done; the message is one sentence for the operator."""


class AlreadyOpen(Exception):
    """This call already has a record."""


class Requests(Protocol):
    """LOGIREC as the phone engine sees it."""

    async def register(self, call: str, draft: Facts, at: float) -> Facts:
        """Write one request durably, with its outbox row. ``draft``: category, matricule, verified, caller, phone, note,
        voice_note, exam_number, parent (the request it is about), duplicate_of (whose duplicate it is). Returns
        {'reference', 'code', 'due' (ISO date or None), 'direction' (who will treat it, or '')}. Registering again for the
        same call and the same ``draft['key']`` returns the first one: a replayed command never doubles a request."""
        ...

    async def advance_for_caller(self, call: str, reference: str, act: str, said: Facts, at: float) -> Facts:
        """What a caller who gave a second factor does to a request, once a call however often it is told: 'reopen' (said:
        why), 'complete' (said: voice_note), 'close', 'rate' (said: score 1 to 5), 'remind'. Returns {'done': True,
        'status': the new one} or {'done': False, 'why': 'late' (over thirty days), 'unknown' or 'not_now'}, nothing
        changed."""
        ...

    async def register_callback(
        self, call: str, number: str, queue: str, reason: str, at: float, *, since: float | None = None, priority: int = 0,
        facts: Facts | None = None, expires: float = 0.0,
    ) -> Facts:
        """Keep a number to call back; one open entry a number, in the earliest of its places (``since``, or else ``at``).
        ``facts`` is what the agent is shown ('matricule' is kept apart too). Returns what the entry is now: {'already':
        bool, 'callback': its id as text, 'since', 'queue', 'priority', 'tries', 'due', 'expires'}."""
        ...

    async def answer(self, what: str, args: Facts, at: float) -> Facts:
        """Questions of the flow: 'letters' (digits → {'letters': 'XZ'}), 'member' (matricules, caller → {'known': [...],
        'likely': those known whose number, or former calls, speak for them}),
        'status_by_code' (reference, code, caller → {'requests': [...], 'limited': True after too many wrong ones}),
        'status_by_birth' (matricule, birth, caller → idem), 'open_same' (matricule, category, caller, verified →
        {'reference', 'status', 'due'}, each None unless the matricule is verified or the caller's number is the one it was
        asked from), 'served_by' (matricule, caller → {'agent': of the last 30 days or '', 'at': UTC seconds or None}),
        'moment' (queue → {'active': bool, 'id', 'sound', 'prompt'}).
        An empty list of requests is the same answer for a wrong second factor and an unknown matricule."""
        ...


class Desk(Protocol):
    """What the distributor keeps. Agents' wishes and callbacks are known again after a restart."""

    async def agent(self, agent: str) -> object | None: ...

    async def set_wish(self, agent: str, wish: str, reason: str | None = None) -> None: ...

    async def keep_callback(
        self, callback: str, state: str, tries: int, due: float, at: float, *, queue: str | None = None,
    ) -> None: ...

    async def keep_reports(self, reports: Sequence[Stayed | Worked | Spent]) -> None:
        """Rows of the distributor's journal, each kept once however often it is told."""


Emit = Callable[[str, Event], None]
"""``emit(call, event)``: hand an event to its session. Never blocks."""

__all__ = [
    "AlreadyOpen", "Clock", "Desk", "Emit", "Heard", "HeardKind", "Hearing", "Journal", "Recognizer",
    "RecognizerUnavailable", "Requests", "StoreUnavailable", "TapFailed", "Taps", "Telephony", "TelephonyLost",
]
