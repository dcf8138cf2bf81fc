"""Numbers to call back: the store keeps them, the running service is told to look again after every change."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from ivr.callback_numbers import normalised
from ivr.cli.console import as_json, hidden, masked, moment, table
from ivr.cli.opened import missing, seen, status_now, sure, told, who, with_store
from ivr.cli.words import CALLBACKS
from ivr.config import Settings, load_settings
from ivr.core.queueing import Rules
from ivr.site import load_flow, load_prompts
from storage import CallbackRow, Store
from storage.work import OUTCOMES

callbacks = typer.Typer(no_args_is_help=True, help="Numbers to call back, in their places.")

PERSONAL: Final = ("number", "matricule")
MOST: Final = 100_000
Number = Annotated[int, typer.Argument(metavar="ID", help="The entry, as `cruc callback list` numbers it.")]
By = Annotated[str, typer.Option("--by", help="Who did it; you unless told otherwise.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask back.")]


@callbacks.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those already closed too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON: one object a line.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Show telephone numbers and matricules in full.")] = False,
) -> None:
    """Numbers to call back in their places: among all who wait when a service runs, otherwise among callbacks.

    Example: cruc callback list --clear
    """
    async def wanted(_settings: Settings, store: Store) -> Sequence[CallbackRow]:
        if clear:
            await seen(store, "list", "rappels")
        return await store.list_callbacks(None if all_ else "open", MOST)

    rows = with_store(wanted)
    now = status_now()
    shown = [_shown(row, clear, live) for row, live in zip(rows, _live(rows, now), strict=True)]
    if json:
        for each in shown:
            as_json(each)
        return
    table(("N°", "Numéro", "File", "Place", "État", "Essais", "Pas avant", "Depuis", "Motif", "Requête"), (
        (
            each["id"], each["number"], each["queue"], each["place"], CALLBACKS.get(each["doing"], each["state"]),
            each["tries"], moment(each["due"]), moment(each["since"]), each["reason"], each["request"],
        ) for each in shown
    ))


def _shown(row: CallbackRow, clear: bool, live: Mapping[str, Any]) -> dict[str, Any]:
    """What the agent is to be shown names the person too: without --clear only its words remain."""
    each = asdict(row)
    if not clear:
        each = hidden(each, PERSONAL) | {"facts": dict.fromkeys(each["facts"], "•••")}
    return {**each, **live}


def _live(rows: Sequence[CallbackRow], now: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
    """``doing`` and ``place`` of each: what the running service says; without one, the place among callbacks."""
    doing = {each["callback"]: each["state"] for each in now["callbacks"]} if now else {}
    ahead: dict[str, int] = {}
    places: dict[str, int] = {}
    line: Iterable[tuple[str, str]] = (
        [(each["queue"], each["callback"]) for each in now["waiting"]] if now
        else [(row.queue, str(row.id)) for row in rows if row.state == "open"]
    )
    for queue, callback in line:
        ahead[queue] = ahead.get(queue, 0) + 1
        places[callback] = ahead[queue]
    for row in rows:
        yield {"doing": doing.get(str(row.id), "") if row.state == "open" else "", "place": places.get(str(row.id))}


@callbacks.command()
def add(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A number of the country, such as 0700000101.")],
    queue: Annotated[str, typer.Option(help="The queue whose agents call back.")] = "general",
) -> None:
    """Have a number called back, at the end of the queue. A number that waits already keeps its place.

    Example: cruc callback add 0700000101 --queue solde
    """
    settings = load_settings()
    digits = number_of(settings, number)
    rules = rules_of(settings, queue)
    kept = with_store(lambda _settings, store: _add(store, digits, queue, rules), make=True)
    if kept["already"]:
        typer.echo(f"Ce numéro attend déjà : rappel {kept['callback']}, file {kept['queue']}.")
        return
    typer.echo(f"Rappel {kept['callback']} de {masked(digits)}, file {queue}. {noticed()}")


async def _add(store: Store, number: str, queue: str, rules: Rules) -> Mapping[str, Any]:
    return await leave(store, number, queue, rules, call=f"cruc {time.time():.6f}", facts={"caller": number})


async def leave(
    store: Store, number: str, queue: str, rules: Rules, *, call: str, facts: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Keep a number to call back; what the store answers."""
    now = time.time()
    return await store.register_callback(call, number, queue, "cruc", now, facts=dict(facts), expires=now + rules.lasting)


def number_of(settings: Settings, number: str) -> str:
    digits = normalised(number, settings.callback_prefixes)
    if digits is None:
        raise typer.BadParameter(f"{number!r} is no number that we call back: ten digits of the country's plan, such as "
                                 f"0700000101, beginning with {', '.join(settings.callback_prefixes)}.")
    return digits


def rules_of(settings: Settings, queue: str) -> Rules:
    queues = load_flow(settings, load_prompts(settings)).queues
    if queue not in queues:
        raise typer.BadParameter(f"There is no queue {queue!r}: the dialplans have {', '.join(queues)}.")
    return queues[queue]


def noticed() -> str:
    """The running service looks at the store again; the end of a sentence."""
    return "Le service en tient compte." if told("/callbacks/reload") else "Le service en tiendra compte à son démarrage."


@callbacks.command()
def close(
    callback: Number,
    outcome: Annotated[str, typer.Option(help=f"What came of it: {', '.join(OUTCOMES)}.")],
    by: By = "",
) -> None:
    """Close an entry by hand: somebody has called back, or tried to.

    Example: cruc callback close 12 --outcome joint --by awa
    """
    with_store(lambda _settings, store: store.close_callback(callback, "done", by or who(), time.time(), outcome))
    typer.echo(f"Rappel {callback} clos : {outcome}. {noticed()}")


@callbacks.command()
def cancel(callback: Number, by: By = "", yes: Yes = False) -> None:
    """Give an entry up: this person is not called back.

    Example: cruc callback cancel 12 --yes
    """
    sure(f"Personne ne rappellera le numéro du rappel {callback}. Continuer ?", yes)
    with_store(lambda _settings, store: store.close_callback(callback, "cancelled", by or who(), time.time()))
    typer.echo(f"Rappel {callback} annulé. {noticed()}")


@callbacks.command("now")
def now_(callback: Number) -> None:
    """Do not wait for the next try: the entry is due at once, at its place in the queue.

    Example: cruc callback now 12
    """
    with_store(lambda _settings, store: _due(store, callback))
    if not told("/callbacks/reload"):
        typer.echo(f"Rappel {callback} : dès le démarrage du service.")
        return
    live = {each["callback"]: each["state"] for each in (status_now() or {"callbacks": ()})["callbacks"]}
    later = live.get(str(callback)) == "later"
    typer.echo(f"Rappel {callback} : {'quand la file rappellera' if later else 'à sa place dans la file, dès maintenant'}.")


async def _due(store: Store, callback: int) -> None:
    row = next((row for row in await store.list_callbacks("open", MOST) if row.id == callback), None)
    if row is None:
        raise missing(f"There is no open callback {callback}: `cruc callback list` shows them.")
    now = time.time()
    await store.keep_callback(str(callback), "open", row.tries, now, now)
