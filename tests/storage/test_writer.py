"""The writer thread: groups, durabilities, a locked or full disk, and an event loop that never waits for the disk."""

import asyncio
import sqlite3
import time

import pytest

from ivr.core.messages import CallEnded, CallStarted, DigitReceived
from ivr.core.orders import Spent
from ivr.core.record import fold
from storage import StoreBusy, StoreClosed, StoreFull, open_store

pytestmark = pytest.mark.asyncio


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


def opened(path, patience=0.1):
    """A store and the list of the statements that its writer runs, as they come."""
    store = open_store(f"sqlite:///{path}", patience=patience)
    ran = []
    store.engine._writer._connection.set_trace_callback(ran.append)
    return store, ran


def digit(number):
    return [DigitReceived(1e9, str(number % 10))]


async def awa_calls(store):
    await store.open_call("1", 1e9, "+2250700000001", "1364", "v1")


async def koffi_holds(path):
    """Another program that keeps the database for itself."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_writes_that_wait_together_are_committed_together(path):
    store, ran = opened(path)
    await awa_calls(store)
    ran.clear()
    await asyncio.gather(*(store.append("1", n, digit(n)) for n in range(100)))
    assert ran.count("COMMIT") < 50
    assert len([sql for sql in ran if sql.startswith("INSERT INTO journal")]) == 100
    await store.close()


async def test_a_promise_is_forced_to_the_disk_and_a_journal_entry_is_not(path):
    store, ran = opened(path)
    writer = store.engine._writer

    async def durability(write):
        await write
        return writer._full, next((sql for sql in reversed(ran) if "synchronous" in sql), "FULL since the start")
    forced, handed_over = (True, "PRAGMA synchronous = FULL"), (False, "PRAGMA synchronous = NORMAL")
    assert (await durability(awa_calls(store)))[0]
    assert await durability(store.append("1", 1, digit(1))) == handed_over
    assert await durability(store.register("1", {"category": "A", "key": "1"}, 1e9)) == forced
    assert await durability(store.append("1", 2, digit(2))) == handed_over
    assert await durability(store.register_callback("1", "+2250700000001", "q", "full", 1e9)) == forced
    assert await durability(store.append("1", 3, digit(3))) == handed_over
    assert await durability(store.keep_callback("1", "open", 1, 0.0, 1e9)) == forced
    assert await durability(store.keep_reports([Spent("serge", "paused", "repas", 1e9, 1e9 + 60)])) == handed_over
    record = fold([CallStarted(1e9, "1", "", "1364", "v1"), CallEnded(1e9, "caller")])
    assert (await durability(store.close_call("1", record)))[0]
    await store.close()


async def test_one_promise_makes_its_whole_group_durable(path):
    store, ran = opened(path)
    await awa_calls(store)
    await store.append("1", 0, digit(0))
    other = await koffi_holds(path)
    store.engine._writer._connection.execute("PRAGMA busy_timeout = 5000")
    held = asyncio.ensure_future(store.append("1", 1, digit(1)))
    await asyncio.sleep(0.05)
    ran.clear()
    group = [store.append("1", 2, digit(2)), store.register("1", {"category": "A", "key": "1"}, 1e9)]
    waiting = asyncio.gather(*group)
    await asyncio.sleep(0)
    other.execute("ROLLBACK")
    await held
    await waiting
    assert ran.index("PRAGMA synchronous = FULL") < ran.index("BEGIN IMMEDIATE", ran.index("COMMIT"))
    assert ran.count("COMMIT") == 2
    other.close()
    await store.close()


async def test_a_locked_database_fails_the_write_in_time_and_the_next_one_works(path):
    store, _ = opened(path, patience=0.1)
    await awa_calls(store)
    other = await koffi_holds(path)
    began = time.monotonic()
    ends = await asyncio.gather(*(store.append("1", n, digit(n)) for n in range(3)), return_exceptions=True)
    assert time.monotonic() - began < 1
    assert {type(end) for end in ends} == {StoreBusy}
    assert str(path) in str(ends[0])
    assert list(await store.events("1")) == []
    other.execute("ROLLBACK")
    await store.append("1", 1, digit(1))
    assert list(await store.events("1")) == digit(1)
    other.close()
    await store.close()


async def test_a_full_disk_fails_the_write_whole_and_space_heals_it(path):
    store, _ = opened(path)
    await awa_calls(store)
    connection = store.engine._writer._connection
    pages = connection.execute("PRAGMA page_count").fetchone()["page_count"]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull, match="free some"):
        await store.append("1", 1, digit(1) * 2000)
    assert list(await store.events("1")) == []
    connection.execute("PRAGMA max_page_count = 1000000")
    await store.append("1", 1, digit(1) * 2000)
    assert len(await store.events("1")) == 2000
    await store.close()


async def test_the_event_loop_goes_on_while_the_disk_makes_a_write_wait(path):
    store, _ = opened(path, patience=0.3)
    await awa_calls(store)
    other = await koffi_holds(path)
    waiting = asyncio.ensure_future(store.append("1", 1, digit(1)))
    longest, last = 0.0, time.monotonic()
    while not waiting.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert isinstance(waiting.exception(), StoreBusy)
    assert longest < 0.15
    other.close()
    await store.close()


async def test_a_caller_who_stopped_waiting_does_not_stop_the_others(path):
    store, _ = opened(path)
    await awa_calls(store)
    writes = [asyncio.ensure_future(store.append("1", n, digit(n))) for n in range(20)]
    await asyncio.sleep(0)
    writes[3].cancel()
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [asyncio.CancelledError]
    assert len(await store.events("1")) >= 19
    await store.close()


async def test_closing_commits_what_was_taken_and_takes_no_more(path):
    store, _ = opened(path)
    await awa_calls(store)
    writes = [asyncio.ensure_future(store.append("1", n, digit(n))) for n in range(500)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*writes) == [None] * 500
    with pytest.raises(StoreClosed):
        await store.append("1", 500, digit(0))
    store, _ = opened(path)
    assert len(await store.events("1")) == 500
    await store.close()


async def test_a_reader_cannot_write(path):
    store, _ = opened(path)
    await store.open_calls()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.engine._readers[0].execute("DELETE FROM calls")
    await store.close()


async def test_sql_itself_refuses_a_second_outcome_a_rewritten_history_and_an_end_without_outcome(path):
    store, _ = opened(path)
    await awa_calls(store)
    await store.close_call("1", fold([CallStarted(1e9, "1", "", "1364", "v1"), CallEnded(1e9, "caller")]))
    await store.close()
    raw = sqlite3.connect(path)
    raw.execute("INSERT INTO work_items (kind, number, call, last_call, created_at, last_at) "
                "VALUES ('full', '', '1', '1', 1, 1)")
    for wrong in (
        "UPDATE calls SET outcome = 'COUPE'", "UPDATE request_history SET why = ''",
        "UPDATE work_items SET state = 'closed'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
    raw.execute("UPDATE work_items SET state = 'closed', outcome = 'joint'")
    with pytest.raises(sqlite3.IntegrityError, match="stays as it was closed"):
        raw.execute("UPDATE work_items SET outcome = NULL, state = 'open'")
    raw.close()
