"""The direction that treats a request, in words. What the flow has no prompt for is never said."""

from __future__ import annotations

from collections.abc import Container

from ivr.core.dialogue import Prompts, prompt
from ivr.core.messages import Json


def treated_by(name: str, direction: Json, known: Container[str]) -> Prompts:
    """The prompt ``name`` with its argument ``direction``; nothing for a direction that is not ``known``."""
    return (prompt(name, direction=f"direction.{direction}"),) if direction and direction in known else ()
