"""What the rules of LOGIREC cost: registering requests against inserting the very same rows, and the wait at 50 a second.

Ours is `Store.register`: who asks (found or made), whether it doubles an open one, the next number, the promise, the row,
its history, its words for searching, what is to be told. The other side has those rows already and puts them into a
store of the same schema with the database's own driver, one transaction for as many requests as ours had in one.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import sqlite3
import tempfile
import time
from statistics import median, quantiles
from typing import Any, TypeAlias

from benchmarks.results import keep
from storage import Person, Rules, Store, open_store
from tests.postgres_server import server

MONDAY = 1_792_396_800.0
CATEGORIES = ("ATT-TRAVAIL", "SOL-PRIME", "CAR-AVANCEMENT", "FIN-PENSION")
RULES = Rules({name: (5 + n, "jours ouvrés") for n, name in enumerate(CATEGORIES)})
NOTES = ("pour la banque", "le salaire d'octobre n'est pas arrivé", "acte signé mais introuvable", "")
PEOPLE = 999
CALLS = "bench"
COUNT = "UPDATE counters SET value = value + 1 WHERE name = 'requests 2026'"
Row: TypeAlias = "tuple[str, dict[str, Any]]"
Driver: TypeAlias = Any
"""`SqliteDriver` or `PostgresDriver`."""


def draft(n: int) -> dict[str, Any]:
    """Of the `n`-th caller; every third is unknown, every tenth has asked the same before."""
    who = 1 + n % PEOPLE
    return {
        "key": f"k{n}", "category": CATEGORIES[n // PEOPLE % len(CATEGORIES) if n % 10 else 0],
        "matricule": f"{who:06d}{chr(65 + who % 26)}" if n % 3 else None, "verified": bool(n % 2),
        "caller": f"+2250700{who:06d}", "note": NOTES[n % len(NOTES)],
    }


async def made(url: str) -> Store:
    store = open_store(url, RULES)
    people = [Person(f"{n:06d}{chr(65 + n % 26)}", f"Nom{n}", "Awa", "1980-12-24") for n in range(1, PEOPLE + 1)]
    await store.import_people(people)
    await store.open_call(CALLS, MONDAY, "+2250700000001", "1364", "v1")
    return store


async def registered(store: Store, first: int, count: int, at_once: int) -> float:
    """Seconds for ``count`` requests of ``at_once`` clerks, each of whom waits for the commit before the next one."""
    numbers = iter(range(first, first + count))

    async def clerk() -> None:
        for n in numbers:
            await store.register(CALLS, draft(n), MONDAY + n)

    before = time.perf_counter()
    await asyncio.gather(*(clerk() for _ in range(at_once)))
    return time.perf_counter() - before


class Plain:
    """The same rows in a store of the same schema, with nothing decided. ``mine`` reads, ``theirs`` writes."""

    def __init__(self, mine: Driver, theirs: Driver) -> None:
        self._mine, self._theirs = mine, theirs
        self._requester, self._number = 0, 0

    async def rows(self) -> list[list[Row]]:
        """What ours wrote since the last time: a list of rows for each request, in the order of writing."""
        groups = []
        for request in await self._mine.rows("SELECT * FROM requests WHERE number > ? ORDER BY number", self._number):
            self._number = request["number"]
            group: list[Row] = await self._new(request["requester"])
            group.append(("requests", request))
            for table in ("request_history", "outbox"):
                group += await self._of(table, "request", request["reference"])
            key = request["year"] * 10_000_000 + request["number"]
            words = await self._mine.rows(self._mine.words, key)
            group += [("request_words", row) for row in words]
            groups.append(group)
        return groups

    async def _new(self, requester: int | None) -> list[Row]:
        if requester is None or requester <= self._requester:
            return []
        self._requester = requester
        people = await self._of("requesters", "id", requester)
        return [*people, *await self._of("requester_phones", "requester", requester)]

    async def _of(self, table: str, key: str, value: Any) -> list[Row]:
        rows = await self._mine.rows(f"SELECT * FROM {table} WHERE {key} = ?", value)
        return [(table, row) for row in rows]

    async def insert(self, groups: list[list[Row]], at_once: int) -> float:
        before = time.perf_counter()
        for start in range(0, len(groups), at_once):
            await self._theirs.together(groups[start : start + at_once])
        return time.perf_counter() - before


class SqliteDriver:
    words = "SELECT rowid, words FROM request_words WHERE rowid = ?"

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        self._connection.executescript("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")

    async def rows(self, question: str, value: Any) -> list[dict[str, Any]]:
        cursor = self._connection.execute(question, (value,))
        return [{name[0]: each for name, each in zip(cursor.description, row, strict=True)} for row in cursor]

    async def together(self, groups: list[list[Row]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for group in groups:
            self._connection.execute(COUNT)
            for table, row in group:
                self._connection.execute(_insert(table, tuple(row), "?"), tuple(row.values()))
        self._connection.execute("COMMIT")

    async def close(self) -> None:
        self._connection.close()


class PostgresDriver:
    words = "SELECT * FROM request_words WHERE id = ?"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(self, question: str, value: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(question.replace("?", "$1"), value)]

    async def together(self, groups: list[list[Row]]) -> None:
        async with self._connection.transaction():
            for group in groups:
                await self._connection.execute(COUNT)
                for table, row in group:
                    await self._connection.execute(_insert(table, tuple(row), "$"), *row.values())

    async def close(self) -> None:
        await self._connection.close()


@functools.cache
def _insert(table: str, columns: tuple[str, ...], mark: str) -> str:
    places = ", ".join(mark if mark == "?" else f"${n}" for n, _ in enumerate(columns, 1))
    casts = places.replace(", $2", ", $2::tsvector") if table == "request_words" and mark == "$" else places
    return f'INSERT INTO {table} ({", ".join(columns)}) VALUES ({casts})'


async def driver(url: str) -> Any:
    if url.startswith("sqlite:"):
        return SqliteDriver(url)
    import asyncpg  # noqa: PLC0415 - only where there is a server

    connection = await asyncpg.connect(url)
    await connection.set_type_codec("tsvector", encoder=str, decoder=str, schema="pg_catalog")
    return PostgresDriver(connection)


async def compared(urls: tuple[str, str], rounds: int, count: int, at_once: int) -> list[float]:
    """Ratios of time, ours over plain, one a round."""
    store, other = await made(urls[0]), await made(urls[1])
    await other.register(CALLS, {"key": "first", "category": "x"}, MONDAY)  # its counter begins
    await other.close()
    mine, theirs = await driver(urls[0]), await driver(urls[1])
    for table in ("request_history", "outbox", "request_words", "requests"):
        await theirs.rows(f"DELETE FROM {table} WHERE 1 = ?", 1)
    plain, ratios = Plain(mine, theirs), []
    for turn in range(rounds):
        ours = await registered(store, turn * count, count, at_once)
        groups = await plain.rows()
        assert len(groups) == count
        ratios.append(ours / await plain.insert(groups, at_once))
    for one in (mine, theirs, store):
        await one.close()
    return ratios


async def waits(url: str, seconds: int) -> list[float]:
    """Milliseconds from asking to the commit, 50 a second coming whether the earlier are done or not."""
    store, took = await made(url), []
    begin = time.perf_counter()

    async def one(n: int) -> None:
        due = begin + n / 50
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await store.register(CALLS, draft(n), MONDAY + n)
        took.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(n) for n in range(50 * seconds)))
    await store.close()
    return took


async def main(quick: bool) -> None:
    rounds, count, seconds = (3, 200, 10) if quick else (7, 1000, 60)
    found: dict[str, list[float]] = {}
    p99: dict[str, str] = {}
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder, server() as postgres:
        for engine, new in (
            ("sqlite", lambda name: f"sqlite:///{folder}/{name}.db"), ("postgresql", lambda _name: postgres.create()),
        ):
            for at_once in (1, 50):
                urls = new(f"ours{at_once}"), new(f"plain{at_once}")
                found[f"{engine}, {at_once} at once"] = await compared(urls, rounds, count, at_once)
            took = await waits(new("waits"), seconds)
            p99[engine] = f"median {median(took):.1f}, p99 {quantiles(took, n=100)[-1]:.1f}, worst {max(took):.1f} ms"
            worst = max(worst, quantiles(took, n=100)[-1])
    ratios = {name: round(median(each), 2) for name, each in found.items()}
    value = max(ratio for name, ratio in ratios.items() if name.endswith(" 1 at once"))
    keep(
        "vs_plain_insert", value, "ratio of times", "<= 2", met=value <= 2,
        how=f"time of Store.register for {count} requests over that of inserting the very same rows (request, requester, "
            f"history, outbox, words, counter) with the database's driver into the same schema, each forced to the disk "
            f"before the next, median of {rounds} rounds in turn; the worse of the engines",
        note="what is left out on the other side: who asks, whether it doubles another, the number, the promise, the words. "
             "Where fifty share a commit the disk costs both sides next to nothing, and what is left is mostly the rules",
        ratios=ratios, rounds={name: [round(one, 2) for one in each] for name, each in found.items()},
    )
    keep(
        "register_request_p99_ms", round(worst, 1), "ms", "told", met=True,
        how=f"50 registrations a second for {seconds} s, from asking to the commit forced to the disk; the worse engine",
        note="the disk of a shared machine decides the end of it", **p99,
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
