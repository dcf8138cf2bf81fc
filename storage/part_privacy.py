"""Access log, export, rectification, retention and purge. A part of `storage.store.Store`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from storage import privacy
from storage.part import Part
from storage.privacy import Access

EVER: Final = 1e12
"""UTC seconds that no clock of ours will show."""


class PrivacyPart(Part):
    """Access log, export, rectification, retention and purge."""

    async def log_access(
        self, who: str, role: str, act: str, subjects: Sequence[str], why: str | None, at: float,
    ) -> None:
        """Note that ``who`` did one of `storage.privacy.ACTS` to each of ``subjects`` (references, matricules, numbers,
        call ids; or the criteria of a masked list, as one). Before the record is shown, not after. Raises `Refused`."""
        await self.engine.write(True, privacy.log_access, who, role, act, tuple(subjects), why, at)

    async def accesses(
        self, *, subject: str | None = None, who: str | None = None, since: float = 0.0, until: float = EVER,
        limit: int = 100,
    ) -> Sequence[Access]:
        """Newest first, in [since, until)."""
        return await self.engine.read(privacy.accesses, subject, who, since, until, limit)
