"""The machine: what `make setup` does after the Python packages, and the health of everything."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from ivr.ari.asterisk.installation import find_system_asterisk
from ivr.ari.asterisk.provision import provision
from ivr.cli.console import Progress, as_json
from ivr.cli.content import build_with_progress
from ivr.cli.opened import with_store
from ivr.config import Settings, load_settings
from ivr.demo.people import demonstration
from ivr.doctor import Health, examine
from storage import place

asterisk = typer.Typer(no_args_is_help=True, help="The Asterisk that the service runs on.")

MARKS = {"ok": "ok       ", "warn": "attention", "fail": "ÉCHEC    "}


@asterisk.command()
def install(
    mirror: Annotated[str | None, typer.Option(help="Another Debian mirror than this machine's own.")] = None,
) -> None:
    """Get a private Asterisk into the home folder, unless the system's is recent enough. No root needed.

    Example: cruc asterisk install
    """
    install_with_progress(load_settings(), mirror)


def install_with_progress(settings: Settings, mirror: str | None = None) -> None:
    version = find_system_asterisk()
    if version:
        typer.echo(f"Asterisk {version} du système.")
        return
    progress = Progress()
    try:
        found = provision(settings.var / "asterisk", mirror=mirror, progress=progress)
    finally:
        progress.close()
    typer.echo(f"Asterisk {found.version} privé dans {settings.var / 'asterisk'}.")


def setup(
    demonstration_data: Annotated[
        bool, typer.Option("--demonstration/--no-demonstration", help="Put demonstration people into an empty store.")
    ] = True,
) -> None:
    """Everything after the Python packages: Asterisk, prompts, store. Quick when it is done already.

    Example: cruc setup
    """
    settings = load_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    install_with_progress(settings)
    build_with_progress(settings)
    if demonstration_data:
        added = with_store(lambda _settings, store: demonstration(store), make=True)
        done = f"{added} personnes de démonstration" if added else "déjà remplie"
        typer.echo(f"Base {place(settings.store_url)} : {done}.")


def doctor(json: Annotated[bool, typer.Option("--json", help="JSON: one object a line.")] = False) -> None:
    """The health of everything, a line each, with what to do. Fails when something stands in the way of service.

    Example: cruc doctor
    """
    found = asyncio.run(_examined(json))
    if any(each.state == "fail" for each in found):
        raise typer.Exit(1)


async def _examined(json: bool) -> list[Health]:
    found = []
    async for each in examine(load_settings()):
        found.append(each)
        if json:
            as_json({"what": each.what, "state": each.state, "said": each.said, "advice": each.advice})
        else:
            typer.echo(f"{MARKS[each.state]}  {each.what:<22} {each.said}")
            if each.advice:
                typer.echo(f"{'':<11}{'':<22} → {each.advice}")
    return found
