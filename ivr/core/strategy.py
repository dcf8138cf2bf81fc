"""In which order the free agents of a queue are offered a call.

A strategy is a sort key: the agent with the smallest comes first, ids settle ties. It is asked once, when the agent becomes
free, so it must not change while the agent stays free; this is what makes a choice among 20,000 agents as fast as among ten.
Adding one touches this file and its test rows.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log
from typing import Final
from zlib import crc32

from ivr.core.agent import LOAD_MEMORY, Agent

Key = tuple[float, float]
Strategy = Callable[[Agent, str], Key]
"""(agent, queue) → key."""


def longest_idle(agent: Agent, _queue: str) -> Key:
    """Who has waited longest for a call comes first."""
    return agent.idle_since, 0.0


def fewest_calls(agent: Agent, _queue: str) -> Key:
    """Who had the fewest conversations since signing in; of equals, the longest idle."""
    return agent.calls, agent.idle_since


def least_occupied(agent: Agent, _queue: str) -> Key:
    """Who worked least lately. A load fades by the same factor for all, so their order, by the logarithm brought to a
    common time, stays while they are free."""
    load = log(agent.load) if agent.load > 0.0 else -inf
    return load + agent.load_at / LOAD_MEMORY, agent.idle_since


def round_robin(agent: Agent, _queue: str) -> Key:
    """In turn: who was offered a call the longest ago, however that ended. The memory outlives pauses."""
    return agent.turn, agent.idle_since


def linear(agent: Agent, queue: str) -> Key:
    """Always in the order of the ranks."""
    return agent.ranks.get(queue, 1), 0.0


def weighted_random(agent: Agent, queue: str) -> Key:
    """By lot, an agent of share 2 being drawn first twice as often as one of share 1: each waits an exponential time of
    that rate, and the first is drawn. `ivr.core.floor` counts these times from the last one drawn, so that those who were
    not drawn are as likely as ever. The lot is a hash of the agent and the number of its turn: a replay draws the same.
    """
    share = agent.ranks.get(queue, 1)
    return (-log(_lot(agent.id, agent.turn)) / share, 0.0) if share > 0 else (inf, 0.0)


def _lot(name: str, turn: int) -> float:
    """Evenly spread over (0, 1): splitmix64's last step over the name's checksum and the turn."""
    mixed = (crc32(name.encode()) * 0x9E3779B97F4A7C15 + turn * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = ((mixed ^ (mixed >> shift)) * factor) & 0xFFFFFFFFFFFFFFFF
    return ((mixed ^ (mixed >> 31)) + 1) / (2**64 + 1)


RANDOM: Final = "random"
"""The one strategy whose keys are counted from the last one taken."""

RING_ALL: Final = "ring_all"
"""The one strategy that is more than an order: all free agents ring, the first to answer wins."""

STRATEGIES: Final[dict[str, Strategy]] = {
    "longest_idle": longest_idle,
    "fewest_calls": fewest_calls,
    "least_occupied": least_occupied,
    "round_robin": round_robin,
    "linear": linear,
    RANDOM: weighted_random,
    RING_ALL: longest_idle,
}
