"""The one thread that writes to SQLite, many calls' writes in one transaction.

Whatever is waiting when a transaction begins goes into it, so the cost of a commit is shared by as many writes as there are,
and a lone write waits for nobody. Each write has a savepoint of its own: a bad one is undone and told to its caller alone.

Two durabilities. A transaction with a promise in it is forced to the disk (synchronous=FULL) before anyone is told; one with
journal entries only is handed to the system (NORMAL): it survives this process, not a power cut, which the calls do not
survive either. A later promise forces all that came before it, for SQLite's log is one file.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from storage.engine import Question, Row, Steps, perform
from storage.errors import NOT_KEPT, StoreClosed, explained
from storage.schema import answer
from storage.waiting import LARGEST_GROUP, Outside, Told, Write, tell


class Writer:
    def __init__(self, connection: sqlite3.Connection, statements: dict[str, str], where: str) -> None:
        self._connection = connection
        self._statements = statements
        self._where = where
        self._inbox: queue.SimpleQueue[Write | Outside | None] = queue.SimpleQueue()
        self._full = True
        self._closed = False
        self._connection.execute("PRAGMA synchronous = FULL")
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    def write(self, promise: bool, rule: Callable[[], Steps[Any]]) -> asyncio.Future[Any]:
        """Take a write; its future ends after the commit. Called on an event loop, never blocks it."""
        loop, waiting = self._waiting()
        self._inbox.put(Write(loop, waiting, promise, rule))
        return waiting

    def outside(self, work: Callable[[sqlite3.Connection], None]) -> asyncio.Future[None]:
        """Have something done to the connection between two transactions; the writes taken meanwhile wait."""
        loop, waiting = self._waiting()
        self._inbox.put(Outside(loop, waiting, work))
        return waiting

    def _waiting(self) -> tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]]:
        if self._closed:
            raise StoreClosed(f"The store {self._where} is closed.")
        loop = asyncio.get_running_loop()
        return loop, loop.create_future()

    def close(self) -> None:
        """Commit what was taken and end. Blocks: not for an event loop."""
        if not self._closed:
            self._closed = True
            self._inbox.put(None)
        self._thread.join()
        self._connection.close()

    # ------------------------------------------------------------------------------------------------------- on the thread
    def _run(self) -> None:
        ended = False
        while not ended:
            group, outside, ended = self._next_group()
            if group:
                tell(self._commit(group))
            if outside:
                tell([self._outside(outside)])

    def _outside(self, outside: Outside) -> Told:
        try:
            outside.work(self._connection)
        except BaseException as failure:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            return Told(outside, None, self._told_as(failure))
        return Told(outside, None, None)

    def _next_group(self) -> tuple[list[Write], Outside | None, bool]:
        """The writes that wait now, what is to be done outside after them; True when it is the last."""
        group: list[Write] = []
        write = self._inbox.get()
        while write is not None:
            if isinstance(write, Outside):
                return group, write, False
            group.append(write)
            if len(group) == LARGEST_GROUP:
                return group, None, False
            try:
                write = self._inbox.get_nowait()
            except queue.Empty:
                return group, None, False
        return group, None, True

    def _commit(self, group: list[Write]) -> list[Told]:
        try:
            self._choose_durability(any(write.promise for write in group))
            self._connection.execute("BEGIN IMMEDIATE")
            told = [self._attempt(write) for write in group] if len(group) > 1 else [self._alone(*group)]
            self._connection.execute("COMMIT")
        except BaseException as failure:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            with contextlib.suppress(sqlite3.Error):  # nothing to roll back: SQLite already did
                self._connection.execute("ROLLBACK")
            if isinstance(failure, sqlite3.IntegrityError) and len(group) > 1:  # seen at the end: one of them breaks a rule
                return [told for write in group for told in self._commit([write])]
            return [Told(write, None, self._told_as(failure)) for write in group]
        return told

    def _choose_durability(self, full: bool) -> None:
        if full is not self._full:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
            self._full = full

    def _alone(self, write: Write) -> Told:
        """The transaction is its own: no savepoint is needed to undo it."""
        return Told(write, perform(write.rule(), self.ask), None)

    def _attempt(self, write: Write) -> Told:
        self._connection.execute("SAVEPOINT one_write")
        try:
            told = Told(write, perform(write.rule(), self.ask), None)
        except BaseException as failure:  # a bug of one write is its caller's, not the other calls'
            if not self._connection.in_transaction:  # SQLite gave up the whole group, as it does on a full disk
                raise
            self._connection.execute("ROLLBACK TO one_write")
            told = Told(write, None, self._told_as(failure))
        self._connection.execute("RELEASE one_write")
        return told

    def _told_as(self, failure: BaseException) -> BaseException:
        return explained(failure, self._where) if isinstance(failure, NOT_KEPT) else failure

    def ask(self, question: Question) -> list[Row]:
        return answer(self._connection, self._statements, question)
