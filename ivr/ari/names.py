"""The ids we give to things in Asterisk, and how they are read back. No correlation table exists anywhere.

A caller's channel keeps Asterisk's own id, which is the call's id; the channel of one whom we call back is named after the
callback and the try. Everything else is named after calls, offers and channels. An offer's id says nothing about its call.
"""

from __future__ import annotations

from typing import Final

LEG: Final = "leg-"
TAP: Final = "tap-"
EAR: Final = "ear-"
SPY: Final = "spy-"
OWN: Final = "own-"
OUT: Final = "out-"
OURS: Final = (LEG, TAP, EAR, SPY, OWN)
"""Channels that are no calls: an agent's leg, a tap, a supervisor's snoop, the phone of a colleague who is rung."""

BRIDGE: Final = "br-"
TAP_BRIDGE: Final = "tb-"
ASIDE: Final = "as-"
SPY_BRIDGE: Final = "sp-"
OWN_BRIDGE: Final = "ow-"
PASSING: Final = (TAP_BRIDGE, ASIDE, SPY_BRIDGE, OWN_BRIDGE)
"""Bridges that do not outlive the service."""

SAID: Final = "say-"
FAREWELL: Final = "bye-"


def leg(offer: str) -> str:
    """The agent's channel for an offer."""
    return LEG + offer


def offer_of(channel: str) -> str | None:
    return channel.removeprefix(LEG) if channel.startswith(LEG) else None


def out(callback: str, tries: int) -> str:
    """The channel, and so the call, of the one who is called back for the so-many-th time."""
    return f"{OUT}{callback}.{tries}"


def callback_of(channel: str) -> tuple[str, int] | None:
    """The callback and the try."""
    return started(channel.removeprefix(OUT)) if channel.startswith(OUT) else None


def is_caller(channel: str) -> bool:
    return not channel.startswith(OURS)


def playback(call: str, ref: int) -> str:
    return f"{call}.{ref}"


def started(name: str) -> tuple[str, int] | None:
    """The (call, ref) of a playback or a recording that we named."""
    if name.startswith((SAID, FAREWELL)):
        return None
    call, _, ref = name.rpartition(".")
    return (call, int(ref)) if call and ref.isdigit() else None


def said(channel: str, prompt: str) -> str:
    """The playback of a prompt to an agent alone."""
    return f"{SAID}{channel}.{prompt}"


def farewell(channel: str) -> str:
    """The playback after which a channel is hung up."""
    return FAREWELL + channel


def channel_of_farewell(playback: str) -> str | None:
    return playback.removeprefix(FAREWELL) if playback.startswith(FAREWELL) else None


def bridge(call: str) -> str:
    return BRIDGE + call


def call_of_bridge(name: str) -> str | None:
    return name.removeprefix(BRIDGE) if name.startswith(BRIDGE) else None


def aside(call: str) -> str:
    """Where agents talk about a call apart from the caller."""
    return ASIDE + call


def spy(offer: str, count: int) -> str:
    """The snoop of a supervisor's offer; another mode is another snoop."""
    return f"{SPY}{offer}.{count}"


def spy_bridge(offer: str) -> str:
    return SPY_BRIDGE + offer


def own(caller: str) -> str:
    """The phone that rings because an agent's channel ``caller`` has dialled it."""
    return OWN + caller


def other_end(channel: str) -> str:
    """The other channel of an agent's own call."""
    return channel.removeprefix(OWN) if channel.startswith(OWN) else own(channel)


def own_bridge(channel: str) -> str:
    """The same for both ends."""
    return OWN_BRIDGE + channel.removeprefix(OWN)


def tap(call: str) -> str:
    return TAP + call


def ear(call: str) -> str:
    return EAR + call


def tap_bridge(call: str) -> str:
    return TAP_BRIDGE + call


def call_of_ear(channel: str) -> str | None:
    return channel.removeprefix(EAR) if channel.startswith(EAR) else None
