"""The service in the foreground, from its first check to its last line: what signals mean is decided here.

SIGTERM lets go of the calls: they live on in Asterisk and the next start adopts them (a supervisor's restart).
SIGINT (Ctrl-C) does the same while there are calls, and ends Asterisk too when there are none; a second one ends all.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from ivr.app import Service, serving
from ivr.check import require_fit
from ivr.config import Settings
from ivr.control import Control, claim, controlled
from ivr.log import start_logging
from ivr.site import CannotServe

SECOND_THOUGHT = 3.0
"""Seconds in which a second Ctrl-C ends the calls too."""


@dataclass(slots=True)
class Stop:
    """The wish to stop, as signals say it."""

    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    again: asyncio.Event = field(default_factory=asyncio.Event)
    asked_by_person: bool = False

    def interrupted(self) -> None:
        self.asked_by_person = True
        (self.again if self.wanted.is_set() else self.wanted).set()

    def listen(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self.interrupted)
        loop.add_signal_handler(signal.SIGTERM, self.wanted.set)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[Service, Control]]:
    """The service with its log and its control, alone on its home. Raises what stands in the way, in sentences."""
    with claim(settings.var):
        start_logging(settings.var / "log")
        require_fit(settings)
        async with serving(settings) as service, controlled(service, settings.var) as control:
            yield service, control


async def run(settings: Settings, tell: Callable[[str], None], *, stop_asterisk: bool = False) -> None:
    """Serve until told to stop. ``tell`` gets lines for the person who watches."""
    stop = Stop()
    stop.listen()
    async with running(settings) as (service, control):
        tell(f"Le 1364 répond sur {settings.sip_bind}:{settings.sip_port}, arbre {service.dialplan.flow.version}. "
             "Ctrl-C pour arrêter.")
        await _first(stop.wanted.wait(), control.drained.wait(), asyncio.shield(service.broken))
        if service.broken.done():
            raise CannotServe(f"The service stops, to be started again: {service.broken.result()}. No call is lost.")
        ends = stop_asterisk or await _ends_asterisk(stop, len(service.sessions), tell)
    if ends or stop.again.is_set():
        await service.asterisk.stop()
    tell("Arrêté." if not service.asterisk.alive() else "Arrêté ; Asterisk garde les appels pour le prochain démarrage.")


async def _ends_asterisk(stop: Stop, calls: int, tell: Callable[[str], None]) -> bool:
    if not stop.wanted.is_set():
        return True  # drained: no call is left
    if not stop.asked_by_person:
        return False
    if not calls:
        return True
    tell(f"{calls} appel(s) en cours resteront dans Asterisk. Ctrl-C encore pour les couper.")
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.again.wait(), SECOND_THOUGHT)
    return stop.again.is_set()


async def _first(*events: Awaitable[object]) -> None:
    waiting = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
