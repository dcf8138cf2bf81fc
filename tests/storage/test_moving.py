"""A store moved to another engine: every table, every row, every number; or nothing at all."""

import asyncio
import contextlib
import shutil
import sqlite3

import asyncpg
import pytest
from full_store import fill, filled, quiet

import storage.schema
import storage.statements
from storage import StoreBusy, StoreError, StoreUnreadable, ends, open_store
from storage.ends import filling, moved, reading
from storage.moving import MoveRefused, Sum, Table, in_order, sums
from storage.moving_sqlite import SqliteEnd
from tests.contract.stores import AWA, MONDAY, draft
from tests.postgres_server import server


@pytest.fixture(scope="module")
def postgres():
    with server() as one:
        yield one


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Once, and copied for each test."""
    return filled(tmp_path_factory.mktemp("made") / "store.db")


@pytest.fixture
def source(tmp_path, prepared):
    shutil.copyfile(prepared, tmp_path / "source.db")
    return f"sqlite:///{tmp_path}/source.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request, tmp_path):
    """An empty store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/target.db"
    else:
        server = request.getfixturevalue("postgres")
        url = server.create()
        yield url
        server.drop(url)


@pytest.fixture
def database(postgres):
    url = postgres.create()
    yield url
    postgres.drop(url)


async def done(url, sql):
    """On the database itself."""
    if url.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as raw:
            raw.execute(sql)
    else:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


async def read(url):
    async with reading(url) as end:
        return await sums(end, quiet)


async def test_all_tables_and_rows_are_on_the_other_side(source, target):
    found = await moved(source, target, quiet, alone=True)
    assert found == await read(source) == await read(target)
    assert {"calls", "requests", "request_history", "journal", "people", "request_words", "counters"} <= found.keys()
    assert found["calls"].rows == 3


async def test_the_moved_store_goes_on_where_the_other_stopped(source, target):
    await done(source, "DELETE FROM callbacks WHERE id = 2")
    await moved(source, target, quiet, alone=True)
    store = open_store(target)
    assert await store.open_calls() == ("3",)
    number = (await read(target))["requests"].rows + 1
    assert (await store.register("3", draft(key="2"), MONDAY))["reference"] == f"REQ-2026-{number:06d}"
    await store.register_callback("3", "+2250700000003", "general", "full", MONDAY)
    assert max(row.id for row in await store.list_callbacks(None)) == 3
    assert await store.check() == []
    await store.close()


async def test_what_is_never_rewritten_stays_so_after_the_move(source, target):
    await moved(source, target, quiet, alone=True)
    for change in ("UPDATE request_history SET who = 'x'", "UPDATE calls SET outcome = 'MUET' WHERE id = '1'"):
        with pytest.raises((sqlite3.Error, asyncpg.PostgresError), match=r"never rewritten|not closed again"):
            await done(target, change)


async def test_a_table_that_somebody_adds_is_moved_too(tmp_path, monkeypatch):
    known = storage.statements.schema
    step = ["CREATE TABLE visits (id INTEGER PRIMARY KEY, request TEXT REFERENCES requests (reference), at REAL)"]
    monkeypatch.setattr(storage.schema, "STEPS", (*storage.schema.STEPS, "99_visits"))
    monkeypatch.setattr(storage.schema, "schema", lambda name: step if name == "99_visits" else known(name))
    source = f"sqlite:///{tmp_path}/source.db"
    await fill(source)
    await done(source, "INSERT INTO visits (request, at) SELECT reference, 0.1 FROM requests")
    found = await moved(source, f"sqlite:///{tmp_path}/target.db", quiet, alone=True)
    assert found["visits"].rows == found["requests"].rows


async def test_a_store_that_holds_something_is_not_moved_into(source, target):
    store = open_store(target)
    await store.open_call("mine", MONDAY, AWA, "1364", "v1")
    await store.close()
    before = await read(target)
    with pytest.raises(MoveRefused, match=r"contient déjà des données \(calls\)"):
        await moved(source, target, quiet, alone=True)
    assert await read(target) == before


