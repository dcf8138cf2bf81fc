"""A backup is made while the store is written, and is only restored when it is what it says; else nothing is touched."""

import asyncio
import contextlib
import errno
import fcntl
import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from full_store import ODD, filled, quiet

import storage.backup
import storage.moving_sqlite
import storage.restore
import storage.schema
from storage import StoreBusy, StoreError, open_store
from storage.backup import back_up, name_of, pruned
from storage.manifest import content_of, decoded, sidecar
from storage.moving import MoveRefused
from storage.restore import put_in_place, verified
from tests.contract.stores import AWA, MONDAY, draft

NOON = 1_795_435_200.0
"""Monday 2026-11-23, 12:00 in Abidjan."""
AFTER = ".avant-20261123-120000"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Once, and copied for each test."""
    return filled(tmp_path_factory.mktemp("made") / "store.db")


@pytest.fixture
def store(tmp_path, prepared):
    path = tmp_path / "home" / "store.db"
    path.parent.mkdir()
    shutil.copyfile(prepared, path)
    path.chmod(0o600)
    return path


@pytest.fixture
def place(tmp_path):
    return tmp_path / "backups" / name_of(NOON, archive=False)


@pytest.fixture
async def backup(store, place):
    await back_up(f"sqlite:///{store}", place, NOON, quiet)
    return place


@pytest.fixture
def folders(tmp_path):
    for name, text in {"secrets/awa": "s3cret", "recordings/2026/note.wav": "RIFF", "moments/a b.wav": "son"}.items():
        file = tmp_path / "home" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    (tmp_path / "home/recordings/link.wav").symlink_to("/etc/passwd")
    return {name: tmp_path / "home" / name for name in ("secrets", "recordings", "moments", "absent")}


@pytest.fixture
async def archive(store, folders, place):
    await back_up(f"sqlite:///{store}", place.with_suffix(".tar"), NOON, quiet, folders)
    return place.with_suffix(".tar")


async def restored(backup, store, homes=None):
    async with verified(backup, store, quiet) as found:
        return await put_in_place(found, store, homes or {}, NOON)


async def refused(backup, store, words):
    """Nothing is touched, and it is said why in one sentence."""
    before = contents(store.parent)
    with pytest.raises(StoreError, match=words) as refusal:
        await restored(backup, store)
    assert str(refusal.value).endswith(".")
    assert contents(store.parent) == before


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# ------------------------------------------------------------------------------------------------------------ being made
async def test_a_backup_is_of_one_moment_while_calls_go_on(store, place, monkeypatch):
    monkeypatch.setattr(storage.moving_sqlite, "PAGES", 8)  # the copy takes many steps, and something is written after each
    raw = sqlite3.connect(store, isolation_level=None)

    def a_flow_is_published(_step, _part):
        raw.execute("INSERT INTO flows SELECT 'v' || (count(*) + 1), hex(randomblob(10000)) FROM flows")

    one = open_store(f"sqlite:///{store}")
    await one.open_call("4", MONDAY, AWA, "1364", "v1")
    manifest = await back_up(f"sqlite:///{store}", place, NOON, a_flow_is_published)
    assert raw.execute("SELECT count(*) FROM flows").fetchone()[0] > 5
    raw.close()
    await one.close()
    assert manifest.tables["calls"].rows == 4
    assert manifest.tables["flows"].rows == 1


async def test_only_its_owner_reads_a_backup_and_nothing_is_left_beside_it(backup):
    assert sorted(path.name for path in backup.parent.iterdir()) == [backup.name, sidecar(backup).name]
    assert {stat.S_IMODE(path.stat().st_mode) for path in backup.parent.iterdir()} == {0o600}
    assert decoded(sidecar(backup).read_bytes(), backup).store == content_of(backup)


async def test_what_was_deleted_before_is_not_in_the_bytes_of_a_backup(store, place):
    with sqlite3.connect(store) as raw:
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("INSERT INTO flows VALUES ('v2', ?)", ("CANARI" * 2_000,))
        raw.commit()
        raw.execute("DELETE FROM flows WHERE version = 'v2'")
    raw.close()
    assert b"CANARI" in store.read_bytes()
    await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert b"CANARI" not in place.read_bytes()


@pytest.mark.parametrize("step", ["Copie", "Compactage", "Contrôle d'intégrité", "Comparaison", "Fichiers"])
async def test_a_backup_that_is_interrupted_leaves_nothing(store, folders, place, step):
    def interrupted(now, _part):
        if now == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await back_up(f"sqlite:///{store}", place.with_suffix(".tar"), NOON, interrupted, folders)
    assert list(place.parent.iterdir()) == []
    await back_up(f"sqlite:///{store}", place, NOON, quiet)


@pytest.mark.parametrize("step", ["Copie", "Compactage", "Contrôle d'intégrité", "Comparaison"])
async def test_ctrl_c_ends_even_what_sqlite_does_in_one_go(store, place, monkeypatch, step):
    """asyncio hears Ctrl-C as a cancelled task, but SQLite at work awaits nothing."""
    monkeypatch.setattr(storage.moving_sqlite, "PAGES", 8)
    monkeypatch.setattr(storage.backup, "OFTEN", 100)
    told = []

    def pressed(now, part):
        told.append((now, part))
        if now == step and asyncio.current_task().cancelling() == 0:
            asyncio.current_task().cancel()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(back_up(f"sqlite:///{store}", place, NOON, pressed))
    assert task.cancelled()
    assert told[-1][0] == step
    assert list(place.parent.iterdir()) == []


async def test_what_a_killed_backup_left_is_removed_by_the_next_one_and_what_another_makes_is_not(store, place):
    killed, other = place.parent / ".cruc-killed", place.parent / ".cruc-other"
    for folder in (killed, other):
        folder.mkdir(parents=True)
        (folder / "lock").touch()
    with (other / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert sorted(place.parent.iterdir()) == [other, place, sidecar(place)]


async def test_an_existing_file_is_not_written_over(store, backup):
    before = backup.read_bytes()
    with pytest.raises(MoveRefused, match="existe déjà"):
        await back_up(f"sqlite:///{store}", backup, NOON, quiet)
    assert backup.read_bytes() == before


async def test_a_folder_that_is_a_file_is_refused(store):
    with pytest.raises(MoveRefused, match="n'est pas un dossier"):
        await back_up(f"sqlite:///{store}", store / "b.db", NOON, quiet)


@pytest.mark.parametrize(("number", "words"), [
    (errno.EACCES, "pas les droits sur"), (errno.EROFS, "pas les droits sur"), (errno.ENOSPC, "plus de place"),
    (errno.EIO, "Le disque refuse"),
])
async def test_what_the_system_refuses_is_said_in_a_sentence(store, place, monkeypatch, number, words):
    def failing(*_args, **_more):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage.backup, "content_of", failing)
    with pytest.raises(MoveRefused, match=words):
        await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert list(place.parent.iterdir()) == []


async def test_a_store_with_a_key_to_nothing_is_not_saved_as_if_it_were_sound(store, place):
    with sqlite3.connect(store) as raw:
        raw.execute("INSERT INTO journal VALUES ('nobody', 1, 0, 'x', x'00')")
    raw.close()
    with pytest.raises(MoveRefused, match="La table journal renvoie à des lignes absentes"):
        await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert list(place.parent.iterdir()) == []


async def test_a_disk_without_room_is_refused_before_anything_is_copied(store, place, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: type("Usage", (), {"free": 1000}))
    with pytest.raises(MoveRefused, match="Mo libres"):
        await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert list(place.parent.iterdir()) == []


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from storage.backup import back_up
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    asyncio.run(back_up(sys.argv[1], Path(sys.argv[2]), 0.0, lambda *_: None))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_disk_that_becomes_full_ends_a_backup_in_one_sentence(store, place):
    root = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    command = [sys.executable, "-c", LIMITED, f"sqlite:///{store}", str(place)]
    said = subprocess.run(command, capture_output=True, text=True, env=root, check=True).stdout
    assert said.count("\n") == 1
    assert "StoreFull" in said or "disk failed" in said, said
    assert list(place.parent.iterdir()) == []


async def test_a_damaged_store_is_not_saved_as_if_it_were_sound(store, place):
    whole = store.read_bytes()
    store.write_bytes(whole[:4096] + b"\x55" * 4096 * 3 + whole[4096 * 4:])
    with pytest.raises(StoreError):
        await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert list(place.parent.iterdir()) == []


def test_the_last_backups_are_kept_and_nothing_of_others(tmp_path):
    ours = [tmp_path / f"cruc-2026112{day}-120000.{kind}" for day, kind in enumerate(["db", "tar", "db", "db"], 1)]
    others = [tmp_path / name for name in ("cruc-20261120-120000.db.bak", "cruc-1.db", "store.db", "notes.txt")]
    for path in (*ours, *others, sidecar(ours[0])):
        path.touch()
    assert pruned(tmp_path, 2) == ours[:2]
    assert set(tmp_path.iterdir()) == {*ours[2:], *others}
    assert pruned(tmp_path, 2) == []


# ------------------------------------------------------------------------------------------------------------ put in place
async def test_what_was_lost_is_there_again_and_what_was_there_is_kept(store, backup):
    with sqlite3.connect(store) as raw:
        raw.execute("DELETE FROM people")
        raw.execute("UPDATE callbacks SET number = number || '0'")
    raw.close()
    kept = await restored(backup, store)
    assert kept == [store.with_name(f"store.db{AFTER}")]
    one = open_store(f"sqlite:///{store}")
    assert (await one.person("000123X")).first_name == "Awa"
    assert await one.flow_source("v1") == f"flow: {ODD}"
    assert await one.open_calls() == ("3",)
    assert (await one.register("3", draft(key="2"), MONDAY))["reference"].startswith("REQ-2026-")
    assert await one.check() == []
    await one.close()
    former = open_store(f"sqlite:///{kept[0]}")
    assert await former.person("000123X") is None
    await former.close()
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


async def test_a_store_that_is_gone_is_made_again(store, backup):
    store.unlink()
    assert await restored(backup, store) == []
    one = open_store(f"sqlite:///{store}")
    assert len(await one.list_calls()) == 3
    await one.close()


async def test_a_damaged_store_gives_way_with_its_log_and_is_kept(store, backup):
    store.write_bytes(b"\x55" * 50_000)
    store.with_name("store.db-wal").write_bytes(b"wal")
    kept = await restored(backup, store)
    assert kept == [store.with_name(f"store.db{AFTER}"), store.with_name(f"store.db{AFTER}-wal")]
    assert kept[0].read_bytes() == b"\x55" * 50_000


async def test_a_store_that_somebody_has_open_is_not_replaced(store, backup):
    one = open_store(f"sqlite:///{store}")
    with pytest.raises(StoreBusy, match="Un autre programme utilise"):
        await restored(backup, store)
    assert len(await one.list_calls()) == 3
    await one.close()


async def test_an_older_schema_is_brought_forward(tmp_path, place, monkeypatch):
    store = tmp_path / "home/store.db"
    with monkeypatch.context() as older:
        older.setattr(storage.schema, "STEPS", storage.schema.STEPS[:3])
        await open_store(f"sqlite:///{store}").close()
    with sqlite3.connect(store) as raw:
        raw.execute("INSERT INTO people (matricule, last_name, first_name) VALUES ('000123X', 'Koné', 'Awa')")
    raw.close()
    manifest = await back_up(f"sqlite:///{store}", place, NOON, quiet)
    assert manifest.steps == storage.schema.STEPS[:3]
    await restored(place, store)
    one = open_store(f"sqlite:///{store}")
    assert (await one.person("000123X")).last_name == "Koné"
    await one.close()


async def test_a_store_that_does_not_open_in_its_place_gives_the_former_one_back(store, archive, folders, monkeypatch):
    async def broken(*_):
        raise MoveRefused("La base restaurée n'est pas conforme.")

    monkeypatch.setattr(storage.restore, "_opens", broken)
    with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as raw:
        raw.execute("UPDATE people SET first_name = 'Eva'")
        raw.execute("PRAGMA journal_mode = DELETE")
    before = contents(store.parent)
    with pytest.raises(MoveRefused, match="pas conforme"):
        await restored(archive, store, folders)
    assert contents(store.parent) == before


# -------------------------------------------------------------------------------------------------------- what is refused
def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0, 100, 20_000, -1])
async def test_a_flipped_bit_is_refused(store, backup, at):
    flip(backup, at)
    await refused(backup, store, "sa somme SHA-256 a changé")


async def test_a_truncated_backup_is_refused(store, backup):
    backup.write_bytes(backup.read_bytes()[:-5000])
    await refused(backup, store, r"tronquée \(\d+ octets au lieu de")


def told_as(backup, change):
    """The manifest says what ``change`` makes of it, and knows the file as it is now."""
    manifest = json.loads(sidecar(backup).read_text())
    content = content_of(backup)
    manifest["store"] = {"bytes": content.bytes, "sha256": content.sha256}
    change(manifest)
    sidecar(backup).write_text(json.dumps(manifest))


@pytest.mark.parametrize("sql", ["DELETE FROM outbox WHERE id = 1", "UPDATE people SET first_name = 'Eva'"])
async def test_a_row_that_is_gone_or_changed_is_noticed_even_when_the_sum_of_the_file_is_made_again(store, backup, sql):
    with sqlite3.connect(backup) as raw:
        raw.execute(sql)
    raw.close()
    told_as(backup, lambda _manifest: None)
    await refused(backup, store, r"pas ce que dit son manifeste \(table (outbox|people), \d+ lignes au lieu de")


async def test_a_damaged_page_is_noticed_even_when_the_sum_of_the_file_is_made_again(store, backup):
    flip(backup, 4096 * 3 + 5)
    told_as(backup, lambda _manifest: None)
    await refused(backup, store, "abîmée")


@pytest.mark.parametrize(("change", "words"), [
    (lambda manifest: manifest["tables"].pop("people"), "table people, 3 lignes au lieu de aucune"),
    (lambda manifest: manifest["tables"].update(x={"rows": 1, "checksum": ""}), "table x, aucune lignes au lieu de 1"),
    (lambda manifest: manifest.update(format="cruc-backup-9"), "une autre version"),
    (lambda manifest: manifest.update(steps=[*manifest["steps"], "99_future"]), "version plus récente .99_future."),
    (lambda manifest: manifest["steps"].pop(), "étapes du schéma"),
    (lambda manifest: manifest.pop("tables"), "manifeste de .* est abîmé"),
])
async def test_a_manifest_that_does_not_fit_is_refused(store, backup, change, words):
    told_as(backup, change)
    await refused(backup, store, words)


async def test_a_backup_without_its_manifest_is_refused(store, backup):
    sidecar(backup).unlink()
    await refused(backup, store, "manifeste .* manque")
    sidecar(backup).write_bytes(b"\xff{")
    await refused(backup, store, "manifeste de .* est abîmé")


async def test_the_database_of_another_program_is_refused(store, backup):
    backup.unlink()
    with sqlite3.connect(backup) as raw:
        raw.execute("CREATE TABLE recipes (dish)")
    raw.close()
    told_as(backup, lambda _manifest: None)
    await refused(backup, store, "n'est pas de ce programme")


async def test_a_backup_that_is_not_there_is_refused(store, place):
    await refused(place, store, "Il n'y a pas de sauvegarde")


# ------------------------------------------------------------------------------------------------------------ archives
async def test_an_archive_brings_the_files_back_too(store, archive, folders):
    before = {path: text for path, text in contents(store.parent).items() if not path.is_symlink() and path != store}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
    folders["secrets"].mkdir()
    (folders["secrets"] / "awa").write_text("lost")
    kept = await restored(archive, store, folders)
    assert {path.name for path in kept} == {f"store.db{AFTER}", f"secrets{AFTER}"}
    assert (folders["secrets"] / "awa").read_text() == "s3cret"
    assert {path: path.read_bytes() for path in before} == before
    assert not (folders["recordings"] / "link.wav").exists()
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


async def test_files_come_back_to_another_file_system_too(store, archive, folders, monkeypatch):
    rename = Path.rename

    def here_only(path, new):
        if path.name == "recordings":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(path, new)

    shutil.rmtree(folders["recordings"])
    monkeypatch.setattr(Path, "rename", here_only)
    await restored(archive, store, folders)
    assert (folders["recordings"] / "2026/note.wav").read_text() == "RIFF"


def inside(archive, name):
    """Where that member's bytes begin."""
    with tarfile.open(archive) as tar:
        return tar.getmember(name).offset_data


