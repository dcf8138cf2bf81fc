"""The ids we give to things in Asterisk, and how they are read back. No correlation table exists anywhere.

A caller's channel keeps Asterisk's own id, which is the call's id. Everything else is named after it.
"""

from __future__ import annotations

from typing import Final

LEG: Final = "leg-"
TAP: Final = "tap-"
EAR: Final = "ear-"
BRIDGE: Final = "br-"
TAP_BRIDGE: Final = "tb-"
OURS: Final = (LEG, TAP, EAR)


def leg(offer: str) -> str:
    """The agent's channel for an offer."""
    return LEG + offer


def offer_of(channel: str) -> str | None:
    return channel.removeprefix(LEG) if channel.startswith(LEG) else None


def caller_of_offer(offer: str) -> str:
    """An offer's id is ``<call>.o<ref>.<count>`` (`ivr.core.acd`)."""
    return offer.rsplit(".", 2)[0]


def is_caller(channel: str) -> bool:
    return not channel.startswith(OURS)


def playback(call: str, ref: int) -> str:
    return f"{call}.{ref}"


def started(name: str) -> tuple[str, int] | None:
    """The (call, ref) of a playback or a recording that we named."""
    call, _, ref = name.rpartition(".")
    return (call, int(ref)) if call and ref.isdigit() else None


def bridge(call: str) -> str:
    return BRIDGE + call


def call_of_bridge(name: str) -> str | None:
    for prefix in (BRIDGE, TAP_BRIDGE):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return None


def tap(call: str) -> str:
    return TAP + call


def ear(call: str) -> str:
    return EAR + call


def tap_bridge(call: str) -> str:
    return TAP_BRIDGE + call


def call_of_ear(channel: str) -> str | None:
    return channel.removeprefix(EAR) if channel.startswith(EAR) else None
