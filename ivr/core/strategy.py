"""In which order agents are offered a call. A strategy is a sort key; adding one touches this file and its test rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ivr.core.agent import Agent

Strategy = Callable[[Agent], tuple[float, str]]


def longest_idle(agent: Agent) -> tuple[float, str]:
    """Who has waited longest for a call comes first; the id settles ties, so that a replay gives the same choice."""
    return agent.idle_since, agent.id


STRATEGIES: Final[dict[str, Strategy]] = {"longest_idle": longest_idle}
