"""The store saved, restored, and moved to another engine: each verified before it counts."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr import control
from ivr.cli.console import Progress, as_json, moment, table
from ivr.cli.opened import sure
from ivr.config import Settings, load_settings
from storage.backup import back_up, name_of, pruned
from storage.ends import file_of, moved, place_of
from storage.manifest import Manifest
from storage.moving import MoveRefused, Sum
from storage.restore import Found, moved_into, put_in_place, verified

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
ARCHIVE: Final = ".tar"
BACKUPS: Final = (".db", ARCHIVE)


def backup(
    where: Annotated[
        Path | None, typer.Argument(metavar="FOLDER|FILE", help="A folder, or a new .db or .tar. Else backups/ in home.")
    ] = None,
    with_files: Annotated[
        bool, typer.Option("--with-files", help="With secrets, voice messages and recordings: one .tar.")
    ] = False,
    keep: Annotated[int | None, typer.Option(min=1, help="Keep so many in the folder, remove older ones.")] = None,
    json: AsJson = False,
) -> None:
    """Save the store while the service runs. The backup appears under its name only when it was read again and found equal.

    Example: cruc backup /srv/backups --with-files --keep 14
    """
    settings = load_settings()
    now, began = time.time(), time.monotonic()
    place = _place(settings, where, now, with_files)
    with telling() as tell:
        folders = homes(settings) if place.suffix == ARCHIVE else None
        manifest = asyncio.run(back_up(settings.store_url, place, now, tell, folders))
    removed = pruned(place.parent, keep) if keep else []
    seconds = round(time.monotonic() - began, 2)
    size = place.stat().st_size
    if json:
        as_json({"backup": str(place), "bytes": size, "seconds": seconds, "removed": [str(path) for path in removed],
                 **_facts(manifest)})
        return
    _show(manifest.tables)
    typer.echo(f"Sauvegarde vérifiée : {place} ({_size(size)}, {_content(manifest)}), en {seconds:.1f} s.")
    if removed:
        typer.echo(f"Plus anciennes retirées : {', '.join(path.name for path in removed)}.")


def _place(settings: Settings, where: Path | None, now: float, with_files: bool) -> Path:
    """Where the backup goes. A name that says what it is, is a file; anything else is a folder."""
    if where is None or where.is_dir() or where.suffix not in BACKUPS:
        return (where or settings.var / "backups") / name_of(now, archive=with_files)
    if with_files and where.suffix != ARCHIVE:
        raise MoveRefused(f"Avec --with-files la sauvegarde est une archive : donnez un nom en .tar, pas {where.name}.")
    return where


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup: .db with its .db.json beside it, or .tar.")],
    to: Annotated[str, typer.Option("--to", metavar="URL", help="Another store than this installation's.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only verify the backup; change nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Verify a backup and put it in the place of the store. What was there is kept beside it. Not while the service runs.

    Example: cruc restore /srv/backups/cruc-20261123-120000.db
    """
    settings = load_settings()
    began = time.monotonic()
    with contextlib.nullcontext() if check else _stopped(settings):
        manifest, kept = asyncio.run(_restored(settings, file, to or settings.store_url, yes=yes, check=check))
    seconds = round(time.monotonic() - began, 2)
    if json:
        as_json({"restored": not check, "seconds": seconds, "kept": [str(path) for path in kept], **_facts(manifest)})
        return
    _show(manifest.tables)
    done = "Sauvegarde intacte" if check else f"Restauré et vérifié : {place_of(to or settings.store_url)}"
    typer.echo(f"{done} ({_content(manifest)}, du {manifest.made_at[:19].replace('T', ' ')}), en {seconds:.1f} s.")
    for path in kept:
        typer.echo(f"Gardé : {path}")
    if kept:
        typer.echo("Pour y revenir : arrêtez le service et rendez à ces fichiers leurs anciens noms.")


