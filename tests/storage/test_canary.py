"""A person whom nobody else is called like is planted wherever the store can hold one. Years later the purge has passed, and
no byte of this person is found: not in the tables, their free pages, the log of changes, the index of words, the exports,
the log, nor in a backup made after.
"""

import asyncio
import logging
import os
import sqlite3

import pytest
import structlog

from ivr.core.directory_rows import DirectoryRow
from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import CallEnded, CallStarted, Heard, Hypothesis, Noted, Recorded
from ivr.core.record import fold
from ivr.log import NAMES, start_logging
from storage import Person, StoreError, open_store
from storage.backup import back_up
from storage.engine import Ask
from storage.purge import Files, purge
from storage.retention import DEFAULT
from tests.postgres_server import GIVEN, Private
from tests.storage.personal_columns import PERSONAL, unknown

MONDAY = 1_792_396_800.0
TWENTY_YEARS = 20 * 366 * 86_400.0
MATRICULE, BIRTH, PHONE, EXAM = "000777Q", "1931-01-31", "+2250707654321", "CR 1999/80808"
LAST, FIRST, NOTE, VOICE = "Zozoubrimetre", "Quentinoviche", "kangourouxylophone", "voix-jabberwocky"
CANARIES = (
    MATRICULE, BIRTH, "707654321", "1999/80808", "199980808", LAST, FIRST, NOTE, "jabberwocky",
    "oubrimetre", "tinoviche", "rouxylophone",  # as FTS5 cuts the beginnings that two words share
)
MARIAM = Actor("mariam", "supervisor")


def bytes_told(data):
    """The canaries in raw bytes, in whatever case and one or two bytes a letter."""
    low = data.lower()
    return [each for each in CANARIES if each.lower().encode() in low or each.lower().encode("utf-16-le") in low]


def found_below(*folders):
    return {
        (str(path), canary) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()
        for canary in bytes_told(path.read_bytes())
    }


def rule(name, **values):
    yield Ask(name, values)


# ----------------------------------------------------------------------------------------------------------- where it runs
class SqliteHouse:
    def __init__(self, folder):
        self.url = f"sqlite:///{folder / 'data' / 'store.db'}"
        self.data = folder / "data"

    def rows(self, query):
        with sqlite3.connect(self.data / "store.db") as connection:
            return connection.execute(query).fetchall()

    def columns(self):
        tables = [name for name, in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            (table, row[1]) for table in tables for row in self.rows(f'PRAGMA table_info("{table}")')
            if row[2] in {"TEXT", "BLOB", ""} and not table.startswith("sqlite_")
        }

    def settle(self):
        """Nothing is to be done: the purge itself has written over what was there."""


class PostgresHouse:
    """The private server; what a site must set for its log of changes is in docs/privacy.md."""

    def __init__(self, server):
        self._server = server
        self.url = server.fresh()
        self._database = self.url.partition("?")[0].rpartition("/")[2]
        [(folder,)] = server.run("SHOW data_directory")[0]
        self.data = type(server._folder)(folder)
        server.run("ALTER SYSTEM SET wal_recycle = off", "ALTER SYSTEM SET min_wal_size = '32MB'", "SELECT pg_reload_conf()")

    def rows(self, query):
        return [tuple(row) for row in self._server.run(query, database=self._database)[0]]

    def columns(self):
        return set(self.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
                             " AND data_type IN ('text', 'bytea', 'tsvector', 'jsonb', 'json', 'character varying')"))

    def settle(self):
        """The log of changes is cut off behind the purge, twice: the first checkpoint still needs the segment before."""
        for _ in range(2):
            self._server.run("SELECT pg_switch_wal()", "CHECKPOINT")


@pytest.fixture(scope="module")
def own_server():
    if os.environ.get(GIVEN):
        pytest.skip("The files of a server that is not ours are not read.")
    one = Private()
    yield one
    one.end()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request, tmp_path):
    return PostgresHouse(request.getfixturevalue("own_server")) if request.param == "postgres" else SqliteHouse(tmp_path)


@pytest.fixture
def files(tmp_path):
    made = Files(tmp_path / "recordings", tmp_path / "clips", tmp_path / "exports", tmp_path / "secrets" / "pseudonym.key")
    for folder in (made.recordings, made.clips, made.exports):
        folder.mkdir()
    voices = (made.recordings / f"{VOICE}.wav", made.recordings / "talk-o1.wav", made.clips / "c.wav")
    for path in (*voices, made.exports / "e.zip"):
        path.write_bytes(f"RIFF {NOTE} {PHONE}".encode())
        os.utime(path, (MONDAY, MONDAY))
    return made


@pytest.fixture
def log(tmp_path):
    before = structlog.get_config()
    start_logging(tmp_path / "log")
    yield tmp_path / "log"
    for handler in [each for each in logging.getLogger().handlers if each.get_name() in NAMES]:
        logging.getLogger().removeHandler(handler)
        handler.close()
    structlog.configure(**before)


# ----------------------------------------------------------------------------------------------------------------- planting
async def plant(store):
    """Everything that may be said about somebody, said about this one."""
    await in_the_directory(store)
    await by_telephone(store)
    await at_the_counter(store)
    await store.log_access("awa", "agent", "read", [MATRICULE, PHONE], NOTE, MONDAY)
    await store.engine.write(True, rule, "insert_factor_failure", at=MONDAY, number=PHONE, subject=MATRICULE)


