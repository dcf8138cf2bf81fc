"""Agents: who they are, what they wish. Told to the running service when there is one, else kept for its next start."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import asdict
from typing import Annotated, Final
from urllib.parse import quote

import typer

from ivr.ari.asterisk.plan import kept_secret
from ivr.cli.console import as_json, table
from ivr.cli.opened import missing, told, with_store
from ivr.config import Settings, load_settings
from ivr.core.agent import Wish
from ivr.core.fields import LEVELS
from ivr.dialplan import Dialplan
from ivr.site import load_flow, load_prompts, secret_file
from storage import Agent, Store

agents = typer.Typer(no_args_is_help=True, help="Agents: accounts, wishes, conversations, supervision.")

ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
RESERVED: Final = ("demo",)
HIGHEST_RANK: Final = 99
Name = Annotated[str, typer.Argument(metavar="ID", help="The agent, such as awa.")]


@agents.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="JSON: one object a line.")] = False) -> None:
    """All agents, their telephones' extensions, queues and last wishes.

    Example: cruc agent list
    """
    rows = with_store(lambda _settings, store: store.list_agents(), make=True)
    if json:
        for row in rows:
            as_json(asdict(row))
        return
    table(("Agent", "Nom", "Poste", "Files", "Compétences", "Rangs", "Souhait", "Motif"), (
        (
            row.id, row.name, row.extension, ", ".join(row.queues), _listed(row.skills), _listed(row.ranks), row.wish,
            row.reason,
        ) for row in rows
    ))


def _listed(levels: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {level}" for name, level in sorted(levels.items()))


@agents.command()
def add(
    agent: Name,
    *,
    name: Annotated[str, typer.Option(help="The name shown to supervisors.")],
    extension: Annotated[str, typer.Option(help="The telephone's number, such as 101.")],
    queues: Annotated[str, typer.Option(help="Queues served, with commas between them.")] = "general",
    skills: Annotated[str, typer.Option(help="Skills and their levels, 1 to 9: solde=2,carriere=1.")] = "",
    ranks: Annotated[str, typer.Option(help="By queue, the place (linear) or the share (random): solde=1.")] = "",
) -> None:
    """Add an agent, or change one. The SIP password is made once, and shown; the account counts at once.

    Example: cruc agent add awa --name Awa --extension 101 --queues general,solde --skills solde=2
    """
    settings = load_settings()
    served = tuple(part.strip() for part in queues.split(",") if part.strip())
    dialplan = load_flow(settings, load_prompts(settings))
    _check(dialplan, agent, extension, served)
    row = Agent(
        agent, name, extension, agent, served, _levels(skills, dialplan.skills, "skill", LEVELS["high"]),
        ranks=_levels(ranks, served, "queue of this agent", HIGHEST_RANK),
    )
    with_store(lambda _settings, store: store.put_agent(row), make=True)
    secret = kept_secret(secret_file(settings, agent))
    live = told("/agents/reload")
    typer.echo(f"Agent {agent}, poste {extension}, files {', '.join(served)}. "
               f"{'Le compte est actif.' if live else 'Le compte sera actif au prochain démarrage du service.'}")
    where = f"{settings.sip_bind}:{settings.sip_port}"
    typer.echo(f"Téléphone SIP : serveur {where} (UDP), compte {agent}, mot de passe {secret}")


def _levels(written: str, known: Collection[str], what: str, highest: int) -> dict[str, int]:
    """« solde=2,carriere=1 » → {solde: 2, carriere: 1}. Raises `typer.BadParameter`."""
    levels: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in written.split(","))):
        name, _, level = (side.strip() for side in part.partition("="))
        if name not in known:
            raise typer.BadParameter(f"There is no {what} called {name!r}. Known: {', '.join(known) or 'none'}.")
        if not (level.isascii() and level.isdigit() and 1 <= int(level) <= highest):
            raise typer.BadParameter(f"{part!r} is not understood: write {name}= and a number from 1 to {highest}.")
        levels[name] = int(level)
    return levels


def _check(dialplan: Dialplan, agent: str, extension: str, queues: tuple[str, ...]) -> None:
    if not ID.fullmatch(agent) or agent in RESERVED:
        raise typer.BadParameter(f"{agent!r} is no id for an agent: small letters, digits, - and _, such as awa.")
    if not re.fullmatch(r"[0-9]{2,6}", extension):
        raise typer.BadParameter(f"{extension!r} is no extension: two to six digits, such as 101.")
    for queue in queues or ("",):
        if queue not in dialplan.queues:
            raise typer.BadParameter(f"There is no queue {queue!r}: the dialplans have {', '.join(dialplan.queues)}.")


@agents.command()
def ready(agent: Name) -> None:
    """The agent takes calls from now on (as *11 on the telephone).

    Example: cruc agent ready awa
    """
    _wish(agent, "ready")


@agents.command()
def pause(agent: Name, reason: Annotated[str, typer.Option(help="Why, for the supervisors.")] = "pause") -> None:
    """The agent takes no calls for a while; one under way goes on (as *12).

    Example: cruc agent pause awa --reason réunion
    """
    _wish(agent, "paused", reason)


@agents.command()
def logout(agent: Name) -> None:
    """The agent is not there any more (as *10).

    Example: cruc agent logout awa
    """
    _wish(agent, "offline")


@agents.command()
def remove(agent: Name) -> None:
    """Forget an agent; calls and records that name the agent stay.

    Example: cruc agent remove awa
    """
    settings = load_settings()
    with_store(_changing(agent, lambda store: store.delete_agent(agent)))
    secret_file(settings, agent).unlink(missing_ok=True)
    told("/agents/reload")
    typer.echo(f"Agent {agent} retiré.")


def _wish(agent: str, wish: Wish, reason: str = "") -> None:
    if told(f"/agents/{quote(agent, safe='')}/wish", wish=wish, reason=reason):
        typer.echo(f"{agent} : {wish}.")
        return
    with_store(_changing(agent, lambda store: store.set_wish(agent, wish, reason)))
    typer.echo(f"{agent} : {wish}, dès que le service sera en marche.")


def _changing(agent: str, change: Callable[[Store], Awaitable[None]]) -> Callable[[Settings, Store], Awaitable[None]]:
    async def work(_settings: Settings, store: Store) -> None:
        if await store.agent(agent) is None:
            raise missing(f"There is no agent called {agent}: `cruc agent list` names them.")
        await change(store)
    return work
