"""All that crosses the edge of the core.

Events are facts, in the past tense: something the caller, an agent, Asterisk, the store or the clock did. Commands
(`ivr.core.commands`) are orders, in the imperative: something the call wants done. The core turns events into commands and
does nothing else, so a call can be replayed from its events alone.

Three rules hold for every message here:

* An event carries its time, ``at``: UTC seconds, stamped once at the edge by a clock that never goes back.
* What a command starts carries a ``ref``, drawn from the call's own counter. The echo comes back as an `Echo` with the
  same ref; a stale one is dropped by `ivr.core.call`.
* What can be started says how it is stopped (`Started.undo`), so leaving a node stops everything the node began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Literal, TypeAlias

from ivr.core.immutable import dataclass

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
Facts: TypeAlias = "Mapping[str, Json]"


# ---------------------------------------------------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class Event:
    at: float


@dataclass(frozen=True, slots=True)
class CallStarted(Event):
    """A caller reached us. ``caller`` is '' when the number is withheld; ``flow`` is the version of the flow used;
    ``callback`` is the callback that this call fulfils, when it was we who called."""

    call: str
    caller: str
    dialed: str
    flow: str
    callback: str = ""


@dataclass(frozen=True, slots=True)
class DigitReceived(Event):
    digit: str


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """The channel is gone. ``cause`` is 'caller', 'us', 'cut' (Asterisk died), 'bug' or 'limit'."""

    cause: str


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The application came back and adopted this living call."""


@dataclass(frozen=True, slots=True)
class Echo(Event):
    """The consequence of a command: ``ref`` says of which one."""

    ref: int


@dataclass(frozen=True, slots=True)
class PlayFinished(Echo):
    pass


@dataclass(frozen=True, slots=True)
class TimerFired(Echo):
    pass


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One thing the recogniser may have heard: French words, lower case, and a score in (0, 1], 1.0 when unknown."""

    words: str
    score: float = 1.0


HeardKind = Literal["speech", "silence", "noise", "lost"]


@dataclass(frozen=True, slots=True)
class Heard(Echo):
    """A listening turn ended: speech (best first), silence, noise (rejected) or lost (the recogniser died)."""

    kind: HeardKind
    hypotheses: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered(Echo):
    """The store's answer to a `Lookup`, `RegisterRequest`, `AdvanceRequest` or `RegisterCallback`, as plain JSON."""

    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded(Echo):
    """A voice message was taken: its name in the recordings folder and its length in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class QueueMoved(Echo):
    """``ahead`` callers are before this one; ``agents`` is how many agents are signed in to the queue; ``wait``: the wait
    to come in seconds, None when nobody can know; ``callback``: so long that a callback is worth offering."""

    ahead: int
    agents: int
    wait: float | None = None
    callback: bool = False


@dataclass(frozen=True, slots=True)
class QueueRefused(Echo):
    """The queue does not take the caller, or no longer: 'full', 'beyond' (the wait would be too long), 'empty' (nobody
    signed in), 'closed' (its hours), 'long' (waited too long) or 'unknown'."""

    reason: str


@dataclass(frozen=True, slots=True)
class AgentRinging(Echo):
    offer: str
    agent: str


@dataclass(frozen=True, slots=True)
class AgentAnswered(Echo):
    """``agent`` is the number where an outside one was called instead."""

    offer: str
    agent: str


@dataclass(frozen=True, slots=True)
class Connected(Echo):
    """Caller and agent share a bridge."""

    offer: str


@dataclass(frozen=True, slots=True)
class AgentLeft(Echo):
    """The agent's leg is gone. ``requeued``: the caller waits again, at the same place: the two had not talked, or the
    agent has transferred the call (``to`` says where)."""

    offer: str
    requeued: bool
    to: str = ""


@dataclass(frozen=True, slots=True)
class AgentChanged(Echo):
    """The caller now talks with another agent: a transfer was completed, or a supervisor has taken over. ``agent`` is ''
    for an outside ``number``."""

    offer: str
    agent: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class AgentHeld(Echo):
    """The caller hears music: ``on``, or talks again."""

    offer: str
    on: bool


@dataclass(frozen=True, slots=True)
class PlaceKept(Echo):
    """The place is an earlier one: this caller was to be called back, and has called again. ``since`` as in `Enqueue`."""

    since: float


@dataclass(frozen=True, slots=True)
class QueueChanged(Echo):
    """The caller waits in another queue from now on: it overflowed, or a supervisor or an agent has moved it."""

    queue: str


@dataclass(frozen=True, slots=True)
class CommandFailed(Echo):
    command: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """A decision of the core worth keeping: goes to the journal beside the events and into the record."""

    fact: str
    value: Json = None
