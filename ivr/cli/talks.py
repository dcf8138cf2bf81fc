"""What an agent may do about a call: the actions of `ivr.desk_actions`, asked of the running service.

What cannot be done just now the service refuses in its own sentence, and nothing has changed.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from ivr.cli.console import as_json, table
from ivr.cli.desk import Name
from ivr.cli.opened import asked
from ivr.cli.words import STATES, duration
from ivr.desk_actions import TARGET

talks = typer.Typer()

To = Annotated[str, typer.Argument(metavar="TO", help="queue:solde, agent:serge, number:0700000101; or a name alone.")]


def do(who: str, action: str, said: str, **fields: Any) -> None:
    """Ask for an action, and say what is so now. Raises `ControlRefused` with the service's own sentence."""
    asked("POST", f"/agents/{quote(who, safe='')}/{action}", **fields)
    typer.echo(f"{who} : {said}.")


@talks.command()
def refuse(agent: Name) -> None:
    """Decline the call that rings: it goes to somebody else, at its place.

    Example: cruc agent refuse awa
    """
    do(agent, "refuse", "appel refusé")


@talks.command()
def hold(agent: Name) -> None:
    """The caller hears music.

    Example: cruc agent hold awa
    """
    do(agent, "hold", "l'appelant est en attente")


@talks.command()
def resume(agent: Name) -> None:
    """Back to the caller: ends a hold, or a consultation.

    Example: cruc agent resume awa
    """
    do(agent, "resume", "en ligne avec l'appelant")


@talks.command()
def transfer(agent: Name, to: To) -> None:
    """Hand the caller over at once and leave: to a queue, an agent, or an approved number.

    Example: cruc agent transfer awa queue:solde
    """
    target = _target(to)
    do(agent, "transfer", f"appel transféré à {target.partition(':')[2]}", to=target)


@talks.command()
def consult(agent: Name, to: To) -> None:
    """Ask somebody while the caller hears music; then complete, conference or resume.

    Example: cruc agent consult awa agent:serge
    """
    target = _target(to)
    do(agent, "consult", f"consultation de {target.partition(':')[2]}", to=target)


@talks.command()
def complete(agent: Name) -> None:
    """End a consultation by handing the caller over to the one consulted.

    Example: cruc agent complete awa
    """
    do(agent, "complete", "appel transmis")


@talks.command()
def conference(agent: Name) -> None:
    """Caller, agent and the one consulted all talk together.

    Example: cruc agent conference awa
    """
    do(agent, "conference", "à trois")


@talks.command()
def recording(agent: Name, on: Annotated[str, typer.Argument(metavar="on|off", help="off: pause it.")]) -> None:
    """Pause the recording of the conversation, or go on with it.

    Example: cruc agent recording awa off
    """
    if on not in {"on", "off"}:
        raise typer.BadParameter(f"{on!r} is not understood: write on or off.")
    do(agent, "recording", "enregistrement repris" if on == "on" else "enregistrement suspendu", on=on == "on")


@talks.command()
def done(agent: Name) -> None:
    """The work after the call is finished before its time.

    Example: cruc agent done awa
    """
    do(agent, "wrap-up-done", "après-appel terminé")


@talks.command()
def more(agent: Name, seconds: Annotated[float, typer.Option(min=1, max=3600, help="How much more.")] = 30.0) -> None:
    """More time for the work after the call.

    Example: cruc agent more awa --seconds 60
    """
    do(agent, "wrap-up-more", f"{seconds:g} s de plus", seconds=seconds)


@talks.command()
def states(json: Annotated[bool, typer.Option("--json", help="JSON: one object a line.")] = False) -> None:
    """What every agent does just now, since when and why; calls and misses are those since signing in.

    Example: cruc agent states
    """
    rows = asked("GET", "/status")["agents"]
    if json:
        for row in rows:
            as_json(row)
        return
    table(("Agent", "État", "Depuis", "Motif", "File", "Appel", "Appels", "Manqués"), (
        (
            row["agent"], STATES.get(row["state"], row["state"]), duration(row["seconds"]), row["reason"], row["queue"],
            row["call"], row["calls"], row["misses"],
        ) for row in rows
    ))


def _target(written: str) -> str:
    """`queue:solde` as it is; a name alone is looked for among queues and agents, digits are a number."""
    if TARGET.fits(written):
        return written
    if written.isascii() and written.isdigit():
        return f"number:{written}"
    now = asked("GET", "/status")
    found = [f"queue:{each['queue']}" for each in now["queues"] if each["queue"] == written]
    found += [f"agent:{each['agent']}" for each in now["agents"] if each["agent"] == written]
    if len(found) == 1:
        return found[0]
    if found:
        raise typer.BadParameter(f"{written} is a queue and an agent: write {' or '.join(found)}.")
    raise typer.BadParameter(f"{written!r} is no queue and no agent here: write {TARGET.says}.")
