"""Opening a PostgreSQL database: ours in the schema of today, or refused in one sentence and left as it was."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import asyncpg
import pytest

import storage.postgres_link
import storage.postgres_schema
from ivr.core.messages import CallEnded, CallStarted
from ivr.core.record import fold
from storage import (
    Refused,
    SchemaUnknown,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreNotWritable,
    StoreUnreadable,
    open_store,
)
from storage.engine import POSTGRES, Ask
from storage.postgres_errors import explained
from storage.postgres_link import Address, Link
from storage.schema import STEPS
from storage.statements import statements
from tests.postgres_server import Private

on_a_server = pytest.mark.postgres
SECRET = "un-secret-de-test"


def name_of(url):
    return urlsplit(url).path[1:]


def refused(url, case, words):
    with pytest.raises(StoreError, match=words) as refusal:
        open_store(url, patience=0.2)
    assert type(refusal.value) is case
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert SECRET not in sentence
    return sentence


def tables(postgres, url):
    rows = postgres.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=name_of(url))[0]
    return {row["tablename"] for row in rows}


async def left_by_awa(url):
    store = open_store(url)
    await store.open_call("1", 1e9, "+2250700000001", "1364", "v1")
    made = await store.register("1", {"category": "ATT-TRAVAIL", "key": "1"}, 1e9)
    await store.close()
    return made["reference"]


# ------------------------------------------------------------------------------------------------------------------ ours
@on_a_server
async def test_what_was_written_is_there_when_the_store_is_opened_again(bare):
    reference = await left_by_awa(bare)
    store = open_store(bare)
    assert await store.open_calls() == ("1",)
    assert (await store.request(reference)).request.call == "1"
    assert await store.check() == []
    await store.close()


@on_a_server
def test_one_store_serves_several_event_loops_one_after_the_other(filled):
    store = open_store(filled)
    asyncio.run(store.open_call("1", 1e9, "", "1364", "v1"))
    assert asyncio.run(store.open_calls()) == ("1",)
    asyncio.run(store.close())
    asyncio.run(store.close())


@on_a_server
def test_two_nodes_that_start_at_once_take_each_step_once(postgres, bare):
    with ThreadPoolExecutor(2) as both:
        for store in both.map(open_store, [bare, bare]):
            store.engine._close()
    taken = postgres.run("SELECT name FROM _cruc_steps ORDER BY name", database=name_of(bare))[0]
    assert [row["name"] for row in taken] == list(STEPS)


@on_a_server
async def test_a_database_of_fewer_steps_gets_the_others(bare, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(storage.postgres_schema, "STEPS", STEPS[:3])
        open_store(bare).engine._close()
    assert await left_by_awa(bare) == "REQ-2001-000001"


@on_a_server
def test_a_step_that_fails_leaves_the_older_schema_whole(postgres, bare, monkeypatch):
    open_store(bare).engine._close()
    before, told = tables(postgres, bare), {"8_first": ["CREATE TABLE first (id BIGINT)"], "9_wrong": ["CREATE NONSENSE"]}
    with monkeypatch.context() as newer:
        newer.setattr(storage.postgres_schema, "STEPS", (*STEPS, *told))
        newer.setattr(storage.postgres_schema, "schema", lambda step, _dialect: told[step])
        refused(bare, StoreError, "syntax error")
    assert tables(postgres, bare) == before
    open_store(bare).engine._close()


@on_a_server
async def test_every_statement_is_one_that_the_server_understands(filled):
    link = await Link.to(Address(filled, 1.0), "cruc test")
    for name in statements(POSTGRES):
        await link._prepare(name)
    await link.close()


# --------------------------------------------------------------------------------------------------------------- refused
@on_a_server
def test_a_database_that_does_not_exist_is_refused_with_how_to_make_one(bare):
    refused(bare.replace(name_of(bare), "nulle_part"), StoreError, "createdb -T template0 -E UTF8 --locale=C")


@on_a_server
@pytest.mark.parametrize(("encoding", "collation"), [("UTF8", "C.UTF-8"), ("SQL_ASCII", "C")])
def test_a_database_that_sorts_or_writes_in_its_own_way_is_refused(postgres, encoding, collation):
    how = f"CREATE DATABASE {{name}} TEMPLATE {{template}} ENCODING '{encoding}' LC_COLLATE '{collation}' LC_CTYPE 'C'"
    url = postgres.create(how=how)
    refused(url, StoreError, "sorts in its own way .*createdb -T template0 -E UTF8 --locale=C")
    assert tables(postgres, url) == set()
    postgres.drop(url)


@on_a_server
def test_the_database_of_another_program_is_refused(postgres, bare):
    postgres.run("CREATE TABLE recipes (dish TEXT)", database=name_of(bare))
    refused(bare, StoreUnreadable, "another program")
    assert tables(postgres, bare) == {"recipes"}


@on_a_server
def test_the_schema_of_a_newer_version_is_refused(postgres, bare):
    open_store(bare).engine._close()
    postgres.run("INSERT INTO _cruc_steps (name) VALUES ('99_future')", database=name_of(bare))
    refused(bare, SchemaUnknown, "newer version .99_future.: install that version")


@on_a_server
def test_a_server_that_is_too_old_is_refused(bare, monkeypatch):
    monkeypatch.setattr(Link, "version", 12)
    refused(bare, StoreError, "PostgreSQL 12: 13 or later is needed")


@on_a_server
def test_a_database_that_only_reads_is_refused(postgres, bare):
    postgres.run(f"ALTER DATABASE {name_of(bare)} SET default_transaction_read_only = on")
    refused(bare, StoreNotWritable, "read-only, as a standby is")


@on_a_server
def test_a_user_with_too_few_rights_is_refused(postgres, bare):
    postgres.run("DROP ROLE IF EXISTS cruc_test_visitor", "CREATE ROLE cruc_test_visitor LOGIN")
    refused(postgres.url(name_of(bare), user="cruc_test_visitor"), StoreNotWritable, "too few rights")
    postgres.run("DROP ROLE cruc_test_visitor")


@on_a_server
def test_a_wrong_password_is_refused_without_being_told(postgres, bare):
    if not isinstance(postgres, Private):
        pytest.skip("only the private server is known to ask for passwords")
    postgres.run("DROP ROLE IF EXISTS locked_out", "CREATE ROLE locked_out LOGIN PASSWORD 'another'")
    refused(postgres.url(name_of(bare), user="locked_out", password=SECRET), StoreError, "password authentication failed")


@pytest.mark.parametrize("url", [
    f"postgresql://cruc:{SECRET}@127.0.0.1:1/cruc", f"postgres://cruc:{SECRET}@[::1]:1/cruc",
    f"postgresql://cruc:{SECRET}@/cruc?host=/nowhere",
])
def test_a_server_that_is_not_there_is_told_after_a_bounded_time(url):
    refused(url, StoreBusy, "cannot be reached .*: start it, or check the address")


@pytest.mark.parametrize("url", [f"postgresql://cruc:{SECRET}@host:port/cruc", f"postgresql://cruc:{SECRET}@[host/cruc"])
def test_an_address_that_is_none_is_refused(url):
    refused(url, StoreError, "cannot be read: write postgresql://user@host:5432/database")


def test_without_asyncpg_one_sentence_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("storage.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    refused("postgresql://cruc@127.0.0.1/cruc", StoreError, "install the extra « postgres »")


@pytest.mark.parametrize(("error", "case"), [
    (asyncpg.DiskFullError("could not extend file"), StoreFull),
    (asyncpg.LockNotAvailableError("canceling statement"), StoreBusy),
    (asyncpg.QueryCanceledError("canceling statement"), StoreBusy),
    (asyncpg.TooManyConnectionsError("too many clients"), StoreBusy),
    (asyncpg.CannotConnectNowError("starting up"), StoreBusy),
    (asyncpg.AdminShutdownError("terminating connection"), StoreBusy),
    (asyncpg.ConnectionDoesNotExistError("closed"), StoreBusy),
    (ConnectionResetError("reset"), StoreBusy),
    (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"), StoreNotWritable),
    (asyncpg.InsufficientPrivilegeError("permission denied"), StoreNotWritable),
    (asyncpg.UniqueViolationError("duplicate key"), Refused),
    (asyncpg.CharacterNotInRepertoireError("0x00"), Refused),
    (asyncpg.DataError("an integer is required"), Refused),
    (asyncpg.DataCorruptedError("invalid page"), StoreUnreadable),
    (asyncpg.IndexCorruptedError("bt"), StoreUnreadable),
    (asyncpg.OutOfMemoryError("memory"), StoreError),
    (asyncpg.UndefinedTableError("relation"), StoreError),
])
def test_what_the_server_says_is_told_in_a_sentence_of_ours(error, case):
    error.args = (f"{error.args[0]} for {SECRET}\nHINT: none",)
    told = explained(error, "postgresql://cruc@host/cruc", SECRET)
    assert type(told) is case
    assert "postgresql://cruc@host/cruc" in str(told)
    assert SECRET not in str(told)
    assert "\n" not in str(told)


# --------------------------------------------------------------------------------------------------- what the server keeps
@on_a_server
async def test_sql_itself_refuses_a_second_outcome_a_rewritten_history_and_an_end_without_outcome(postgres, filled):
    store = open_store(filled)
    await store.open_call("1", 1e9, "+2250700000001", "1364", "v1")
    await store.close_call("1", fold([CallStarted(1e9, "1", "", "1364", "v1"), CallEnded(1e9, "caller")]))
    await store.close()
    run = lambda sql: postgres.run(sql, database=name_of(filled))  # noqa: E731 - short as it is used
    run("INSERT INTO work_items (kind, number, call, last_call, created_at, last_at) VALUES ('full', '', '1', '1', 1, 1)")
    for wrong in (
        "UPDATE calls SET outcome = 'COUPE'", "UPDATE request_history SET why = ''",
        "UPDATE work_items SET state = 'closed'",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            run(wrong)
    run("UPDATE work_items SET state = 'closed', outcome = 'joint'")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="stays as it was closed"):
        run("UPDATE work_items SET outcome = NULL, state = 'open'")


@on_a_server
async def test_a_reader_cannot_write(filled):
    store = open_store(filled)

    def rule():
        yield Ask("insert_flow", {"version": "v1", "source": ""})
    with pytest.raises(StoreNotWritable, match="read-only"):
        await store.engine.read(rule)
    await store.close()


@on_a_server
async def test_a_text_that_postgresql_cannot_keep_is_refused_alone(filled):
    store = open_store(filled)
    writes = [store.keep_flow(f"v{n}", "\0" if n == 1 else "ok") for n in range(3)]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), Refused, type(None)]
    assert await store.flow_source("v2") == "ok"
    await store.close()


@on_a_server
async def test_a_check_finds_a_row_whose_parent_is_gone_and_an_index_that_is_not_valid(postgres, filled):
    reference = await left_by_awa(filled)
    valid = "UPDATE pg_index SET indisvalid = {} WHERE indexrelid = 'calls_by_time'::regclass"
    gone = f"DELETE FROM requests WHERE reference = '{reference}'"
    postgres.run("SET session_replication_role = replica", gone, valid.format("false"), database=name_of(filled))
    store = open_store(filled)
    found = await store.check()
    await store.close()
    postgres.run(valid.format("true"), database=name_of(filled))
    assert "1 rows of request_history name a row of requests that is not there." in found
    assert "The index calls_by_time is not valid: REINDEX it." in found
