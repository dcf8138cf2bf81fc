"""How many calls we can serve well. Refusing is cheap; a call that we accept and serve badly is not.

The measure is our own lag: how late a timer fires on the event loop, which grows as soon as work comes faster than it is
done. Additive increase, multiplicative decrease (as in RFC 6357's feedback control): the limit creeps up while all is well
and drops at once when it is not. Asterisk enforces it before answering (see extensions.conf), for less than a millisecond.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ivr.ports import TelephonyLost

EVERY: Final = 0.25
LATE: Final = 0.08
"""Seconds of lag above which callers notice."""

DOWN: Final = 0.85
UP: Final = 4
LEAST: Final = 10


@dataclass(slots=True)
class Limit:
    """The number of calls admitted, between ``LEAST`` and ``most``; none while draining (``most`` is 0)."""

    most: int
    now: int = 0

    def __post_init__(self) -> None:
        self.now = self.now or self.most

    def adapt(self, lag: float, calls: int) -> int:
        """The new limit after a look at the lag (seconds) with ``calls`` in progress."""
        if lag > LATE:
            self.now = max(LEAST, int(min(self.now, max(calls, LEAST)) * DOWN))
            self.now = min(self.most, self.now)
        else:
            self.now = min(self.most, self.now + UP)
        return self.now


async def keep_admitting(limit: Limit, calls: Callable[[], int], admit: Callable[[int], Awaitable[None]]) -> None:
    """Measure and adapt until cancelled; ``admit`` is told each change."""
    loop = asyncio.get_running_loop()
    told = -1
    while True:
        before = loop.time()
        await asyncio.sleep(EVERY)
        lag = loop.time() - before - EVERY
        if limit.adapt(lag, calls()) != told:
            try:
                await admit(limit.now)
            except TelephonyLost:
                told = -1  # Asterisk forgets the limit when it restarts: tell it again as soon as it is back
            else:
                told = limit.now
