"""One queue as the floor sees it: who waits, in lanes by need, and who is free, in heaps by skills."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.core.agent import Agent
from ivr.core.offers import Skills
from ivr.core.queueing import Entry, Need, Rules
from ivr.core.wait import Pace

FreeHeap = list[tuple[float, float, str, int, Agent]]
WaitHeap = list[tuple[float, str, int, Entry]]


@dataclass(slots=True, eq=False)
class Line:
    """One queue's waiting callers and free agents. ``deserted``: since when nobody is signed in; ``drawn``: the last lot of
    a queue that draws lots."""

    rules: Rules
    free: dict[Skills, FreeHeap] = field(default_factory=dict)
    lanes: dict[Need, WaitHeap] = field(default_factory=dict)
    waiting: dict[str, Entry] = field(default_factory=dict)
    ringing_all: dict[str, Entry] = field(default_factory=dict)
    members: int = 0
    signed_in: int = 0
    deserted: float | None = None
    drawn: float = 0.0
    pace: Pace = field(default_factory=Pace)
    _fits: dict[tuple[Need, Skills], int | None] = field(default_factory=dict)

    def fit(self, need: Need, skills: Skills) -> int | None:
        """How many of the preferred skills are there, None when a needed one is not."""
        key = (need, skills)
        if key not in self._fits:
            self._fits[key] = fit(need, skills)
        return self._fits[key]


def fit(need: Need, skills: Skills) -> int | None:
    has = dict(skills)
    if any(has.get(name, 0) < level for name, level in need.skills):
        return None
    return sum(has.get(name, 0) >= level for name, level in need.prefers)
