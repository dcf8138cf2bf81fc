"""One agent: three separate things that others mix up.

* the **wish**: what the agent wants (ready, paused with a reason, offline);
* the **activity**: what the agent is doing (idle, reserved, ringing, answered, talking, wrap-up, resting);
* the **equipment**: whether the phone can be reached.

Rule 1: an activity changes only along `TRANSITIONS`; anything else raises `IllegalMove` and changes nothing.
Rule 2: a wish may change at any time and never interrupts an activity: a pause pressed in a call begins after it.
Rule 3: an agent takes offers when idle, ready and reachable (`takes_offers`), and in no other case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

Wish = Literal["ready", "paused", "offline"]
Activity = Literal["idle", "reserved", "ringing", "answered", "talking", "wrap_up", "resting"]

TRANSITIONS: Final[dict[tuple[Activity, str], Activity]] = {
    ("idle", "reserve"): "reserved",
    ("reserved", "ring"): "ringing",
    ("reserved", "answer"): "answered",
    ("ringing", "answer"): "answered",
    ("answered", "bridge"): "talking",
    ("reserved", "miss"): "resting",
    ("ringing", "miss"): "resting",
    ("answered", "miss"): "resting",
    ("reserved", "release"): "idle",
    ("ringing", "release"): "idle",
    ("answered", "release"): "idle",
    ("talking", "finish"): "wrap_up",
    ("wrap_up", "free"): "idle",
    ("resting", "free"): "idle",
    ("idle", "adopt"): "talking",
    ("reserved", "adopt"): "talking",
    ("ringing", "adopt"): "talking",
    ("answered", "adopt"): "talking",
    ("wrap_up", "adopt"): "talking",
    ("resting", "adopt"): "talking",
}
"""(activity, what happens) → activity. docs/agent.md draws this table."""


class IllegalMove(ValueError):
    """The agent's activity does not allow this. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Agent:
    """``idle_since``: UTC seconds at which the last wrap-up, rest or idleness began; ``misses``: offers missed in a row."""

    id: str
    queues: tuple[str, ...]
    wish: Wish = "offline"
    reason: str = ""
    activity: Activity = "idle"
    reachable: bool = False
    offer: str = ""
    idle_since: float = 0.0
    misses: int = 0

    @property
    def takes_offers(self) -> bool:
        return self.activity == "idle" and self.wish == "ready" and self.reachable

    @property
    def signed_in(self) -> bool:
        """Counts as somebody who may answer soon: wants calls, now or after the one under way."""
        return self.wish == "ready" and self.reachable

    @property
    def state(self) -> str:
        """The one word that a person wants to read."""
        if self.activity != "idle":
            return self.activity
        if self.wish == "ready":
            return "ready" if self.reachable else "unreachable"
        return self.wish

    def moved(self, what: str, *, at: float, offer: str = "") -> Agent:
        """The agent after ``what``. Raises `IllegalMove`."""
        activity = TRANSITIONS.get((self.activity, what))
        if activity is None:
            raise IllegalMove(f"agent {self.id} is {self.activity}: cannot {what}")
        if activity in {"idle", "wrap_up", "resting"}:
            # A call that never came about does not cost the place among those who wait for one.
            idle_since = self.idle_since if what == "release" else at
            return replace(self, activity=activity, offer="", idle_since=idle_since)
        return replace(self, activity=activity, offer=offer or self.offer)

    def wishing(self, wish: Wish, reason: str, at: float) -> Agent:
        """The agent with another wish. Becoming ready forgets the misses and, when idle, starts the idle time anew; a
        wrap-up keeps its beginning, by which the end of it is recognised."""
        fresh = wish == "ready" and self.wish != "ready"
        idle_since = at if fresh and self.activity == "idle" else self.idle_since
        return replace(self, wish=wish, reason=reason, idle_since=idle_since, misses=0 if fresh else self.misses)
