"""A PostgreSQL database as one end of a move: read on one snapshot while others write, or filled in one transaction."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import asyncpg

from storage.addresses import password, place
from storage.engine import POSTGRES
from storage.moving import BATCH, MoveRefused, Rows, Table, in_words
from storage.moving_sqlite import quoted
from storage.postgres_errors import explained
from storage.postgres_link import Address, Link
from storage.postgres_schema import prepare

PATIENCE: Final = 5.0
"""Seconds that a connection and another program's lock are waited for."""
SETTINGS: Final = {
    "application_name": "cruc move", "search_path": "public", "jit": "off", "timezone": "UTC",
    "lock_timeout": str(int(PATIENCE * 1000)),
}
WORDS: Final = "tsvector"
TABLES: Final = r"""
SELECT c.relname::text AS name,
    ARRAY(SELECT a.attname::text FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
    ARRAY(SELECT a.attname::text FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'tsvector'::regtype) AS words,
    ARRAY(SELECT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
          WHERE k.conrelid = c.oid AND k.contype = 'f' AND NOT k.condeferred) AS needs
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE '\_%' ORDER BY 1
"""
SEQUENCES: Final = """
SELECT table_name::text AS name, column_name::text AS column,
    pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
FROM information_schema.columns
WHERE table_schema = 'public' AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""


class PostgresEnd:
    """``Target`` of `storage.moving`. The connection is in a transaction."""

    engine = POSTGRES

    def __init__(self, connection: Any, where: str) -> None:
        self._connection = connection
        self._cursors = 0
        self.where = where

    async def steps(self) -> tuple[str, ...]:
        names = [str(row["name"]) for row in await self._connection.fetch("SELECT name FROM _cruc_steps")]
        return tuple(sorted(names, key=lambda name: int(name.partition("_")[0])))

    async def tables(self) -> Mapping[str, Table]:
        return {
            row["name"]: Table(
                row["name"], tuple(sorted(row["columns"])), frozenset(row["needs"]), frozenset(row["words"])
            )
            for row in await self._connection.fetch(TABLES)
        }

    async def count(self, table: Table) -> int:
        return int(await self._connection.fetchval(f"SELECT count(*) FROM {quoted(table.name)}"))  # noqa: S608 - its own name

    async def rows(self, table: Table) -> AsyncIterator[Rows]:
        columns = ", ".join(
            f"array_to_string(tsvector_to_array({quoted(name)}), ' ')" if name in table.words else quoted(name)
            for name in table.columns
        )
        self._cursors += 1
        cursor = f"move_{self._cursors}"
        await self._connection.execute(
            f"DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {columns} FROM {quoted(table.name)}")  # noqa: S608 - its own names
        fetching = await self._connection.prepare(f"FETCH {BATCH} FROM {cursor}")
        while batch := await fetching.fetch():
            yield in_words(table, [tuple(row) for row in batch])
        await self._connection.execute(f"CLOSE {cursor}")

    async def last_numbers(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for row in await self._connection.fetch(SEQUENCES):
            told = await self._connection.fetchrow(f"SELECT last_value, is_called FROM {row['sequence']}")  # noqa: S608
            if told["is_called"]:
                found[row["name"]] = told["last_value"]
        return found

    # --------------------------------------------------------------------------------------------------------- to be filled
    async def clear(self, table: Table) -> None:
        await self._connection.execute(f"DELETE FROM {quoted(table.name)}")  # noqa: S608 - its own name

    async def fill(self, table: Table, batches: AsyncIterator[Rows]) -> None:
        """One COPY, so that rows of a table may name each other in any order; words are made by an INSERT."""
        if not table.words:
            await self._connection.copy_records_to_table(table.name, records=_each(batches), columns=table.columns)
            return
        names, places = ", ".join(map(quoted, table.columns)), ", ".join(
            f"array_to_tsvector(string_to_array(${n}, ' '))" if name in table.words else f"${n}"
            for n, name in enumerate(table.columns, 1)
        )
        insert = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - names of its own
        async for batch in batches:
            await self._connection.executemany(insert, batch)

    async def number_on(self, last: Mapping[str, int]) -> None:
        for row in await self._connection.fetch(SEQUENCES):
            most = await self._connection.fetchval(
                f"SELECT coalesce(max({quoted(row['column'])}), 0) FROM {quoted(row['name'])}")  # noqa: S608 - its own names
            if number := max(most, last.get(row["name"], 0)):
                await self._connection.execute("SELECT setval($1::regclass, $2)", row["sequence"], number)

    async def settle(self) -> None:
        await self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    async def triggers(self, order: str) -> None:
        """'DISABLE' or 'ENABLE' what is not the server's own: its foreign keys stay."""
        for name in await self.tables():
            await self._connection.execute(f"ALTER TABLE {quoted(name)} {order} TRIGGER USER")


async def _each(batches: AsyncIterator[Rows]) -> AsyncIterator[Sequence[Any]]:
    async for batch in batches:
        for row in batch:
            yield row


@contextlib.asynccontextmanager
async def reading_postgres(url: str, *, alone: bool = False) -> AsyncIterator[PostgresEnd]:
    """One snapshot; others go on writing unless ``alone``. Raises `StoreError`."""
    async with _connected(url) as connection:
        end = PostgresEnd(connection, place(url))
        tables = await end.tables()
        if not await connection.fetchval("SELECT to_regclass('_cruc_steps')::text"):
            raise MoveRefused(f"{place(url)} n'est pas une base de ce programme : donnez une autre adresse.")
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        if alone:  # before anything is read: the snapshot is of the moment when nobody writes any more
            await connection.execute(f"LOCK TABLE {', '.join(map(quoted, tables))} IN SHARE MODE")
        yield end


@contextlib.asynccontextmanager
async def filling_postgres(url: str) -> AsyncIterator[PostgresEnd]:
    """A database in today's schema, in one transaction that is committed when the block ends well. Raises `StoreError`."""
    async with _connected(url) as connection:
        await _prepared(url)
        end = PostgresEnd(connection, place(url))
        await connection.execute("BEGIN")
        await end.triggers("DISABLE")
        yield end
        await end.triggers("ENABLE")
        await connection.execute("COMMIT")
        await connection.execute("ANALYZE")


async def _prepared(url: str) -> None:
    address = Address(url, PATIENCE)
    link = await Link.to(address, "cruc move")
    try:
        await prepare(link, address)
    finally:
        await link.close()


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    """What is not committed at its end is undone by the server."""
    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE, statement_cache_size=0, server_settings=SETTINGS)
        try:
            yield connection
        finally:
            connection.terminate()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise explained(error, place(url), password(url)) from error
