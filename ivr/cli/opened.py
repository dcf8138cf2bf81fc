"""What commands work on: the settings and the store of this installation, and the service that runs on it."""

from __future__ import annotations

import asyncio
import getpass
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import typer

from ivr import control
from ivr.config import Settings, load_settings
from storage import Rules, Store, open_store

T = TypeVar("T")


class NothingThere(Exception):
    """What the command works on does not exist; the message is one sentence."""


def with_store(
    work: Callable[[Settings, Store], Awaitable[T]], *, make: bool = False, rules: Rules | None = None,
) -> T:
    """Run ``work`` on the store. Raises `NothingThere` when there is none yet and it is not to be made. ``rules``: what the
    dialplans say of requests (`ivr.site.store_rules`), for work that changes some."""
    settings = load_settings()
    file = Path(settings.store_url.removeprefix("sqlite:///"))
    if not make and settings.store_url.startswith("sqlite:") and not file.exists():
        raise NothingThere(f"There is no store at {file} yet: run `make setup`, or start the service once.")
    return asyncio.run(_on(settings, open_store(settings.store_url, rules), work))


async def _on(settings: Settings, store: Store, work: Callable[[Settings, Store], Awaitable[T]]) -> T:
    try:
        return await work(settings, store)
    finally:
        await store.close()


def asked(method: str, path: str, **said: Any) -> dict[str, Any]:
    """Ask the running service. Raises `NotServing` or `ControlRefused`."""
    return asyncio.run(control.ask(load_settings().var, method, path, **said))


def told(path: str, **said: Any) -> bool:
    """Tell the running service; False when none runs. Raises `ControlRefused`."""
    return _if_serving("POST", path, **said) is not None


def status_now() -> dict[str, Any] | None:
    """What the running service says of itself; None when none runs."""
    return _if_serving("GET", "/status")


def _if_serving(method: str, path: str, **said: Any) -> dict[str, Any] | None:
    try:
        return asked(method, path, **said)
    except control.NotServing:
        return None


def who() -> str:
    """Who sits at this command line."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "cruc"


async def seen(store: Store, act: str, what: str) -> None:
    """People are about to be shown in full: it is noted who saw ``what``."""
    await store.log_access(who(), "agent", act, [what], None, time.time())


def sure(question: str, yes: bool) -> None:
    """Ask back before what cannot be undone, unless it was said beforehand. Leaves the command when not."""
    if not yes and not typer.confirm(question):
        raise typer.Exit(1)


def missing(what: str) -> typer.Exit:
    """Say on stderr that there is no such thing; to be raised."""
    typer.echo(what, err=True)
    return typer.Exit(2)
