"""What the distributor remembers across restarts, in the store: wishes, callbacks, and its journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.core.orders import KeepCallback, KeepWish, Spent, Stayed, Worked
from ivr.ports import Clock, Desk


@dataclass(frozen=True, slots=True)
class DeskMemory:
    """Implements `ivr.distributor.Memory`."""

    desk: Desk
    clock: Clock

    async def keep_wish(self, order: KeepWish) -> None:
        if await self.desk.agent(order.agent) is not None:  # else removed meanwhile
            await self.desk.set_wish(order.agent, order.wish, order.reason)

    async def keep_callback(self, order: KeepCallback) -> None:
        now = self.clock.now()
        await self.desk.keep_callback(
            order.callback, order.state, order.tries, order.due, now, queue=order.queue or None,
        )

    async def keep_reports(self, reports: Sequence[Stayed | Worked | Spent]) -> None:
        await self.desk.keep_reports(reports)
