"""What was deleted from an SQLite file is written over: in the words of the search, in the file and in its log.

SQLite 3.40 has no secure-delete for FTS5: a deleted word stays in its segment until the segments are merged into one. Then
the whole file is written anew (VACUUM), and the log is brought home and cut to nothing.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from storage.errors import StoreBusy

WORDS: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%' ORDER BY name"
)


def scrubbed(connection: sqlite3.Connection, *, where: str) -> None:
    """Outside a transaction. Raises `StoreBusy` when a reader's old view keeps the log from being cut."""
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute("PRAGMA secure_delete = ON")
    for (table,) in cursor.execute(WORDS).fetchall():
        cursor.execute(f'INSERT INTO "{table}" ("{table}") VALUES (\'optimize\')')  # noqa: S608 - a name of our own schema
    cursor.execute("VACUUM")
    busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreBusy(f"The store {where} is being read: its log keeps what was deleted. Purge again in a quiet moment.")
