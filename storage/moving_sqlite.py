"""An SQLite file as one end of a move: read on one snapshot while others write, or filled in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Migrations

from storage.errors import explained
from storage.moving import BATCH, MoveRefused, Rows, Table, Tell, in_words

STEPS_TABLE: Final = Migrations.migrations_table
PAGES: Final = 2_048
"""Pages that are copied before Ctrl-C is heard."""

LOGS: Final = ("", "-wal", "-shm")
"""What belongs to an SQLite file, by the end of its name."""

TABLES: Final = r"""
SELECT name, type FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND name NOT LIKE '\_%' ESCAPE '\' ORDER BY name
"""
"""Not the hidden tables in which an index of words keeps itself."""


class SqliteEnd:
    """``Target`` of `storage.moving`. The connection is in a transaction."""

    engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.where = str(path)

    async def steps(self) -> tuple[str, ...]:
        return tuple(steps_of(self._connection))

    async def tables(self) -> Mapping[str, Table]:
        return {name: self._table(name, kind) for name, kind in self._connection.execute(TABLES).fetchall()}

    def _table(self, name: str, kind: str) -> Table:
        seen = [row[1] for row in self._connection.execute(f"PRAGMA table_xinfo({quoted(name)})") if row[6] == 0]
        needs = frozenset(row[2] for row in self._connection.execute(f"PRAGMA foreign_key_list({quoted(name)})"))
        words = frozenset(seen if kind == "virtual" else ())
        return Table(name, tuple(sorted([*seen, "id"] if words else seen)), needs, words)

    async def count(self, table: Table) -> int:
        counted = self._connection.execute(f"SELECT count(*) FROM {quoted(table.name)}")  # noqa: S608 - names of its own
        return int(counted.fetchone()[0])

    async def rows(self, table: Table) -> AsyncIterator[Rows]:
        cursor = self._connection.cursor()
        with self._told():
            cursor.execute(f"SELECT {_columns(table)} FROM {quoted(table.name)}")  # noqa: S608 - names of its own
            while batch := cursor.fetchmany(BATCH):
                yield in_words(table, batch)
                await asyncio.sleep(0)  # so that Ctrl-C is heard

    async def last_numbers(self) -> Mapping[str, int]:
        if not self._connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone():
            return {}
        return dict(self._connection.execute("SELECT name, seq FROM sqlite_sequence"))

    def copy(self, into: sqlite3.Connection, tell: Tell) -> None:
        """This snapshot, page by page: what deleted rows left behind is copied too."""
        def at_work(_status: int, remaining: int, total: int) -> None:
            if cancelled():
                raise asyncio.CancelledError
            tell("Copie", 1 - remaining / (total or 1))

        self._connection.backup(into, pages=PAGES, progress=at_work)

    # --------------------------------------------------------------------------------------------------------- to be filled
    async def clear(self, table: Table) -> None:
        self._connection.execute(f"DELETE FROM {quoted(table.name)}")  # noqa: S608 - names of its own

    async def fill(self, table: Table, batches: AsyncIterator[Rows]) -> None:
        places = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {quoted(table.name)} ({_columns(table)}) VALUES ({places})"  # noqa: S608 - names of its own
        async for batch in batches:
            with self._told():
                self._connection.executemany(insert, batch)

    async def number_on(self, last: Mapping[str, int]) -> None:
        """Only a table declared AUTOINCREMENT remembers; SQLite itself sees to the numbers of its rows."""
        for name, number in last.items():
            sql = self._connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
            if sql and "AUTOINCREMENT" in str(sql[0]).upper():
                known = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()
                self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
                most = max(number, known[0] if known else 0)
                self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, most))

    async def settle(self) -> None:
        if orphans := self._connection.execute("PRAGMA foreign_key_check").fetchmany(1):
            raise MoveRefused(f"La table {orphans[0][0]} renvoie à des lignes qui n'existent pas : rien n'est gardé.")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explained(error, self.where) from error


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's complaints about this file, in sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, str(path)) from error


def cancelled() -> bool:
    """Whether somebody pressed Ctrl-C while SQLite was at work, in which no `await` hears of it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _columns(table: Table) -> str:
    """The number of a row of words has its own name in SQLite."""
    return ", ".join("rowid" if table.words and name == "id" else quoted(name) for name in table.columns)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def steps_of(connection: sqlite3.Connection) -> list[str]:
    """The schema steps of a file of ours, none for another's."""
    cursor = connection.cursor()
    cursor.row_factory = None
    if not cursor.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (STEPS_TABLE,)).fetchone():
        return []
    listed = cursor.execute(f"SELECT name FROM {STEPS_TABLE} WHERE migration_set = 'cruc' ORDER BY id")  # noqa: S608
    return [str(name) for name, in listed]


def opened(path: Path, *, sound: bool = False, patience: float = 5.0) -> sqlite3.Connection:
    """An existing file. ``sound`` says that nobody writes it: no other file is made beside it. Raises `sqlite3.Error`."""
    how = "?immutable=1" if sound else "?mode=rw"
    return sqlite3.connect(path.absolute().as_uri() + how, uri=True, timeout=patience, isolation_level=None)


@contextlib.asynccontextmanager
async def reading_sqlite(path: Path, *, alone: bool = False, sound: bool = False) -> AsyncIterator[SqliteEnd]:
    """One snapshot; others go on writing unless ``alone``. Raises `StoreError`."""
    with told(path), contextlib.closing(opened(path, sound=sound)) as connection:
        connection.execute("BEGIN IMMEDIATE" if alone else "BEGIN")
        if not steps_of(connection):  # this first reading is the moment of the snapshot
            raise MoveRefused(f"{path} n'est pas une base de ce programme : donnez un autre fichier.")
        yield SqliteEnd(connection, path)


@contextlib.asynccontextmanager
async def filling_sqlite(path: Path) -> AsyncIterator[SqliteEnd]:
    """One transaction, committed when the block ends well. The triggers are away in it."""
    with told(path), contextlib.closing(opened(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")  # checked as a whole by `settle`
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("BEGIN IMMEDIATE")
        triggers = list(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
        _each(connection, [f"DROP TRIGGER {quoted(name)}" for name, _sql in triggers])
        yield SqliteEnd(connection, path)
        _each(connection, [sql for _name, sql in triggers])
        connection.execute("COMMIT")


def _each(connection: sqlite3.Connection, statements: Sequence[Any]) -> None:
    for statement in statements:
        connection.execute(statement)
