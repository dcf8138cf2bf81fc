"""A million requests of 300,000 people: how long a search, a work list and a requester's page take, and what one weighs.

Each kind of question is asked with other words, numbers and people each time, one after the other, through `Store` as the
command line asks it, on the files of a store that was filled by plain statements (`many_requests`). The operating system has
the file in memory as far as it pleases; nothing is asked beforehand.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import itertools
import os
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from benchmarks.many_requests import CATEGORIES, NOON, OPEN, VOCABULARY, Ministry, fill_postgres, fill_sqlite
from benchmarks.results import keep
from storage import Rules, Store, open_store
from storage.asked import Search, Sort
from tests.postgres_server import server

GOAL = 100.0
WEIGHT = ("SELECT SUM(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname IN "
          "('requests', 'request_history', 'request_words', 'requesters', 'people', 'person_phones')")
Question = Callable[[Store], Awaitable[Any]]


def questions(ministry: Ministry) -> dict[str, Iterator[Question]]:
    """By kind, endless, always the same."""
    draw = Random(7)
    common = VOCABULARY[:30]
    directions = sorted({direction for _code, direction, _share in CATEGORIES})

    def person() -> int:
        return draw.randint(1, ministry.people)

    def text(make: Callable[[], str], **asked: Any) -> Iterator[Question]:
        return listed(lambda: Search(make(), **asked))

    def listed(make: Callable[[], Search]) -> Iterator[Question]:
        while True:
            yield functools.partial(listing, make())

    def pages() -> Iterator[Question]:
        while True:
            yield functools.partial(requesters_page, person())

    return {
        "reference": text(lambda: f"REQ-{draw.randint(2022, 2026)}-{draw.randint(1, ministry.count // 6):06d}"),
        "name": text(lambda: " ".join(ministry.name(person()))),
        "part_of_name": text(lambda: " ".join(ministry.name(person())).lower()[:-2]),
        "number": text(lambda: ministry.number(person())[4:]),
        "matricule": text(lambda: ministry.matricule(person())),
        "common_word": text(lambda: draw.choice(common)),
        "rare_word": text(lambda: draw.choice(ministry.rare)),
        "two_beginnings": text(lambda: " ".join(word[:draw.randint(3, 5)] for word in draw.sample(VOCABULARY, 2))),
        "two_letters": text(lambda: draw.choice(VOCABULARY)[:2]),
        "common_and_rare": text(lambda: f"{draw.choice(common)} {draw.choice(ministry.rare)}"),
        "common_word_open_by_due": text(lambda: draw.choice(common), only_open=True, sort=Sort.DUE),
        "work_list": listed(lambda: Search(direction=draw.choice(directions), only_open=True, sort=Sort.DUE)),
        "my_list": listed(lambda: Search(assignee=f"agent{draw.randrange(60)}", only_open=True, sort=Sort.DUE)),
        "overdue": listed(lambda: Search(due="overdue", sort=Sort.DUE)),
        "due_in_3": listed(lambda: Search(due="due_in_3", direction=draw.choice(directions))),
        "status": listed(lambda: Search(status=(draw.choice(OPEN),), sort=draw.choice((Sort.NEWEST, Sort.UPDATED)))),
        "family_oldest_open": listed(lambda: Search(
            category=("CAR-AVANCEMENT", "CAR-NOMINATION", "CAR-RECLASSEMENT"), only_open=True, sort=Sort.OLDEST)),
        "requesters_page": pages(),
    }


async def listing(asked: Search, store: Store) -> None:
    await store.search(asked, NOON)


async def requesters_page(who: int, store: Store) -> None:
    """All the requests of one person, each with its history."""
    for row in (await store.search(Search(requester=who, limit=100), NOON)).rows:
        await store.request(row.reference)


async def measured(store: Store, ministry: Ministry, times: int) -> dict[str, list[float]]:
    """Milliseconds by kind; the kinds take turns."""
    took: dict[str, list[float]] = {}
    for kind, asking in questions(ministry).items():
        for ask in itertools.islice(asking, times):
            begun = time.perf_counter()
            await ask(store)
            took.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
    return took


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18]


async def on_sqlite(folder: Path, ministry: Ministry, times: int) -> tuple[dict[str, list[float]], dict[str, Any]]:
    path, began = folder / "store.db", time.perf_counter()
    await open_store(f"sqlite:///{path}").close()
    empty = path.stat().st_size
    await asyncio.to_thread(fill_sqlite, str(path), ministry)
    filled = time.perf_counter() - began
    store = open_store(f"sqlite:///{path}", Rules())
    took = await measured(store, ministry, times)
    await store.close()
    return took, {"filled_s": round(filled, 1), "bytes": path.stat().st_size - empty, **_weights(path)}


def _weights(path: Path) -> dict[str, int]:
    """Bytes of what belongs to requests, by table with its indexes."""
    database = sqlite3.connect(path)
    rows = database.execute(
        "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY m.tbl_name",
    )
    sizes = {name: size for name, size in rows if name.startswith("request")}
    database.close()
    return {"requests": sizes["requests"], "history": sizes["request_history"],
            "words": sum(size for name, size in sizes.items() if name.startswith("request_words"))}


async def on_postgres(ministry: Ministry, times: int) -> tuple[dict[str, list[float]], dict[str, Any]]:
    with server() as postgres:
        url, began = postgres.create(), time.perf_counter()
        await open_store(url).close()
        await fill_postgres(url, ministry)
        filled = time.perf_counter() - began
        store = open_store(url, Rules())
        took = await measured(store, ministry, times)
        await store.close()
        [(size,)] = postgres.run(WEIGHT, database=urlsplit(url).path[1:])[0]
        postgres.drop(url)
    return took, {"filled_s": round(filled, 1), "bytes": int(size)}


def tell(engine: str, took: dict[str, list[float]], weight: dict[str, Any]) -> None:
    every = [value for values in took.values() for value in values]
    print(f"{engine}: p95 {p95(every):.1f} ms, worst {max(every):.1f} ms, {weight}", flush=True)
    for kind, values in took.items():
        print(f"    {kind}: median {median(values):.1f}, p95 {p95(values):.1f}", flush=True)


async def main(quick: bool, engines: list[str]) -> None:
    count, people, times = (50_000, 15_000, 20) if quick else (1_000_000, 300_000, 60)
    figures: dict[str, tuple[dict[str, list[float]], dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("CRUC_BENCHMARK_FOLDER")) as folder:
        if "sqlite" in engines:
            figures["sqlite"] = await on_sqlite(Path(folder), Ministry(count, people), times)
        if "postgres" in engines:
            figures["postgres"] = await on_postgres(Ministry(count, people), times)
    for engine, (took, weight) in figures.items():
        tell(engine, took, weight)
    if "sqlite" in figures:
        kept(count, people, times, figures)


def kept(count: int, people: int, times: int, figures: dict[str, tuple[dict[str, list[float]], dict[str, Any]]]) -> None:
    reached = {engine: p95([value for values in took.values() for value in values]) for engine, (took, _) in figures.items()}
    took, weight = figures["sqlite"]
    keep(
        "store_1M_p95_ms", round(max(reached.values()), 1), "ms", "<= 100", met=max(reached.values()) <= GOAL,
        how=f"{count:,} requests with their histories and words, {people:,} people; {len(took)} kinds of questions, {times} "
            "different ones of each, one after the other through Store; the slower engine's p95 over all of them",
        note="a list is a page of fifty; a requester's page is all requests of one person, each with its history",
        engines={engine: round(value, 1) for engine, value in reached.items()},
        worst_ms={engine: round(max(map(max, took.values())), 1) for engine, (took, _) in figures.items()},
        p95_by_kind={engine: {kind: round(p95(values), 1) for kind, values in took.items()}
                     for engine, (took, _) in figures.items()},
    )
    keep(
        "bytes_per_request", round(weight["bytes"] / count), "bytes", "none", met=True,
        how=f"growth of the SQLite file over {count:,} requests, {people:,} people and requesters included",
        **{name: round(weight[name] / count) for name in ("requests", "history", "words")},
        postgres=round(figures["postgres"][1]["bytes"] / count) if "postgres" in figures else None,
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--engine", action="append", choices=("sqlite", "postgres"), help="only this one; both unless said")
    given = options.parse_args()
    asyncio.run(main(given.quick, given.engine or ["sqlite", "postgres"]))
