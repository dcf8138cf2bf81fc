"""Keep one Asterisk alive: start it again when it has died or hangs, and tell the application, which reconciles.

A stall of a few seconds (a loaded disk, a stopped virtual machine) is left alone: a restart would cut every call.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from ivr.ari.asterisk.ports import PortTakenError
from ivr.ari.asterisk.process import AsteriskError, AsteriskProcess

Reason = Literal["died", "hung"]

INTERVAL = 0.5  # seconds between two looks: a death is seen within it
PATIENCE = 8.0  # seconds without any answer before a living process counts as hung
_CONFIRM = 0.5  # a last question: the silence may have been our own
_BACK_OFF = (1.0, 2.0, 5.0, 10.0)

_log = logging.getLogger(__name__)


class Watch:
    """`async with asyncio.TaskGroup() as group: group.create_task(Watch(process, reconcile).run())`."""

    def __init__(
        self, process: AsteriskProcess, on_restart: Callable[[Reason], Awaitable[None]], *, patience: float = PATIENCE
    ) -> None:
        self.process, self.on_restart, self.patience = process, on_restart, patience

    async def run(self) -> None:
        """Watch until cancelled; `on_restart` is awaited after each restart, when Asterisk answers again."""
        while True:
            reason = await self._fault()
            if reason:
                _log.error("Asterisk %s: starting it again", reason)
                await self._restart()
                await self.on_restart(reason)
            await asyncio.sleep(INTERVAL)

    async def _fault(self) -> Reason | None:
        if not self.process.alive():
            return "died"
        if await self._answers_in_time():
            return None
        return "hung" if self.process.alive() else "died"

    async def _answers_in_time(self) -> bool:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.patience
        while self.process.alive() and clock() < deadline:
            if await self.process.answers(timeout=deadline - clock()):
                return True
            await asyncio.sleep(INTERVAL / 5)
        return await self.process.answers(timeout=_CONFIRM)

    async def _restart(self) -> None:
        attempt = 0
        while True:
            try:
                await self.process.restart()
            except (AsteriskError, PortTakenError) as reason:
                pause = _BACK_OFF[min(attempt, len(_BACK_OFF) - 1)]
                _log.error("Asterisk could not be started, next try in %.0f s: %s", pause, reason)
                await asyncio.sleep(pause)
                attempt += 1
            else:
                return
