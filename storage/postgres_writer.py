"""The one writer of a PostgreSQL database in this process: groups of writes in one transaction, as `storage.writer` does.

Several processes may write to one server. The rules are written for a single writer, so a group with a promise first takes
an advisory lock: promises follow one another, on whatever node (docs/adr/0021). Journal entries and reports touch rows of
their own and do not wait.

There are no savepoints, which would cost each write two round trips: a group in which one write fails after it changed
something is undone whole, and run again as two halves.

Whether a COMMIT whose answer never came was kept is asked afterwards. Each group writes its own mark into this writer's row
of `_cruc_writers`; on a new connection that row can be read for update only when the old transaction has ended, and then the
mark tells. (pg_xact_status does not: after a crash the number of a lost transaction is given again.)
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import Final

import asyncpg

from storage.engine import Question, Row, perform_over
from storage.errors import StoreBusy, StoreError
from storage.postgres_batch import Batch
from storage.postgres_errors import RETRIED, Lost, is_lost, is_of_one_write, is_passing
from storage.postgres_link import Address, Link
from storage.postgres_schema import LOCK
from storage.waiting import LARGEST_GROUP, Told, Write, tell

PAUSE: Final = 0.05
"""Seconds between two attempts to reach a server."""
INTRODUCTION: Final = "INSERT INTO _cruc_writers (writer, group_kept) VALUES ($1, '') ON CONFLICT DO NOTHING"
END_OF_BACKEND: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2"


class PostgresWriter:
    """Lives on the engine's own event loop."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._name = secrets.token_hex(8)
        self._inbox: asyncio.Queue[Write | None] = asyncio.Queue()
        self._link: Link | None = None
        self._backend = 0

    def take(self, write: Write | None) -> None:
        """None: nothing comes after it."""
        self._inbox.put_nowait(write)

    async def run(self) -> None:
        ended = False
        while not ended:
            group, ended = await self._next_group()
            if group:
                tell(await self._kept(group))
        await self._leave()

    async def _next_group(self) -> tuple[list[Write], bool]:
        """What waits now, at least one; True when it is the last."""
        group: list[Write] = []
        write = await self._inbox.get()
        while write is not None:
            group.append(write)
            if len(group) == LARGEST_GROUP or self._inbox.empty():
                return group, False
            write = self._inbox.get_nowait()
        return group, True

    async def _kept(self, group: list[Write]) -> list[Told]:
        """Run again what a lost connection or a deadlock undid, until patience ends."""
        deadline = self._now() + self._address.patience
        while True:
            try:
                return await self._commit(group, deadline)
            except Lost as lost:
                if self._now() >= deadline:
                    return self._failed(group, lost.__cause__ or lost)
            except BaseException as failure:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                if len(group) > 1 and is_of_one_write(failure):
                    half = len(group) // 2
                    return [*await self._kept(group[:half]), *await self._kept(group[half:])]
                return self._failed(group, failure)

    def _failed(self, group: list[Write], failure: BaseException) -> list[Told]:
        return [Told(write, None, self._address.explained(failure)) for write in group]

    # ---------------------------------------------------------------------------------------------------- one transaction
    async def _commit(self, group: list[Write], deadline: float) -> list[Told]:
        """Raises `Lost` when nothing was kept and it may be run again."""
        link = await self._connected(deadline)
        mark, told, committing = secrets.token_hex(8), list[Told](), False
        try:
            await link.run(self._beginning(any(write.promise for write in group), mark))
            batch = Batch(link)
            for write in group:
                told.append(await self._attempt(batch, link, write))
            await batch.flush()
            committing = True
            await self._end(link)
        except BaseException as failure:
            if not is_lost(failure) and not link.closed:
                await self._undo(link, failure)
                raise
            self._drop()
            if committing and await self._was_kept(mark):
                return told
            raise Lost from failure
        return told

    def _beginning(self, promise: bool, mark: str) -> str:
        """One round trip. What another writer has committed is seen by every statement after the lock."""
        return "; ".join((
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            f"SET LOCAL synchronous_commit = {'on' if promise else 'off'}",
            *([f"SELECT pg_advisory_xact_lock({LOCK})"] if promise else []),
            f"UPDATE _cruc_writers SET group_kept = '{mark}', at = now() WHERE writer = '{self._name}'",  # noqa: S608 - ours
        ))

    async def _end(self, link: Link) -> None:
        if await link.run("COMMIT") != "COMMIT":
            raise StoreError(f"The server of the store {self._address.where} undid the write: see its log.")

    async def _attempt(self, batch: Batch, link: Link, write: Write) -> Told:
        """A write that gives up before it changed anything is told its failure, and the others go on."""
        changing = False

        async def ask(question: Question) -> list[Row]:
            nonlocal changing
            before, changing = changing, True  # an answer that fails may have failed for rows of another write
            answer = await batch.ask(question)
            changing = before or link.changes(question.name)
            return answer
        try:
            return Told(write, await perform_over(write.rule(), ask), None)
        except Exception as failure:
            if changing:
                raise
            return Told(write, None, failure)

    async def _undo(self, link: Link, failure: BaseException) -> None:
        try:
            await link.run("ROLLBACK")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            self._drop()
        if getattr(failure, "sqlstate", None) in RETRIED:
            self._drop()
            raise Lost from failure

    # ---------------------------------------------------------------------------------------------------- the connection
    async def _connected(self, deadline: float) -> Link:
        if self._link is None or self._link.closed:
            self._drop()
            self._link = await self._reached(deadline)
            self._backend = self._link.backend
        return self._link

    async def _reached(self, deadline: float) -> Link:
        while True:
            try:
                return await self._introduced(await Link.to(self._address, f"cruc writer {self._name}"))
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as failure:
                if not is_passing(failure) or self._now() >= deadline:
                    raise
            await asyncio.sleep(PAUSE)

    async def _introduced(self, link: Link) -> Link:
        """The writer has its row, which later groups mark."""
        try:
            await link.rows(INTRODUCTION, self._name)
        except BaseException:
            link.drop()
            raise
        return link

    async def _was_kept(self, mark: str) -> bool:
        """Ends the old transaction if it still runs, then reads its mark."""
        old = self._backend
        try:
            link = await self._connected(self._now() + self._address.patience)
            await link.rows(END_OF_BACKEND, old, f"cruc writer {self._name}")
            rows = await link.rows("SELECT group_kept FROM _cruc_writers WHERE writer = $1 FOR UPDATE", self._name)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as failure:
            self._drop()
            raise StoreBusy(
                f"The server of the store {self._address.where} went away while it committed: the write may have been kept."
            ) from failure
        return bool(rows) and rows[0]["group_kept"] == mark

    def _drop(self) -> None:
        if self._link is not None:
            self._link.drop()
        self._link = None

    async def _leave(self) -> None:
        if self._link is not None:
            with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._link.rows("DELETE FROM _cruc_writers WHERE writer = $1", self._name)
            await self._link.close()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
