"""The directory of people with a matricule: looking somebody up, importing a file, taking the last import back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ivr.cli.console import as_json, hidden, masked, moment, table
from ivr.cli.opened import missing, sure, who, with_store
from ivr.cli.people_import import Wanted, import_file
from ivr.config import Settings
from storage import Person, Store
from storage.imports import Import

people = typer.Typer(no_args_is_help=True, help="The directory of people with a matricule.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]
Clear = Annotated[bool, typer.Option("--clear", help="Show telephone numbers, names and matricules in full.")]
PERSONAL: Final = ("matricule", "last_name", "first_name", "birth")
WORDS: Final = {
    "matricule": "Matricule", "last_name": "Nom", "first_name": "Prénoms", "birth": "Né(e) le", "direction": "Direction",
    "phones": "Téléphones",
}


@people.command("import")
def import_people(  # noqa: PLR0917 - as one says it
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX, with a line of headers.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, change nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Take nothing when any row is refused.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write the refused rows there.")] = None,
    json: AsJson = False,
    clear: Clear = False,
) -> None:
    """Import the directory from a CSV file or an XLSX workbook, in one transaction.

    Headers in French or English, in any order: matricule, nom, prénoms, date de naissance, téléphone(s), direction. Known
    people are brought up to date, and what the file has no column for stays. A row that is wrong is refused with its reason
    and the others are taken; the exit code is then 1. `cruc people undo` takes it all back.

    Example: cruc people import annuaire.xlsx --dry-run --report refus.csv
    """
    refused = import_file(file, Wanted(dry_run=dry_run, strict=strict, report=report, json=json, clear=clear))
    if refused:
        raise typer.Exit(1)


@people.command("undo")
def undo(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask back.")] = False, json: AsJson = False,
) -> None:
    """Give back the directory as it was before the last import.

    Example: cruc people undo
    """
    last = with_store(lambda _settings, store: store.imports(1))
    if last and last[0].undone_at is None:
        sure(f"Annuler l'import du {moment(last[0].at)} ({last[0].file}) ?", yes or json)
    undone = with_store(lambda _settings, store: store.undo_import(who(), time.time()))
    if json:
        as_json(asdict(undone))
        return
    typer.echo(f"L'import du {moment(undone.at)} est annulé : {undone.added} personnes retirées, "
               f"{undone.changed} rétablies.")


@people.command("imports")
def list_imports(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20, json: AsJson = False,
) -> None:
    """The files imported, newest first.

    Example: cruc people imports
    """
    rows = with_store(lambda _settings, store: store.imports(limit))
    if json:
        for row in rows:
            as_json(asdict(row))
        return
    table(("N°", "Le", "Par", "Fichier", "Nouveaux", "Modifiés", "Inchangés", "Refusés", "Annulé"), map(_import, rows))


def _import(row: Import) -> tuple[Any, ...]:
    undone = f"le {moment(row.undone_at)} par {row.undone_by}" if row.undone_at else ""
    counts = (str(count) for count in (row.added, row.changed, row.same, row.refused))
    return str(row.id), moment(row.at), row.who, row.file, *counts, undone


@people.command("show")
def show_person(matricule: str, json: AsJson = False, clear: Clear = False) -> None:
    """One person of the directory. That it was looked at is noted in the access log.

    Example: cruc people show 000123X --clear
    """
    async def work(_settings: Settings, store: Store) -> Person | None:
        person = await store.person(matricule)
        if person is not None:
            await _noted(store, "read", [person.matricule])
        return person

    person = with_store(work)
    if person is None:
        raise missing(f"{matricule} n'est pas dans l'annuaire : vérifiez les six chiffres et la lettre.")
    told = _told(person, clear=clear)
    if json:
        as_json(told)
        return
    for name, value in told.items():
        typer.echo(f"{WORDS[name]:<11} {(', '.join(value) if isinstance(value, list) else value) or '-'}")


@people.command("find")
def find(
    text: Annotated[list[str], typer.Argument(metavar="WORDS", help="Beginnings of names, or a telephone number.")],
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most so many.")] = 50,
    json: AsJson = False,
    clear: Clear = False,
) -> None:
    """People by the beginnings of their names, without accents and in any order, or by telephone number.

    Example: cruc people find n'guess aya --clear
    """
    asked = " ".join(text)
    number = "".join(letter for letter in asked if letter in "+0123456789")

    async def work(_settings: Settings, store: Store) -> Sequence[Person]:
        by_number = len(number) >= 8 and not any(letter.isalpha() for letter in asked)
        found = (await store.people_at(number))[:limit] if by_number else await store.find_people(asked, limit)
        if found:
            await _noted(store, "search", [person.matricule for person in found] if clear else ["annuaire"])
        return found

    rows = [_told(person, clear=clear) for person in with_store(work)]
    if json:
        for row in rows:
            as_json(row)
        return
    shown = ("matricule", "last_name", "first_name", "direction", "phones")
    table([WORDS[name] for name in shown], (
        [", ".join(row[name]) if name == "phones" else row[name] for name in shown] for row in rows
    ))


def _told(person: Person, *, clear: bool) -> dict[str, Any]:
    row = {name: getattr(person, name) for name in WORDS}
    row["phones"] = [number if clear else masked(number) for number in person.phones]
    return row if clear else hidden(row, PERSONAL)


async def _noted(store: Store, act: str, subjects: Sequence[str]) -> None:
    """In the access log, before anything is shown. A masked list says of nobody that it was about them."""
    await store.log_access(who(), "agent", act, subjects, None, time.time())
