"""From ARI's events to ours. Pure: one event in, what it means out, with the time given. Golden traces test it.

What concerns a call becomes an event for its session; what concerns an agent's leg or phone, an event for the distributor.
An ARI event that means nothing to us becomes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ivr.ari import generated as ari
from ivr.ari.names import EAR, TAP, bridge, is_caller, offer_of, started
from ivr.core.messages import CallEnded, CommandFailed, DigitReceived, Event, PlayFinished, Recorded
from ivr.core.offers import EquipmentChanged, LegAnswered, LegGone, LegRinging


@dataclass(frozen=True, slots=True)
class Arrived:
    """A caller's channel entered the application."""

    call: str
    caller: str
    dialed: str
    at: float


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
    """A channel of a listening tap is in the application: it can be put in a bridge now, and not before."""

    channel: str


@dataclass(frozen=True, slots=True)
class Parted:
    """The caller left the bridge of a conversation: nobody needs it any more."""

    bridge: str


Meaning: TypeAlias = "Arrived | CodeDialed | ForCall | ForDesk | Parted | TapEntered"

REFUSED_CAUSES: Final = frozenset({17, 21})
"""Q.850: user busy, call rejected."""

NO_ANSWER: Final = 19


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
            offer = offer_of(event.channel.id)
            if offer:
                yield ForDesk(LegGone(at, offer, _why_gone(event)))
        case ari.ChannelHangupRequest() | ari.StasisEnd() if is_caller(event.channel.id):
            # A channel that came through the dialplan is never told destroyed, only gone from the application; before
            # that its playback is told finished, which is not to be taken for heard to the end.
            yield ForCall(event.channel.id, CallEnded(at, "caller"))
        case ari.ChannelLeftBridge() if event.bridge.id == bridge(event.channel.id):
            yield Parted(event.bridge.id)
        case ari.ContactStatusChange() | ari.PeerStatusChange():
            reachable = event.endpoint.state == "online"
            if event.endpoint.technology == "PJSIP":
                yield ForDesk(EquipmentChanged(at, event.endpoint.resource, reachable))


def _entered(event: ari.StasisStart, at: float) -> Iterator[Meaning]:
    channel = event.channel
    offer = offer_of(channel.id)
    if offer:
        yield ForDesk(LegAnswered(at, offer))
    elif channel.id.startswith((TAP, EAR)):
        yield TapEntered(channel.id)
    elif event.args[:1] == ["agent-code"]:
        yield CodeDialed(channel.id, endpoint_of(channel.name), event.args[1])
    elif event.args[:1] == ["call"]:
        yield arrived(channel, at)


def arrived(channel: ari.Channel, at: float) -> Arrived:
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
    known = started(event.playback.id)
    if known:
        yield ForCall(known[0], PlayFinished(at, known[1]))


def _recorded(event: ari.RecordingFinished | ari.RecordingFailed, at: float) -> Iterator[Meaning]:
    name = event.recording.name
    known = started(name)
    if not known:
        return
    call, ref = known
    if isinstance(event, ari.RecordingFailed):
        yield ForCall(call, CommandFailed(at, ref, "Record", event.recording.cause or "failed"))
    else:
        yield ForCall(call, Recorded(at, ref, name, float(event.recording.duration or 0)))


def _why_gone(event: ari.ChannelDestroyed) -> str:
    if event.cause in REFUSED_CAUSES:
        return "refused"
    if event.cause == NO_ANSWER:
        # Down, not Ringing: the invitation was never answered by the phone at all.
        return "timed_out" if event.channel.state == "Ringing" else "lost"
    return "ended"
