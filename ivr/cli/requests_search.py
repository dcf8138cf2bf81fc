"""`cruc requests list|search|export|reindex`: which requests there are, by all that tells them apart.

Lists mask whose they are. Who wants names and numbers says why, and every request told so is a line of the access log.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from ivr.cli.console import Progress, as_json, hidden, masked, moment, table, warn
from ivr.cli.console import since as since_when
from ivr.cli.opened import missing, sure, with_store
from ivr.cli.requests_desk import (
    AsJson,
    By,
    Desk,
    InRole,
    OfDirection,
    Seat,
    Walled,
    Yes,
    at_desk,
    known_direction,
    label,
    readable,
    sigle,
)
from ivr.cli.requests_pages import CHANNELS, PERSONAL, days_left, in_days
from ivr.cli.sheets import ENDINGS, Cell, Column, sheet
from ivr.core.lifecycle import STATUSES
from ivr.dialplan import Dialplan
from storage import Refused, RequestRow
from storage.asked import MOST_ROWS, Found, Search, Sort

Clear = Annotated[bool, typer.Option("--clear", help="Names, numbers and texts in full; it needs --why, and is logged.")]
Why = Annotated[str, typer.Option("--why", help="For what reason records are looked at, with --clear or --walled.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="At most so many.")]
After = Annotated[str, typer.Option(help="Go on where a page ended: the word that was told with it.")]
FREE: Final = ("note", "answer")
"""Texts in which anybody may be named."""


def _filter(*names: str, told: str) -> Any:
    return typer.Option(*names, help=told)


FILTERS: Final[tuple[tuple[str, Any, Any], ...]] = (
    ("status", Annotated[list[str], _filter(told=f"Only this status; may be repeated: {', '.join(STATUSES)}.")], ()),
    ("category", Annotated[list[str], _filter(told="Only this category, or all of this family; may be repeated.")], ()),
    ("at", Annotated[str, _filter("--at", told="Only what this direction has.")], ""),
    ("assignee", Annotated[str, _filter(told="Only what this person has.")], ""),
    ("channel", Annotated[str, _filter(told=f"How it came: {', '.join(CHANNELS)}.")], ""),
    ("matricule", Annotated[str, _filter(told="Only this matricule.")], ""),
    ("since", Annotated[str, _filter(told="Registered since: today, 2h, 3d, 2026-11-23.")], ""),
    ("until", Annotated[str, _filter(told="Registered before.")], ""),
    ("due", Annotated[str, _filter(told="due_today, due_in_3, overdue or alert.")], ""),
    ("kind", Annotated[str, _filter(told="asked, or calls: those that ended without a request.")], "all"),
    ("only_open", Annotated[bool, _filter("--open", told="Only what is not ended.")], False),
    ("reopened", Annotated[bool, _filter("--reopened", told="Only what was opened again.")], False),
    ("sort", Annotated[Sort, _filter(told="In which order.")], Sort.NEWEST),
)


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the filters as options, which it is given as one dictionary, ``asked``."""
    names = [name for name, _how, _default in FILTERS]

    @functools.wraps(command)
    def run(**said: Any) -> None:
        command(asked={name: said.pop(name) for name in names}, **said)

    own = [parameter for name, parameter in inspect.signature(command, eval_str=True).parameters.items() if name != "asked"]
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=how)
             for name, how, default in FILTERS]
    parameters = sorted((*own, *added), key=lambda each: each.kind)
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def search_of(desk: Desk, text: str, asked: dict[str, Any]) -> Search:
    """What the options ask for. Raises `Refused` with what is wrong, in French."""
    given = {name: value for name, value in asked.items() if value or name == "sort"}
    given |= {name: since_when(given[name]) for name in ("since", "until") if name in given}
    if "at" in given:
        given["direction"] = known_direction(desk.plan, given.pop("at"))
    given["status"] = tuple(asked["status"])
    given["category"] = tuple(code for typed in asked["category"] for code in family(desk.plan, typed))
    return Search(text, walled=desk.walled, **given)


