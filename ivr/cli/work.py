"""Lost calls as work: what is open, its request, what became of it; a number to try again becomes a callback."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any, Final

import typer

from ivr.callback_numbers import normalised
from ivr.cli.callbacks import By, Yes, leave, noticed, rules_of
from ivr.cli.console import as_json, hidden, masked, moment, table
from ivr.cli.opened import missing, seen, sure, who, with_store
from ivr.cli.words import KINDS, age
from ivr.config import Settings, load_settings
from ivr.core.lifecycle import STATUSES
from ivr.core.messages import Facts
from ivr.site import load_flow, load_prompts
from storage import Store, WorkRow
from storage.work import OUTCOMES

works = typer.Typer(no_args_is_help=True, help="Lost calls, each closed only with an outcome.")

PERSONAL: Final = ("number", "matricule")
LABELS: Final = {
    "id": "appel perdu", "kind": "quoi", "number": "numéro", "matricule": "matricule", "queue": "file",
    "call": "premier appel", "last_call": "dernier appel", "calls": "appels", "created_at": "depuis", "last_at": "dernier",
    "state": "état", "outcome": "issue", "closed_by": "clos par", "closed_at": "clos le", "note": "note",
    "request": "requête",
}
"""What `cruc work show` calls each field."""
STATES: Final = {"open": "à faire", "closed": "clos"}
Item = Annotated[int, typer.Argument(metavar="ID", help="The item, as `cruc work list` numbers it.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]
Clear = Annotated[bool, typer.Option("--clear", help="Show telephone numbers and matricules in full.")]


@works.command("list")
def list_(
    *,
    all_: Annotated[bool, typer.Option("--all", help="Those already closed too.")] = False,
    kind: Annotated[str | None, typer.Option(help=f"Only these: {', '.join(KINDS)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: AsJson = False,
    clear: Clear = False,
) -> None:
    """Calls that nobody took, the oldest first.

    Example: cruc work list
    """
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"« {kind} » n'est pas une sorte d'appel perdu : dites {', '.join(KINDS)}.")
    async def wanted(_settings: Settings, store: Store) -> Sequence[WorkRow]:
        if clear:
            await seen(store, "list", "appels perdus")
        return await store.list_work(None if all_ else "open", kind, limit)

    rows = with_store(wanted)
    if json:
        for row in rows:
            as_json(_shown(row, clear))
        return
    now = time.time()
    table(("N°", "Âge", "Quoi", "File", "Numéro", "Matricule", "Appels", "Dernier", "Requête", "Issue"), (
        (
            row.id, age(now - row.created_at), KINDS.get(row.kind, row.kind), row.queue, each["number"], each["matricule"],
            row.calls, moment(row.last_at), row.request, row.outcome or "à faire",
        ) for row in rows for each in (_shown(row, clear),)
    ))


def _shown(row: WorkRow, clear: bool) -> dict[str, Any]:
    return asdict(row) if clear else hidden(asdict(row), PERSONAL)


@works.command()
def show(item: Item, json: AsJson = False, clear: Clear = False) -> None:
    """One item: whose calls, when, its request, and what became of it.

    Example: cruc work show 7
    """
    async def wanted(_settings: Settings, store: Store) -> WorkRow:
        row = await _item(store, item)
        if clear:
            await seen(store, "read", row.request or f"appel perdu {row.id}")
        return row

    told = _shown(with_store(wanted), clear)
    if json:
        as_json(told)
        return
    for name, value in told.items():
        if value not in (None, ""):
            typer.echo(f"{LABELS[name]:<13} {moment(value) if isinstance(value, float) else _word(name, value)}")


def _word(name: str, value: object) -> object:
    return {"kind": KINDS, "state": STATES}.get(name, {}).get(str(value), value)


@works.command()
def close(
    item: Item,
    outcome: Annotated[str, typer.Option(help=f"What became of it: {', '.join(OUTCOMES)}.")],
    note: Annotated[str | None, typer.Option(help="A word to it.")] = None,
    by: By = "",
) -> None:
    """Close an item with what became of it. A request that exists only because of the lost calls ends with it.

    Example: cruc work close 7 --outcome joint --note "rappelée le matin"
    """
    typer.echo(with_store(lambda _settings, store: _closed(store, item, outcome, by or who(), note)))


async def _closed(store: Store, item: int, outcome: str, who_: str, note: str | None) -> str:
    """What is then the case, in one line."""
    await store.close_work(item, outcome, who_, time.time(), note)
    row = await store.work_item(item)
    kept = await store.request(row.request) if row is not None and row.request else None
    request = f" Requête {kept.request.reference} : {STATUSES[kept.request.status].lower()}." if kept else ""
    return f"Appel perdu {item} clos : {outcome}.{request}"


@works.command()
def call(item: Item, yes: Yes = False) -> None:
    """Have the person called back: the number takes a place in the queue that the call was lost in.

    The item stays open until the person was served, or somebody closes it.

    Example: cruc work call 7
    """
    settings = load_settings()
    row = with_store(lambda _settings, store: _open_item(settings, store, item))
    queue = row.queue or next(iter(load_flow(settings, load_prompts(settings)).queues))
    rules = rules_of(settings, queue)
    sure(f"Rappeler {masked(row.number)}, file {queue} ?", yes)
    facts: Facts = {"caller": row.number, **({"matricule": row.matricule} if row.matricule else {})}
    kept = with_store(lambda _settings, store: leave(
        store, row.number, queue, rules, call=row.last_call, facts=facts,
    ))
    already = "attendait déjà" if kept["already"] else "attend"
    about = f", requête {row.request}" if row.request else ""
    typer.echo(f"Appel perdu {item}{about} : {masked(row.number)} {already} d'être rappelé (rappel {kept['callback']}, "
               f"file {kept['queue']}). {noticed()}")


async def _item(store: Store, item: int) -> WorkRow:
    row = await store.work_item(item)
    if row is None:
        raise missing(f"L'appel perdu {item} n'existe pas : voyez `cruc work list`.")
    return row


async def _open_item(settings: Settings, store: Store, item: int) -> WorkRow:
    """One that can still be called back, its number as we dial it."""
    row = await _item(store, item)
    if row.state != "open":
        raise missing(f"L'appel perdu {item} a déjà été clos par {row.closed_by} : rien n'a été changé.")
    number = normalised(row.number, settings.callback_prefixes)
    if number is None:
        raise missing(f"L'appel perdu {item} n'a pas de numéro que l'on rappelle : rien n'a été changé.")
    return replace(row, number=number)
