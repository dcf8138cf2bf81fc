"""What the service does by itself, away from the calls: the time of the requests, and at night what the law forgets.

Each chore is done in portions, so that calls are written in between, and may be done again: after a crash or a night that
was missed, the next round does what is left. A store that does not answer does not end a service that answers calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol

import structlog

from ivr.ports import Clock, StoreUnavailable

log = structlog.get_logger()

EVERY: Final = 300.0
"""Seconds between two rounds."""
NIGHT: Final = range(1, 5)
"""Hours in Abidjan in which the nightly chore is done, once."""


class Timekeeper(Protocol):
    """The store, as far as time changes it."""

    async def keep_time(self, at: float) -> int:
        """Returns how many requests changed; 0 when nothing is left to do."""
        ...

    async def words_are_current(self) -> bool: ...

    async def reindex(self) -> int:
        """Write the words of all requests again, in portions; they are not current in a store of an earlier version."""
        ...


@dataclass(slots=True)
class Housekeeping:
    """``nightly`` is told the time, and done in the first round of a night."""

    store: Timekeeper
    clock: Clock
    nightly: Callable[[float], Awaitable[None]] | None = None
    _last_night: date | None = None

    async def run(self) -> None:
        while True:
            await self.round()
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        try:
            while await self.store.keep_time(self.clock.now()):
                pass
            if not await self.store.words_are_current():
                log.info("reindexed", requests=await self.store.reindex())
            await self._at_night()
        except (StoreUnavailable, OSError) as error:
            log.error("housekeeping_failed", error=str(error))

    async def _at_night(self) -> None:
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        if self.nightly is None or now.hour not in NIGHT or self._last_night == now.date():
            return
        await self.nightly(now.timestamp())
        self._last_night = now.date()
