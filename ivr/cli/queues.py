"""Queues: how they stand, their rules in words, who waits and why; moving a caller; new rules without a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from ivr.cli import service
from ivr.cli.console import as_json, table
from ivr.cli.opened import asked, missing, status_now
from ivr.cli.rule_words import MEANINGS, values
from ivr.cli.words import STATES, duration, rate, reason_of_waiting, service_level
from ivr.config import load_settings
from ivr.core.queueing import Rules
from ivr.dialplan import Dialplan
from ivr.site import load_flow, load_prompts

queues = typer.Typer(no_args_is_help=True, help="Queues: how they stand, their rules, who waits.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]

@queues.command("list")
def list_(json: AsJson = False) -> None:
    """How every queue stands, when a service runs; otherwise the rules that it would follow.

    Example: cruc queue list
    """
    now = status_now()
    if now is None:
        _list_rules(_dialplan().queues, json)
        return
    if json:
        for row in now["queues"]:
            as_json(row)
        return
    table(("File", "Libellé", "Attente", "Plus longue", "Connectés", "Libres", "NS", "Abandon", "Rappels"), (
        (
            row["queue"], row["label"], row["waiting"], duration(row["longest"]), row["agents"], row["free"],
            rate(row["day"].get("service_level")), rate(row["day"].get("abandonment")), row["callbacks"],
        ) for row in now["queues"]
    ))
    typer.echo(f"\nAujourd'hui. {service_level((row['level'], row['short']) for row in now['queues'])}.\n"
               "Abandon : abandons / offerts.")


def _list_rules(rules: Mapping[str, Rules], json: bool) -> None:
    if json:
        for name, each in rules.items():
            as_json({"queue": name, "rules": {key: value for key, value, _default in values(each)}})
        return
    typer.echo("Aucun service en marche : voici les règles seulement.\n", err=True)
    table(("File", "Libellé", "Stratégie", "Sonnerie", "Après-appel", "Au plus", "Objectif"), (
        (name, each.label, each.strategy, each.ring, each.wrap_up, each.most, each.level) for name, each in rules.items()
    ))


@queues.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The queue, such as solde.")], json: AsJson = False,
) -> None:
    """The rules of a queue in words, who is signed in to it, who waits and why.

    Example: cruc queue show solde
    """
    dialplan = _dialplan()
    if name not in dialplan.queues:
        raise missing(f"There is no queue {name!r}: the dialplans have {', '.join(dialplan.queues)}.")
    rules, now = dialplan.queues[name], status_now()
    staff = [each for each in now["agents"] if name in each["queues"] and each["wish"] != "offline"] if now else None
    waiting = [each for each in now["waiting"] if each["queue"] == name] if now else None
    if json:
        told = {key: value for key, value, _default in values(rules)}
        as_json({"queue": name, "rules": told, "agents": staff, "waiting": waiting})
        return
    table(("Règle", "Valeur", "", "Ce qu'elle dit"), (
        (key, value, "(défaut)" if default else " ", MEANINGS[key][1]) for key, value, default in values(rules)
    ))
    if now is None or staff is None or waiting is None:
        typer.echo("\nAucun service en marche.")
        return
    typer.echo("\nAgents connectés")
    table(("Agent", "État", "Depuis", "Motif"), (
        (each["agent"], STATES.get(each["state"], each["state"]), duration(each["seconds"]), each["reason"])
        for each in staff
    ))
    typer.echo("\nEn attente")
    _waiting_table(waiting, now, dialplan.skills)


@queues.command()
def waiting(json: AsJson = False) -> None:
    """Everybody who waits, callbacks too: the place, since when, and why still.

    Example: cruc queue waiting
    """
    now = asked("GET", "/status")
    if json:
        for row in now["waiting"]:
            as_json(row)
        return
    _waiting_table(now["waiting"], now, _dialplan().skills)


def _waiting_table(rows: Iterable[Mapping[str, Any]], now: Mapping[str, Any], skills: Mapping[str, str]) -> None:
    signed_in = {each["queue"]: each["agents"] for each in now["queues"]}
    table(("File", "Place", "Attend", "Appelant", "Priorité", "Rappel", "Pourquoi", "Appel"), (
        (
            row["queue"], place, duration(row["waited"]), row["caller"], row["priority"], "oui" if row["callback"] else "",
            reason_of_waiting(row, signed_in.get(row["queue"], 0), skills), row["call"],
        ) for place, row in places(rows)
    ))


def places(rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """Each with its place in its queue, 1 first; they come in that order."""
    ahead: dict[str, int] = {}
    for row in rows:
        ahead[row["queue"]] = ahead.get(row["queue"], 0) + 1
        yield ahead[row["queue"]], row


@queues.command()
def move(
    call: Annotated[str, typer.Argument(metavar="CALL", help="Who waits, as `cruc queue waiting` shows it.")],
    to: Annotated[str, typer.Option(help="The queue to wait in.")] = "",
    front: Annotated[bool, typer.Option("--front", help="Before everybody else in the queue.")] = False,
) -> None:
    """Put a caller who waits into another queue, or first in the queue.

    Example: cruc queue move 1795472100.12 --to solde
    """
    if bool(to) == front:
        raise typer.BadParameter("Say where: --to QUEUE, or --front.")
    asked("POST", f"/calls/{quote(call, safe='')}/move", queue=to, front=front)
    typer.echo(f"{call} : {f'file {to}' if to else 'en tête de sa file'}.")


@queues.command()
def reload() -> None:
    """Load queues.yaml again, with the other dialplans: the same as `cruc flow publish`. Faulty files are refused.

    Example: cruc queue reload
    """
    service.publish()


def _dialplan() -> Dialplan:
    settings = load_settings()
    return load_flow(settings, load_prompts(settings))
