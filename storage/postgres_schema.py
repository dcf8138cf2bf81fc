"""Opening a PostgreSQL database: ours or refused, in the schema of today, or left as it was.

The steps are those of `storage.schema`. All that a database lacks are taken in one transaction, under a lock: of several
nodes that start at once one takes them, the others find none to take. `_cruc_steps` keeps those taken; `_cruc_writers` is
explained in `storage.postgres_writer`.
"""

from __future__ import annotations

import json
from typing import Final

import asyncpg

from storage.dialect import FUNCTIONS
from storage.engine import POSTGRES
from storage.errors import SchemaUnknown, StoreError, StoreNotWritable, StoreUnreadable
from storage.postgres_link import Address, Link
from storage.schema import STEPS
from storage.statements import schema

OLDEST: Final = 13
LOCK: Final = 0x1364
"""The advisory lock of who writes promises or changes the schema."""
BOOKKEEPING: Final = """
CREATE TABLE _cruc_steps (name TEXT PRIMARY KEY, taken_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE _cruc_writers (writer TEXT PRIMARY KEY, group_kept TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
"""


async def prepare(link: Link, address: Address) -> None:
    """Raises `StoreError` in one sentence, or what asyncpg raises; what refuses a database comes before what changes it."""
    await _check_server(link, address.where)
    if await _missing(link, address.where):
        await _migrate(link, address.where)
    await link.run("DELETE FROM _cruc_writers WHERE at < now() - interval '1 day'")  # of writers that were killed


async def _check_server(link: Link, where: str) -> None:
    if link.version < OLDEST:
        raise StoreError(f"The server of the store {where} is PostgreSQL {link.version}: {OLDEST} or later is needed.")
    database = json.loads((await link.rows("SELECT to_json(d)::text AS told FROM pg_database d "
                                           "WHERE datname = current_database()"))[0]["told"])
    encoding = (await link.rows("SELECT pg_encoding_to_char($1) AS name", database["encoding"]))[0]["name"]
    if encoding != "UTF8" or not _sorts_by_code_point(database):
        raise StoreError(f"The database {where} sorts in its own way ({encoding}, {database['datcollate']}): make one with "
                         "createdb -T template0 -E UTF8 --locale=C .")
    if (await link.rows("SELECT 1 AS standby WHERE pg_is_in_recovery()")):
        raise StoreNotWritable(f"The store {where} is a standby: give the address of the primary server.")


def _sorts_by_code_point(database: dict[str, object]) -> bool:
    """As SQLite does. The provider 'b' of PostgreSQL 17 does so in each of its locales."""
    provider = database.get("datlocprovider", "c")
    return provider == "b" or (provider == "c" and database["datcollate"] in ("C", "POSIX"))


async def _missing(link: Link, where: str) -> list[str]:
    """The steps that this database lacks, in order."""
    tables = {row["name"] for row in await link.rows(
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'")}
    if "_cruc_steps" not in tables:
        if tables:
            raise StoreUnreadable(f"The database {where} is that of another program: give another one.")
        return list(STEPS)
    taken = {row["name"] for row in await link.rows("SELECT name FROM _cruc_steps")}
    if unknown := sorted(taken - set(STEPS)):
        newer = ", ".join(unknown)
        raise SchemaUnknown(f"The store {where} was written by a newer version ({newer}): install that version.")
    return [step for step in STEPS if step not in taken]


async def _migrate(link: Link, where: str) -> None:
    await link.run(f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})")
    missing = await _missing(link, where)  # again, now that nobody else changes it
    if missing == list(STEPS):
        await link.run(BOOKKEEPING)
    await link.run(FUNCTIONS)
    for step in missing:
        await link.run("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in schema(step, POSTGRES):
            await link.run(statement)
        await link.run(f"INSERT INTO _cruc_steps (name) VALUES ('{step}')")  # noqa: S608 - a name of ours
    await link.run("COMMIT")


async def problems(link: Link) -> list[str]:
    """What the server finds wrong, a sentence each: rows whose foreign key names nothing, indexes that differ from their
    table. Reading every row and index page, it also meets the pages that cannot be read."""
    return [*await _orphans(link), *await _indexes(link)]


async def _orphans(link: Link) -> list[str]:
    keys = await link.rows(
        "SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent, "
        "(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) AS own, "
        "(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) AS key "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname")
    found = []
    for key in keys:
        sql = (f"SELECT count(*) AS many FROM {key['child']} c WHERE c.{key['own']} IS NOT NULL AND NOT EXISTS "  # noqa: S608
               f"(SELECT 1 FROM {key['parent']} p WHERE p.{key['key']} = c.{key['own']})")
        if many := (await link.rows(sql))[0]["many"]:
            found.append(f"{many} rows of {key['child']} name a row of {key['parent']} that is not there.")
    return found


async def _indexes(link: Link) -> list[str]:
    """By the extension amcheck, where it is installed in the database; else only the validity that the server knows of."""
    rows = await link.rows("SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY 1")
    found = [f"The index {row['name']} is not valid: REINDEX it." for row in rows]
    if await link.rows("SELECT 1 AS there FROM pg_extension WHERE extname = 'amcheck'"):
        for row in await link.rows(
            "SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
        ):
            try:
                await link.rows("SELECT bt_index_check($1::regclass, true)", row["name"])
            except asyncpg.PostgresError as error:
                found.append(f"The index {row['name']} is damaged: {error}.")
    return found
