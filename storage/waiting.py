"""The writes that an engine has taken, and who waits for them on which event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from storage.engine import Steps

LARGEST_GROUP: Final = 256
"""Writes in one transaction."""


class Write(NamedTuple):
    """A rule to run, and who waits for it."""

    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Future[Any]
    promise: bool
    rule: Callable[[], Steps[Any]]


class Outside(NamedTuple):
    """Work on the database itself, between two transactions, and who waits for it."""

    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Future[Any]
    work: Callable[[Any], Any]


class Told(NamedTuple):
    """How a write ended: ``failure`` or else ``result``."""

    write: Write | Outside
    result: Any
    failure: BaseException | None


def tell(told: Sequence[Told]) -> None:
    """Wake each event loop once for all its writes."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Told]] = {}
    for one in told:
        by_loop.setdefault(one.write.loop, []).append(one)
    for loop, all_of_loop in by_loop.items():
        try:
            loop.call_soon_threadsafe(_wake, all_of_loop)
        except RuntimeError:  # that loop is gone, and everyone who waited on it
            continue


def _wake(told: list[Told]) -> None:
    for one in told:
        if one.write.waiting.done():
            continue
        if one.failure is None:
            one.write.waiting.set_result(one.result)
        else:
            one.write.waiting.set_exception(one.failure)