@pytest.mark.parametrize("name", ["store.db", "secrets/awa", "manifest.json"])
async def test_a_flipped_bit_in_an_archive_is_refused(store, archive, name):
    flip(archive, inside(archive, name) + 3)
    await refused(archive, store, r"abîmée?|manifeste")


@pytest.mark.parametrize("name", ["store.db", "secrets/awa", "manifest.json"])
@pytest.mark.parametrize("after", [-512, 0, 3])
async def test_a_truncated_archive_is_refused(store, archive, name, after):
    archive.write_bytes(archive.read_bytes()[: inside(archive, name) + after])
    await refused(archive, store, "abîmé")


def member(name, kind=tarfile.REGTYPE, link=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, 4 if kind == tarfile.REGTYPE else 0
    return made


@pytest.mark.parametrize("made", [
    member("/tmp/evil"), member("../evil"), member("secrets/../../evil"), member("secrets/./evil"), member("evil"),
    member("secrets//evil"), member("secrets", tarfile.SYMTYPE, "/etc"), member("secrets/x", tarfile.SYMTYPE, "/etc/passwd"),
    member("secrets/awa", tarfile.LNKTYPE, "store.db"), member("secrets/null", tarfile.CHRTYPE), member("secrets/awa"),
    member("secrets/fifo", tarfile.FIFOTYPE), member("store.db"), member("secrets", tarfile.DIRTYPE),
], ids=lambda made: f"{made.name}-{made.type.decode()}")
async def test_an_archive_made_by_an_enemy_writes_nothing_anywhere(store, archive, made):
    with tarfile.open(archive, "a:") as tar:
        tar.addfile(made, io.BytesIO(b"evil"))
    await refused(archive, store, "autre chose que de simples fichiers")


async def test_a_file_that_the_manifest_does_not_name_is_refused(store, archive):
    with tarfile.open(archive, "a:") as tar:
        tar.addfile(member("secrets/koffi"), io.BytesIO(b"evil"))
    await refused(archive, store, "pas ce que dit son manifeste")
