"""A store of each earlier schema, as the version of its day wrote it, is opened by this one with all that it held.

kept/schema_N.sql was dumped from a store that the program of that day had filled (N steps of the schema); never changed
since. Awa waits for an attestation, Koffi was lost in the queue, Fanta was served, somebody denounces, a call goes on.
"""

import sqlite3
from pathlib import Path

import pytest

import storage.schema
from ivr.core.lifecycle import Act, Actor
from ivr.core.record import fold
from storage import Agent, Rules, open_store
from storage.schema import STEPS

KEPT = Path(__file__).with_name("kept")
FIRST, MONDAY = "REQ-2026-000001", 1_792_396_800.0


@pytest.fixture(params=[1, 2, 3])
def steps(request):
    return request.param


@pytest.fixture
def path(tmp_path, steps):
    path = tmp_path / "store.db"
    raw = sqlite3.connect(path)
    raw.executescript((KEPT / f"schema_{steps}.sql").read_text("utf-8"))
    raw.close()
    return path


@pytest.fixture
async def store(path):
    rules = Rules({"ATT-TRAVAIL": (3, "jours ouvrés")}, walled=frozenset({"QUA-DENONCIATION"}))
    store = open_store(f"sqlite:///{path}", rules)
    yield store
    await store.close()


def rows_of(path, tables):
    raw = sqlite3.connect(path)
    raw.row_factory = sqlite3.Row
    found = {table: [dict(row) for row in raw.execute(f'SELECT * FROM "{table}"')] for table in tables}
    raw.close()
    return found


def tables_of(path):
    raw = sqlite3.connect(path)
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'").fetchall()
    raw.close()
    return {name for name, in names}


def test_a_kept_store_is_what_its_steps_make(path, steps, tmp_path, monkeypatch):
    """Its tables are those of its steps, column by column: the steps were not changed after they were released."""
    other = tmp_path / "other.db"
    with monkeypatch.context() as older:
        older.setattr(storage.schema, "STEPS", STEPS[:steps])
        open_store(f"sqlite:///{other}").engine._close()
    def columns(path):
        raw = sqlite3.connect(path)
        return {table: raw.execute(f"PRAGMA table_info({table})").fetchall() for table in tables_of(path)}
    assert columns(path) == columns(other)


def test_every_table_of_a_kept_store_has_rows(path):
    assert [table for table, rows in rows_of(path, tables_of(path)).items() if not rows] == []


async def test_every_row_is_there_afterwards_with_all_that_it_said(path):
    before = rows_of(path, tables_of(path))
    store = open_store(f"sqlite:///{path}")
    assert await store.check() == []
    await store.close()
    after = rows_of(path, before)
    for table, rows in before.items():
        assert len(after[table]) == len(rows), table
        for old, new in zip(rows, after[table], strict=True):
            assert {name: new[name] for name in old} == old, table


async def test_foreign_keys_hold_and_the_schema_is_that_of_a_new_store(path, store, tmp_path):
    fresh = tmp_path / "fresh.db"
    await open_store(f"sqlite:///{fresh}").close()
    def schema(path):
        raw = sqlite3.connect(path)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        columns = {table: {row[1:4] for row in raw.execute(f"PRAGMA table_info({table})")} for table in tables_of(path)}
        others = "SELECT type, name, tbl_name FROM sqlite_master WHERE type IN ('index', 'trigger') ORDER BY 1, 2"
        return columns, raw.execute(others).fetchall()
    assert schema(path) == schema(fresh)


async def test_who_asked_becomes_a_requester_with_name_numbers_and_standing(path, store, steps):
    raw = sqlite3.connect(path)
    requesters = raw.execute("SELECT matricule, standing, name, created_at FROM requesters ORDER BY matricule").fetchall()
    standing = "verified" if steps > 1 else "unverified"  # the directory came with the second step
    assert requesters == [
        ("000123X", standing, "Koné Awa", MONDAY + 2), ("000123Z", standing, None, MONDAY + 103),
        ("000500A", standing, None, MONDAY + 206),
    ]
    numbers = raw.execute("SELECT number, matricule FROM requester_phones JOIN requesters ON requester = id ORDER BY number")
    assert numbers.fetchall() == [
        ("+2250700000001", "000123X"), ("+2250700000002", "000123Z"), ("+2250700000003", "000500A"),
        ("+2250700000004", "000123X"),
    ]
    linked = raw.execute("SELECT r.matricule, w.matricule FROM requests r LEFT JOIN requesters w ON w.id = r.requester")
    assert all(asked == whose for asked, whose in linked)
    raw.close()


