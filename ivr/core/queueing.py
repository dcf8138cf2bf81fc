"""What the distributor keeps: the rules of a queue, what a caller needs, callers waiting, offers.

Rules and needs are frozen values, compared and hashed. Entries and offers change while they live; only `ivr.core.floor` and
`ivr.core.acd` change them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal

from ivr.core.agent import IllegalMove
from ivr.core.hours import Calendar
from ivr.core.messages import Facts
from ivr.core.offers import OfferEnd, OfferKind, Skills, Stage

WhenEmpty = Literal["refuse", "wait", "overflow"]


@dataclass(frozen=True, slots=True)
class Need:
    """Who may take a caller: this ``agent`` alone ('' anybody), with all these ``skills`` at least at their levels; of
    several, those who have more of what the caller ``prefers`` come first."""

    agent: str = ""
    skills: Skills = ()
    prefers: Skills = ()


ANYBODY: Final = Need()


@dataclass(frozen=True, slots=True)
class Rules:
    """How one queue behaves. Times are seconds unless said otherwise; 0 means never where a limit is optional.

    ring, wrap_up, misses (in a row, then paused) concern its agents. most: callers waiting at the most. longest: the longest
    wait, then the call is told. beyond: a caller whose wait would be longer is not taken. overflow: the queue that gets
    those who do not fit or have waited overflow_after. when_empty: what happens when nobody is signed in, to those who
    come, and after empty_after to those who wait. skills, prefers: what each caller needs; relax: (after, skills) what
    is enough from then on. sticky: how long a caller waits for the agent who served that matricule last, if that was at
    most sticky_within before. weight: how fast a minute waited counts between queues. callback_after: a wait announced
    longer makes the callback offered; tries, spacing, lasting: how often, how far apart and how long one is tried.
    level: the service level's target; short: an abandonment so early does not count.
    """

    ring: float = 20.0
    wrap_up: float = 30.0
    most: int = 50
    misses: int = 3
    label: str = ""
    strategy: str = "longest_idle"
    weight: float = 1.0
    longest: float = 0.0
    beyond: float = 0.0
    overflow: str = ""
    overflow_after: float = 0.0
    when_empty: WhenEmpty = "refuse"
    empty_after: float = 60.0
    skills: Skills = ()
    prefers: Skills = ()
    relax: tuple[tuple[float, Skills], ...] = ()
    sticky: float = 0.0
    sticky_within: float = 7 * 86400.0
    hours: Calendar | None = None
    music: str = ""
    record: bool = False
    level: float = 20.0
    short: float = 5.0
    callback_after: float = 120.0
    tries: int = 3
    spacing: float = 900.0
    lasting: float = 2 * 86400.0
    dial: float = 30.0


@dataclass(slots=True, eq=False)
class Entry:
    """A caller in a queue, or a number to call back in its place. ``key``: the call's id, or the callback's while nobody
    is on the line. ``since`` gives the place, ``entered`` is when this stay began, ``patient`` when the caller, having
    talked, began to wait again (a transfer): the longest wait counts from there; ``front``: the order given by hand.
    ``asked``: the skills that this call needs in any queue; ``plan``: the needs to come as (after seconds, need); ``need``
    is the one of now; ``ticket`` is not 0 while it waits.
    ``not_before``: when a callback may be tried. ``winner`` is the offer answered first, ``guest`` the one consulted,
    ``spies`` are supervisors'."""

    key: str
    ref: int
    queue: str
    priority: int
    since: float
    facts: Facts
    entered: float = 0.0
    asked: Skills = ()
    need: Need = ANYBODY
    plan: tuple[tuple[float, Need], ...] = ()
    offers: list[Offer] = field(default_factory=list)
    winner: Offer | None = None
    count: int = 0
    order: float = 0.0
    front: float = math.inf
    patient: float = 0.0
    callback: str = ""
    number: str = ""
    tries: int = 0
    expires: float = 0.0
    not_before: float = 0.0
    served: bool = False
    ticket: int = 0
    dialling: bool = False
    guest: Offer | None = None
    conference: bool = False
    spies: list[Offer] = field(default_factory=list)
    recording: str = ""

    @property
    def absent(self) -> bool:
        """A number to call back: nobody is on the line."""
        return bool(self.callback) and self.key == self.callback

    @property
    def talking(self) -> Offer | None:
        """The offer of the agent whom this caller talks with."""
        return self.winner if self.winner is not None and self.winner.stage == "talking" else None


@dataclass(slots=True, eq=False)
class Offer:
    """One agent asked to take one caller, or asked into a conversation. ``end`` is set once; ``dropped``: its leg was told
    to go and is not yet gone. ``agent`` is '' for an outside ``number``; ``mode`` is a supervisor's; ``joined_at`` is
    when both sides were on the line, or the person to be called back began to be dialled."""

    id: str
    entry: Entry | None
    agent: str
    queue: str
    call: str
    at: float
    kind: OfferKind = "call"
    stage: Stage = "ringing"
    end: OfferEnd | None = None
    dropped: bool = False
    answered_at: float = 0.0
    joined_at: float = 0.0
    talk_from: float = 0.0
    held_from: float = 0.0
    held: float = 0.0
    ended_at: float = 0.0
    number: str = ""
    mode: str = ""

    def advance(self, what: str) -> None:
        """Raises `IllegalMove`, with nothing changed, when the stage does not allow it. Who talks has accepted."""
        stage = STAGES.get((self.stage, what))
        if stage is None:
            raise IllegalMove(f"offer {self.id} is {self.stage}: cannot {what}")
        self.stage = stage
        if stage == "talking":
            self.end = "accepted"

    def close(self, end: OfferEnd) -> None:
        """The one end; an offer that is over keeps its own. Raises `IllegalMove` for one that this stage cannot have."""
        if self.end is None:
            if end not in ENDS[self.stage]:
                raise IllegalMove(f"offer {self.id} is {self.stage}: cannot end as {end}")
            self.end = end


STAGES: Final[dict[tuple[Stage, str], Stage]] = {
    ("ringing", "answer"): "answered",
    ("answered", "bridge"): "talking",
}
"""(stage, what happens) → stage. docs/offer.md draws this table and the next."""

ENDS: Final[dict[Stage, tuple[OfferEnd, ...]]] = {
    "ringing": ("refused", "timed_out", "cancelled", "lost"),
    "answered": ("cancelled", "lost"),
    "talking": ("accepted",),
}
"""Stage → how an offer can end in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What can be told to somebody who waits: ``ahead`` callers, ``agents`` signed in, the ``wait`` to come in seconds or
    None when nobody can know; ``callback_after`` is the wait from which a callback is worth offering."""

    ahead: int
    agents: int
    wait: float | None
    callback_after: float = 0.0
