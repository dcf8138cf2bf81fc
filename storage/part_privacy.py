"""Access log, export, rectification, retention and purge. A part of `storage.store.Store`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from storage import dossier as dossiers
from storage import privacy, rectifying, retention
from storage.dossier import Dossier
from storage.part import Part
from storage.privacy import Access, Hold
from storage.retention import PurgeRow

EVER: Final = 1e12
"""UTC seconds that no clock of ours will show."""


class PrivacyPart(Part):
    """Access log, export, rectification, retention and purge."""

    async def log_access(  # noqa: PLR0917 - as one says it
        self, who: str, role: str, act: str, subjects: Sequence[str], why: str | None, at: float,
    ) -> None:
        """Note that ``who`` did one of `storage.privacy.ACTS` to each of ``subjects`` (references, matricules, numbers,
        call ids; or the criteria of a masked list, as one). Before the record is shown, not after. Raises `Refused`."""
        access = {"who": who, "role": role, "act": act, "why": why, "at": at}
        await self.engine.write(True, privacy.log_access, access, tuple(subjects))

    async def accesses(
        self, *, subject: str | None = None, who: str | None = None, since: float = 0.0, until: float = EVER,
        limit: int = 100,
    ) -> Sequence[Access]:
        """Newest first, in [since, until)."""
        return await self.engine.read(privacy.accesses, subject, who, since, until, limit)

    async def hold(self, reference: str, who: str, why: str, at: float) -> None:
        """Keep a request and its calls out of every purge. Raises `Refused`."""
        await self.engine.write(True, privacy.hold, reference, who, why, at)

    async def release(self, reference: str, who: str, why: str, at: float) -> None:
        """The next purge treats it like the others. Raises `Refused`."""
        await self.engine.write(True, privacy.release, reference, who, why, at)

    async def holds(self, limit: int = 100) -> Sequence[Hold]:
        """The requests that are held, the oldest hold first."""
        return await self.engine.read(privacy.holds, limit)

    async def purges(self, limit: int = 20) -> Sequence[PurgeRow]:
        """Purges that came to their end, newest first."""
        return await self.engine.read(retention.purges, limit)

    async def dossier(self, asked: str, *, walled: bool = False) -> Dossier:
        """All that is kept about the requester with this matricule, number or reference; the caller logs it ('export').
        Raises `Refused`."""
        return await self.engine.read(dossiers.dossier, asked, walled)

    async def rectify(self, asked: str, said: Mapping[str, str], who: str, why: str, at: float) -> Sequence[str]:
        """Put name, phone (``wrong_phone`` says which), birth or matricule right. Returns the French names of what changed.
        In the access log and the history. Raises `Refused`."""
        access = {"who": who, "role": "privacy", "why": why, "at": at}
        return await self.engine.write(True, rectifying.rectify, asked, dict(said), access)

    async def forget_person(self, matricule: str, who: str, why: str, at: float) -> None:
        """Take somebody out of the directory, whole. Raises `Refused`."""
        await self.engine.write(True, privacy.forget_person, matricule, who, why, at)
