"""What a call wants done: orders to the edge, in the imperative. The rules are those of `ivr.core.messages`."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from ivr.core.immutable import dataclass
from ivr.core.messages import Facts


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
class AdvanceRequest(Started):
    """What the caller, known by a second factor, does to a request; ``act`` and ``said`` are those of
    `ivr.ports.Requests.advance_for_caller`. Its echo comes after the commit."""

    reference: str
    act: str
    said: Facts = field(default_factory=dict)


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