async def in_the_directory(store):
    await store.import_people([Person(MATRICULE, LAST, FIRST, BIRTH, (PHONE,))])
    changed = DirectoryRow(MATRICULE, LAST, f"{FIRST} Junior", BIRTH, "DGFP", (PHONE,))
    columns = {"first_name", "last_name", "birth", "direction", "phones"}
    staged = await store.stage_people(iter([[changed]]), columns)
    await store.take_staged(staged, who="awa", file="annuaire.csv", sha256="0", refused=0, at=MONDAY)
    await store.stage_people(iter([[DirectoryRow(MATRICULE, LAST, FIRST, BIRTH, "DPCE", (PHONE,))]]), columns)


async def by_telephone(store):
    at = MONDAY + 60
    await store.open_call("k1", at, PHONE, "1364", "v1")
    asked = {"category": "ATT-TRAVAIL", "key": "1", "matricule": MATRICULE, "caller": PHONE, "name": LAST, "note": NOTE,
             "voice_note": VOICE}
    reference = (await store.register("k1", asked, at))["reference"]
    happened = [
        CallStarted(at, "k1", PHONE, "1364", "v1"), Noted(at, "identified", [MATRICULE, "keypad"]),
        Heard(at, 1, "speech", (Hypothesis(f"{NOTE} {LAST}"),)), Recorded(at, 2, VOICE, 3.0), Noted(at, "callback", PHONE),
        CallEnded(at + 9, "caller"),
    ]
    await store.append("k1", 1, happened)
    await store.close_call("k1", fold(happened))
    await store.register_callback("k1", PHONE, "general", "solde", at, facts={"matricule": MATRICULE, "caller": PHONE})
    (callback,) = await store.list_callbacks()
    await store.close_callback(callback.id, "done", "awa", at + 60)
    await finished(store, reference)
    await lost(store)
    await store.hold(reference, "mariam", NOTE, at)
    await store.release(reference, "mariam", NOTE, at + 1)


async def lost(store):
    at = MONDAY + 3600
    happened = [CallStarted(at, "k2", PHONE, "1364", "v1"), Noted(at, "identified", [MATRICULE, "keypad"]),
                Noted(at, "queued", "general"), CallEnded(at + 60, "caller")]
    await store.open_call("k2", at, PHONE, "1364", "v1")
    await store.append("k2", 1, happened)
    await store.close_call("k2", fold(happened))
    (item,) = await store.list_work()
    await store.close_work(item.id, "joint", "awa", at + 600, NOTE)


async def at_the_counter(store):
    asked = {"category": "CAR-AVANCEMENT", "key": "guichet", "name": f"{FIRST} {LAST}", "phone": PHONE, "exam_number": EXAM,
             "birth": BIRTH, "note": NOTE}
    made = await store.register_for(Actor("awa", "counter"), asked, MONDAY)
    await finished(store, made["reference"])


async def finished(store, reference):
    at = MONDAY + 120
    await store.remark(reference, f"{NOTE} {PHONE}", MARIAM, at)
    await store.advance(reference, Act("acknowledge"), MARIAM, at)
    await store.advance(reference, Act("ask_documents", {"waits_for": f"l'acte de {LAST}"}), MARIAM, at)
    await store.advance(reference, Act("resolve", {"motif": "traite", "answer": f"Dit à {LAST}."}), MARIAM, at)
    await store.advance(reference, Act("close"), MARIAM, at + 60)


def unplanted(house):
    """The personal columns that no canary is in."""
    return {
        (table, column) for table, columns in PERSONAL.items() for column in columns
        if not any(bytes_told(bytes(value) if isinstance(value, bytes) else str(value).encode())
                   for value, in house.rows(f'SELECT "{column}" FROM {table}') if value is not None)
    }


async def refusals(store):
    """What the log may be told: the sentences of refusals in which somebody is named by who asked."""
    for wrong in (
        store.hold(MATRICULE, "awa", NOTE, MONDAY), store.release(PHONE, "awa", NOTE, MONDAY),
        store.import_people([Person(f"{MATRICULE}{LAST}", LAST, FIRST, BIRTH, (PHONE,))]),
        store.register_for(MARIAM, {"category": "ATT-TRAVAIL", "phone": f"{PHONE}{PHONE}"}, MONDAY),
    ):
        with pytest.raises(StoreError) as refused:
            await wrong
        structlog.get_logger().warning("store_refused", reason=str(refused.value))
    twice = {"number": PHONE, "matricule": MATRICULE}
    with pytest.raises(StoreError) as refused:
        await store.engine.write(True, rule, "insert_phone", **twice)
    assert bytes_told(str(refused.value).encode()) == []


# ---------------------------------------------------------------------------------------------------------------- the test
def test_every_column_of_text_is_classified(house):
    open_store(house.url).engine._close()
    assert unknown(house.columns()) == set()


async def test_a_person_whose_terms_are_over_is_found_nowhere(house, files, log, tmp_path):
    store = open_store(house.url)
    try:
        await plant(store)
        house.rows(f"UPDATE requests SET waits_for = 'acte de {LAST}'")  # the life-cycle leaves none in a closed one
        assert unplanted(house) == set()
        assert {canary for _path, canary in found_below(house.data)} >= {MATRICULE, LAST, NOTE, "707654321"}
        await refusals(store)
        await store.forget_person(MATRICULE, "mariam", "a quitté la fonction publique", MONDAY)
        report = await purge(store, DEFAULT, files, MONDAY + TWENTY_YEARS)
        assert report.scrubbed
        await asyncio.to_thread(house.settle)
        assert found_below(house.data, tmp_path) == set()
        await back_up(house.url, tmp_path / "backup" / "after.db", MONDAY + TWENTY_YEARS, lambda _step, _part: None)
        assert found_below(tmp_path) == set()
        assert len(await store.list_requests()) == 3
        assert await store.check() == []
    finally:
        await store.close()
    assert found_below(house.data) == set()
