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
from typing import Any, Final, NamedTuple

from storage.engine import Question, Row, Steps, perform
from storage.errors import StoreClosed, explained
from storage.schema import answer

LARGEST_GROUP: Final = 256


class Write(NamedTuple):
    """A rule to run, and who waits for it."""

    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Future[Any]
    promise: bool
    rule: Callable[[], Steps[Any]]


class Told(NamedTuple):
    """How a write ended: ``failure`` or else ``result``."""

    write: Write
    result: Any
    failure: BaseException | None


class Writer:
    def __init__(self, connection: sqlite3.Connection, statements: dict[str, str], where: str) -> None:
        self._connection = connection
        self._statements = statements
        self._where = where
        self._inbox: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._full = True
        self._closed = False
        self._connection.execute("PRAGMA synchronous = FULL")
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    def write(self, promise: bool, rule: Callable[[], Steps[Any]]) -> asyncio.Future[Any]:
        """Take a write; its future ends after the commit. Called on an event loop, never blocks it."""
        if self._closed:
            raise StoreClosed(f"The store {self._where} is closed.")
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Any] = loop.create_future()
        self._inbox.put(Write(loop, waiting, promise, rule))
        return waiting

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
            group, ended = self._next_group()
            if group:
                _tell(self._commit(group))

    def _next_group(self) -> tuple[list[Write], bool]:
        """What waits now, at least one; True when it is the last."""
        group: list[Write] = []
        write = self._inbox.get()
        while write is not None:
            group.append(write)
            if len(group) == LARGEST_GROUP:
                return group, False
            try:
                write = self._inbox.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[Write]) -> list[Told]:
        try:
            self._choose_durability(any(write.promise for write in group))
            self._connection.execute("BEGIN IMMEDIATE")
            told = [self._attempt(write) for write in group] if len(group) > 1 else [self._alone(*group)]
            self._connection.execute("COMMIT")
        except BaseException as failure:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            with contextlib.suppress(sqlite3.Error):  # nothing to roll back: SQLite already did
                self._connection.execute("ROLLBACK")
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
        return explained(failure, self._where) if isinstance(failure, sqlite3.Error) else failure

    def ask(self, question: Question) -> list[Row]:
        return answer(self._connection, self._statements, question)


def _tell(told: list[Told]) -> None:
    """Wake each event loop once for all its writes."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Told]] = {}
    for one in told:
        by_loop.setdefault(one.write.loop, []).append(one)
    for loop, all_of_loop in by_loop.items():
        try:
            loop.call_soon_threadsafe(_wake, all_of_loop)
        except RuntimeError:  # that loop is gone, and everyone who waited on it
            continue


def _wake(told: list[Told]) -> None:
    for one in told:
        if one.write.waiting.done():
            continue
        if one.failure is None:
            one.write.waiting.set_result(one.result)
        else:
            one.write.waiting.set_exception(one.failure)
