"""What the distributor orders and reports.

Orders are performed by the edge, those about one call in order. Reports (`Stayed`, `Worked`, `Spent`) are the distributor's
journal: every figure of `ivr.core.metrics` is computed from them.
"""

from __future__ import annotations

from typing import TypeAlias

from ivr.core.agent import Wish
from ivr.core.immutable import dataclass
from ivr.core.messages import Event, Facts
from ivr.core.offers import OfferEnd, OfferKind


@dataclass(frozen=True, slots=True)
class Ring:
    """Call the telephone of ``agent``, or the approved outside ``number`` of a consultation."""

    offer: str
    agent: str
    call: str
    queue: str
    seconds: float
    facts: Facts
    kind: OfferKind = "call"
    number: str = ""


@dataclass(frozen=True, slots=True)
class DropLeg:
    offer: str


@dataclass(frozen=True, slots=True)
class Together:
    """The caller and exactly these offers' legs share the call's bridge. None: the caller hears music."""

    call: str
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """Exactly these legs talk apart from the caller. None: the bridge between them goes."""

    call: str
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spy:
    """The leg of ``offer`` (a supervisor's) hears the conversation through the leg of ``on``; with ``whisper`` the agent
    hears the supervisor, and the caller does not. ``on`` '': no more."""

    call: str
    offer: str
    on: str
    whisper: bool = False


@dataclass(frozen=True, slots=True)
class RecordTalk:
    """Record the call's bridge as ``name``."""

    call: str
    name: str


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """The recording pauses (``on`` false), or goes on."""

    call: str
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class SayToLeg:
    """Play a prompt to an agent alone: « l'appelant a raccroché » ; the leg is dropped after it when ``then_drop``."""

    offer: str
    prompt: str
    then_drop: bool = False


@dataclass(frozen=True, slots=True)
class DialOut:
    """Call a person back. The channel is named after the callback and the try; what comes of it is told as an arriving
    call with this ``callback``, or as `PersonLost`."""

    callback: str
    number: str
    tries: int
    seconds: float


@dataclass(frozen=True, slots=True)
class StopDialling:
    callback: str
    tries: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Hand an event to the caller's session."""

    call: str
    event: Event


@dataclass(frozen=True, slots=True)
class Wake:
    """Tell ``event`` back after ``seconds``, stamped with the time of then."""

    seconds: float
    event: Event


@dataclass(frozen=True, slots=True)
class KeepWish:
    """Remember this wish across restarts."""

    agent: str
    wish: Wish
    reason: str


@dataclass(frozen=True, slots=True)
class KeepCallback:
    """Remember what became of a callback. ``state``: open, dialling, done, expired, cancelled, called_again; ``queue``
    when it has moved to another one."""

    callback: str
    state: str
    tries: int
    due: float
    queue: str = ""


@dataclass(frozen=True, slots=True)
class NotDone:
    """What somebody asked cannot be done: a sentence in French for that person. Nothing has changed."""

    who: str
    why: str


# --------------------------------------------------------------------------------------------------------------- reports
@dataclass(frozen=True, slots=True)
class Stayed:
    """A caller's stay in one queue is over. ``entered``, ``until``: UTC seconds; ``wait``: from ``entered`` to the bridge
    or the end. ``end``: answered, abandoned, flow_out, failed or refused (``why``: full, empty, closed, long...)."""

    call: str
    queue: str
    since: float
    entered: float
    until: float
    end: str
    why: str = ""
    agent: str = ""
    priority: int = 0
    callback: bool = False


@dataclass(frozen=True, slots=True)
class Worked:
    """An agent's part in one offer, told when its last second is over (after the wrap-up). Durations are seconds; an offer
    that was not accepted has only ``rang``."""

    offer: str
    kind: OfferKind
    agent: str
    queue: str
    call: str
    at: float
    until: float
    end: OfferEnd
    rang: float
    talked: float = 0.0
    held: float = 0.0
    wrapped: float = 0.0


@dataclass(frozen=True, slots=True)
class Spent:
    """An agent's time outside offers: ready, paused, offline, unreachable, resting or other_call."""

    agent: str
    state: str
    reason: str
    since: float
    until: float


AcdCommand: TypeAlias = (
    "Ring | DropLeg | Together | Aside | Spy | RecordTalk | PauseRecording | SayToLeg | DialOut | StopDialling | Tell | "
    "Wake | KeepWish | KeepCallback | NotDone | Stayed | Worked | Spent"
)
