"""`cruc requests …`: all that the staff does with requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

import typer

from ivr.cli import requests_acts, requests_register, requests_search
from ivr.cli.console import as_json
from ivr.cli.requests_desk import (
    AsJson,
    By,
    Desk,
    InRole,
    OfDirection,
    Reference,
    Seat,
    Walled,
    at_desk,
    known_direction,
    readable,
    reference_of,
)
from ivr.cli.requests_pages import as_told, day_of, days_left, due_page, due_rows, page
from ivr.core.lifecycle import Actor
from storage import Refused, RequestRow
from storage.asked import Search, Sort

requests = typer.Typer(no_args_is_help=True, help="LOGIREC requests.")
requests.command("register")(requests_register.register)
requests.command("list")(requests_search.list_requests)
requests.command("search")(requests_search.search)
requests.command("export")(requests_search.export)
requests.command("reindex")(requests_search.reindex)

Clear = Annotated[bool, typer.Option("--clear", help="Names and numbers in full; it needs --why, and is logged.")]
Why = Annotated[str, typer.Option("--why", help="For what reason the record is looked at, with --clear or --walled.")]
PAGE: Final = 1000
DUE: Final = ("reference", "category", "status", "direction", "assignee", "due_at", "alert")
"""What a list of what is due tells: nothing of whose it is."""


@requests.command("show")
def show_request(
    reference: Reference, *, why: Why = "", role: InRole = "agent", direction: OfDirection = "", by: By = "",
    walled: Walled = False, json: AsJson = False, clear: Clear = False,
) -> None:
    """One request: what it is about, all that happened to it, and what you may do next. Looking is logged.

    Example: cruc requests show REQ-2026-000001
    """
    wanted = reference_of(reference)
    readable(why)
    if clear and not why.strip():
        raise Refused("Pour voir les noms et les numéros en clair, dites pourquoi avec --why.")

    async def work(desk: Desk) -> None:
        file = await desk.file(wanted)
        await desk.log("read", wanted)
        if json:
            as_json(as_told(desk, file, clear))
        else:
            page(desk, file, clear)

    at_desk(Seat(role, direction, by, walled, why), work)


@requests.command("remark")
def remark(
    reference: Reference, text: Annotated[str, typer.Argument(help="What the history should keep.")], *,
    role: InRole = "agent", direction: OfDirection = "", by: By = "", walled: Walled = False, why: Why = "",
) -> None:
    """Add a remark to the history; nothing else changes.

    Example: cruc requests remark 123 "Rappelée, elle apporte l'acte demain"
    """
    wanted = reference_of(reference)
    readable(text, why)

    async def work(desk: Desk) -> None:
        file = await desk.file(wanted)
        _check_own(file.request, desk.actor)
        await desk.store.remark(wanted, text, desk.actor, desk.at)

    at_desk(Seat(role, direction, by, walled, why), work)
    typer.echo(f"{wanted} : remarque notée.")


def _check_own(row: RequestRow, actor: Actor) -> None:
    """A department writes into the requests that it has."""
    if actor.role == "department" and actor.direction != row.direction:
        raise Refused(f"La requête {row.reference} n'est pas chez votre direction : rien n'a été noté.")


@requests.command("due")
def due(
    within: Annotated[int, typer.Option(min=0, max=365, help="Those due within so many days, and all that are late.")] = 3,
    direction: Annotated[str, typer.Option(help="Only what this direction has.")] = "",
    *, by: By = "", walled: Walled = False, why: Why = "", json: AsJson = False,
) -> None:
    """What is late, due today and due soon, by direction. What waits for the requester's documents is not late.

    Example: cruc requests due --direction DGAPCE
    """
    async def work(desk: Desk) -> None:
        only = known_direction(desk.plan, direction) if direction else None
        rows = due_rows([row async for row in _promised(desk, only, within)], desk.at)
        if behind := [row.reference for _days, row in rows if row.walled]:
            await desk.log("walled", *behind)
        if json:
            for _days, row in rows:
                as_json({name: getattr(row, name) for name in DUE} | {"days_left": days_left(row, desk.at)})
        else:
            due_page(desk.plan, rows)

    readable(why)
    at_desk(Seat(by=by, walled=walled, why=why), work)


async def _promised(desk: Desk, direction: str | None, within: int) -> AsyncIterator[RequestRow]:
    """Open requests promised for the next ``within`` days or before, by their days. Those behind the wall are among
    them for who reaches there."""
    last = (day_of(desk.at) + timedelta(days=within)).isoformat()
    page_of = Search(direction=direction, only_open=True, walled=desk.walled, sort=Sort.DUE, limit=PAGE)
    after: str | None = None
    while True:
        found = await desk.store.search(replace(page_of, after=after), desk.at)
        for row in found.rows:
            if row.due_at is None or row.due_at > last:
                return
            yield row
        if (after := found.after) is None:
            return


requests.add_typer(requests_acts.acts)
