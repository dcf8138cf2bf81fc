"""What commands work on: the settings and the store of this installation, opened and closed around an async body."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from ivr.config import Settings, load_settings
from storage import Store, open_store

T = TypeVar("T")


class NothingThere(Exception):
    """What the command works on does not exist; the message is one sentence."""


def with_store(work: Callable[[Settings, Store], Awaitable[T]], *, make: bool = False) -> T:
    """Run ``work`` on the store. Raises `NothingThere` when there is none yet and it is not to be made."""
    settings = load_settings()
    file = Path(settings.store_url.removeprefix("sqlite:///"))
    if not make and settings.store_url.startswith("sqlite:") and not file.exists():
        raise NothingThere(f"There is no store at {file} yet: run `make setup`, or start the service once.")
    return asyncio.run(_on(settings, open_store(settings.store_url), work))


async def _on(settings: Settings, store: Store, work: Callable[[Settings, Store], Awaitable[T]]) -> T:
    try:
        return await work(settings, store)
    finally:
        await store.close()


def missing(what: str) -> typer.Exit:
    """Say on stderr that there is no such thing; to be raised."""
    typer.echo(what, err=True)
    return typer.Exit(2)
