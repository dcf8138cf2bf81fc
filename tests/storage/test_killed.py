"""The process is killed -9 while it writes: nothing it acknowledged is lost, nothing is doubled, no number is skipped."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.core.messages import CallStarted
from ivr.core.record import fold
from storage import open_store

pytestmark = pytest.mark.slow  # real processes, really killed

HERE = Path(__file__).parent
KILLS = int(os.environ.get("CRUC_KILLS", "5"))


def lived_and_killed(path, life, acknowledged):
    """Start a centre, let it acknowledge some writes, kill it, and return every line it got out."""
    root = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    command = [sys.executable, str(HERE / "busy_centre.py"), f"sqlite:///{path}", f"life{life}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=root) as centre:
        lines = [centre.stdout.readline() for _ in range(acknowledged)]
        centre.send_signal(signal.SIGKILL)
        lines += centre.stdout.readlines()
    assert centre.returncode == -signal.SIGKILL
    return [line.split() for line in lines if line.endswith("\n")]


@pytest.mark.asyncio
async def test_nothing_acknowledged_is_lost_doubled_or_skipped(tmp_path):
    path, told = tmp_path / "store.db", []
    dice = random.Random(1364)
    for life in range(KILLS):
        told += lived_and_killed(path, life, dice.randrange(1, 900))
    store = open_store(f"sqlite:///{path}")
    assert await store.check() == []
    await everything_told_is_kept(store, told)
    await every_call_can_be_swept(store)
    await store.close()
    counted(path)


async def everything_told_is_kept(store, told):
    for what, call, *more in told:
        kept = await store.call(call)
        assert kept is not None, (what, call)
        if what == "journaled":
            assert len(await store.events(call)) >= int(more[0])
        if what == "registered":
            assert (await store.request(more[0])).request.call == call
        if what == "closed":
            assert kept.call.request == more[0]
            assert kept.record == fold(await store.events(call))


async def every_call_can_be_swept(store):
    """What the service does at its next start: the orphans are folded and closed as cut. One that was killed between its
    record and its first entry has no journal."""
    for call in await store.open_calls():
        row = (await store.call(call)).call
        began = CallStarted(row.started_at, call, row.caller, row.dialed, row.flow)
        await store.close_call(call, fold(await store.events(call) or [began]))
    assert await store.open_calls() == ()


def counted(path):
    with sqlite3.connect(path) as raw:
        numbers = [number for number, in raw.execute("SELECT number FROM requests ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1))
        closed = raw.execute("SELECT count(*), count(DISTINCT request) FROM calls WHERE outcome IS NOT NULL").fetchone()
        assert closed == (len(numbers), len(numbers))
        outbox = "SELECT count(*) FROM outbox WHERE kind = 'call_closed'"
        assert raw.execute(outbox).fetchone()[0] == closed[0]
        gaps = "SELECT call FROM journal GROUP BY call HAVING count(*) <> max(seq)"
        assert raw.execute(gaps).fetchall() == []
    raw.close()
