"""A store moved, table by table, from one engine to another, and proved: the same counts, the same checksums.

What is moved is what the database itself lists, so a table that somebody adds is never forgotten. A checksum says the same
on every engine and in whatever order the rows come: the SHA-256 of each row's values, its columns sorted by name, added up
modulo 2^256. A row is written as Python writes a tuple in ASCII (`ascii`): floats by their shortest exact text, bytes as
bytes.

An index of words is of each engine's own making (FTS5 here, tsvector there): it is seen as a number and its words in order,
each once. A table whose name begins with a line is an engine's own book-keeping.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol, TypeAlias

from storage.errors import StoreError

BATCH: Final = 2_000
"""Rows that are in the hand at a time."""

Rows: TypeAlias = Sequence[Sequence[Any]]
Tell: TypeAlias = Callable[[str, float], None]
"""Told a step in French and the part of it that is done, 0 to 1."""


class MoveRefused(StoreError):
    """This store is not moved, saved or restored like this; the sentence is for the operator, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` are sorted by name. ``needs``: the tables that must be filled before. ``words``: those of its columns that
    are an index of words."""

    name: str
    columns: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and their checksum in hexadecimal."""

    rows: int
    checksum: str


class End(Protocol):
    """One end of a move: a database in one transaction, seen as tables of plain values."""

    engine: str
    where: str

    async def steps(self) -> tuple[str, ...]:
        """The schema steps taken."""
        ...

    async def tables(self) -> Mapping[str, Table]:
        """All but the engine's own."""
        ...

    async def count(self, table: Table) -> int:
        ...

    def rows(self, table: Table) -> AsyncIterator[Rows]:
        """All rows in batches, values in the order of ``table.columns``."""
        ...

    async def last_numbers(self) -> Mapping[str, int]:
        """For each table that numbers its rows by itself: the last number given, even when its row is gone."""
        ...


class Target(End, Protocol):
    async def clear(self, table: Table) -> None:
        ...

    async def fill(self, table: Table, batches: AsyncIterator[Rows]) -> None:
        """Write rows; no trigger is in the way."""
        ...

    async def number_on(self, last: Mapping[str, int]) -> None:
        """Give numbers after these and after those of the rows."""
        ...

    async def settle(self) -> None:
        """All is there: check what holds between tables. Raises `StoreError`."""
        ...


async def move(source: End, target: Target, fresh: End, tell: Tell) -> dict[str, Sum]:
    """Fill an empty ``target`` of the same schema, and prove it. ``fresh`` is a store in which nothing was written: what the
    schema itself puts into a store makes none full. Raises `StoreError`; the target's transaction is then to be undone."""
    tables = await _alike(source, target)
    await _emptied(target, fresh)
    meter = Meter(tell, "Copie", await weight(source))
    for table in tables:
        await target.fill(table, meter.through(source.rows(table)))
    await target.number_on(await source.last_numbers())
    await target.settle()
    return await proved(source, target, tell)


async def _alike(source: End, target: Target) -> list[Table]:
    """The tables in the order in which they are filled."""
    mine, others = await source.steps(), await target.steps()
    if set(mine) != set(others):
        raise MoveRefused(
            f"Les deux bases n'ont pas le même schéma ({source.where} : {_last(mine)} ; {target.where} : {_last(others)}) : "
            "ouvrez-les d'abord avec la même version, par exemple par `cruc doctor`."
        )
    here, there = await source.tables(), await target.tables()
    for name in sorted(here.keys() | there.keys()):
        if name not in here or name not in there or here[name].columns != there[name].columns:
            raise MoveRefused(f"La table {name} n'est pas la même dans {source.where} et {target.where} : rien n'est copié.")
    return in_order(there)


def _last(steps: Sequence[str]) -> str:
    return steps[-1] if steps else "aucun"


async def _emptied(target: Target, fresh: End) -> None:
    first = await fresh.tables()
    for table in (await target.tables()).values():
        if not await target.count(table):
            continue
        if table.name not in first or await summed(target, table) != await summed(fresh, first[table.name]):
            raise MoveRefused(f"{target.where} contient déjà des données ({table.name}) : donnez une base vide.")
        await target.clear(table)


def in_order(tables: Mapping[str, Table]) -> list[Table]:
    """Each table after those it needs; of a circle, the first by name."""
    left, order = dict(sorted(tables.items())), list[Table]()
    while left:
        free = [name for name, table in left.items() if not (table.needs - {name}) & left.keys()]
        order.append(left.pop((free or list(left))[0]))
    return order


# ------------------------------------------------------------------------------------------------------------------ proofs
class Meter:
    """Tells how many of all rows have gone through."""

    def __init__(self, tell: Tell, step: str, rows: int) -> None:
        self._tell, self._step, self._rows, self._done = tell, step, rows, 0
        tell(step, 0.0 if rows else 1.0)

    async def through(self, batches: AsyncIterator[Rows]) -> AsyncIterator[Rows]:
        async for batch in batches:
            yield batch
            self._done += len(batch)
            self._tell(self._step, min(1.0, self._done / self._rows))


async def weight(end: End) -> int:
    """All its rows."""
    return sum([await end.count(table) for table in (await end.tables()).values()])


async def proved(source: End, target: End, tell: Tell) -> dict[str, Sum]:
    """Read both ends anew, and compare. Returns the sums by table; raises `MoveRefused` when one differs."""
    meter = Meter(tell, "Comparaison", 2 * await weight(source))
    there = await target.tables()
    found: dict[str, Sum] = {}
    for name, table in (await source.tables()).items():
        mine, other = await summed(source, table, meter), await summed(target, there[name], meter)
        if mine != other:
            raise MoveRefused(
                f"La copie de la table {name} n'est pas conforme ({mine.rows} lignes lues, {other.rows} écrites) : rien "
                "n'est gardé. Recommencez ; si cela se répète, vérifiez le disque."
            )
        found[name] = mine
    return found


async def sums(end: End, tell: Tell) -> dict[str, Sum]:
    """The sum of each table."""
    meter = Meter(tell, "Lecture", await weight(end))
    return {name: await summed(end, table, meter) for name, table in (await end.tables()).items()}


async def summed(end: End, table: Table, meter: Meter | None = None) -> Sum:
    count, total = 0, 0
    batches = end.rows(table)
    async for batch in meter.through(batches) if meter else batches:
        count += len(batch)
        total += sum(map(_row_number, batch))
    return Sum(count, f"{total % 2**256:064x}")


def _row_number(row: Sequence[Any]) -> int:
    return int.from_bytes(sha256(ascii(tuple(row)).encode("ascii")).digest())


def in_words(table: Table, batch: Rows) -> Rows:
    """The words of an index in order, each once: the same on every engine."""
    if not table.words:
        return batch
    return [tuple(
        " ".join(sorted(set(value.split()))) if name in table.words else value
        for name, value in zip(table.columns, row, strict=True)
    ) for row in batch]