async def test_a_store_of_another_schema_is_not_moved(source, target, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(storage.schema, "STEPS", storage.schema.STEPS[:3])
        await open_store(f"{source}.old").close()
    with pytest.raises(MoveRefused, match=r"pas le même schéma .*3_distribution"):
        await moved(f"{source}.old", target, quiet, alone=True)


async def test_a_table_that_differs_stops_the_move_by_its_name(source, target):
    await done(source, "ALTER TABLE outbox ADD COLUMN tries INTEGER")
    with pytest.raises(MoveRefused, match="La table outbox n'est pas la même"):
        await moved(source, target, quiet, alone=True)


async def test_a_row_lost_on_the_way_is_noticed_and_nothing_is_kept(source, target, monkeypatch):
    whole, begun = SqliteEnd.rows, []

    async def losing(end, table):
        async for batch in whole(end, table):
            first = table.name == "outbox" and end.where.endswith("source.db") and not begun
            begun.extend(["outbox"] if first else [])
            yield batch[:-1] if first else batch

    monkeypatch.setattr(SqliteEnd, "rows", losing)
    with pytest.raises(MoveRefused, match=r"table outbox n'est pas conforme"):
        await moved(source, target, quiet, alone=True)
    monkeypatch.undo()
    if target.startswith("postgres"):
        assert (await read(target))["requests"].rows == 0
    else:
        with pytest.raises(MoveRefused, match="Il n'y a pas de base"):
            await read(target)


async def test_an_interrupted_move_leaves_the_target_empty(source, target):
    def interrupted(step, part):
        if step == "Copie" and part > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await moved(source, target, interrupted, alone=True)
    assert await moved(source, target, quiet, alone=True) == await read(source)


async def test_nobody_writes_while_a_store_is_moved(source, target):
    store = open_store(source, patience=0.05)
    with pytest.raises(StoreBusy):
        async with reading(source, alone=True):
            await store.open_call("late", MONDAY, AWA, "1364", "v1")
    await moved(source, target, quiet, alone=True)
    await store.close()


async def test_a_copy_is_of_one_moment_while_calls_go_on(source, target):
    store = open_store(source)
    before = await read(source)
    async with reading(source) as here, filling(target) as there:
        await store.open_call("late", MONDAY, AWA, "1364", "v1")
        assert await ends.filled(here, there, quiet) == before
    assert (await read(source))["calls"].rows == before["calls"].rows + 1
    await store.close()


@pytest.mark.postgres
async def test_a_store_comes_back_from_postgresql_as_it_went(source, database, tmp_path):
    back = f"sqlite:///{tmp_path}/back.db"
    there = await moved(source, database, quiet, alone=True)
    assert await moved(database, back, quiet, alone=True) == there == await read(back)
    store = open_store(back)
    assert (await store.person("000123X")).last_name == "Koné"
    assert await store.check() == []
    await store.close()


@pytest.mark.postgres
async def test_values_that_are_hard_to_carry_arrive_as_they_were(source, database, tmp_path):
    times = (0.1, 1e-300, 1.7976931348623157e308, 1e22, 123456789.123456789, float("inf"))
    with sqlite3.connect(source.removeprefix("sqlite:///")) as raw:
        raw.executemany("INSERT INTO journal (call, seq, at, type, entry) VALUES ('3', ?, ?, ?, ?)", [
            (n, at, "é\u0378\U0001f30d\\'\"\x01", bytes(range(256))) for n, at in enumerate(times, 100)
        ])
    raw.close()
    await moved(source, database, quiet, alone=True)
    await moved(database, f"sqlite:///{tmp_path}/back.db", quiet, alone=True)
    assert await read(f"sqlite:///{tmp_path}/back.db") == await read(source)


@pytest.mark.postgres
async def test_nobody_writes_to_postgresql_while_it_is_moved(source, database):
    await moved(source, database, quiet, alone=True)
    store = open_store(database, patience=0.05)
    with pytest.raises(StoreError):
        async with reading(database, alone=True):
            await store.open_call("late", MONDAY, AWA, "1364", "v1")
    await store.close()


@pytest.mark.postgres
async def test_a_text_that_postgresql_does_not_take_is_refused_and_nothing_kept(source, database):
    await done(source, "INSERT INTO flows VALUES ('v2', 'a' || char(0) || 'b')")
    with pytest.raises(StoreError):
        await moved(source, database, quiet, alone=True)
    assert (await read(database))["flows"].rows == 0


@pytest.mark.postgres
async def test_the_password_of_a_store_is_in_no_sentence(source):
    with pytest.raises(StoreError) as refusal:
        await moved(source, "postgresql://cruc:s3cret@127.0.0.1:1/cruc", quiet, alone=True)
    assert "s3cret" not in str(refusal.value)


async def test_a_store_is_not_moved_onto_itself(source, tmp_path):
    for same in (source, f"sqlite:///{tmp_path}/./source.db"):
        with pytest.raises(MoveRefused, match="la même base"):
            await moved(source, same, quiet, alone=True)


@pytest.mark.parametrize("url", ["mysql://a:s3cret@host/x", "sqlite:///", "store.db", "memory:"])
async def test_an_address_that_is_none_is_refused(source, url):
    with pytest.raises(MoveRefused, match="n'est pas celle d'une base") as refusal:
        await moved(source, url, quiet, alone=True)
    assert "s3cret" not in str(refusal.value)


async def test_a_file_of_another_program_is_left_alone(source, tmp_path):
    await done(f"sqlite:///{tmp_path}/recipes.db", "CREATE TABLE recipes (dish)")
    before = (tmp_path / "recipes.db").read_bytes()
    with pytest.raises(StoreUnreadable):
        await moved(source, f"sqlite:///{tmp_path}/recipes.db", quiet, alone=True)
    with pytest.raises(MoveRefused, match="pas une base de ce programme"):
        await moved(f"sqlite:///{tmp_path}/recipes.db", f"{source}.new", quiet, alone=True)
    assert (tmp_path / "recipes.db").read_bytes() == before
    assert not (tmp_path / "source.db.new").exists()


def test_a_checksum_does_not_depend_on_the_order_of_the_rows(tmp_path):
    def of(rows):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("CREATE TABLE t (b, a)")
        connection.executemany("INSERT INTO t (a, b) VALUES (?, ?)", rows)
        found = asyncio.run(sums(SqliteEnd(connection, tmp_path), quiet))["t"]
        connection.close()
        return found

    assert of([(1, "x"), (2, None), (2, None)]) == of([(2, None), (1, "x"), (2, None)])
    assert of([(1, "x")]) != of([("1", "x")]) != of([(1.0, "x")]) != of([("x", 1)])
    assert of([(2, None), (2, None)]) != of([]) == Sum(0, "0" * 64)


def test_tables_come_after_those_they_need_and_a_circle_is_no_end():
    needs = {"journal": {"calls"}, "calls": {"requests"}, "requests": {"requesters", "requests"}, "requesters": set(),
             "a": {"b"}, "b": {"a"}}
    order = [table.name for table in in_order({name: Table(name, (), frozenset(need)) for name, need in needs.items()})]
    assert order == ["requesters", "requests", "calls", "journal", "a", "b"]
