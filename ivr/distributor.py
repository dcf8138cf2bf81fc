"""One task owns the Acd: the only writer of queues and agents.

Events come from sessions, telephony, timers and operators through `post`; they are handled one by one; what the Acd orders
about one agent's leg is performed in order, on a lane of its own, so that one slow phone holds nobody else up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from ivr.core.acd import Acd
from ivr.core.agent import Wish
from ivr.core.messages import Event
from ivr.core.offers import AcdCommand, BusyOver, DropLeg, KeepWish, Ring, RingTimedOut, Tell, WakeAgent, WakeOffer
from ivr.ports import Clock, Emit, TelephonyLost

log = structlog.get_logger()


class Legs(Protocol):
    """The agents' side of telephony (`ivr.ari.telephony`)."""

    async def ring(self, order: Ring) -> None: ...

    async def drop(self, offer: str) -> None: ...


KeepWishes = Callable[[str, Wish, str], Awaitable[None]]


class Lanes:
    """Runs jobs of one key in order, jobs of different keys side by side."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}

    def run(self, key: str, job: Callable[[], Awaitable[None]]) -> None:
        before = self._last.get(key)
        task = asyncio.create_task(_after(before, job))
        self._last[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._last.get(key) is done:
            del self._last[key]
        if not done.cancelled() and done.exception() is not None:
            log.error("lane_failed", key=key, error=repr(done.exception()))


async def _after(before: asyncio.Task[None] | None, job: Callable[[], Awaitable[None]]) -> None:
    if before is not None:
        await asyncio.wait([before])
    await job()


@dataclass(slots=True)
class Distributor:
    """``legs`` may be set after construction: telephony and distributor need each other."""

    acd: Acd
    emit: Emit
    clock: Clock
    keep_wish: KeepWishes
    legs: Legs | None = None
    _inbox: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    _lanes: Lanes = field(default_factory=Lanes)

    def post(self, event: Event) -> None:
        """Hand an event in. Never blocks."""
        self._inbox.put_nowait(event)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            event = await self._inbox.get()
            for command in self.acd.handle(event):
                self._perform(command)

    def _perform(self, command: AcdCommand) -> None:
        loop = asyncio.get_running_loop()
        match command:
            case Tell():
                self.emit(command.call, command.event)
            case Ring():
                self._lanes.run(command.offer, lambda: self._ring(command))
            case DropLeg():
                self._lanes.run(command.offer, lambda: self._drop(command))
            case WakeOffer():
                loop.call_later(command.seconds, lambda: self.post(RingTimedOut(self.clock.now(), command.offer)))
            case WakeAgent():
                over = (command.agent, command.since)
                loop.call_later(command.seconds, lambda: self.post(BusyOver(self.clock.now(), *over)))
            case KeepWish():
                self._lanes.run(command.agent, lambda: self.keep_wish(command.agent, command.wish, command.reason))

    async def _ring(self, order: Ring) -> None:
        if self.legs is None:
            raise RuntimeError("the distributor has no telephony")
        await self.legs.ring(order)

    async def _drop(self, order: DropLeg) -> None:
        if self.legs is None:
            raise RuntimeError("the distributor has no telephony")
        try:
            await self.legs.drop(order.offer)
        except TelephonyLost:
            # The leg is hung up when stock is taken, as soon as the switch is back (`ivr.recovery`).
            log.warning("leg_not_dropped", offer=order.offer)
