"""Acknowledged writes lost, references doubled or skipped, over random kills -9 in the middle of writing, on each engine.

A life: a process writes as fast as it can (eight callers: a call opened, a request registered, journaled, advanced,
remarked upon, the call closed) and says each write on a pipe after it was acknowledged. At a random moment it is killed.
With SQLite that process is the database. With PostgreSQL every tenth time the server itself is killed first, all its
processes at once; half of those times the writer lives on, finds the server again and writes on before it is killed too.

After each death another process opens the store and looks for everything that was said: each write is there, once; the
numbers of the year have no gap and no double. Lives follow one another in the same store, so that each opens what the last
one left. The killer itself never opens a store: it forks from a process without threads.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import itertools
import json
import os
import random
import select
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.results import keep
from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import CallEnded, CallStarted, DigitReceived
from ivr.core.record import fold
from storage import StoreError, open_store
from storage.ends import reading
from storage.engine import POSTGRES, SQLITE
from storage.statements import statements
from tests.postgres_server import private_server

CALLERS = 8
LIVES_IN_A_STORE = 100
LONGEST = 0.08
"""Seconds of writing after the first acknowledgement: hundreds of writes."""
RESTART = 20.0
"""Seconds that a writer waits for a killed server."""
ONCE = ("remarque", "prise en charge")
"""Lines of the history that a request of ours has once."""
SERGE = Actor("serge", "agent")


# -------------------------------------------------------------------------------------------------------------- the writer
def write_until_killed(url: str, name: str, pipe: int) -> None:
    def say(*words: object) -> None:
        os.write(pipe, (" ".join(map(str, words)) + "\n").encode())

    async def all_callers() -> None:
        store = open_store(url, patience=RESTART)
        say("open")
        await asyncio.gather(*(_caller(store, f"{name}.{n}", say) for n in range(CALLERS)))

    asyncio.run(all_callers())


async def _caller(store, name, say) -> None:
    for n in itertools.count():
        with contextlib.suppress(StoreError):  # the server is away: what was not acknowledged is not said
            await _call(store, f"{name}.{n}", 1e9 + n, say)


async def _call(store, call, at, say) -> None:
    journal = [CallStarted(at, call, "+2250700000001", "1364", "v1"), DigitReceived(at, "1"), CallEnded(at + 1, "caller")]
    await store.open_call(call, at, "+2250700000001", "1364", "v1")
    say("opened", call)
    draft = {"category": "ATT-TRAVAIL", "key": "1", "matricule": "000123X"}
    reference = (await store.register(call, draft, at))["reference"]
    say("registered", call, reference)
    await store.append(call, 1, journal)
    say("journaled", call, len(journal))
    await store.advance(reference, Act("acknowledge"), SERGE, at)
    say("advanced", call, reference)
    await store.remark(reference, f"remark of {call}", SERGE, at)
    say("remarked", call, reference)
    say("closed", call, await store.close_call(call, fold(journal)))


# --------------------------------------------------------------------------------------------------------------- the judge
async def judged(url: str, told: list[list[str]], *, forced_only: bool, whole: bool) -> dict[str, list[str]]:
    """What is not as it was said. ``forced_only``: the machine of the database died, so only promises count."""
    store, wrong = open_store(url, patience=RESTART), {"lost": [], "doubled": [], "skipped": [], "damaged": []}
    try:
        for what, call, *more in told:
            if what != "journaled" or not forced_only:
                found = await _kept(store, what, call, *more)
                wrong["lost" if not found else "doubled"] += [f"{what} {call}"] * abs(found - 1)
        wrong["damaged"] += await store.check() if whole else []
    finally:
        await store.close()
    for kind, sentences in (await _numbers(url)).items():
        wrong[kind] += sentences
    return wrong


async def _kept(store, what: str, call: str, more: str = "") -> int:
    """How often it is there: once is right."""
    match what:
        case "opened":
            return int(await store.call(call) is not None)
        case "registered":
            return int((await store.request(more)).request.call == call) if await store.request(more) else 0
        case "journaled":
            return int(len(await store.events(call)) == int(more))
        case "advanced" | "remarked":
            file = await store.request(more)
            lines = file.history if file else ()
            return sum(line.why == f"remark of {call}" if what == "remarked" else line.what == "prise en charge"
                       for line in lines)
        case _:
            kept = await store.call(call)
            return int(kept is not None and kept.call.request == more and kept.record is not None)


async def _numbers(url: str) -> dict[str, list[str]]:
    async with reading(url) as end:
        tables = await end.tables()
        requests, history = tables["requests"], tables["request_history"]
        numbers, keys, lines = Counter(), Counter(), Counter()
        async for batch in end.rows(requests):
            rows = [dict(zip(requests.columns, row, strict=True)) for row in batch]
            numbers.update((row["year"], row["number"]) for row in rows)
            keys.update((row["call"], row["key"]) for row in rows)
        async for batch in end.rows(history):
            rows = [dict(zip(history.columns, row, strict=True)) for row in batch]
            lines.update((row["request"], row["what"], row["why"]) for row in rows if row["what"] in ONCE)
    most = Counter(year for year, _number in numbers)
    return {
        "doubled": [str(key) for each in (numbers, keys, lines) for key, count in each.items() if count > 1],
        "skipped": [f"{year} {n}" for year, count in most.items() for n in range(1, count + 1) if (year, n) not in numbers],
    }


# -------------------------------------------------------------------------------------------------------------- the killer
@dataclass
class Tally:
    kills: int = 0
    servers: int = 0
    acknowledged: int = 0
    wrong: Counter = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.wrong.total()

    def add(self, told: list[list[str]], wrong: dict[str, list[str]]) -> None:
        self.kills += 1
        if self.kills % LIVES_IN_A_STORE == 0:
            print(f"... {self.kills} kills", flush=True)
        self.acknowledged += len(told)
        for kind, sentences in wrong.items():
            self.wrong[kind] += len(sentences)
            self.first += [f"{kind}: {sentence}" for sentence in sentences][: 5 - len(self.first)]

    def __str__(self) -> str:
        wrong = ", ".join(f"{count} {kind}" for kind, count in self.wrong.items() if count) or "nothing wrong"
        servers = f" ({self.servers} of them of the server)" if self.servers else ""
        return f"{self.kills} kills{servers}, {self.acknowledged} acknowledged writes, {wrong}"


class Life:
    """A forked writer and what it said. Lines are whole: a write to a pipe is all or nothing."""

    def __init__(self, url: str, name: str) -> None:
        self._pipe, theirs = os.pipe()
        self._said = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._pipe)
            _to_its_end(lambda: write_until_killed(url, name, theirs))
        os.close(theirs)

    def listen(self, seconds: float, *, until: bytes = b"\0") -> None:
        """For so long, or until that was said."""
        deadline = time.monotonic() + seconds
        while until not in self._said and (left := deadline - time.monotonic()) > 0:
            if select.select([self._pipe], [], [], left)[0]:
                heard = os.read(self._pipe, 65_536)
                self._said += heard
                if not heard:
                    return

    def kill(self) -> list[list[str]]:
        os.kill(self.pid, signal.SIGKILL)
        self.listen(60, until=b"\0")
        os.close(self._pipe)
        _pid, status = os.waitpid(self.pid, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself"
        return [line.split() for line in self._said.decode().splitlines() if line != "open"]


def _to_its_end(work) -> None:
    """In a forked process: never back into the code of its parent."""
    try:
        work()
    except BaseException as failure:  # noqa: BLE001 - told, for there is no caller
        os.write(2, f"{type(failure).__name__}: {failure}\n".encode())
    finally:
        os._exit(1)


def apart(url: str, told: list[list[str]], **how: bool) -> dict[str, list[str]]:
    """`judged`, by a process of its own."""
    ours, theirs = os.pipe()
    judge = os.fork()
    if judge == 0:
        _to_its_end(lambda: os.write(theirs, json.dumps(asyncio.run(judged(url, told, **how))).encode()))
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        text = answer.read()
    os.waitpid(judge, 0)
    return json.loads(text) if text else {"damaged": ["the store did not open again: see above"]}


def sqlite_lives(kills: int, dice: random.Random, tally: Tally) -> None:
    for first in range(0, kills, LIVES_IN_A_STORE):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/store.db"
            for n in range(first, last := min(kills, first + LIVES_IN_A_STORE)):
                life = Life(url, f"life{n}")
                life.listen(RESTART, until=b"opened")
                life.listen(dice.uniform(0, LONGEST))
                told = life.kill()
                tally.add(told, apart(url, told, forced_only=False, whole=n % 20 == 0 or n == last - 1))


def postgres_lives(kills: int, dice: random.Random, tally: Tally) -> None:
    with private_server() as server:
        for first in range(0, kills, LIVES_IN_A_STORE):
            url = server.create()
            for n in range(first, last := min(kills, first + LIVES_IN_A_STORE)):
                life = Life(url, f"life{n}")
                life.listen(RESTART, until=b"opened")
                life.listen(dice.uniform(0, LONGEST))
                if dies := n % 10 == 9:
                    _killed(server, life, lives_on=n % 20 == 19, dice=dice)
                    tally.servers += 1
                told = life.kill()
                if dies and n % 20 != 19:
                    server.start()
                tally.add(told, apart(url, told, forced_only=dies, whole=n % 20 == 0 or n == last - 1))
            server.drop(url)


def _killed(server, life: Life, *, lives_on: bool, dice: random.Random) -> None:
    server.kill()
    if lives_on:
        server.start()
        life.listen(dice.uniform(0, 0.5))


ENGINES = {"sqlite": sqlite_lives, "postgres": postgres_lives}


def warm() -> None:
    """What each life would load again."""
    importlib.import_module("storage.postgres")
    for dialect in (SQLITE, POSTGRES):
        statements(dialect)


def main(kills: int, engines: list[str]) -> None:
    warm()
    tallies, began = {}, time.monotonic()
    for engine in engines:
        tallies[engine] = Tally()
        ENGINES[engine](kills, random.Random(f"1364 {engine}"), tallies[engine])
        print(f"{engine}: {tallies[engine]}", flush=True)
    lost = sum(tally.lost for tally in tallies.values())
    keep(
        "crash_points_lost", lost, "writes", "0", met=lost == 0,
        how=f"{kills} kills -9 on each engine at random moments of writing by {CALLERS} callers at a time, "
            f"{LIVES_IN_A_STORE} lives in a store: writes lost or doubled, references doubled or skipped, damage",
        note="every tenth kill on PostgreSQL is the server's (all its processes at once). Processes die here, not machines: "
             "what a power cut does to a disk that lies about fsync, or to half a page, is not played",
        **{engine: str(tally) for engine, tally in tallies.items()},
        first_wrong=[sentence for tally in tallies.values() for sentence in tally.first],
        seconds=round(time.monotonic() - began),
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--engine", action="append", choices=tuple(ENGINES))
    given = options.parse_args()
    main(given.kills or (50 if given.quick else 1_000), given.engine or list(ENGINES))
