"""Opening a file: ours in the schema of today, or refused in one sentence and left as it was."""

import sqlite3
import stat

import pytest
from sqlite_utils import Database

import storage.schema
from storage import (
    Refused,
    Rules,
    SchemaUnknown,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreNotWritable,
    StoreUnreadable,
    open_store,
)
from storage.errors import explained


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


async def left_by_awa(path):
    """A store that keeps one open call and one request."""
    store = open_store(f"sqlite:///{path}")
    await store.open_call("1", 1e9, "+2250700000001", "1364", "v1")
    made = await store.register("1", {"category": "ATT-TRAVAIL", "key": "1"}, 1e9)
    await store.close()
    return made["reference"]


def refused(path, case, words):
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(case, match=words) as refusal:
        open_store(f"sqlite:///{path}", patience=0.1)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert str(path) in sentence
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.asyncio
async def test_what_was_written_is_there_when_the_store_is_opened_again(path):
    reference = await left_by_awa(path)
    store = open_store(f"sqlite:///{path}")
    assert await store.open_calls() == ("1",)
    assert (await store.request(reference)).request.call == "1"
    assert (await store.register("1", {"category": "SOL-PRIME", "key": "2"}, 1e9))["reference"] == "REQ-2001-000002"
    await store.close()


@pytest.mark.asyncio
async def test_only_its_owner_reads_the_file(path):
    await left_by_awa(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.asyncio
async def test_a_relative_path_and_a_missing_folder_are_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    await open_store("sqlite:///var/cruc.db").close()
    assert (tmp_path / "var" / "cruc.db").is_file()


@pytest.mark.asyncio
async def test_a_step_that_fails_leaves_the_older_schema_whole(path, monkeypatch):
    await left_by_awa(path)
    steps = (*storage.schema.STEPS, "3_first", "4_wrong")
    scripts = {"3_first": ["CREATE TABLE first (id)"], "4_wrong": ["CREATE TABLE second (id)", "CREATE NONSENSE"]}
    with monkeypatch.context() as newer:
        newer.setattr(storage.schema, "STEPS", steps)
        newer.setattr(storage.schema, "schema", scripts.__getitem__)
        with pytest.raises(StoreError):
            open_store(f"sqlite:///{path}")
    assert not {"first", "second"} & set(Database(path).table_names())
    await open_store(f"sqlite:///{path}").close()


@pytest.mark.asyncio
async def test_the_schema_of_a_newer_version_is_refused(path, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(storage.schema, "STEPS", (*storage.schema.STEPS, "9_future"))
        newer.setattr(storage.schema, "schema", lambda step: [f"CREATE TABLE t{step} (id)"] if step == "9_future"
                      else storage.statements.schema(step))
        await open_store(f"sqlite:///{path}").close()
    refused(path, SchemaUnknown, "newer version .9_future.: install that version")


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("Ceci n'est pas une base.\n" * 200, "utf-8")
    refused(path, StoreUnreadable, "damaged or not a database")


def test_the_database_of_another_program_is_refused(path):
    Database(path)["recipes"].insert({"id": 1, "dish": "attiéké"}, pk="id")
    refused(path, StoreUnreadable, "another program")


@pytest.mark.asyncio
async def test_a_damaged_page_is_refused(path):
    await left_by_awa(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\x55" * 4096 * 3 + whole[4096 * 4:])
    refused(path, StoreUnreadable, "damaged")


@pytest.mark.asyncio
async def test_a_truncated_file_is_refused(path):
    await left_by_awa(path)
    path.write_bytes(path.read_bytes()[:4096 * 5 + 100])
    refused(path, StoreUnreadable, "damaged")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file" / "store.db", StoreNotWritable, "give a")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    refused(tmp_path, StoreNotWritable, "no file in a folder")


def test_a_locked_file_is_refused_after_a_bounded_time_and_the_next_opening_works(path):
    path.touch()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refused(path, StoreBusy, "kept locked by another program")
    other.execute("ROLLBACK")
    other.close()


def test_a_full_disk_while_a_new_store_is_made_leaves_no_file_behind(path, monkeypatch):
    def full(connection, *_):
        connection.execute("PRAGMA max_page_count = 4")
        before(connection, *_)
    before = storage.schema._migrate
    monkeypatch.setattr(storage.schema, "_migrate", full)
    refused(path, StoreFull, "no disk space left")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite:///", "mysql://host/db", "store.db", ""])
def test_an_unknown_url_is_refused(url):
    with pytest.raises(StoreError, match=r"sqlite:///path/to/file\.db, postgresql://… or memory:"):
        open_store(url)


def test_the_state_of_the_disk_is_told_apart_from_a_wrong_write():
    broken = sqlite3.OperationalError("disk I/O error")
    broken.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    assert type(explained(broken, "here")) is StoreError
    assert isinstance(explained(sqlite3.IntegrityError("UNIQUE"), "here"), Refused)
    assert Rules().promise("ATT-TRAVAIL", 1e9) is None
