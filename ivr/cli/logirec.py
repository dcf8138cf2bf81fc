"""The directory of people."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr.cli.console import hidden, masked
from ivr.cli.opened import NothingThere, missing, with_store
from storage import Person

people = typer.Typer(no_args_is_help=True, help="The directory of people with a matricule.")

Clear = Annotated[bool, typer.Option("--clear", help="Show telephone numbers, names and matricules in full.")]
PERSONAL: Final = ("matricule", "name", "phone", "code", "number", "last_name", "first_name", "birth")
COLUMNS: Final = ("matricule", "last_name", "first_name", "birth", "phones")


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
