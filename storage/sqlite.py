"""The SQLite engine: one writer thread, readers on their own read-only connections, nothing on the event loop."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from storage.engine import SQLITE, Dialect, P, Steps, T, perform
from storage.errors import NOT_KEPT, StoreClosed, explained
from storage.schema import answer, by_name, connect, open_database, problems
from storage.scrubbing import scrubbed
from storage.statements import statements
from storage.writer import Writer

READERS: Final = 2


class SqliteEngine:
    """``patience`` is how long a write waits for another program's lock, in seconds."""

    dialect: Dialect = SQLITE

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._statements = statements()
        self._writer = Writer(open_database(path, patience), self._statements, str(path))
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store reader")
        self._mine = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._closed = False

    async def write(self, promise: bool, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result: T = await self._writer.write(promise, functools.partial(rule, *args, **kwargs))
        return result

    async def read(self, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_pool(functools.partial(self._read, functools.partial(rule, *args, **kwargs)))

    async def check(self) -> list[str]:
        return await self._in_pool(lambda: problems(self._reader()))

    async def scrub(self) -> None:
        await self._writer.outside(functools.partial(scrubbed, where=str(self._path)))

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._pool.shutdown()
        while self._readers:
            self._readers.pop().close()
        self._writer.close()

    async def _in_pool(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreClosed(f"The store {self._path} is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _read(self, rule: Callable[[], Steps[T]]) -> T:
        """All questions of one rule see the same moment."""
        connection = self._reader()
        try:
            connection.execute("BEGIN")
            return perform(rule(), functools.partial(answer, connection, self._statements))
        except NOT_KEPT as error:
            raise explained(error, str(self._path)) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _reader(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = connect(self._path, self._patience, reading=True)
            connection.row_factory = by_name
            self._readers.append(connection)
        return connection
