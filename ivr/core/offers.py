"""What the distributor is told. What it orders and reports is in `ivr.core.orders`: together, all that crosses the edge of
`ivr.core.acd`.

Events are facts or wishes of people, told once; telephony events carry the offer's id, timers carry what they were set for:
a late one is recognised and dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, TypeAlias

from ivr.core.agent import Wish
from ivr.core.immutable import dataclass
from ivr.core.messages import Event, Facts

OfferEnd = Literal["accepted", "refused", "timed_out", "cancelled", "lost"]
Stage = Literal["ringing", "answered", "talking"]
OfferKind = Literal["call", "callback", "consult", "supervise"]
Skills: TypeAlias = tuple[tuple[str, int], ...]
"""(skill, level) pairs, in the order of their names: what an agent has, or the least that a caller needs."""
Supervision = Literal["listen", "whisper", "barge", "take_over", "stop"]


# ------------------------------------------------------------------------------------------------------ events: callers
@dataclass(frozen=True, slots=True)
class CallerJoined(Event):
    """``ref`` is the call's `Enqueue`; ``since`` keeps the place. ``offer`` and ``agent`` are a conversation already under
    way since ``connected`` (adoption after a restart). ``sticky`` is the agent who served this person last; ``callback``
    the callback that this outgoing call fulfils."""

    call: str
    ref: int
    queue: str
    priority: int
    since: float
    facts: Facts
    offer: str = ""
    agent: str = ""
    skills: Skills = ()
    sticky: str = ""
    callback: str = ""
    connected: float = 0.0


@dataclass(frozen=True, slots=True)
class CallerLeft(Event):
    """``why``: 'abandoned' (hung up), 'flow' (the exit key, or the flow's own time-out) or 'failed' (cut, bug)."""

    call: str
    ref: int
    why: str = "abandoned"


@dataclass(frozen=True, slots=True)
class CallerMoved(Event):
    """A supervisor puts a waiting caller into another queue (``queue`` not '') or first in its own (``front``)."""

    call: str
    queue: str = ""
    front: bool = False


@dataclass(frozen=True, slots=True)
class EntryDue(Event):
    """A moment in a caller's wait at which its needs relax, or it overflows, or has waited too long. ``ref`` names the
    stay: a timer of a former one is dropped."""

    call: str
    ref: int


@dataclass(frozen=True, slots=True)
class QueueDeserted(Event):
    """Nobody has been signed in to this queue for a while: those who wait are told, unless somebody came back since."""

    queue: str
    since: float


# ------------------------------------------------------------------------------------------------------- events: agents
@dataclass(frozen=True, slots=True)
class AgentSet(Event):
    """An agent is known, or known differently. ``ranks``: by queue, the place in a linear queue (1 is first) or the share
    in a random one; 1 where nothing is said."""

    agent: str
    queues: tuple[str, ...]
    skills: Skills = ()
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentRemoved(Event):
    agent: str


@dataclass(frozen=True, slots=True)
class WishChanged(Event):
    """What the agent wants from now on; a call under way goes on."""

    agent: str
    wish: Wish
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentChanged(Event):
    agent: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class OwnCallBegan(Event):
    """The agent's telephone has a call that is none of ours: dialled by the agent, or to the agent directly."""

    agent: str
    channel: str


@dataclass(frozen=True, slots=True)
class OwnCallEnded(Event):
    agent: str
    channel: str


@dataclass(frozen=True, slots=True)
class BusyOver(Event):
    """A wrap-up or a rest is over. ``since`` names which one: a stale timer is dropped."""

    agent: str
    since: float


@dataclass(frozen=True, slots=True)
class WrapUpDone(Event):
    """The agent has finished before the time."""

    agent: str


@dataclass(frozen=True, slots=True)
class WrapUpExtended(Event):
    """« Plus de temps » : so many seconds more, counted from the end that was set."""

    agent: str
    seconds: float


# ------------------------------------------------------------------------------------------------------- events: offers
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
class OfferRefused(Event):
    """The agent declines the call that is offered: a button, not a pause."""

    agent: str


# -------------------------------------------------------------------------------------------- events: in a conversation
@dataclass(frozen=True, slots=True)
class HoldAsked(Event):
    """The caller hears music."""

    agent: str


@dataclass(frozen=True, slots=True)
class ResumeAsked(Event):
    """Back to the caller: ends a hold, or a consultation (the one consulted is let go)."""

    agent: str


@dataclass(frozen=True, slots=True)
class TransferAsked(Event):
    """Blind: the agent leaves at once. ``to``: 'queue:solde', 'agent:serge' or 'number:0700000101' (approved ones only)."""

    agent: str
    to: str


@dataclass(frozen=True, slots=True)
class ConsultAsked(Event):
    """The caller hears music while the agent speaks with ``to``: 'agent:serge' or 'number:0700000101'."""

    agent: str
    to: str


@dataclass(frozen=True, slots=True)
class CompleteAsked(Event):
    """Attended transfer: the one consulted gets the caller, the agent leaves."""

    agent: str


@dataclass(frozen=True, slots=True)
class ConferenceAsked(Event):
    """Caller, agent and the one consulted all together."""

    agent: str


@dataclass(frozen=True, slots=True)
class RecordingAsked(Event):
    """Pause the recording (``on`` false) or go on with it."""

    agent: str
    on: bool


@dataclass(frozen=True, slots=True)
class SuperviseAsked(Event):
    """``supervisor`` is an agent's account whose telephone is rung. A mode may change while it is under way."""

    supervisor: str
    call: str
    mode: Supervision


# ---------------------------------------------------------------------------------------------------- events: callbacks
@dataclass(frozen=True, slots=True)
class CallbackKept(Event):
    """A number to call back, in its place. ``due``: not before (UTC seconds); ``expires``: not after."""

    callback: str
    number: str
    queue: str
    since: float
    priority: int = 0
    skills: Skills = ()
    facts: Facts = field(default_factory=dict)
    tries: int = 0
    due: float = 0.0
    expires: float = 0.0


@dataclass(frozen=True, slots=True)
class CallbackWithdrawn(Event):
    """Somebody closed it by hand (``why``: 'done', 'cancelled'...)."""

    callback: str
    why: str


@dataclass(frozen=True, slots=True)
class CallbackDue(Event):
    callback: str


@dataclass(frozen=True, slots=True)
class PersonLost(Event):
    """The one called back did not answer. ``why``: busy, no_answer, failed; ``tries`` is the `DialOut`'s: a loss that is
    told late is not one of the next try (0: whichever goes on)."""

    callback: str
    why: str
    tries: int = 0
