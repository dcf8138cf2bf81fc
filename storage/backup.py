"""A backup: one SQLite file, whatever the engine it was saved from, or an archive of it with the files that belong to it.

It is made while the service writes, from one snapshot, in a folder of its own beside its place; it gets its name only when
it was read again and found sound, complete and equal to the snapshot. Deleted rows leave their bytes in a file's free pages,
so the copy is written anew (VACUUM INTO): what was purged is in no backup made after.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from storage import schema
from storage.archive import packed
from storage.ends import filled, reading
from storage.manifest import FORMAT, Manifest, content_of, sidecar
from storage.moving import End, MoveRefused, Sum, Tell, proved
from storage.moving_sqlite import SqliteEnd, cancelled, filling_sqlite, opened, reading_sqlite, told

OURS: Final = re.compile(r"cruc-\d{8}-\d{6}\.(db|tar)")
SHOP, LOCK = ".cruc-", "lock"
OFTEN: Final = 100_000
"""Steps of SQLite's machine after which Ctrl-C is heard: milliseconds."""
SPARE: Final = 2
"""How often the store's size must be free: the pages as they are, and the copy written anew."""


def name_of(when: float, *, archive: bool) -> str:
    """Such as cruc-20261123-120000.db, in UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("cruc-%Y%m%d-%H%M%S") + (".tar" if archive else ".db")


async def back_up(url: str, place: Path, when: float, tell: Tell, folders: Mapping[str, Path] | None = None) -> Manifest:
    """Save the store at ``url`` into the new file ``place``; with ``folders`` (by their names in it) an archive. Raises
    `StoreError` or `OSError`, with nothing left behind."""
    refuse_existing(place)
    with workshop(place.parent) as shop:
        copy = shop / "store.db"
        async with reading(url) as source:
            tables = await _copied(source, copy, tell)
            manifest = Manifest(
                FORMAT, version("cruc-1364"), source.engine, datetime.fromtimestamp(when, UTC).isoformat(),
                await source.steps(), tables, content_of(copy),
            )
        if folders is None:
            _put(copy, place, manifest)
        else:
            manifest = packed(shop / "archive.tar", copy, manifest, folders, tell)
            _named(shop / "archive.tar", place)
    return manifest


async def _copied(source: End, copy: Path, tell: Tell) -> dict[str, Sum]:
    """One file, read anywhere: no log beside it."""
    private(copy)
    if isinstance(source, SqliteEnd):
        _pages(source, copy, tell)
        sound(copy, tell)
        async with reading_sqlite(copy, sound=True) as saved:
            return await proved(source, saved, tell)
    _empty_store(copy, await source.steps())
    async with filling_sqlite(copy) as target:
        tables = await filled(source, target, tell)
    with told(copy), contextlib.closing(opened(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    sound(copy, tell)
    return tables


def _pages(source: SqliteEnd, copy: Path, tell: Tell) -> None:
    rough = copy.with_name("rough.db")
    _room_for(Path(source.where), copy.parent)
    with told(copy), contextlib.closing(sqlite3.connect(rough, isolation_level=None)) as pages:
        pages.execute("PRAGMA synchronous = OFF")
        source.copy(pages, tell)
        tell("Compactage", 0)
        with interruptible(pages):
            pages.execute("VACUUM INTO ?", (str(copy),))
        tell("Compactage", 1)
    rough.unlink()


def _room_for(store: Path, folder: Path) -> None:
    needed = SPARE * store.stat().st_size
    if shutil.disk_usage(folder).free < needed:
        raise MoveRefused(f"Il faut {needed / 1e6:.0f} Mo libres dans {folder.parent} : faites de la place.")


def _empty_store(path: Path, steps: tuple[str, ...]) -> None:
    """A store of these steps, which may be fewer than today's."""
    later = [step for step in schema.STEPS if step not in steps]
    with told(path), contextlib.closing(opened(path)) as connection:
        schema.migrations().apply(Database(connection), stop_before=later)


def sound(path: Path, tell: Tell) -> None:
    """Raises `MoveRefused` when SQLite finds something wrong with a file that nobody writes."""
    tell("Contrôle d'intégrité", 0)
    with told(path), contextlib.closing(opened(path, sound=True)) as connection, interruptible(connection):
        if connection.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
            raise MoveRefused("La base est abîmée : restaurez une sauvegarde antérieure (`cruc restore`).")
        if orphan := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise MoveRefused(f"La table {orphan[0]} renvoie à des lignes absentes : restaurez une sauvegarde antérieure.")
    tell("Contrôle d'intégrité", 1)


@contextlib.contextmanager
def interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """One long statement that Ctrl-C ends."""
    connection.set_progress_handler(cancelled, OFTEN)
    try:
        yield
    except sqlite3.OperationalError:
        if cancelled():
            raise asyncio.CancelledError from None
        raise


# ------------------------------------------------------------------------------------------------------------- the files
@contextlib.contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder that only this user reads, in ``folder``, which is made when missing; it is gone afterwards."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=SHOP, dir=folder) as shop, (Path(shop) / "lock.new").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            Path(lock.name).rename(Path(shop) / LOCK)
            yield Path(shop)
    except (FileExistsError, NotADirectoryError):
        raise MoveRefused(f"{folder} n'est pas un dossier : donnez un autre endroit.") from None
    except OSError as error:
        raise _explained(error, folder) from error


def refuse_existing(place: Path) -> None:
    for path in (place, sidecar(place)):
        if path.exists():
            raise MoveRefused(f"{path} existe déjà : donnez un autre nom.")


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed left here: its lock went with it."""
    for old in folder.glob(f"{SHOP}*"):
        with contextlib.suppress(OSError), (old / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old)


def _explained(error: OSError, folder: Path) -> MoveRefused:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return MoveRefused(f"Il n'y a plus de place dans {folder} : faites de la place, puis recommencez.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MoveRefused(f"Vous n'avez pas les droits sur {error.filename or folder} : demandez-les.")
    return MoveRefused(f"Le disque refuse ({error.strerror}, {error.filename or folder}) : rien n'a été changé.")


def private(path: Path) -> None:
    """A new empty file that only this user reads."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _put(copy: Path, place: Path, manifest: Manifest) -> None:
    """The manifest first: a backup that is there is complete."""
    beside = copy.with_name("manifest.json")
    private(beside)
    beside.write_bytes(manifest.encoded())
    _named(beside, sidecar(place))
    try:
        _named(copy, place)
    except BaseException:
        sidecar(place).unlink(missing_ok=True)
        raise


def _named(file: Path, place: Path) -> None:
    """On the disk, then under its name; never over another's."""
    forced(file)
    if place.exists():  # since it was looked at
        raise MoveRefused(f"{place} existe déjà : donnez un autre nom.")
    file.rename(place)
    forced(place.parent)


def forced(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def pruned(folder: Path, keep: int) -> list[Path]:
    """Remove all but the last ``keep`` backups that bear a name of ours. Returns those removed."""
    ours = sorted(path for path in folder.iterdir() if OURS.fullmatch(path.name) and path.is_file())
    old = sorted(ours, key=lambda path: path.stem)[: max(0, len(ours) - keep)]
    for path in old:
        path.unlink()
        sidecar(path).unlink(missing_ok=True)
    return old
