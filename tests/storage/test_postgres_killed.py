"""The process or the server is killed -9 while it writes: nothing promised is lost, doubled or skipped."""

import os
import random

import asyncpg
import pytest
from lives import every_call_can_be_swept, everything_told_is_kept, lived_and_killed

from storage import open_store

pytestmark = [pytest.mark.postgres, pytest.mark.slow]  # real processes, really killed

KILLS = int(os.environ.get("CRUC_KILLS", "4"))


async def test_the_process_is_killed_and_nothing_acknowledged_is_lost_doubled_or_skipped(filled):
    told, dice = [], random.Random(1364)
    for life in range(KILLS):
        told += lived_and_killed(filled, life, dice.randrange(1, 700))
    await all_is_there(filled, told)


async def test_the_server_is_killed_and_no_promise_is_lost_doubled_or_skipped(mortal):
    url, told, dice = mortal.create(), [], random.Random(1364)
    for life in range(KILLS):
        told += before_the_last_promise(lived_and_killed(url, life, dice.randrange(1, 700), mortal.kill))
        mortal.start()
    await all_is_there(url, told)


async def test_two_processes_that_write_at_once_are_killed_and_number_without_a_gap(filled):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(2) as both:
        told = [line for lines in both.map(lived_and_killed, [filled] * 2, "ab", [400, 300]) for line in lines]
    await all_is_there(filled, told)


def before_the_last_promise(told):
    """A journal entry is promised with the promise that follows it; a power cut may take those after the last one."""
    promised = max(n for n, line in enumerate(told) if line[0] != "journaled")
    return told[:promised] + [line for line in told[promised:] if line[0] != "journaled"]


async def all_is_there(url, told):
    store = open_store(url, patience=20.0)
    assert await store.check() == []
    await everything_told_is_kept(store, told)
    await every_call_can_be_swept(store)
    await store.close()
    await counted(url)


async def counted(url):
    raw = await asyncpg.connect(url)
    numbers = [row["number"] for row in await raw.fetch("SELECT number FROM requests ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1))
    closed = await raw.fetchrow("SELECT count(*), count(DISTINCT request) FROM calls WHERE outcome IS NOT NULL")
    assert closed[1] == len(numbers)  # each request has a call; those of one person who is lost again have several
    assert await raw.fetchval("SELECT count(*) FROM calls WHERE outcome IS NOT NULL AND request IS NULL") == 0
    assert await raw.fetchval("SELECT count(*) FROM outbox WHERE kind = 'call_closed'") == closed[0]
    gaps = "SELECT call FROM journal GROUP BY call HAVING count(*) <> max(seq)"
    assert await raw.fetch(gaps) == []
    await raw.close()