async def test_a_promise_of_before_warns_and_is_late_and_a_denunciation_is_behind_the_wall(path, store):
    raw = sqlite3.connect(path)
    days = raw.execute("SELECT warn_at, due_at, late_at FROM requests WHERE reference = ?", [FIRST]).fetchone()
    assert days == ("2026-10-22", "2026-10-22", "2026-10-24")  # of three days: 80 % is 2.4, 150 % is 4.5
    walled = raw.execute("SELECT category FROM requests WHERE walled = 1").fetchall()
    assert walled == [("QUA-DENONCIATION",)]
    raw.close()
    assert await store.keep_time(MONDAY + 3 * 86_400) >= 1
    assert [row.why for row in (await store.request(FIRST)).history if row.what == "échéance"] == ["80 % du délai"]


async def test_a_request_of_before_advances_waits_and_ends(store):
    serge = Actor("serge", "agent")
    await store.advance(FIRST, Act("acknowledge"), serge, MONDAY + 1000)
    file = await store.request(FIRST)
    assert (file.request.status, file.request.requester is not None) == ("acknowledged", True)
    assert [row.what for row in file.history][:1] == ["enregistrement"]


async def test_numbering_goes_on_without_a_gap_and_the_living_call_is_closed(store):
    assert await store.open_calls() == ("5",)
    await store.register("5", {"category": "ATT-TRAVAIL", "key": "2", "matricule": "000123X"}, MONDAY + 3600)
    rows = await store.list_requests(walled=True)
    assert sorted(int(row.reference[-6:]) for row in rows) == list(range(1, len(rows) + 1))
    await store.close_call("5", fold(await store.events("5"), cut_at=MONDAY + 3700))
    assert await store.open_calls() == ()


async def test_lost_calls_of_before_have_their_request_and_stay_as_they_were_closed(path, store, steps):
    if steps < 3:
        assert await store.list_work(None) == ()
        return
    raw = sqlite3.connect(path)
    linked = raw.execute("SELECT w.call, w.state FROM work_items w JOIN requests r ON r.reference = w.request "
                         "WHERE r.call = w.call ORDER BY w.id").fetchall()
    assert linked == [("2", "open"), ("8", "open"), ("6", "open"), ("7", "closed")]
    for wrong in ("UPDATE work_items SET note = '' WHERE call = '7'", "UPDATE request_history SET why = ''",
                  "UPDATE calls SET outcome = 'COUPE' WHERE id = '1'"):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
    raw.close()


async def test_callbacks_of_before_keep_their_place_and_know_who_called(store, steps):
    waiting = (await store.list_callbacks())[0]
    assert (waiting.number, waiting.since, waiting.priority, waiting.tries, waiting.facts) == (
        "+2250700000002", MONDAY + 104, 0, 0, {})
    assert waiting.matricule == ("000123Z" if steps < 3 else None)  # the third version was not told who
    assert (await store.register_callback("9", waiting.number, "solde", "full", MONDAY + 200))["already"]
    await store.keep_callback(str(waiting.id), "expired", 3, 0.0, MONDAY + 7200)
    assert [(row.number, row.state) for row in await store.list_callbacks(None)] == [
        ("+2250700000002", "expired"), ("+2250700000005", "done")]


async def test_who_served_somebody_last_and_an_agent_of_before_are_known(store, steps):
    assert (await store.answer("served_by", {"matricule": "000500A"}, MONDAY + 900))["agent"] == "serge"
    agents = await store.list_agents()
    serge = Agent("serge", "Serge", "201", "agent-serge", ("general",), {"solde": 3}, "paused", "repas", ranks={})
    assert agents == ((serge,) if steps > 1 else ())


@pytest.mark.parametrize("steps", [3])
async def test_lost_again_and_out_of_hours_each_open_item_of_before_has_one_open_request(path):
    """Koffi, lost in call 2, was lost again in call 6; Ama, of call 8, was told that the centre is closed."""
    raw = sqlite3.connect(path)
    raw.executescript("""
        DROP TRIGGER calls_closed_once;
        DELETE FROM work_items WHERE id = 3;
        UPDATE calls SET caller = '+2250700000002' WHERE id = '6';
        UPDATE work_items SET calls = 2, last_call = '6', last_at = 1792397302.0 WHERE id = 1;
        UPDATE requests SET status = 'closed', closed_at = since WHERE reference = 'REQ-2026-000006';
        CREATE TRIGGER calls_closed_once BEFORE UPDATE OF outcome, request ON calls WHEN OLD.outcome IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a closed call is not closed again'); END;
    """)
    raw.close()
    store = open_store(f"sqlite:///{path}", Rules())
    lost, doubled, closed = [(await store.request(f"REQ-2026-{n:06d}")) for n in (2, 7, 6)]
    assert (lost.request.status, doubled.request.status, closed.request.status) == ("registered", "merged", "registered")
    assert (doubled.request.parent, lost.duplicates) == ("REQ-2026-000002", ("REQ-2026-000007",))
    assert [file.history[-1].status_to for file in (lost, doubled, closed)] == ["registered", "merged", "registered"]
    assert [(await store.work_item(item)).request is not None for item in (1, 4)] == [True, True]
    await store.close_work(1, "joint", "koffi", MONDAY + 9000)
    assert (await store.request("REQ-2026-000002")).request.status == "closed"
    await store.close()