async def _restored(settings: Settings, file: Path, url: str, *, yes: bool, check: bool) -> tuple[Manifest, list[Path]]:
    target = file_of(url)
    near = target or settings.var / "store.db"
    with telling() as tell:
        async with verified(file, near, tell) as found:
            tell("Vérifié", 1)
            if check:
                return found.manifest, []
            _confirmed(found, url, yes)
            if target is None:
                await moved_into(found, url, tell)
            own = homes(settings) if url == settings.store_url else {}
            return found.manifest, await put_in_place(found, target, own, time.time())


def _confirmed(found: Found, url: str, yes: bool) -> None:
    made = found.manifest.made_at[:19].replace("T", " ")
    sure(f"La sauvegarde du {made} ({found.manifest.rows} lignes) est intacte. La mettre dans {place_of(url)} ?", yes)


def migrate(
    source: Annotated[str, typer.Option("--from", metavar="URL", help="sqlite:///path or postgresql://…")],
    target: Annotated[str, typer.Option("--to", metavar="URL", help="An empty store; an SQLite file is made.")],
    copy: Annotated[
        bool, typer.Option("--copy", help="While the service runs: what it writes from now on is not in the copy.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Move a store to another engine, whole, and prove it: counts and checksums of every table, read anew on both sides.

    Example: cruc migrate --from sqlite:///var/store.db --to postgresql://cruc@localhost/cruc
    """
    settings = load_settings()
    began = time.monotonic()
    with contextlib.nullcontext() if copy else _stopped(settings, " Ou faites une copie de cet instant avec --copy."), \
            telling() as tell:
        tables = asyncio.run(moved(source, target, tell, alone=not copy))
    seconds = round(time.monotonic() - began, 2)
    if json:
        as_json({"from": place_of(source), "to": place_of(target), "copy": copy, "seconds": seconds,
                 "tables": _sums(tables)})
        return
    _show(tables)
    rows = sum(one.rows for one in tables.values())
    typer.echo(f"{rows} lignes en {len(tables)} tables, égales des deux côtés, en {seconds:.1f} s.")
    typer.echo(f"C'est une copie de l'instant {moment(time.time() - seconds)} : la base d'origine continue." if copy else
               "Mettez la nouvelle adresse dans le réglage `store`, puis démarrez le service.")


# ------------------------------------------------------------------------------------------------------------- in common
def homes(settings: Settings) -> dict[str, Path]:
    """What belongs to a store without being in it, by its name in an archive."""
    return {"moments": settings.moments, "recordings": settings.recordings, "secrets": settings.var / "secrets"}


@contextlib.contextmanager
def _stopped(settings: Settings, advice: str = "") -> Iterator[None]:
    """No service runs on this home, nor starts meanwhile."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(control.claim(settings.var))
        except control.AlreadyServing:
            raise MoveRefused(f"Le service fonctionne : arrêtez-le (`cruc drain`), puis recommencez.{advice}") from None
        yield


@contextlib.contextmanager
def telling() -> Iterator[Progress]:
    progress = Progress()
    try:
        yield progress
    finally:
        progress.close()


def _facts(manifest: Manifest) -> dict[str, object]:
    return {"engine": manifest.engine, "made_at": manifest.made_at, "steps": manifest.steps, "rows": manifest.rows,
            "files": len(manifest.files), "tables": _sums(manifest.tables)}


def _sums(tables: Mapping[str, Sum]) -> dict[str, dict[str, object]]:
    return {name: asdict(one) for name, one in tables.items()}


def _show(tables: Mapping[str, Sum]) -> None:
    table(("Table", "Lignes", "Somme"), ((name, one.rows, one.checksum[:16]) for name, one in tables.items()))


def _content(manifest: Manifest) -> str:
    files = f", {len(manifest.files)} fichiers" if manifest.files else ""
    return f"{manifest.engine}, {manifest.rows} lignes en {len(manifest.tables)} tables{files}"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} Mo" if size >= 100_000 else f"{size / 1e3:.0f} ko"
