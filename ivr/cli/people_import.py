"""`cruc people import`: a file read, staged beside the directory, and taken or not; and what is told about it."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer

from ivr.cli.console import Progress, as_json, in_a_cell, masked, moment, table
from ivr.cli.opened import NothingThere, who, with_store
from ivr.core.directory_rows import FRENCH
from ivr.directory_files import FileRefused, Reading, Refusal, read_directory
from storage import Store
from storage.imports import Import, Tally

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the command."""

    dry_run: bool
    strict: bool
    report: Path | None
    json: bool
    clear: bool


@dataclass(frozen=True, slots=True)
class Done:
    """``kept`` is None when nothing was taken; ``known`` is the earlier import of this very file."""

    tally: Tally
    kept: Import | None
    known: Import | None = None


def import_file(file: Path, wanted: Wanted) -> int:
    """Returns how many rows were refused. Raises `NothingThere` with one sentence for a file that is none."""
    try:
        with _report(wanted.report) as report:
            reading = read_directory(file, datetime.now(UTC).date(), report)
            try:
                done = with_store(lambda _settings, store: _import(store, file, reading, wanted), make=True)
            finally:
                reading.close()
    except FileRefused as refused:
        raise NothingThere(f"{refused} Rien n'a été changé.") from None
    (_tell_json if wanted.json else _tell)(file, reading, done, wanted)
    if wanted.strict and reading.refusals and not wanted.dry_run:
        raise NothingThere("Des lignes sont refusées et --strict est demandé : rien n'a été changé.")
    return reading.refusals


async def _import(store: Store, file: Path, reading: Reading, wanted: Wanted) -> Done:
    known = await store.same_file(reading.sha256)
    if known:
        return Done(Tally(), None, known)
    progress = Progress()
    try:
        staged = await store.stage_people(
            reading.pieces(), reading.columns, lambda _tally: progress(f"Lecture de {file.name}", reading.part()),
        )
        if wanted.dry_run or (wanted.strict and reading.refusals):
            await store.drop_staged()
            return Done(staged.tally, None)
        progress("Mise à jour de l'annuaire", 0.0)
        kept = await store.take_staged(
            staged, who=who(), file=file.name, sha256=reading.sha256, refused=reading.refusals, at=time.time(),
        )
        progress("Mise à jour de l'annuaire", 1.0)
        return Done(staged.tally, kept)
    finally:
        progress.close()


# --------------------------------------------------------------------------------------------------------- what is told
def _tell(file: Path, reading: Reading, done: Done, wanted: Wanted) -> None:
    if done.known:
        typer.echo(f"Ce fichier est déjà l'annuaire en place (import n° {done.known.id} du {moment(done.known.at)}) : "
                   "rien n'a été changé.")
        return
    typer.echo(f"{file.name} : {reading.form}.")
    if reading.unknown:
        typer.echo(f"Colonnes ignorées : {', '.join(_readable(name) for name in reading.unknown)}.")
    tally = done.tally
    fields = ", ".join(f"{FRENCH[name]} {count}" for name, count in tally.fields.most_common())
    typer.echo(f"Personnes nouvelles {tally.added}, modifiées {tally.changed}{f' ({fields})' if fields else ''}, "
               f"inchangées {tally.same} ; lignes refusées {reading.refusals}.")
    _tell_refusals(reading, wanted)
    if wanted.dry_run:
        typer.echo("C'était un essai : rien n'a été changé.")


def _tell_refusals(reading: Reading, wanted: Wanted) -> None:
    if not reading.refused:
        return
    columns = ("Ligne", "Colonne", "Motif", *(("Valeur",) if wanted.clear else ()))
    table(columns, (
        (str(each.line), each.column, each.reason, *((each.value,) if wanted.clear else ()))
        for each in reading.refused[:SHOWN]
    ))
    if reading.refusals > SHOWN:
        typer.echo(f"… et {reading.refusals - SHOWN} autres : --report FICHIER.csv les écrit toutes.")


def _tell_json(file: Path, reading: Reading, done: Done, wanted: Wanted) -> None:
    refused = [asdict(each) | {"value": each.value if wanted.clear else masked(each.value)} for each in reading.refused]
    tally = done.tally
    as_json({
        "file": file.name, "form": reading.form, "sha256": reading.sha256, "ignored": list(reading.unknown),
        "added": tally.added, "changed": tally.changed, "fields": dict(tally.fields), "same": tally.same,
        "refused": reading.refusals, "dry_run": wanted.dry_run, "taken": done.kept is not None,
        "import": done.kept.id if done.kept else None, "already": done.known.id if done.known else None,
        "reasons": [
            {"column": column, "reason": reason, "rows": rows} for (column, reason), rows in reading.reasons.most_common()
        ],
        "refusals": refused,
    })


def _readable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)


# ------------------------------------------------------------------------------------------------------ the refused rows
class _Rows:
    """Each refused row written as it comes, values included: for whoever puts the file right, and only for them."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def __call__(self, refusal: Refusal) -> None:
        cells = (refusal.line, refusal.column, refusal.value, refusal.reason)
        self._writer.writerow([in_a_cell(cell) for cell in cells])


class _Nowhere:
    def __call__(self, _refusal: Refusal) -> None:
        """No report was asked for."""


@contextmanager
def _report(path: Path | None) -> Iterator[_Rows | _Nowhere]:
    """The report takes its place when the import is over; one that was there is kept until then."""
    if path is None:
        yield _Nowhere()
        return
    new = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise NothingThere(f"Le rapport {path} ne peut pas être écrit ({error.strerror}) : donnez-en un autre.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(("ligne", "colonne", "valeur", "motif"))
            yield _Rows(writer)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


