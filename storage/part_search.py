"""Searching and listing requests. A part of `storage.store.Store`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from storage import finding, search
from storage.asked import SOON, Found, Search, check, conditions
from storage.logirec import day
from storage.part import Part

AT_ONCE: Final = 500
"""Requests indexed in one transaction: what waits for it is a caller."""


def _nobody(_step: str, _part: float) -> None: ...


class SearchPart(Part):
    """Searching and listing requests."""

    async def search(self, asked: Search, at: float) -> Found:
        """A page of requests; ``at``, UTC seconds, says which day « today » is. Raises `Refused` naming what is wrong with
        the search, in French; a text is never wrong."""
        check(asked)
        today = day(at)
        given = conditions(asked, today, self.rules.business_days_after(today, SOON))
        return await self.engine.read(finding.found, asked, given)

    async def reindex(self, progress: Callable[[str, float], None] = _nobody) -> int:
        """Write the words of every request again, while others work, and return how many requests there are."""
        total, done, last = await self.engine.read(search.count), 0, ""
        while True:
            some, last = await self.engine.write(False, search.reindex_after, last, AT_ONCE)
            done += some
            progress("indexation", min(1.0, done / max(1, total)))
            if some < AT_ONCE:
                break
        await self.engine.write(True, search.reindexed)
        return done

    async def words_are_current(self) -> bool:
        """False in a store that an earlier version filled: `reindex` it, or old requests are not found by their words."""
        return await self.engine.read(search.words_are_current)
