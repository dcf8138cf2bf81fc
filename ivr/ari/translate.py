"""From ARI's events to ours. Pure: one event in, what it means out, with the time given. Golden traces test it.

What concerns a call becomes an event for its session; what concerns an agent's leg or phone, an event for the distributor.
An ARI event that means nothing to us becomes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ivr.ari import generated as ari
from ivr.ari.names import (
    EAR,
    OUT,
    OWN,
    SPY,
    TAP,
    bridge,
    callback_of,
    channel_of_farewell,
    is_caller,
    offer_of,
    started,
)
from ivr.core.messages import CallEnded, CommandFailed, DigitReceived, Event, PlayFinished, Recorded
from ivr.core.offers import (
    EquipmentChanged,
    HoldAsked,
    LegAnswered,
    LegGone,
    LegRinging,
    OwnCallBegan,
    OwnCallEnded,
    PersonLost,
    ResumeAsked,
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A caller's channel entered the application; with ``callback`` it is we who called, and ``caller`` has answered."""

    call: str
    caller: str
    dialed: str
    at: float
    callback: str = ""


@dataclass(frozen=True, slots=True)
class CodeDialed:
    """An agent dialled a code such as *11 from the phone of the endpoint ``agent``."""

    channel: str
    agent: str
    code: str


@dataclass(frozen=True, slots=True)
class ForCall:
    call: str
    event: Event


@dataclass(frozen=True, slots=True)
class ForDesk:
    """For the distributor."""

    event: Event


@dataclass(frozen=True, slots=True)
class TapEntered:
    """A channel that listens (a tap's, or a supervisor's snoop) is in the application: it can be put in a bridge now, and
    not before."""

    channel: str


@dataclass(frozen=True, slots=True)
class Parted:
    """The caller left the bridge of a conversation: nobody needs it any more."""

    bridge: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """The last words to this channel have been said: it is to be hung up."""

    channel: str


@dataclass(frozen=True, slots=True)
class OwnDialed:
    """An agent dialled the extension ``target`` from the phone of the endpoint ``agent``."""

    channel: str
    agent: str
    target: str


@dataclass(frozen=True, slots=True)
class OwnAnswered:
    """The phone that an agent dialled was picked up; ``channel`` is its own."""

    channel: str


@dataclass(frozen=True, slots=True)
class OwnOver:
    """One end of an agent's own call is gone. ``talked`` false: it is a phone that was never picked up."""

    channel: str
    talked: bool


@dataclass(frozen=True, slots=True)
class TransferPressed:
    """An agent pressed the telephone's transfer key. ``destination`` is '' for a transfer to another call of that phone."""

    channel: str
    agent: str
    destination: str


OwnCall: TypeAlias = OwnDialed | OwnAnswered | OwnOver
Meaning: TypeAlias = Arrived | CodeDialed | Farewell | ForCall | ForDesk | OwnCall | Parted | TapEntered | TransferPressed

CENTRE: Final = "1364"
REFUSED_CAUSES: Final = frozenset({17, 21})
"""Q.850: user busy, call rejected."""

NO_ANSWER: Final = 19
UNANSWERED_CAUSES: Final = frozenset({18, 19})
"""Q.850: no user responding, no answer. Asterisk gives its own time-out as 19, too."""


def translate(event: Any, at: float) -> Iterator[Meaning]:
    """What this ARI event means, if anything."""
    match event:
        case ari.StasisStart():
            yield from _entered(event, at)
        case ari.ChannelDtmfReceived() if is_caller(event.channel.id):
            yield ForCall(event.channel.id, DigitReceived(at, event.digit))
        case ari.PlaybackFinished():
            yield from _play_finished(event, at)
        case ari.RecordingFinished() | ari.RecordingFailed():
            yield from _recorded(event, at)
        case ari.ChannelStateChange():
            offer = offer_of(event.channel.id)
            if offer and event.channel.state == "Ringing":
                yield ForDesk(LegRinging(at, offer))
        case ari.ChannelDestroyed():
            yield from _destroyed(event, at)
        case ari.ChannelHangupRequest() | ari.StasisEnd() if is_caller(event.channel.id):
            yield from _leaving(event, at)
        case ari.ChannelLeftBridge() if event.bridge.id == bridge(event.channel.id):
            yield Parted(event.bridge.id)
        case ari.ChannelHold() if offer_of(event.channel.id):
            yield ForDesk(HoldAsked(at, endpoint_of(event.channel.name)))
        case ari.ChannelUnhold() if offer_of(event.channel.id):
            yield ForDesk(ResumeAsked(at, endpoint_of(event.channel.name)))
        case ari.ChannelTransfer():
            leg = event.referred_by.source_channel
            to = event.refer_to.requested_destination.destination or ""
            yield TransferPressed(leg.id, endpoint_of(leg.name), to)
        case ari.ContactStatusChange() | ari.PeerStatusChange():
            reachable = event.endpoint.state == "online"
            if event.endpoint.technology == "PJSIP":
                yield ForDesk(EquipmentChanged(at, event.endpoint.resource, reachable))


