"""The directory of people. A part of `storage.store.Store`."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

from ivr.core.directory_rows import DirectoryRow
from storage import directory, imports
from storage.directory import Candidate
from storage.imports import Change, Import, Tally
from storage.part import Part
from storage.rows import Person


@dataclass(frozen=True, slots=True)
class Staged:
    """A file's rows beside the directory, and what taking them would do."""

    token: str
    tally: Tally


def unwatched(_tally: Tally) -> None:
    """Progress that nobody watches."""


class DirectoryPart(Part):
    async def import_people(self, rows: Sequence[Person]) -> int:
        """Add or replace; all or none. Returns how many. For a few people: a file is staged and taken."""
        return await self.engine.write(True, directory.import_people, rows)

    async def person(self, matricule: str) -> Person | None:
        return await self.engine.read(directory.person, matricule)

    async def people_at(self, number: str) -> Sequence[Person]:
        """Everybody with this number, however it is written, by matricule; `storage.directory.MOST_AT` at most."""
        return await self.engine.read(directory.people_at, number)

    async def find_people(self, text: str, limit: int = 50) -> Sequence[Person]:
        """By the beginnings of words of their names, without accents, in any order: « kone aw » finds Awa Koné."""
        return await self.engine.read(directory.find_people, text, limit)

    async def candidates(self, readings: Sequence[tuple[str, float]], caller: str, at: float) -> Sequence[Candidate]:
        """(matricule, score) as heard, ranked by what is known of each and of this caller; nobody is added."""
        return await self.engine.read(directory.candidates, readings, caller, at)

    # ---------------------------------------------------------------------------------------------------- files imported
    async def stage_people(
        self, pieces: Iterator[Sequence[DirectoryRow]], columns: Set[str], told: Callable[[Tally], None] = unwatched,
    ) -> Staged:
        """Put a file's rows beside the directory, piece by piece, while calls go on. ``columns``: those that the file has.
        ``pieces`` is read in a thread, and each matricule comes once."""
        await self.drop_staged()
        while await self.engine.write(False, imports.index_names):
            pass
        staged = Staged(uuid.uuid4().hex, Tally())
        try:
            await self._stage(staged, pieces, columns, told)
        except BaseException:
            await self.drop_staged()
            raise
        return staged

    async def _stage(
        self, staged: Staged, pieces: Iterator[Sequence[DirectoryRow]], columns: Set[str], told: Callable[[Tally], None],
    ) -> None:
        """The next piece is read while this one is written."""
        rows = await asyncio.to_thread(next, pieces, None)
        while rows:
            piece = await asyncio.to_thread(imports.as_staged, rows, staged.tally.rows)
            following, fields = await asyncio.gather(
                asyncio.to_thread(next, pieces, None), self.engine.write(False, imports.stage, staged.token, piece, columns),
            )
            staged.tally.add(len(rows), fields)
            told(staged.tally)
            rows = following

    async def take_staged(self, staged: Staged, *, who: str, file: str, sha256: str, refused: int, at: float) -> Import:
        """All that was staged, in one transaction, kept through a power cut once this returns. Promises of other programs do
        not wait for it on PostgreSQL. Raises `Refused` when another import began meanwhile."""
        for first, last in itertools.pairwise(imports.SLICES) if staged.tally.staged else ():
            await self.engine.write(False, imports.stage_words, staged.token, first, last)
        facts = {"who": who, "file": file, "sha256": sha256, "refused": refused, "at": at}
        taken = await self.engine.write(False, imports.take, staged.token, staged.tally, facts)
        await self.engine.write(True, imports.confirm, taken.id)  # a promise: it forces what came before it to the disk
        return taken

    async def drop_staged(self) -> None:
        """Clear what an import that was given up or broken off left behind. Piece by piece: calls go on."""
        while await self.engine.write(False, imports.clear, self.engine.dialect):
            pass

    async def same_file(self, sha256: str) -> Import | None:
        """The import in force, if it was of this very file."""
        return await self.engine.read(imports.same_file, sha256)

    async def undo_import(self, who: str, at: float) -> Import:
        """Take the last import back, in one transaction. Raises `Refused` when there is nothing to take back."""
        undone = await self.engine.write(True, imports.undo, who, at)
        await self.drop_staged()
        return undone

    async def imports(self, limit: int = 20) -> Sequence[Import]:
        """Newest first."""
        return await self.engine.read(imports.list_imports, limit)

    async def import_changes(self, limit: int = 100) -> Sequence[Change]:
        """Whom the last import changed, by matricule; nobody once it is undone."""
        return await self.engine.read(imports.changes, limit)
