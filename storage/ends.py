"""Which end a store's address is."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

from storage.addresses import place
from storage.moving import End, MoveRefused, Sum, Target, Tell, move
from storage.moving_sqlite import LOGS, SqliteEnd, filling_sqlite, reading_sqlite
from storage.schema import in_memory, open_database

SQLITE: Final = "sqlite:///"
POSTGRES_SCHEMES: Final = ("postgresql://", "postgres://")
PATIENCE: Final = 5.0
"""Seconds that another program's lock is waited for."""


def file_of(url: str) -> Path | None:
    """The file of an SQLite store, None for another engine's."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) and url != SQLITE else None


@contextlib.asynccontextmanager
async def reading(url: str, *, alone: bool = False) -> AsyncIterator[End]:
    """One consistent view of a whole store; with ``alone`` nobody writes it meanwhile. Raises `StoreError`."""
    if file := file_of(url):
        if not file.is_file():
            raise MoveRefused(f"Il n'y a pas de base {file} : vérifiez l'adresse.")
        async with reading_sqlite(file, alone=alone) as end:
            yield end
    else:
        async with _postgres(url).reading_postgres(url, alone=alone) as end:
            yield end


@contextlib.asynccontextmanager
async def filling(url: str) -> AsyncIterator[Target]:
    """A store in today's schema, made when there is none, in one transaction that is committed when the block ends well.
    Raises `StoreError`; what was made is then gone again."""
    if file := file_of(url):
        with _made(file):
            async with filling_sqlite(file) as end:
                yield end
    else:
        async with _postgres(url).filling_postgres(url) as end:
            yield end


@contextlib.contextmanager
def _made(file: Path) -> Iterator[None]:
    fresh = not file.exists()
    open_database(file, PATIENCE).close()
    try:
        yield
    except BaseException:
        for log in LOGS if fresh else ():
            file.with_name(file.name + log).unlink(missing_ok=True)
        raise


async def moved(source: str, target: str, tell: Tell, *, alone: bool) -> dict[str, Sum]:
    """Move the store at ``source`` into the empty one at ``target``, and prove it. Raises `StoreError`; the target is then
    as it was. ``alone``: nobody writes the source meanwhile."""
    if source == target or _same(file_of(source), file_of(target)):
        raise MoveRefused("Les deux adresses sont celles de la même base : donnez-en une vide pour la copie.")
    async with reading(source, alone=alone) as here, filling(target) as there:
        return await filled(here, there, tell)


def _same(one: Path | None, other: Path | None) -> bool:
    return one is not None and other is not None and one.resolve() == other.resolve()


async def filled(source: End, target: Target, tell: Tell) -> dict[str, Sum]:
    """`move`, into a target that is as new."""
    with contextlib.closing(in_memory()) as connection:
        connection.row_factory = None
        return await move(source, target, SqliteEnd(connection, Path(":memory:")), tell)


def _postgres(url: str) -> Any:
    """The module, imported here, for a site on SQLite needs no asyncpg."""
    if not url.startswith(POSTGRES_SCHEMES):
        raise unknown(url)
    try:
        return importlib.import_module("storage.moving_postgres")
    except ModuleNotFoundError as missing:
        if missing.name != "asyncpg":
            raise
        raise MoveRefused("Une base PostgreSQL demande le paquet asyncpg : installez l'extra « postgres ».") from missing


def place_of(url: str) -> str:
    """The address without a password."""
    return str(file_of(url) or place(url))


def unknown(url: str) -> MoveRefused:
    """The address is not repeated: there may be a password in it."""
    scheme = url.partition(":")[0]
    return MoveRefused(f"L'adresse « {scheme}:… » n'est pas celle d'une base : donnez sqlite:///chemin ou postgresql://… .")