def family(plan: Dialplan, typed: str) -> tuple[str, ...]:
    """A category, or all of the family whose head it is."""
    code = typed.strip().upper()
    found = tuple(each.code for each in plan.categories.values() if code in (each.code, each.parent))
    if not found:
        raise Refused(f"La catégorie « {typed[:40]} » n'existe pas : choisissez-en une de dialplans/categories.yaml.")
    return found


# ----------------------------------------------------------------------------------------------------------------- the lists
class Page(NamedTuple):
    """How much of it, and how it is told."""

    limit: int
    after: str
    json: bool
    clear: bool


@filtered
def list_requests(
    *, asked: dict[str, Any], limit: Limit = 50, after: After = "", by: By = "", role: InRole = "agent",
    direction: OfDirection = "", walled: Walled = False, why: Why = "", json: AsJson = False, clear: Clear = False,
) -> None:
    """Requests, newest first unless sorted otherwise.

    Example: cruc requests list --open --at DGAPCE --sort due
    """
    _told("", asked, Seat(role, direction, by, walled, why), Page(limit, after, json, clear))


@filtered
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words or their beginnings: a name, a number, a reference...")],
    *, asked: dict[str, Any], limit: Limit = 50, after: After = "", by: By = "", role: InRole = "agent",
    direction: OfDirection = "", walled: Walled = False, why: Why = "", json: AsJson = False, clear: Clear = False,
) -> None:
    """Requests that have all these words, however they are written; each word may go on.

    Example: cruc requests search "n'guessan attest" --open
    """
    _told(text, asked, Seat(role, direction, by, walled, why), Page(limit, after, json, clear))


def _told(text: str, asked: dict[str, Any], seat: Seat, page: Page) -> None:
    _check(page.clear, seat)

    async def work(desk: Desk) -> tuple[Desk, Found]:
        wanted = replace(search_of(desk, text, asked), limit=page.limit, after=page.after or None)
        found = await desk.store.search(wanted, desk.at)
        if text and not await desk.store.words_are_current():
            warn("Les requêtes d'une version précédente ne sont pas encore indexées : tapez `cruc requests reindex`.")
        act = "search" if text else "list"
        await desk.log(act, criteria(text, asked))
        await _log_each(desk, act, found.rows, page.clear)
        return desk, found

    desk, found = at_desk(seat, work)
    if page.json:
        for row in found.rows:
            as_json(shown(row, page.clear))
    else:
        _table(desk, found.rows, page.clear)
    if found.after:
        typer.echo(f"Il y en a d'autres : --after {found.after}", err=True)


def _check(clear: bool, seat: Seat) -> None:
    readable(seat.why)
    if clear and not seat.why.strip():
        raise Refused("Pour voir les noms et les numéros en clair, dites pourquoi avec --why.")


async def _log_each(desk: Desk, act: str, rows: Sequence[RequestRow], clear: bool) -> None:
    """Before they are shown: each record that is told in full, or from behind the wall."""
    if clear and rows:
        await desk.log(act, *(row.reference for row in rows))
    if behind := [row.reference for row in rows if row.walled]:
        await desk.log("walled", *behind)


def criteria(text: str, asked: dict[str, Any]) -> str:
    """What was asked for, without whom: the log outlives the people's records."""
    words = [f"« {masked(text)} »"] if text else []
    for name, value in asked.items():
        if value and (name, value) not in (("sort", Sort.NEWEST), ("kind", "all")):
            several = ",".join(value) if isinstance(value, list | tuple) else str(value)
            words.append(f"{name}={masked(several) if name == 'matricule' else several}")
    return " ".join(("requêtes", *words))


def shown(row: RequestRow, clear: bool) -> dict[str, Any]:
    told = asdict(row)
    return told if clear else {**hidden(told, PERSONAL), **dict.fromkeys(FREE)}


def _table(desk: Desk, rows: Iterable[RequestRow], clear: bool) -> None:
    told = ((row, shown(row, clear)) for row in rows)
    table(("Référence", "Catégorie", "Statut", "Depuis", "Direction", "Agent", "Requérant", "Matricule", "Échéance", ""), (
        (row.reference, row.category, STATUSES.get(row.status, row.status), moment(row.since),
         sigle(desk.plan, row.direction), row.assignee, face["name"], face["matricule"], row.due_at,
         in_days(days_left(row, desk.at))) for row, face in told
    ))


