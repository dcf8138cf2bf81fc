"""Rows that are only added are told to a PostgreSQL server together: when a transaction ends, or before anybody reads them.

Each statement costs a round trip, and a registration adds four rows that no rule reads again (history, outbox, words): for
fifty registrations in a group that is two hundred round trips, or four. Only tables that no other names wait, so that a row
never comes before the one it names; a statement about a table whose rows wait has them told first.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from storage.engine import POSTGRES, Ask, Each, Question, Row
from storage.postgres_link import Link
from storage.schema import STEPS
from storage.statements import schema, statements

MOST_WAITING: Final = 2000


class Shape(NamedTuple):
    """The tables that a statement is about, and the one that it only adds a row to."""

    tables: frozenset[str]
    adds_to: str | None


class Batch:
    """Answers the questions of one transaction."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: dict[str, list[Mapping[str, Any]]] = {}
        self._tables: set[str] = set()
        self._count = 0

    async def ask(self, question: Question) -> list[Row]:
        shape = _shape(question.name)
        if shape.adds_to and isinstance(question, Ask):
            return await self._add(shape.adds_to, question)
        if not self._tables.isdisjoint(shape.tables):
            await self.flush()
        return await self._link.ask(question)

    async def _add(self, table: str, question: Ask) -> list[Row]:
        """The rows of one table stay in their order."""
        if self._count >= MOST_WAITING or (table in self._tables and question.name not in self._waiting):
            await self.flush()
        self._tables.add(table)
        self._waiting.setdefault(question.name, []).append(dict(question.values))
        self._count += 1
        return []

    async def flush(self) -> None:
        waiting, self._waiting, self._tables, self._count = self._waiting, {}, set(), 0
        alone = [Ask(name, rows[0]) for name, rows in waiting.items() if len(rows) == 1]
        if len(alone) > 1:
            await self._link.add(alone)
            waiting = {name: rows for name, rows in waiting.items() if len(rows) > 1}
        for name, rows in waiting.items():
            await self._link.ask(Each(name, rows) if len(rows) > 1 else Ask(name, rows[0]))


@functools.cache
def _shape(name: str) -> Shape:
    sql = statements(POSTGRES)[name]
    tables = frozenset(re.findall(r"\w+", sql)) & _tables()
    added = re.match(r"INSERT INTO (\w+)", sql)
    only_adds = added and len(tables) == 1 and not re.search(r"\b(RETURNING|SELECT)\b", sql)
    return Shape(tables, added[1] if added and only_adds and added[1] not in _named_by_others() else None)


@functools.cache
def _source() -> str:
    return "\n".join(statement for step in STEPS for statement in schema(step, POSTGRES))


@functools.cache
def _tables() -> frozenset[str]:
    return frozenset(re.findall(r"CREATE TABLE (\w+)", _source()))


@functools.cache
def _named_by_others() -> frozenset[str]:
    return frozenset(re.findall(r"REFERENCES (\w+)", _source()))
