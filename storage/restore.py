"""A backup put in the place of a store: verified before anything is touched, the former store kept beside it.

What is verified is what is then put in place: the backup is first copied into a folder beside the target, read whole there,
and brought forward to today's schema there. Then files change names, nothing else; when the new store does not open, they
change them back.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from storage.archive import STORE, unpacked
from storage.backup import forced, private, sound, workshop
from storage.ends import filled, filling
from storage.errors import StoreBusy, StoreError
from storage.manifest import Content, Manifest, content_of, decoded, sidecar
from storage.moving import MoveRefused, Sum, Tell, sums
from storage.moving_sqlite import LOGS, opened, reading_sqlite
from storage.schema import STEPS, open_database

HEADER: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Found:
    """A verified backup, laid out in ``shop``: its store, in today's schema, and its folders by their names."""

    manifest: Manifest
    store: Path
    folders: Mapping[str, Path]


@contextlib.asynccontextmanager
async def verified(backup: Path, near: Path, tell: Tell) -> AsyncIterator[Found]:
    """Lay out and verify ``backup`` on the file system of ``near``. Raises `StoreError` or `OSError`."""
    with workshop(near.parent) as shop:
        manifest = _laid_out(backup, shop, tell)
        await _compared(shop / STORE, manifest, backup, tell)
        _brought_forward(shop / STORE)
        folders = {path.name: path for path in shop.iterdir() if path.is_dir()}
        yield Found(manifest, shop / STORE, folders)


def _laid_out(backup: Path, shop: Path, tell: Tell) -> Manifest:
    if not backup.is_file():
        raise MoveRefused(f"Il n'y a pas de sauvegarde {backup} : vérifiez son nom.")
    return unpacked(backup, shop, tell) if backup.suffix == ".tar" else _copied(backup, shop / STORE)


def _copied(backup: Path, into: Path) -> Manifest:
    beside = sidecar(backup)
    if not beside.is_file():
        raise MoveRefused(f"Le manifeste {beside} manque : mettez-le à côté de la sauvegarde.")
    manifest = decoded(beside.read_bytes(), beside)
    private(into)
    shutil.copyfile(backup, into)
    if content_of(into) != manifest.store:
        what = _difference(into, manifest.store)
        raise MoveRefused(f"La sauvegarde {backup} est abîmée ou tronquée ({what}) : prenez-en une autre.")
    return manifest


def _difference(file: Path, content: Content) -> str:
    size = file.stat().st_size
    return "sa somme SHA-256 a changé" if size == content.bytes else f"{size} octets au lieu de {content.bytes}"


async def _compared(store: Path, manifest: Manifest, backup: Path, tell: Tell) -> None:
    if unknown := sorted(set(manifest.steps) - set(STEPS)):
        raise MoveRefused(
            f"La sauvegarde {backup} vient d'une version plus récente ({', '.join(unknown)}) : installez cette version."
        )
    try:
        sound(store, tell)
        async with reading_sqlite(store, sound=True) as end:
            steps, found = await end.steps(), await sums(end, tell)
    except StoreError as error:
        raise MoveRefused(
            f"La sauvegarde {backup} est abîmée ou n'est pas de ce programme ({error}) : prenez-en une autre."
        ) from error
    if steps != manifest.steps or found != dict(manifest.tables):
        what = _first(found, manifest)
        raise MoveRefused(f"La sauvegarde {backup} ne contient pas ce que dit son manifeste ({what}) : prenez-en une autre.")


def _first(found: Mapping[str, Sum], manifest: Manifest) -> str:
    for name in sorted(found.keys() | manifest.tables.keys()):
        here, said = found.get(name), manifest.tables.get(name)
        if here != said:
            return f"table {name}, {here.rows if here else 'aucune'} lignes au lieu de {said.rows if said else 'aucune'}"
    return "étapes du schéma"


def _brought_forward(store: Path) -> None:
    """Also closes it as one file, without a log beside it."""
    open_database(store, patience=5.0).close()


# ----------------------------------------------------------------------------------------------------------- put in place
async def put_in_place(found: Found, target: Path | None, homes: Mapping[str, Path], when: float) -> list[Path]:
    """The store to ``target`` (None for one that was moved into another engine) and those of its folders that have a home
    there. Returns where what was there is kept. Raises `StoreError` or `OSError`, and then all is as before."""
    pairs = [(path, homes[name]) for name, path in sorted(found.folders.items()) if name in homes]
    if target is not None:
        _nobody_has_it(target)
        pairs.insert(0, (found.store, target))
    ending = datetime.fromtimestamp(when, UTC).strftime(".avant-%Y%m%d-%H%M%S")
    kept: list[Path] = []
    with contextlib.ExitStack() as undo:
        for new, place in pairs:
            kept += _exchanged(new, place, ending, undo)
        if target is not None:
            await _opens(target, found.manifest)
        undo.pop_all()
    return kept


def _nobody_has_it(store: Path) -> None:
    """Also writes its log into it. What is no database any more is put aside with its log, as it is."""
    if not store.exists() or not _begins_well(store):
        return
    try:
        with contextlib.closing(opened(store, patience=1.0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # refused while another has it open
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy(f"Un autre programme utilise la base {store} : arrêtez-le, puis recommencez.") from error
    except sqlite3.DatabaseError:
        return


def _begins_well(store: Path) -> bool:
    with store.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _exchanged(new: Path, place: Path, ending: str, undo: contextlib.ExitStack) -> list[Path]:
    aside = place.with_name(place.name + ending)
    kept = []
    place.parent.mkdir(parents=True, exist_ok=True)
    for log in LOGS:
        old, put = place.with_name(place.name + log), aside.with_name(aside.name + log)
        if old.exists():
            old.rename(put)
            undo.callback(put.rename, old)
            kept.append(put)
    _moved(new, place)
    undo.callback(_moved, place, new)
    forced(place.parent)
    return kept


def _moved(old: Path, new: Path) -> None:
    """A folder may be going to another file system."""
    try:
        old.rename(new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.move(old, new)


async def _opens(target: Path, manifest: Manifest) -> None:
    """As the service will open it. One of an older schema has been changed on the way: its counts are not the manifest's."""
    open_database(target, patience=5.0).close()
    sound(target, lambda *_: None)
    async with reading_sqlite(target) as end:
        counts = {name: await end.count(table) for name, table in (await end.tables()).items()}
        if await end.steps() == manifest.steps and counts != {name: one.rows for name, one in manifest.tables.items()}:
            raise MoveRefused(f"La base restaurée {target} n'est pas conforme : l'ancienne est remise. Vérifiez le disque.")


async def moved_into(found: Found, url: str, tell: Tell) -> dict[str, Sum]:
    """The backup's store into an empty store of another engine. Raises `StoreError`, and then that is still empty."""
    async with reading_sqlite(found.store) as source, filling(url) as target:
        return await filled(source, target, tell)
