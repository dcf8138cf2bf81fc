"""All that crosses the edge of the core.

Events are facts, in the past tense: something the caller, an agent, Asterisk, the store or the clock did. Commands are
orders, in the imperative: something the call wants done. The core turns events into commands and does nothing else, so a
call can be replayed from its events alone.

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
    """The store's answer to a `Lookup`, a `RegisterRequest` or a `RegisterCallback`; ``facts`` is plain JSON."""

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


# -------------------------------------------------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Command:
    """An order to the edge."""


@dataclass(frozen=True, slots=True)
class Started(Command):
    """A command that lasts until its echo comes or it is undone."""

    ref: int

    def undo(self) -> Command | None:
        """What stops it, or None when it cannot be stopped and its late echo is simply dropped."""
        return None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt of the catalogue with the values said inside it (see `ivr.prompts`)."""

    id: str
    args: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer(Command):
    pass


@dataclass(frozen=True, slots=True)
class Hangup(Command):
    pass


@dataclass(frozen=True, slots=True)
class StopPlay(Command):
    ref: int


@dataclass(frozen=True, slots=True)
class Play(Started):
    prompts: tuple[Prompt, ...]

    def undo(self) -> Command:
        return StopPlay(self.ref)


GrammarKind = Literal["matricule", "digits", "letter", "yes_no", "words"]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may be said at this point; ``phrases`` only for kind 'words'."""

    kind: GrammarKind
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StopListening(Command):
    ref: int


@dataclass(frozen=True, slots=True)
class Listen(Started):
    """Recognise the caller's speech until a turn ends; ``patience`` is the silence allowed before it, in seconds."""

    grammar: Grammar
    patience: float

    def undo(self) -> Command:
        return StopListening(self.ref)


@dataclass(frozen=True, slots=True)
class CancelTimer(Command):
    ref: int


@dataclass(frozen=True, slots=True)
class SetTimer(Started):
    seconds: float

    def undo(self) -> Command:
        return CancelTimer(self.ref)


@dataclass(frozen=True, slots=True)
class StopMusic(Command):
    ref: int


@dataclass(frozen=True, slots=True)
class StartMusic(Started):
    music: str

    def undo(self) -> Command:
        return StopMusic(self.ref)


@dataclass(frozen=True, slots=True)
class StopRecording(Command):
    ref: int


@dataclass(frozen=True, slots=True)
class Record(Started):
    """Beep, then record the caller, at most ``seconds``; ends by `StopRecording` or a long silence."""

    seconds: int

    def undo(self) -> Command:
        return StopRecording(self.ref)


@dataclass(frozen=True, slots=True)
class Lookup(Started):
    """Ask the store; ``what`` names the question (`ivr.ports.Requests.answer` lists them)."""

    what: str
    args: Facts


@dataclass(frozen=True, slots=True)
class RegisterRequest(Started):
    """Write a LOGIREC request. Its echo comes after the commit, never before."""

    draft: Facts


@dataclass(frozen=True, slots=True)
class RegisterCallback(Started):
    """Keep a number to call back. Its echo comes after the commit. ``since`` is the place that it keeps, ``priority`` the
    minutes given in advance; ``facts`` is what the agent is shown."""

    number: str
    queue: str
    reason: str
    since: float = 0.0
    priority: int = 0
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeaveQueue(Command):
    ref: int


@dataclass(frozen=True, slots=True)
class Enqueue(Started):
    """Wait for an agent. ``facts`` is what the agent is shown; ``since`` keeps the place; ``offer`` is the conversation
    under way when a living call is adopted; ``skills`` are (skill, level) pairs that this call needs; ``callback`` is the
    callback that an outgoing call fulfils."""

    queue: str
    priority: int
    facts: Facts
    since: float
    offer: str = ""
    skills: tuple[tuple[str, int], ...] = ()
    callback: str = ""

    def undo(self) -> Command:
        return LeaveQueue(self.ref)


@dataclass(frozen=True, slots=True)
class AskPlace(Command):
    """Ask how far the caller is in the queue; `QueueMoved` is the answer. Asked, not told: a place is only news when it
    is about to be said."""

    ref: int


@dataclass(frozen=True, slots=True)
class Connect(Command):
    """Bridge the caller with the agent's leg of this offer; ``ref`` is the `Enqueue` it belongs to."""

    ref: int
    offer: str