def _entered(event: ari.StasisStart, at: float) -> Iterator[Meaning]:
    channel = event.channel
    offer = offer_of(channel.id)
    if offer:
        yield ForDesk(LegAnswered(at, offer))
    elif channel.id.startswith((TAP, EAR, SPY)):
        yield TapEntered(channel.id)
    elif channel.id.startswith(OWN):
        yield OwnAnswered(channel.id)
    elif event.args[:1] == ["agent-code"]:
        yield CodeDialed(channel.id, endpoint_of(channel.name), event.args[1])
    elif event.args[:1] == ["own-call"]:
        agent = endpoint_of(channel.name)
        yield ForDesk(OwnCallBegan(at, agent, channel.id))
        yield OwnDialed(channel.id, agent, event.args[1])
    elif event.args[:1] in (["call"], ["callback"]):
        yield arrived(channel, at)


def _leaving(event: ari.ChannelHangupRequest | ari.StasisEnd, at: float) -> Iterator[Meaning]:
    """A channel that came through the dialplan is never told destroyed, only gone from the application; before that its
    playback is told finished, which is not to be taken for heard to the end."""
    channel = event.channel
    if is_own_call(channel):
        if isinstance(event, ari.StasisEnd):
            yield ForDesk(OwnCallEnded(at, endpoint_of(channel.name), channel.id))
            yield OwnOver(channel.id, talked=True)
    elif channel.state == "Up" or not channel.id.startswith(OUT):
        yield ForCall(channel.id, CallEnded(at, "caller"))


def _destroyed(event: ari.ChannelDestroyed, at: float) -> Iterator[Meaning]:
    """Told for the channels that we made."""
    channel = event.channel
    offer, callback = offer_of(channel.id), callback_of(channel.id)
    if offer:
        yield ForDesk(LegGone(at, offer, _why_gone(event)))
    elif callback and channel.state != "Up":
        yield ForDesk(PersonLost(at, callback[0], _why_lost(event.cause), callback[1]))
    elif channel.id.startswith(OWN):
        yield ForDesk(OwnCallEnded(at, endpoint_of(channel.name), channel.id))
        yield OwnOver(channel.id, channel.state == "Up")


def is_own_call(channel: ari.Channel) -> bool:
    """An agent's phone that has dialled a colleague."""
    return ",own-call," in channel.dialplan.app_data


def arrived(channel: ari.Channel, at: float) -> Arrived:
    """Of one whom we called only we know the number: it is the last argument of the application."""
    callback = callback_of(channel.id)
    if callback:
        return Arrived(channel.id, national(channel.dialplan.app_data.rpartition(",")[2]), CENTRE, at, callback[0])
    return Arrived(channel.id, national(channel.caller.number), channel.dialplan.exten, at)


def endpoint_of(channel_name: str) -> str:
    """PJSIP/awa-0000001a → awa."""
    return channel_name.partition("/")[2].rpartition("-")[0]


def national(number: str) -> str:
    """+225 and ten digits → the ten digits; anything else as the operator gave it; '' when withheld."""
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    for prefix in ("+225", "00225"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 10:
            return digits.removeprefix(prefix)
    return digits


def _play_finished(event: ari.PlaybackFinished, at: float) -> Iterator[Meaning]:
    last_words_to, known = channel_of_farewell(event.playback.id), started(event.playback.id)
    if last_words_to:
        yield Farewell(last_words_to)
    elif known:
        yield ForCall(known[0], PlayFinished(at, known[1]))


def _recorded(event: ari.RecordingFinished | ari.RecordingFailed, at: float) -> Iterator[Meaning]:
    name = event.recording.name
    known = started(name)
    if not known or event.recording.target_uri.startswith("bridge:"):  # a conversation's: nobody waits for it
        return
    call, ref = known
    if isinstance(event, ari.RecordingFailed):
        yield ForCall(call, CommandFailed(at, ref, "Record", event.recording.cause or "failed"))
    else:
        yield ForCall(call, Recorded(at, ref, name, float(event.recording.duration or 0)))


def _why_lost(cause: int) -> str:
    return "busy" if cause in REFUSED_CAUSES else "no_answer" if cause in UNANSWERED_CAUSES else "failed"


def _why_gone(event: ari.ChannelDestroyed) -> str:
    if event.cause in REFUSED_CAUSES:
        return "refused"
    if event.cause == NO_ANSWER:
        # Down, not Ringing: the invitation was never answered by the phone at all.
        return "timed_out" if event.channel.state == "Ringing" else "lost"
    return "ended"
