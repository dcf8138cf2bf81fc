"""What the distributor is told, what it orders, and the things it keeps: entries and offers.

Telephony events carry the offer's id, timers carry what they were set for: a late one is recognised and dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ivr.core.agent import Wish
from ivr.core.messages import Event, Facts

OfferEnd = Literal["accepted", "refused", "timed_out", "cancelled", "lost"]
Stage = Literal["ringing", "answered", "talking"]


# ---------------------------------------------------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class CallerJoined(Event):
    """``ref`` is the call's `Enqueue`; ``offer`` a conversation already under way (adoption after a restart)."""

    call: str
    ref: int
    queue: str
    priority: int
    since: float
    facts: Facts
    offer: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class CallerLeft(Event):
    call: str
    ref: int


@dataclass(frozen=True, slots=True)
class AgentSet(Event):
    """An agent is known, or known differently."""

    agent: str
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentRemoved(Event):
    agent: str


@dataclass(frozen=True, slots=True)
class WishChanged(Event):
    agent: str
    wish: Wish
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentChanged(Event):
    agent: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class LegRinging(Event):
    offer: str


@dataclass(frozen=True, slots=True)
class LegAnswered(Event):
    offer: str


@dataclass(frozen=True, slots=True)
class LegBridged(Event):
    offer: str


@dataclass(frozen=True, slots=True)
class LegGone(Event):
    """The agent's leg does not exist any more. ``why``: refused, timed_out, lost or ended."""

    offer: str
    why: str


@dataclass(frozen=True, slots=True)
class RingTimedOut(Event):
    offer: str


@dataclass(frozen=True, slots=True)
class BusyOver(Event):
    """A wrap-up or a rest is over. ``since`` names which one: a stale timer is dropped."""

    agent: str
    since: float


# -------------------------------------------------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Ring:
    offer: str
    agent: str
    call: str
    queue: str
    seconds: float
    facts: Facts


@dataclass(frozen=True, slots=True)
class DropLeg:
    offer: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Hand an event to the caller's session."""

    call: str
    event: Event


@dataclass(frozen=True, slots=True)
class WakeOffer:
    """Send `RingTimedOut` after ``seconds``: look after the offer, whatever it is doing by then."""

    offer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class WakeAgent:
    """Send `BusyOver` after ``seconds``."""

    agent: str
    since: float
    seconds: float


@dataclass(frozen=True, slots=True)
class KeepWish:
    """Remember this wish across restarts."""

    agent: str
    wish: Wish
    reason: str


AcdCommand: TypeAlias = "Ring | DropLeg | Tell | WakeOffer | WakeAgent | KeepWish"


# ------------------------------------------------------------------------------------------------------- what is kept
@dataclass(frozen=True, slots=True)
class Rules:
    """How one queue behaves. Seconds, except ``most`` (callers waiting) and ``misses`` (in a row, then paused)."""

    ring: float = 20.0
    wrap_up: float = 30.0
    most: int = 50
    misses: int = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A caller in a queue. ``offer`` is '' while waiting; ``offers`` counts those made."""

    call: str
    ref: int
    queue: str
    priority: int
    since: float
    facts: Facts
    offer: str = ""
    offers: int = 0

    @property
    def order(self) -> tuple[float, str]:
        """Minutes waited + priority, largest first; as both grow alike, this key never changes."""
        return self.since - 60.0 * self.priority, self.call


@dataclass(frozen=True, slots=True)
class Offer:
    """One agent asked to take one caller. ``end`` is set once; ``dropped``: its leg was told to go and is not yet gone."""

    id: str
    call: str
    ref: int
    queue: str
    agent: str
    stage: Stage = "ringing"
    end: OfferEnd | None = None
    answered_at: float = 0.0
    dropped: bool = False
