"""A callback as the store answered it, and as the distributor is told of it: the place of somebody who does not wait."""

from __future__ import annotations

from ivr.core.messages import Facts
from ivr.core.offers import CallbackKept


def place_of(number: str, kept: Facts, facts: Facts, at: float) -> CallbackKept:
    """``kept``: the store's answer to `ivr.core.commands.RegisterCallback`; ``facts``: what the call knew."""
    return CallbackKept(
        at, str(kept["callback"]), number, str(kept["queue"]), float(str(kept["since"])), int(str(kept["priority"])), (),
        facts, int(str(kept["tries"])), float(str(kept["due"] or 0.0)), float(str(kept["expires"] or 0.0)),
    )
