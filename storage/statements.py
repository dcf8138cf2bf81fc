"""The named statements of sql/*.sql. A name stands on its own line: ``-- name: insert_call``.

They are written once, for SQLite and PostgreSQL alike. Where the dialects differ, sql/postgres/ has a file of the same name
with the statements that PostgreSQL is told instead. A step of the schema is translated (`storage.dialect`), unless it has a
twin there.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from storage.composed import Statements, parts_in
from storage.dialect import schema_in_postgres, tables_of_triggers
from storage.engine import POSTGRES, SQLITE, Dialect

FILES: Final = (
    "calls", "logirec", "lists", "callbacks", "work", "factors", "reports", "people", "directory", "search", "privacy",
    "moments",
)
ONLY_SQLITE: Final = "-- On SQLite only"
"""How a statement of a schema step begins that PostgreSQL never needs."""


@functools.cache
def statements(dialect: Dialect = SQLITE) -> dict[str, str]:
    """SQL by name, with ``:name`` parameters. A name used twice, or told to PostgreSQL alone, is an error of ours."""
    found: dict[str, str] = {}
    for file in FILES:
        for name, sql in _named(text(file)):
            assert name not in found, name
            found[name] = sql
    written = found if dialect == SQLITE else {**found, **_overrides(frozenset(found))}
    return Statements(written, _parts(dialect))


def _parts(dialect: Dialect) -> dict[str, str]:
    """What composed statements are made of (`storage.composed`), PostgreSQL's own way of saying it before the common one."""
    found = parts_in(text("search"))
    return found if dialect == SQLITE else {**found, **parts_in(text("search", POSTGRES))}


def _overrides(known: frozenset[str]) -> dict[str, str]:
    found = {name: sql for file in FILES if (_folder(POSTGRES) / f"{file}.sql").is_file()
             for name, sql in _named(text(file, POSTGRES))}
    assert known >= found.keys(), found.keys() - known
    return found


def _named(source: str) -> list[tuple[str, str]]:
    return re.findall(r"^-- name: (\w+)\n(.+?)(?=\n\n|\s*\Z)", source, re.MULTILINE | re.DOTALL)


def _folder(dialect: Dialect) -> Traversable:
    sql = files("storage") / "sql"
    return sql if dialect == SQLITE else sql / dialect


def text(file: str, dialect: Dialect = SQLITE) -> str:
    return (_folder(dialect) / f"{file}.sql").read_text("utf-8")


def schema(step: str, dialect: Dialect = SQLITE) -> list[str]:
    """The statements of one schema step, which stand apart by an empty line."""
    own = dialect == SQLITE or (_folder(dialect) / f"schema_{step}.sql").is_file()
    blocks = [block for block in text(f"schema_{step}", dialect if own else SQLITE).split("\n\n") if _says_something(block)]
    return blocks if own else [
        schema_in_postgres(block, _tables_of_triggers()) for block in blocks if not block.startswith(ONLY_SQLITE)
    ]


def _says_something(block: str) -> bool:
    return any(not line.startswith("--") for line in block.strip().splitlines())


@functools.cache
def _tables_of_triggers() -> dict[str, str]:
    steps = sorted(file.name for file in _folder(SQLITE).iterdir() if file.name.startswith("schema_"))
    return tables_of_triggers("".join(text(step.removesuffix(".sql")) for step in steps))
