"""One connection with a PostgreSQL server: named statements, prepared once, and rows as SQLite would give them."""

from __future__ import annotations

import contextlib
import functools
import re
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import asyncpg

from storage.addresses import password, place, unreadable
from storage.dialect import numbered
from storage.engine import POSTGRES, Ask, Each, Question, Row
from storage.postgres_errors import explained
from storage.statements import statements

OF_THE_DRIVER: Final = (
    asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, UnicodeEncodeError,
)


class Address(NamedTuple):
    """``patience`` in seconds: how long a connection, a lock and a lost server are waited for."""

    url: str
    patience: float

    @property
    def where(self) -> str:
        return place(self.url)

    def explained(self, error: BaseException) -> BaseException:
        """Of an engine's error, ours; a rule's own error stays."""
        if isinstance(error, OF_THE_DRIVER):
            return explained(error, self.where, password(self.url))
        return error


@functools.cache
def _translated(name: str) -> tuple[str, tuple[str, ...]]:
    return numbered(statements(POSTGRES)[name])


@functools.cache
def _together(names: str) -> tuple[str, tuple[str, ...]]:
    """Several statements as the parts of one, their parameters numbered through."""
    parts: list[str] = []
    parameters: list[str] = []
    for name in names.split(" + "):
        sql, own = _translated(name)
        parts.append(_numbered_from(len(parameters), sql))
        parameters.extend(own)
    *others, last = parts
    named = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate(others))
    return f"WITH {named} {last}", tuple(parameters)


def _numbered_from(first: int, sql: str) -> str:
    return re.sub(r"\$([0-9]+)", lambda number: f"${int(number[1]) + first}", sql)


def _in_order(row: Ask) -> list[Any]:
    return [row.values[name] for name in _translated(row.name)[1]]


@functools.cache
def _changes(name: str) -> bool:
    return not statements(POSTGRES)[name].startswith("SELECT")


MOST_PREPARED: Final = 400
"""Statements that a connection keeps prepared: those put together of parts (`storage.composed`) could become very many."""


class Link:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._prepared: dict[str, tuple[Any, tuple[tuple[str, str], ...]]] = {}

    @classmethod
    async def to(cls, address: Address, name: str) -> Link:
        """``name`` is what the server's own lists call this connection. Raises what asyncpg raises, and `StoreError`
        for an address that is none."""
        settings = {
            "application_name": name, "search_path": "public", "jit": "off", "timezone": "UTC",
            "lock_timeout": str(max(1, int(address.patience * 1000))),
        }
        try:
            connection = await asyncpg.connect(
                address.url, timeout=max(address.patience, 0.1), server_settings=settings, statement_cache_size=0,
            )
        except ValueError:  # what it says may hold the password
            raise unreadable(address.where) from None
        _never_wait_for_a_dead_machine(connection, address.patience)
        for kind, decoder in (("numeric", _number), ("bool", _as_integer)):
            await connection.set_type_codec(kind, encoder=str, decoder=decoder, schema="pg_catalog", format="text")
        return cls(connection)

    @property
    def closed(self) -> bool:
        return bool(self._connection.is_closed())

    @property
    def backend(self) -> int:
        """The number of the server's process that serves this connection."""
        return int(self._connection.get_server_pid())

    @property
    def version(self) -> int:
        return int(self._connection.get_server_version().major)

    async def run(self, sql: str) -> str:
        """One or several statements without parameters, in one round trip; how the last one ended."""
        return str(await self._connection.execute(sql))

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """For what the engine itself asks."""
        return [dict(row) for row in await self._connection.fetch(sql, *values)]

    def changes(self, name: str) -> bool:
        """May this statement change something?"""
        return _changes(name)

    async def ask(self, question: Question) -> list[Row]:
        statement, parameters = self._prepared.get(question.name) or await self._prepare(question.name)
        if isinstance(question, Each):
            await statement.executemany([_fitting(parameters, values) for values in question.rows])
            return []
        return [dict(row) for row in await statement.fetch(*_fitting(parameters, question.values))]

    async def add(self, rows: Sequence[Ask]) -> None:
        """Statements that only add a row each, to different tables: one statement of them all, in one round trip."""
        name = " + ".join(row.name for row in rows)
        statement, parameters = self._prepared.get(name) or await self._prepare(name, _together)
        values = [value for row in rows for value in _in_order(row)]
        await statement.fetch(*(_fit(kind, value) for (_name, kind), value in zip(parameters, values, strict=True)))

    async def _prepare(
        self, name: str, translated: Callable[[str], tuple[str, tuple[str, ...]]] = _translated,
    ) -> tuple[Any, tuple[tuple[str, str], ...]]:
        if len(self._prepared) >= MOST_PREPARED:
            self._prepared.clear()
        sql, names = translated(name)
        statement = await self._connection.prepare(sql)
        kinds = [kind.name for kind in statement.get_parameters()]
        kept = self._prepared[name] = (statement, tuple(zip(names, kinds, strict=True)))
        return kept

    async def close(self) -> None:
        """Never waits long, never fails: the connection may be dead."""
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._connection.close(timeout=1)

    def drop(self) -> None:
        self._connection.terminate()


def _never_wait_for_a_dead_machine(connection: Any, patience: float) -> None:
    """A server that stops closes its connections; a machine that loses its power or its network does not. The kernel then
    ends the connection after ``patience`` seconds without a sign."""
    transport = getattr(connection, "_transport", None)
    one = transport.get_extra_info("socket") if transport else None
    if one is None or one.family == socket.AF_UNIX:
        return
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    seconds = max(1, round(patience))
    for name, value in (("TCP_KEEPIDLE", seconds), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 2),
                        ("TCP_USER_TIMEOUT", seconds * 1000)):
        if hasattr(socket, name):  # Linux has them all
            one.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _number(text: str) -> int | float:
    return float(text) if "." in text or "N" in text else int(text)


def _as_integer(text: str) -> int:
    return int(text == "t")


INTEGERS: Final = ("int2", "int4", "int8")
TEXTS: Final = ("text", "varchar", "bpchar")


def _fitting(parameters: tuple[tuple[str, str], ...], values: Any) -> list[Any]:
    return [_fit(kind, values[name]) for name, kind in parameters]


def _fit(kind: str, value: Any) -> Any:
    """SQLite turns a value into what its column holds; asyncpg wants it so from the start."""
    if kind in TEXTS and isinstance(value, int | float):
        return str(int(value) if isinstance(value, bool) else value)
    if kind in INTEGERS and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
