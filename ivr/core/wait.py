"""How long a caller will wait, and what of that may be said.

An announced wait is a promise. It is rounded up, it never grows, and nothing is said where nothing is known: without an
agent, or before enough calls were handled to know the queue's pace. The estimators of others are here too, under their
names, so that the benchmark compares all of them with one code.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Final

PRIOR_AHT: Final = 240.0
PRIOR_PATIENCE: Final = 180.0
"""What is believed of a queue before its first call; each counts like one call and is forgotten like one."""

STEPS: Final = (60, 120, 180, 300, 600, 900, 1200, 1800)
"""What may be announced, in seconds: « moins de » 1, 2, 3, 5, 10, 15, 20, 30 minutes..."""
MORE: Final = 1801
"""... and « plus de trente minutes »."""


class Pace:
    """The measured pace of one queue: mean handling time and rate of abandonment, each updated in O(1).

    Both are means with forgetting: after ``memory`` more calls the weight of a call has fallen to 1/e, so that the pace
    follows the day; a wait is remembered four times as long, since few of them end in giving up. ``enough``: so many
    handled calls make the pace known.
    """

    __slots__ = ("_abandoned", "_calls", "_enough", "_handled", "_keep", "_keep_waits", "_waited",
                 "handled_count")

    def __init__(self, memory: float = 50.0, enough: int = 10) -> None:
        if not memory >= 1:
            raise ValueError(f"a pace remembers at least one call (here: {memory})")
        self._keep, self._keep_waits = math.exp(-1 / memory), math.exp(-1 / (4 * memory))
        self._enough = enough
        self._handled, self._calls = PRIOR_AHT, 1.0
        self._waited, self._abandoned = PRIOR_PATIENCE, 1.0
        self.handled_count = 0

    def handled(self, seconds: float) -> None:
        """A call took ``seconds`` of an agent: talk, hold and wrap-up. Less than 0 (a clock set back) counts as 0."""
        self._handled = self._keep * self._handled + max(0.0, seconds)
        self._calls = self._keep * self._calls + 1
        self.handled_count += 1

    def waited(self, seconds: float, abandoned: bool) -> None:
        """A caller has waited ``seconds``, and was answered or has ``abandoned``."""
        self._waited = self._keep_waits * self._waited + max(0.0, seconds)
        self._abandoned = self._keep_waits * self._abandoned + abandoned

    @property
    def aht(self) -> float:
        """Mean handling time, seconds."""
        return self._handled / self._calls

    @property
    def theta(self) -> float:
        """Abandonments per second of waiting: the maximum likelihood of an exponential patience, where those answered
        are censored (Brown et al., « Statistical Analysis of a Telephone Call Center », JASA 100, 2005)."""
        return self._abandoned / self._waited if self._waited > 0 else 0.0

    @property
    def known(self) -> bool:
        return self.handled_count >= self._enough


def estimate(ahead: int, agents: int, pace: Pace) -> float | None:
    """The wait to come in seconds of a caller with ``ahead`` callers before; None when nobody can know.

    Σ 1/(n/AHT + i·θ), i = 1..ahead + 1: with n ``agents`` signed in, all busy, each departure comes from a call that ends
    or from one of the i who wait giving up (Whitt, « Improving Service by Informing Customers about Anticipated Delays »,
    Management Science 45(2), 1999). Whitt leaves the caller out, i = 0..ahead: that is the wait of one who stays whatever
    happens. Those who are answered had shorter waits, for longer ones they would have given up (`erlang._Line.waits`);
    what is told is for them. It is nearer to their waits by a seventh (benchmarks/wait_error.py).

    ValueError when ``ahead`` or ``agents`` is negative.
    """
    _not_negative(ahead, agents)
    if agents == 0 or not pace.known or pace.aht <= 0:
        return None
    serving, theta = agents / pace.aht, pace.theta
    return math.fsum(1 / (serving + i * theta) for i in range(1, ahead + 2))


def announced(estimated: float | None, told: int | None) -> int | None:
    """What may be told, in seconds: the estimate rounded up to one of `STEPS`, or `MORE`; None: say nothing about time.

    ``told``: what this caller was told last (None: nothing yet). A wait that would be announced longer than that is not
    announced at all. ValueError when the estimate is not a number.
    """
    if estimated is None:
        return None
    if math.isnan(estimated):
        raise ValueError("an estimated wait is a number of seconds, or None")
    place = bisect_left(STEPS, estimated)
    new = STEPS[place] if place < len(STEPS) else MORE
    return new if told is None or new <= told else None


# -------------------------------------------------------------------------------------------------- what others announce
def asterisk_holdtime(holdtime: int, waited: int) -> int:
    """The smoothed hold time of Asterisk after one more caller was answered (`recalc_holdtime` in app_queue.c): whole
    seconds, three quarters old."""
    return (3 * holdtime + waited) >> 2


def asterisk_estimate(holdtime: float, waited: float) -> float:
    """What Asterisk tells one who has ``waited`` (`say_position` in app_queue.c), before it cuts it to whole minutes.
    The absolute value makes it grow again for who waits longer than the average."""
    return abs(holdtime + 30 - waited)


def last_served_estimate(last_wait: float) -> float:
    """The wait of the caller served last (LES of Ibrahim & Whitt, M&SOM 11(3), 2009)."""
    return last_wait


def position_estimate(ahead: int, agents: int, aht: float) -> float | None:
    """Position × AHT / agents: as if nobody ever left. None without an agent."""
    _not_negative(ahead, agents)
    return (ahead + 1) * aht / agents if agents else None


def _not_negative(ahead: int, agents: int) -> None:
    if ahead < 0 or agents < 0:
        raise ValueError(f"callers ahead and agents are not negative (here: {ahead} ahead, {agents} agents)")
