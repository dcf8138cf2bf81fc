"""The process is killed -9 while it writes: nothing it acknowledged is lost, nothing is doubled, no number is skipped."""

import os
import random
import sqlite3

import pytest
from lives import every_call_can_be_swept, everything_told_is_kept, lived_and_killed

from storage import open_store

pytestmark = pytest.mark.slow  # real processes, really killed

KILLS = int(os.environ.get("CRUC_KILLS", "5"))


@pytest.mark.asyncio
async def test_nothing_acknowledged_is_lost_doubled_or_skipped(tmp_path):
    path, told = tmp_path / "store.db", []
    dice = random.Random(1364)
    for life in range(KILLS):
        told += lived_and_killed(f"sqlite:///{path}", life, dice.randrange(1, 900))
    store = open_store(f"sqlite:///{path}")
    assert await store.check() == []
    await everything_told_is_kept(store, told)
    await every_call_can_be_swept(store)
    await store.close()
    counted(path)


def counted(path):
    with sqlite3.connect(path) as raw:
        numbers = [number for number, in raw.execute("SELECT number FROM requests ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1))
        closed = raw.execute("SELECT count(*), count(DISTINCT request) FROM calls WHERE outcome IS NOT NULL").fetchone()
        assert closed[1] == len(numbers)  # each request has a call; those of one person who is lost again have several
        nowhere = "SELECT count(*) FROM calls WHERE outcome IS NOT NULL AND request IS NULL"
        assert raw.execute(nowhere).fetchone()[0] == 0
        outbox = "SELECT count(*) FROM outbox WHERE kind = 'call_closed'"
        assert raw.execute(outbox).fetchone()[0] == closed[0]
        gaps = "SELECT call FROM journal GROUP BY call HAVING count(*) <> max(seq)"
        assert raw.execute(gaps).fetchall() == []
    raw.close()
