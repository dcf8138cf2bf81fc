"""The service itself: run, demo, status, drain, and loading the dialplans again."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import typer

from ivr import control
from ivr.cli.console import as_json, table
from ivr.cli.opened import asked
from ivr.cli.words import STATES
from ivr.config import load_settings
from ivr.demo.show import show
from ivr.running import run as run_service

flows = typer.Typer(no_args_is_help=True, help="The dialplans of the running service.")

KEPT: Final = "Rien n'a changé : le dernier arbre valable et ses files restent en service."


def run(
    stop_asterisk: Annotated[bool, typer.Option("--stop-asterisk", help="On stopping end Asterisk, calls too.")] = False,
) -> None:
    """Run the service in the foreground.

    SIGTERM lets go of the calls: they live on in Asterisk and the next start takes them up again. Ctrl-C ends Asterisk
    too when there is no call; a second Ctrl-C ends the calls as well.

    Example: cruc run
    """
    asyncio.run(run_service(load_settings(), typer.echo, stop_asterisk=stop_asterisk))


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the call; the last line is its record, as JSON.")] = False,
) -> None:
    """Show a real call: an agent signs in, a caller dials 1364, they talk, the record is in the store.

    Example: cruc demo --once
    """
    raise typer.Exit(show(load_settings(demo=True), once=once))


def status(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Calls, queues and agents of the running service, now.

    Example: cruc status
    """
    said = asked("GET", "/status")
    if json:
        as_json(said)
        return
    typer.echo(f"Service {said['pid']}, SIP {said['sip']}, arbre {said['flow']}, Asterisk {said['asterisk']['version']}, "
               f"au plus {said['admitted']} appels\n")
    _lists(said)


def _lists(said: dict[str, Any]) -> None:
    table(("Appel", "Durée", "Appelant", "Étape", "File", "Agent"), (
        (each["call"], f"{each['seconds']:.0f} s", each["caller"], each["node"], each["queue"], each["agent"])
        for each in said["calls"]
    ))
    typer.echo()
    table(("File", "Libellé", "En attente", "Agents"), (
        (each["queue"], each["label"], each["waiting"], each["agents"]) for each in said["queues"]
    ))
    typer.echo()
    table(("Agent", "État", "Souhait", "Motif", "Files"), (
        (
            each["agent"], STATES.get(each["state"], each["state"]), each["wish"], each["reason"], ", ".join(each["queues"]),
        ) for each in said["agents"]
    ))


def drain() -> None:
    """Take no new calls; the service stops by itself when the last one is over.

    Example: cruc drain
    """
    said = asked("POST", "/drain")
    typer.echo(f"Plus aucun nouvel appel ; {said['calls']} en cours, puis le service s'arrête.")


@flows.command()
def publish() -> None:
    """Have the running service load the dialplans again; faulty ones are refused and the last good ones stay.

    Example: cruc flow publish
    """
    try:
        said = asked("POST", "/publish")
    except control.ControlRefused as refusal:
        raise control.ControlRefused(f"{refusal}\n{KEPT}") from None
    typer.echo(f"Arbre {said['flow']} publié : il vaut pour les nouveaux appels.")
