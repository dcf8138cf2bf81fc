"""LOGIREC as this store keeps it: requests, and the directory of people."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr.cli.console import as_json, hidden, masked, moment, table
from ivr.cli.opened import NothingThere, missing, with_store
from ivr.config import Settings
from storage import Person, RequestFile, Store

requests = typer.Typer(no_args_is_help=True, help="LOGIREC requests.")
people = typer.Typer(no_args_is_help=True, help="The directory of people with a matricule.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]
Clear = Annotated[bool, typer.Option("--clear", help="Show telephone numbers, names and matricules in full.")]
PERSONAL: Final = ("matricule", "name", "phone", "code", "number", "last_name", "first_name", "birth")
COLUMNS: Final = ("matricule", "last_name", "first_name", "birth", "phones")


@requests.command("list")
def list_requests(
    status: Annotated[str | None, typer.Option(help="Only this status, such as registered.")] = None,
    matricule: Annotated[str | None, typer.Option(help="Only this matricule.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: AsJson = False,
    clear: Clear = False,
) -> None:
    """Requests, newest first.

    Example: cruc requests list --status registered
    """
    rows = with_store(lambda _settings, store: store.list_requests(status=status, matricule=matricule, limit=limit))
    shown = [asdict(row) if clear else hidden(asdict(row), PERSONAL) for row in rows]
    if json:
        for row in shown:
            as_json(row)
        return
    table(("Référence", "Catégorie", "Statut", "Depuis", "Matricule", "Échéance", "Appel"), (
        (row["reference"], row["category"], row["status"], moment(row["since"]), row["matricule"], row["due_at"],
         row["call"])
        for row in shown
    ))


@requests.command("show")
def show_request(
    reference: Annotated[str, typer.Argument(help="Such as REQ-2026-000001.")], json: AsJson = False, clear: Clear = False,
) -> None:
    """One request and all that happened to it.

    Example: cruc requests show REQ-2026-000001
    """
    async def work(_settings: Settings, store: Store) -> RequestFile:
        file = await store.request(reference.upper())
        if file is None:
            raise missing(f"No request {reference} is in the store: `cruc requests list` shows them.")
        return file

    file = with_store(work)
    told = asdict(file.request) if clear else hidden(asdict(file.request), PERSONAL)
    if json:
        as_json({**told, "history": [asdict(row) for row in file.history]})
        return
    for name, value in told.items():
        if value not in (None, ""):
            typer.echo(f"{name:<12} {moment(value) if isinstance(value, float) else value}")
    typer.echo()
    table(("Le", "Par", "De", "À", "Quoi", "Appel", "Pourquoi"), (
        (moment(row.at), row.who, row.status_from, row.status_to, row.what, row.call, row.why) for row in file.history
    ))


@people.command("import")
def import_people(file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="With a header line.")]) -> None:
    """Import the directory: columns matricule, last_name, first_name, birth (2026-11-23), phones (with ; between them).

    All lines or none are taken; a known matricule is replaced.

    Example: cruc people import annuaire.csv
    """
    rows = list(_read(file))
    count = with_store(lambda _settings, store: store.import_people(rows), make=True)
    typer.echo(f"{count} personnes dans l'annuaire.")


def _read(file: Path) -> Iterator[Person]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            lacking = {"matricule", "last_name", "first_name"} - set(reader.fieldnames or ())
            if lacking:
                raise NothingThere(f"{file}:1: the header lacks {', '.join(sorted(lacking))}; write {','.join(COLUMNS)}.")
            for row in reader:
                yield _person(file, reader.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NothingThere(f"{file} cannot be read as CSV in UTF-8 ({error}).") from None


def _person(file: Path, line: int, row: dict[str, str | None]) -> Person:
    birth = (row.get("birth") or "").strip() or None
    if birth:
        try:
            date.fromisoformat(birth)
        except ValueError:
            raise NothingThere(f"{file}:{line}: {birth!r} is no date of birth: write 1980-12-24.") from None
    phones = tuple(part.strip() for part in (row.get("phones") or "").split(";") if part.strip())
    return Person(row["matricule"] or "", row["last_name"] or "", row["first_name"] or "", birth, phones)


@people.command("show")
def show_person(matricule: str, clear: Clear = False) -> None:
    """One person of the directory.

    Example: cruc people show 000123X --clear
    """
    person = with_store(lambda _settings, store: store.person(matricule))
    if person is None:
        raise missing(f"{matricule} is not in the directory.")
    for name, value in (asdict(person) if clear else hidden(asdict(person), PERSONAL)).items():
        shown = ", ".join(value if clear else map(masked, value)) if isinstance(value, tuple) else value
        typer.echo(f"{name:<11} {shown or '-'}")
