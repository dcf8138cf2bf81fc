"""The server goes away, a connection breaks, another program holds the lock: a write was done once, or has done nothing."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from ivr.core.messages import DigitReceived
from storage import StoreBusy, StoreClosed, open_store
from storage.postgres_link import Link
from storage.postgres_schema import LOCK

pytestmark = pytest.mark.postgres
CLOSED = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")


@pytest.fixture
async def store(filled):
    store = open_store(filled, patience=2.0)
    await store.open_call("1", 1e9, "+2250700000001", "1364", "v1")
    yield store
    await store.close()


@pytest.fixture
def ran(monkeypatch):
    """What the writer and the readers run beside the named statements, as it comes."""
    told, run = [], Link.run

    async def noted(link, sql):
        told.append(sql)
        return await run(link, sql)
    monkeypatch.setattr(Link, "run", noted)
    return told


def name_of(url):
    return urlsplit(url).path[1:]


def digit(number):
    return [DigitReceived(1e9, str(number % 10))]


def break_connections(postgres, url):
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                 f"WHERE datname = '{name_of(url)}' AND pid <> pg_backend_pid()")


def draft(key="1"):
    return {"category": "ATT-TRAVAIL", "key": key}


async def references(store):
    return sorted(row.reference for row in await store.list_requests())


# ---------------------------------------------------------------------------------------------------- groups and promises
async def test_writes_that_wait_together_are_committed_together(store, ran):
    await asyncio.gather(*(store.append("1", n, digit(n)) for n in range(100)))
    assert ran.count("COMMIT") < 50
    assert len(await store.events("1")) == 100


async def test_a_promise_is_forced_to_the_disk_and_takes_the_lock_and_a_journal_entry_does_neither(store, ran):
    await store.append("1", 1, digit(1))
    await store.register("1", draft(), 1e9)
    journal, promise = [sql for sql in ran if sql.startswith("BEGIN ISOLATION LEVEL READ COMMITTED")]
    assert "synchronous_commit = off" in journal
    assert "pg_advisory_xact_lock" not in journal
    assert "synchronous_commit = on" in promise
    assert f"pg_advisory_xact_lock({LOCK})" in promise


async def test_a_promise_fails_in_time_while_another_program_holds_the_lock_and_journals_go_on(store, filled):
    quick = open_store(filled, patience=0.2)
    other = await asyncpg.connect(filled)
    await other.execute(f"SELECT pg_advisory_lock({LOCK})")
    with pytest.raises(StoreBusy, match="kept locked by another program"):
        await quick.register("1", draft(), 1e9)
    await quick.append("1", 1, digit(1))
    await other.close()
    assert (await quick.register("1", draft(), 1e9))["reference"] == "REQ-2001-000001"
    await quick.close()


async def test_two_stores_that_register_at_once_number_without_a_gap_or_a_double(store, filled):
    other = open_store(filled)
    made = await asyncio.gather(*(
        (store, other)[n % 2].register("1", draft(str(n)), 1e9) for n in range(60)
    ))
    assert sorted(one["reference"] for one in made) == [f"REQ-2001-{n:06d}" for n in range(1, 61)]
    await other.close()


# ------------------------------------------------------------------------------------------------------- lost connections
async def test_connections_that_died_while_idle_are_made_again_unnoticed(store, postgres, filled):
    await store.open_calls()
    break_connections(postgres, filled)
    assert await store.open_calls() == ("1",)
    await store.register("1", draft(), 1e9)
    assert await references(store) == ["REQ-2001-000001"]


@pytest.mark.parametrize("many", [1, 3])
async def test_a_write_whose_connection_is_lost_between_two_statements_is_done_once(
    store, postgres, filled, monkeypatch, many,
):
    ask, broken = Link.ask, []

    async def breaking(link, question):
        if question.name == "insert_request" and not broken:
            broken.append(await asyncio.to_thread(break_connections, postgres, filled))
        return await ask(link, question)
    monkeypatch.setattr(Link, "ask", breaking)
    await asyncio.gather(*(store.register("1", draft(str(n)), 1e9) for n in range(many)))
    assert broken
    assert await references(store) == [f"REQ-2001-{n:06d}" for n in range(1, many + 1)]


@pytest.mark.parametrize("arrived", [True, False], ids=["kept", "not_kept"])
@pytest.mark.parametrize("many", [1, 3])
async def test_a_commit_whose_answer_never_came_is_asked_for_and_done_once(store, monkeypatch, arrived, many):
    run, broken = Link.run, []

    async def breaking(link, sql):
        if sql != "COMMIT" or broken:
            return await run(link, sql)
        broken.append(sql)
        if arrived:
            await run(link, sql)
        link.drop()
        raise CLOSED
    monkeypatch.setattr(Link, "run", breaking)
    made = await asyncio.gather(*(store.register("1", draft(str(n)), 1e9) for n in range(many)))
    assert broken
    assert sorted(one["reference"] for one in made) == await references(store)
    assert await references(store) == [f"REQ-2001-{n:06d}" for n in range(1, many + 1)]


async def test_a_journal_entry_whose_commit_was_not_answered_is_there_once(store, monkeypatch):
    run, broken = Link.run, []

    async def breaking(link, sql):
        told = await run(link, sql)
        if sql == "COMMIT" and not broken:
            broken.append(link.drop())
            raise CLOSED
        return told
    monkeypatch.setattr(Link, "run", breaking)
    await store.append("1", 1, digit(1))
    assert broken
    assert list(await store.events("1")) == digit(1)


async def test_a_deadlock_is_run_again(store, monkeypatch):
    ask, broken = Link.ask, []

    async def breaking(link, question):
        if question.name == "insert_request" and not broken:
            broken.append(question)
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return await ask(link, question)
    monkeypatch.setattr(Link, "ask", breaking)
    await store.register("1", draft(), 1e9)
    assert await references(store) == ["REQ-2001-000001"]


async def test_a_plan_made_old_by_another_node_is_made_anew(store, postgres, filled):
    await store.request("REQ-2001-000001")
    postgres.run("ALTER TABLE requests ADD COLUMN tomorrow TEXT", database=name_of(filled))
    assert await store.request("REQ-2001-000001") is None
    postgres.run("ALTER TABLE requests DROP COLUMN tomorrow", database=name_of(filled))
    assert await store.request("REQ-2001-000001") is None


async def test_a_caller_who_stopped_waiting_does_not_stop_the_others(store):
    writes = [asyncio.ensure_future(store.append("1", n, digit(n))) for n in range(20)]
    await asyncio.sleep(0)
    writes[3].cancel()
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [asyncio.CancelledError]
    assert len(await store.events("1")) >= 19


async def test_closing_commits_what_was_taken_and_takes_no_more(store, filled):
    writes = [asyncio.ensure_future(store.append("1", n, digit(n))) for n in range(500)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*writes) == [None] * 500
    with pytest.raises(StoreClosed):
        await store.append("1", 500, digit(0))
    with pytest.raises(StoreClosed):
        await store.events("1")
    again = open_store(filled)
    assert len(await again.events("1")) == 500
    await again.close()


# ------------------------------------------------------------------------------------------------------------ lost servers
@pytest.fixture
async def endangered(mortal):
    """A store whose server may be stopped, and that waits for it for half a second."""
    url = mortal.create()
    store = open_store(url, patience=0.5)
    await store.open_call("1", 1e9, "+2250700000001", "1364", "v1")
    yield store
    await store.close()


async def test_a_stopped_server_is_told_in_time_and_found_again(endangered, mortal):
    await asyncio.to_thread(mortal.stop)
    journals = [endangered.append("1", n, digit(n)) for n in range(3)]
    others = [endangered.register("1", draft(), 1e9), endangered.open_calls()]
    ends = await asyncio.gather(*journals, *others, return_exceptions=True)
    assert {type(end) for end in ends} == {StoreBusy}
    assert str(ends[0]).endswith(".")
    await asyncio.to_thread(mortal.start)
    assert list(await endangered.events("1")) == []
    await endangered.append("1", 1, digit(1))
    assert await references(endangered) == []
    assert (await endangered.register("1", draft(), 1e9))["reference"] == "REQ-2001-000001"


async def test_a_server_that_comes_back_in_time_is_waited_for(mortal):
    store = open_store(mortal.create(), patience=30.0)
    await store.open_call("1", 1e9, "", "1364", "v1")
    await asyncio.to_thread(mortal.stop)
    waiting = asyncio.gather(store.register("1", draft(), 1e9), store.append("1", 1, digit(1)))
    await asyncio.to_thread(mortal.start)
    assert (await waiting)[0]["reference"] == "REQ-2001-000001"
    await store.close()


async def test_a_server_that_dies_while_it_commits_and_stays_away_leaves_an_honest_sentence(endangered, mortal, monkeypatch):
    run, broken = Link.run, []

    async def breaking(link, sql):
        told = await run(link, sql)
        if sql == "COMMIT" and not broken:
            broken.append(await asyncio.to_thread(mortal.kill))
            raise CLOSED
        return told
    monkeypatch.setattr(Link, "run", breaking)
    with pytest.raises(StoreBusy, match=r"went away while it committed: the write may have been kept\.$"):
        await endangered.register("1", draft(), 1e9)
    await asyncio.to_thread(mortal.start)
    again = await endangered.register("1", draft(), 1e9)
    assert await references(endangered) == [again["reference"]]


async def test_rows_that_nobody_reads_again_go_in_one_round_trip(store, monkeypatch):
    add, together = Link.add, []

    async def noting(link, rows):
        together.append({row.name for row in rows})
        await add(link, rows)
    monkeypatch.setattr(Link, "add", noting)
    await store.register("1", draft(), 1e9)
    assert {"insert_history", "insert_outbox", "put_request_words"} <= together[0]
    file = await store.request("REQ-2001-000001")
    assert [line.what for line in file.history] == ["enregistrement"]
    assert [row.kind for row in await store.outbox_waiting()] == ["request_registered"]
