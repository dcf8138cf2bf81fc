"""Opening an SQLite file: ours or refused, in the schema of today, or left as it was.

A schema step is a file sql/schema_*.sql and is never changed once released; a new one is added to `STEPS`. All the steps
that a file lacks are taken in one transaction. sqlite-utils keeps the list of those taken.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from storage.engine import Each, Question, Row
from storage.errors import SchemaUnknown, StoreFull, StoreNotWritable, StoreUnreadable, explained
from storage.statements import schema

STEPS: Final = (
    "1_calls_and_requests", "2_people_and_agents", "3_distribution", "4_requests", "5_directory", "6_search", "7_privacy",
)
SMALL: Final = 16 * 1024 * 1024
"""Bytes of a file that is checked whole at each opening; a larger one is checked by `Store.check`."""


def open_database(path: Path, patience: float) -> sqlite3.Connection:
    """The writer's connection. Raises `StoreError` in one sentence; a file that was not there is then not left behind."""
    fresh = _create(path)
    connection = connect(path, patience)
    try:
        _prepare(connection, path, fresh)
    except sqlite3.Error as error:
        _forget(connection, path, fresh)
        raise explained(error, str(path)) from error
    except (SchemaUnknown, StoreUnreadable):
        _forget(connection, path, fresh)
        raise
    connection.row_factory = by_name
    return connection


def connect(path: Path, patience: float, *, reading: bool = False) -> sqlite3.Connection:
    mode = "?mode=ro" if reading else "?mode=rw"
    try:
        return sqlite3.connect(
            path.absolute().as_uri() + mode, uri=True, timeout=patience, isolation_level=None, check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise explained(error, str(path)) from error


def by_name(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> dict[str, object]:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def answer(connection: sqlite3.Connection, statements: Mapping[str, str], question: Question) -> list[Row]:
    if isinstance(question, Each):
        connection.executemany(statements[question.name], question.rows)
        return []
    return connection.execute(statements[question.name], question.values).fetchall()


def in_memory() -> sqlite3.Connection:
    """A new database without a file, in the schema of today."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = by_name
    connection.execute("PRAGMA foreign_keys = ON")
    for step in STEPS:
        for statement in schema(step):
            connection.execute(statement)
    return connection


def _create(path: Path) -> bool:
    """Make an empty file that only this user reads, unless there is one. Says whether it was made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if not path.parent.is_dir() or not path.is_file():
            raise StoreNotWritable(f"The store {path} is no file in a folder: give another path.") from None
        return False
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"There is no disk space left for the store {path}: free some.") from error
        sentence = f"The store {path} cannot be made ({error.strerror}): give a folder that this user may write."
        raise StoreNotWritable(sentence) from error
    return True


def _prepare(connection: sqlite3.Connection, path: Path, fresh: bool) -> None:
    """What refuses a file comes before what changes it."""
    database = Database(connection)
    known = migrations()
    taken = [step.name for step in known.applied(database)]
    if not taken and database.table_names():
        raise StoreUnreadable(f"The file {path} is the database of another program: give another path.")
    if unknown := sorted(set(taken) - set(STEPS)):
        raise SchemaUnknown(f"The store {path} was written by a newer version ({', '.join(unknown)}): install that version.")
    if not fresh:
        _check_small(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if known.pending(database):
        _migrate(connection, database, known)


def migrations() -> Migrations:
    steps = Migrations("cruc")
    for step in STEPS:
        steps(name=step)(_taking(step))
    return steps


def _taking(step: str) -> Callable[[Database], None]:
    def take(database: Database) -> None:
        for statement in schema(step):
            database.execute(statement)
    return take


def _migrate(connection: sqlite3.Connection, database: Database, known: Migrations) -> None:
    """All steps in one transaction; another process that did it first leaves none to take."""
    connection.execute("BEGIN IMMEDIATE")
    known.apply(database)
    connection.execute("COMMIT")


def _check_small(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size <= SMALL and problems(connection):
        raise StoreUnreadable(f"The store {path} is damaged: restore its last backup.")


def problems(connection: sqlite3.Connection) -> list[str]:
    """SQLite's own complaints about a file, none when it is sound."""
    cursor = connection.cursor()
    cursor.row_factory = None
    found = [str(complaint) for complaint, in cursor.execute("PRAGMA quick_check")]
    return [] if found == ["ok"] else found


def _forget(connection: sqlite3.Connection, path: Path, fresh: bool) -> None:
    connection.close()
    if fresh:
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            with contextlib.suppress(OSError):
                name.unlink(missing_ok=True)
