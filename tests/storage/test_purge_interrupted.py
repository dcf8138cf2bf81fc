"""A purge that dies in the middle leaves nothing half-forgotten, and the next one goes on where it was. On a real file."""

import asyncio
import os

import pytest

from ivr.core.messages import CallEnded, CallStarted
from ivr.core.record import fold
from storage import StoreError, open_store
from storage.purge import Files, purge
from storage.retention import DEFAULT

LONG_AGO = 1_580_000_000.0
NOW = LONG_AGO + 8 * 366 * 86_400.0
CALLS = 9


@pytest.fixture
def files(tmp_path):
    made = Files(tmp_path / "recordings", tmp_path / "clips", tmp_path / "exports", tmp_path / "key")
    made.recordings.mkdir()
    return made


async def filled(path, files):
    """Calls of Koffi in which he left a voice message each, in requests that are closed."""
    one = open_store(f"sqlite:///{path}")
    for number in range(CALLS):
        at = LONG_AGO + number * 60
        call = f"koffi-{number}"
        await one.open_call(call, at, "+2250700000002", "1364", "v1")
        asked = {"category": "ATT-TRAVAIL", "key": "1", "caller": "+2250700000002", "voice_note": f"voix-{number}"}
        reference = (await one.register(call, asked, at))["reference"]
        journal = [CallStarted(at, call, "+2250700000002", "1364", "v1"), CallEnded(at + 9, "caller")]
        await one.close_call(call, fold(journal))
        await one.engine.write(True, _closed, reference, at)
        sound = files.recordings / f"voix-{number}.wav"
        sound.write_bytes(b"RIFF")
        os.utime(sound, (at, at))
    return one


def _closed(reference, at):
    from storage.engine import Ask
    row = (yield Ask("request", {"reference": reference}))[0]
    yield Ask("advance_request", {**row, "status": "closed", "closed_at": at})


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("dies_at", range(1, 14))
async def test_a_purge_that_dies_is_run_again_and_nothing_is_left(tmp_path, files, monkeypatch, dies_at):
    monkeypatch.setattr("storage.purge.BATCH", 4)
    store = await filled(tmp_path / "store.db", files)
    write, done = store.engine.write, 0

    async def dying(*words, **more):
        nonlocal done
        done += 1
        if done == dies_at:
            raise PowerCut
        return await write(*words, **more)

    store.engine.write = dying
    with pytest.raises(PowerCut):
        await purge(store, DEFAULT, files, NOW)
    store.engine.write = write
    for row in await store.list_requests():
        assert (row.phone is None) == (row.matricule is not None and row.matricule.startswith("P-"))
    assert (await purge(store, DEFAULT, files, NOW)).scrubbed or dies_at == 1
    assert {row.phone for row in await store.list_requests()} == {None}
    assert not {row.caller for row in await store.list_calls()} & {"+2250700000002"}
    assert list(files.recordings.iterdir()) == []
    assert (await purge(store, DEFAULT, files, NOW)).total == 0
    await store.close()


async def test_calls_are_written_between_the_batches_of_a_purge(tmp_path, files, monkeypatch):
    monkeypatch.setattr("storage.purge.BATCH", 1)
    store = await filled(tmp_path / "store.db", files)
    purging = asyncio.create_task(purge(store, DEFAULT, files, NOW))
    opened = 0
    while not purging.done():
        await store.open_call(f"awa-{opened}", NOW, "+2250700000001", "1364", "v1")
        opened += 1
    await purging
    assert opened > CALLS
    assert len(await store.open_calls()) == opened
    await store.close()


@pytest.mark.slow
async def test_a_reader_with_an_old_view_makes_the_scrubbing_fail_in_one_sentence(tmp_path, files):
    import sqlite3
    store = await filled(tmp_path / "store.db", files)
    reader = sqlite3.connect(tmp_path / "store.db")
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM calls").fetchone()
    with pytest.raises(StoreError, match="read"):
        await purge(store, DEFAULT, files, NOW)
    reader.close()
    again = await purge(store, DEFAULT, files, NOW)
    assert (again.total, again.scrubbed) == (0, True)
    assert not (await purge(store, DEFAULT, files, NOW)).scrubbed
    await store.close()
