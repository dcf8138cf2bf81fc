"""The PostgreSQL engine: one writer, a few readers, all on an event loop and a thread of their own.

The thread is why a store may be opened before any loop runs, used from several loops one after the other, and why a long
rule (an import of a whole directory) holds up no call.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

import asyncpg

from storage.engine import POSTGRES, Dialect, P, Steps, T, perform_over
from storage.errors import StoreClosed
from storage.postgres_errors import RETRIED, is_lost
from storage.postgres_link import Address, Link
from storage.postgres_schema import prepare, problems
from storage.postgres_writer import PostgresWriter
from storage.waiting import Write

READERS: Final = 4


class PostgresEngine:
    """``patience`` in seconds: how long a lock and a server that went away are waited for."""

    dialect: Dialect = POSTGRES

    def __init__(self, url: str, patience: float) -> None:
        self._address = Address(url, patience)
        self._where = self._address.where  # raises for an address that is none, before anything is started
        self._closed = False
        self._ending = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._idle: list[Link] = []
        self._turn = asyncio.Semaphore(READERS)
        self._writer = PostgresWriter(self._address)
        self._thread = threading.Thread(target=self._loop.run_forever, name="store", daemon=True)
        self._thread.start()
        try:
            self._there(self._open()).result()
        except BaseException as failure:
            self._stop()
            raise self._address.explained(failure) from failure
        self._writing = self._there(self._writer.run())

    async def write(self, promise: bool, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._still_open()
        loop = asyncio.get_running_loop()
        write = Write(loop, loop.create_future(), promise, functools.partial(rule, *args, **kwargs))
        self._loop.call_soon_threadsafe(self._writer.take, write)
        result: T = await write.waiting
        return result

    async def read(self, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._still_open()
        return await asyncio.wrap_future(self._there(self._read(functools.partial(rule, *args, **kwargs))))

    async def check(self) -> list[str]:
        """The server checks each page as it reads it (where it was made with checksums), each index against its table (where
        the extension amcheck may be used), and each foreign key."""
        self._still_open()
        return await asyncio.wrap_future(self._there(self._on_a_link(problems)))

    async def scrub(self) -> None:
        """Tables and indexes are written anew. The server's log of changes (WAL) still has what was deleted, until it is
        recycled, and so have its archives: docs/operations.md says how long."""
        self._still_open()
        await asyncio.wrap_future(self._there(self._on_a_link(_written_anew)))

    async def close(self) -> None:
        self._take_no_more()
        await asyncio.to_thread(self._close)

    def _take_no_more(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.call_soon_threadsafe(self._writer.take, None)

    def _close(self) -> None:
        self._take_no_more()
        self._writing.result()
        with self._ending:
            if not self._loop.is_closed():
                self._there(self._let_readers_go()).result()
                self._stop()

    def _still_open(self) -> None:
        if self._closed:
            raise StoreClosed(f"The store {self._where} is closed.")

    def _there(self, work: Coroutine[Any, Any, T]) -> Any:
        """Run it on the engine's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --------------------------------------------------------------------------------------------------- on the own loop
    async def _open(self) -> None:
        link = await Link.to(self._address, "cruc opening")
        try:
            await prepare(link, self._address)
        finally:
            await link.close()

    async def _read(self, rule: Callable[[], Steps[T]]) -> T:
        async def on(link: Link) -> T:
            """All questions of one rule see the same moment."""
            await link.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                return await perform_over(rule(), link.ask)
            finally:
                if not link.closed:
                    await link.run("ROLLBACK")
        return await self._on_a_link(on)

    async def _on_a_link(self, work: Callable[[Link], Coroutine[Any, Any, T]]) -> T:
        """A reader's connection may have died while it was idle: then once more on a new one."""
        async with self._turn:
            for again in (True, False):
                link = self._idle.pop() if again and self._idle else await self._new_reader()
                try:
                    result = await work(link)
                except BaseException as failure:
                    passing = is_lost(failure) or getattr(failure, "sqlstate", None) in RETRIED
                    self._done_with(link, sound=not passing and isinstance(failure, Exception))
                    if not passing or not again:
                        raise self._address.explained(failure) from failure
                else:
                    self._done_with(link, sound=True)
                    return result
        raise AssertionError

    async def _new_reader(self) -> Link:
        try:
            return await Link.to(self._address, "cruc reader")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as failure:
            raise self._address.explained(failure) from failure

    def _done_with(self, link: Link, *, sound: bool) -> None:
        if sound and not link.closed:
            self._idle.append(link)
        else:
            link.drop()

    async def _let_readers_go(self) -> None:
        while self._idle:
            await self._idle.pop().close()


async def _written_anew(link: Link) -> None:
    await link.run("VACUUM (FULL)")