# --------------------------------------------------------------------------------------------------------------- the export
COLUMNS: Final = (
    Column("Référence", 17), Column("Catégorie", 18), Column("Libellé", 34), Column("Statut", 22), Column("Depuis le", 16),
    Column("Direction", 12), Column("Agent", 14), Column("Échéance", 12), Column("Alerte (%)", 10), Column("Canal", 11),
    Column("Enregistrée le", 16), Column("Clôturée le", 16), Column("Réouvertures", 12), Column("Satisfaction", 12),
    Column("Matricule", 11), Column("Nom", 28), Column("Téléphone", 16), Column("Note", 50), Column("Réponse", 50),
    Column("Doublon de", 17),
)


@filtered
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx|FILE.csv", help="Replaced, once the new one is whole.")],
    *, asked: dict[str, Any], text: Annotated[str, typer.Option(help="Only those that have all these words.")] = "",
    by: By = "", role: InRole = "agent", direction: OfDirection = "", walled: Walled = False, why: Why = "",
    yes: Yes = False, clear: Clear = False,
) -> None:
    """Requests as a spreadsheet, with the filters of `list`. Whose they are is masked, and their texts are left out.

    Example: cruc requests export retards.xlsx --due overdue --sort due
    """
    seat = Seat(role, direction, by, walled, why)
    _check(clear, seat)
    if file.suffix.lower() not in ENDINGS:
        raise Refused(f"Le fichier {file.name} n'est ni .xlsx ni .csv : donnez-lui l'un de ces noms.")
    if file.exists():
        sure(f"{file} existe déjà : le remplacer ?", yes)
    try:
        count = at_desk(seat, lambda desk: _export(desk, file, search_of(desk, text, asked), clear))
    except OSError as error:
        raise missing(f"{file} ne peut pas être écrit ({error.strerror}) : choisissez un autre dossier.") from None
    typer.echo(f"{count} requêtes écrites dans {file}.")


async def _export(desk: Desk, file: Path, asked: Search, clear: bool) -> int:
    progress, count = Progress(), 0
    given = {name: getattr(asked, name) for name in (each for each, _how, _default in FILTERS if each != "at")}
    await desk.log("export", criteria(asked.text, given))
    with sheet(file, COLUMNS, "Requêtes") as add:
        async for rows, total in _pages(desk, replace(asked, limit=MOST_ROWS)):
            await _log_each(desk, "export", rows, clear)
            for row in rows:
                add(cells(desk.plan, row, clear))
            count += len(rows)
            progress("export", min(1.0, count / max(1, total)))
    progress.close()
    return count


async def _pages(desk: Desk, asked: Search) -> AsyncIterator[tuple[Sequence[RequestRow], int]]:
    found = await desk.store.search(replace(asked, counted=True), desk.at)
    total = found.total or 0
    yield found.rows, total
    while found.after:
        found = await desk.store.search(replace(asked, after=found.after), desk.at)
        yield found.rows, total


def cells(plan: Dialplan, row: RequestRow, clear: bool) -> tuple[Cell, ...]:
    """One row of `COLUMNS`."""
    face = shown(row, clear)
    return (
        row.reference, row.category, label(plan, row.category), STATUSES.get(row.status, row.status), _time(row.since),
        sigle(plan, row.direction), row.assignee, date.fromisoformat(row.due_at) if row.due_at else None, row.alert or None,
        CHANNELS.get(row.channel, row.channel), _time(row.created_at), _time(row.closed_at), row.reopened or None,
        row.satisfaction, face["matricule"], face["name"], face["phone"], face["note"], face["answer"],
        row.parent if row.status == "merged" else None,
    )


def _time(at: float | None) -> datetime | None:
    """A spreadsheet knows no zones: the time in Abidjan, to the second."""
    return datetime.fromtimestamp(int(at), UTC).replace(tzinfo=None) if at is not None else None


# ---------------------------------------------------------------------------------------------------------------- the words
def reindex() -> None:
    """Write the words of all requests again, after an update or when a search finds less than it should.

    Example: cruc requests reindex
    """
    progress = Progress()
    count = with_store(lambda _settings, store: store.reindex(progress))
    progress.close()
    typer.echo(f"{count} requêtes indexées.")
