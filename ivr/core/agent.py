"""One agent: three separate things that others mix up.

* the **wish**: what the agent wants (ready, paused with a reason, offline);
* the **activity**: what the agent is doing for a queue (idle, reserved, ringing, answered, talking, hold, consulting,
  wrap-up, resting);
* the **equipment**: whether the phone can be reached, and which calls of its own it has (`own`), that no queue knows of.

Rule 1: an activity changes only along `TRANSITIONS`; anything else raises `IllegalMove` and changes nothing.
Rule 2: a wish may change at any time and never interrupts an activity: a pause pressed in a call begins after it.
Rule 3: an agent takes offers when idle, ready, reachable and without a call of its own (`takes_offers`), and in no other
case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from ivr.core.offers import Skills
    from ivr.core.queueing import Offer

Wish = Literal["ready", "paused", "offline"]
Activity = Literal[
    "idle", "reserved", "ringing", "answered", "talking", "hold", "consulting", "wrap_up", "resting"
]

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
    ("talking", "release"): "idle",
    ("talking", "hold"): "hold",
    ("talking", "consult"): "consulting",
    ("hold", "consult"): "consulting",
    ("hold", "resume"): "talking",
    ("consulting", "resume"): "talking",
    ("talking", "finish"): "wrap_up",
    ("hold", "finish"): "wrap_up",
    ("consulting", "finish"): "wrap_up",
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

UNOCCUPIED: Final = frozenset({"idle", "wrap_up", "resting"})
"""Activities in which no leg to this agent's telephone exists for a queue."""

LOAD_MEMORY: Final = 3600.0
"""Seconds after which work done counts for a third (1/e) in an agent's load."""


class IllegalMove(ValueError):
    """The agent's activity does not allow this. Nothing has changed."""


@dataclass(slots=True, eq=False)
class Agent:
    """``idle_since``: UTC seconds at which the last wrap-up, rest or idleness began; ``misses``: offers missed in a row;
    ``calls``: conversations had since signing in; ``turn``: the number of the last offer made to this agent; ``load``:
    seconds of work, older ones counting less (`LOAD_MEMORY`), as of ``load_at``; ``busy_until``: when the wrap-up ends;
    ``closing``: the offer whose wrap-up this is; ``spell``: what the agent's time goes into since ``spell_since``;
    ``since``: when the present state began."""

    id: str
    queues: tuple[str, ...]
    skills: Skills = ()
    ranks: dict[str, int] = field(default_factory=dict)
    wish: Wish = "offline"
    reason: str = ""
    activity: Activity = "idle"
    reachable: bool = False
    own: set[str] = field(default_factory=set)
    offer: str = ""
    idle_since: float = 0.0
    busy_until: float = 0.0
    misses: int = 0
    calls: int = 0
    turn: int = 0
    load: float = 0.0
    load_at: float = 0.0
    busy_from: float = 0.0
    closing: Offer | None = None
    spell: str = "offline"
    spell_reason: str = ""
    spell_since: float = 0.0
    since: float = 0.0
    ticket: int = 0
    counted: bool = False

    @property
    def takes_offers(self) -> bool:
        return self.activity == "idle" and self.wish == "ready" and self.reachable and not self.own

    @property
    def signed_in(self) -> bool:
        """Counts as somebody who may answer soon: wants calls, now or after the one under way."""
        return self.wish == "ready" and self.reachable

    @property
    def state(self) -> str:
        """The one word that a person wants to read."""
        if self.activity != "idle":
            return self.activity
        if self.own:
            return "other_call"
        if self.wish == "ready":
            return "ready" if self.reachable else "unreachable"
        return self.wish

    def move(self, what: str, at: float, offer: str = "") -> None:
        """What ``what`` makes of the activity. Raises `IllegalMove`, with nothing changed."""
        activity = TRANSITIONS.get((self.activity, what))
        if activity is None:
            raise IllegalMove(f"agent {self.id} is {self.activity}: cannot {what}")
        if activity in UNOCCUPIED:
            # A call that never came about does not cost the place among those who wait for one.
            if what != "release":
                self.idle_since = at
            self.offer = ""
            if activity == "idle":
                self._worked(at)
        else:
            if self.activity == "idle":
                self.busy_from = at
            self.offer = offer or self.offer
        self.activity, self.since = activity, at

    def _worked(self, at: float) -> None:
        """Work done until now is added to the load, and what was there fades."""
        faded = exp((self.load_at - at) / LOAD_MEMORY)
        self.load = self.load * faded + LOAD_MEMORY * (1.0 - exp((self.busy_from - at) / LOAD_MEMORY))
        self.load_at = at

    def want(self, wish: Wish, reason: str, at: float) -> None:
        """Another wish. Becoming ready forgets the misses and, when idle, starts the idle time anew; a wrap-up keeps its
        beginning, by which the end of it is recognised. Coming back from offline begins a new working day."""
        fresh = wish == "ready" and self.wish != "ready"
        if fresh and self.activity == "idle":
            self.idle_since = at
        if fresh:
            self.misses = 0
        if self.wish == "offline" and wish != "offline":
            self.calls = 0
        if self.activity == "idle" and (wish, reason) != (self.wish, self.reason):
            self.since = at
        self.wish, self.reason = wish, reason
