"""One task owns the Acd: the only writer of queues, agents and conversations.

Events come from sessions, telephony, timers and people through `post` and `ask`; they are handled one by one; what the Acd
orders about one leg, one call or one callback is performed in order, on a lane of its own, so that one slow telephone holds
nobody else up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import structlog

from ivr.core.acd import Acd
from ivr.core.messages import Event
from ivr.core.offers import PersonLost
from ivr.core.orders import (
    AcdCommand,
    Aside,
    DialOut,
    DropLeg,
    KeepCallback,
    KeepWish,
    NotDone,
    PauseRecording,
    RecordTalk,
    Ring,
    SayToLeg,
    Spent,
    Spy,
    Stayed,
    StopDialling,
    Tell,
    Together,
    Wake,
    Worked,
)
from ivr.core.queueing import Rules
from ivr.ports import Clock, Emit, StoreUnavailable, TelephonyLost
from ivr.today import Today

log = structlog.get_logger()

REPORT_EVERY: Final = 1.0
"""Seconds in which reports are gathered before they are written together."""

Report = Stayed | Worked | Spent


class Legs(Protocol):
    """The agents' side of telephony, and the bridges between people (`ivr.ari.telephony`). All may raise `TelephonyLost`."""

    async def ring(self, order: Ring) -> None: ...

    async def drop(self, offer: str) -> None: ...

    async def together(self, order: Together) -> None: ...

    async def aside(self, order: Aside) -> None: ...

    async def spy(self, order: Spy) -> None: ...

    async def record_talk(self, order: RecordTalk) -> None: ...

    async def pause_recording(self, order: PauseRecording) -> None: ...

    async def say_to_leg(self, order: SayToLeg) -> None: ...

    async def dial_out(self, order: DialOut) -> None: ...

    async def stop_dialling(self, order: StopDialling) -> None: ...


class Memory(Protocol):
    """What the store keeps for the distributor (`ivr.desk_memory`)."""

    async def keep_wish(self, order: KeepWish) -> None: ...

    async def keep_callback(self, order: KeepCallback) -> None: ...

    async def keep_reports(self, reports: Sequence[Report]) -> None: ...


class Lanes:
    """Runs jobs of one key in order, jobs of different keys side by side."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}

    def run(self, key: str, job: Callable[[], Awaitable[Any]]) -> None:
        before = self._last.get(key)
        task = asyncio.create_task(_after(before, job))
        self._last[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._last.get(key) is done:
            del self._last[key]
        if not done.cancelled() and done.exception() is not None:
            log.error("lane_failed", key=key, error=repr(done.exception()))


async def _after(before: asyncio.Task[None] | None, job: Callable[[], Awaitable[Any]]) -> None:
    if before is not None:
        await asyncio.wait([before])
    await job()


@dataclass(slots=True)
class Distributor:
    """``legs`` may be set after construction: telephony and distributor need each other."""

    acd: Acd
    emit: Emit
    clock: Clock
    memory: Memory
    legs: Legs | None = None
    today: Today = field(default_factory=lambda: Today({}))
    _inbox: asyncio.Queue[tuple[Event, asyncio.Future[list[AcdCommand]] | None]] = field(default_factory=asyncio.Queue)
    _lanes: Lanes = field(default_factory=Lanes)
    _reports: list[Report] = field(default_factory=list)

    def post(self, event: Event) -> None:
        """Hand an event in. Never blocks."""
        self._inbox.put_nowait((event, None))

    async def ask(self, event: Event) -> str:
        """Hand in what a person asks. Returns '' when it is done, or the sentence that says why it is not."""
        answer: asyncio.Future[list[AcdCommand]] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, answer))
        return next((each.why for each in await answer if isinstance(each, NotDone)), "")

    def first(self, offer: str, job: Callable[[], Awaitable[Any]]) -> None:
        """What is ordered about this offer's leg from now on waits until ``job`` is done."""
        self._lanes.run(offer, job)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                event, answer = await self._inbox.get()
                commands = self.acd.handle(event)
                self._perform_all(commands)
                if answer is not None and not answer.done():
                    answer.set_result(commands)
        finally:
            self._perform_all(self.acd.closing(self.clock.now()))
            await self._write_reports()

    def publish(self, rules: Mapping[str, Rules]) -> None:
        """New rules, for everybody from now on."""
        self.today.rules = rules
        self._perform_all(self.acd.publish(rules, self.clock.now()))

    def _perform_all(self, commands: Sequence[AcdCommand]) -> None:
        for command in commands:
            self._perform(command)

    def _perform(self, command: AcdCommand) -> None:
        match command:
            case Tell():
                self.emit(command.call, command.event)
            case Wake():
                asyncio.get_running_loop().call_later(command.seconds, self._wake, command.event)
            case Stayed() | Worked() | Spent():
                self._report(command)
            case NotDone():
                log.info("not_done", why=command.why)
            case KeepWish():
                self._lanes.run(f"agent {command.agent}", lambda: self._kept(self.memory.keep_wish(command)))
            case KeepCallback():
                self._lanes.run(f"callback {command.callback}", lambda: self._kept(self.memory.keep_callback(command)))
            case DialOut():
                self._lanes.run(f"callback {command.callback}", lambda: self._dial(command))
            case _:
                lane, performer = ORDERS[type(command)]
                self._lanes.run(lane(command), lambda: self._ordered(performer, command))

    def _wake(self, event: Event) -> None:
        self.post(replace(event, at=self.clock.now()))

    # ------------------------------------------------------------------------------------------------------- to telephony
    async def _dial(self, order: DialOut) -> None:
        """The try is kept before it is made: no later life makes it again under the same name."""
        now = self.clock.now()
        await self._kept(self.memory.keep_callback(KeepCallback(order.callback, "dialling", order.tries, now)))
        await self._ordered(lambda legs, each: legs.dial_out(each), order)

    async def _ordered(self, performer: Callable[[Legs, Any], Awaitable[None]], command: AcdCommand) -> None:
        if self.legs is None:
            raise RuntimeError("the distributor has no telephony")
        try:
            await performer(self.legs, command)
        except TelephonyLost as error:
            # Legs are compared with what we believe as soon as the switch is back (`ivr.recovery`).
            log.warning("order_lost", order=type(command).__name__, error=str(error))
            if isinstance(command, DialOut):
                self.post(PersonLost(self.clock.now(), command.callback, "failed"))

    # ------------------------------------------------------------------------------------------------------- to the store
    def _report(self, report: Report) -> None:
        self.today.add(report)
        self._reports.append(report)
        if len(self._reports) == 1:
            asyncio.get_running_loop().call_later(REPORT_EVERY, self._reports_due)

    def _reports_due(self) -> None:
        self._lanes.run("reports", self._write_reports)

    async def _write_reports(self) -> None:
        reports, self._reports = self._reports, []
        if reports:
            await self._kept(self.memory.keep_reports(reports))

    async def _kept(self, writing: Awaitable[None]) -> None:
        try:
            await writing
        except StoreUnavailable as error:
            log.error("desk_not_kept", error=str(error))


ORDERS: Final[dict[type[Any], tuple[Callable[[Any], str], Callable[[Legs, Any], Awaitable[None]]]]] = {
    Ring: (lambda order: order.offer, lambda legs, order: legs.ring(order)),
    DropLeg: (lambda order: order.offer, lambda legs, order: legs.drop(order.offer)),
    SayToLeg: (lambda order: order.offer, lambda legs, order: legs.say_to_leg(order)),
    Together: (lambda order: order.call, lambda legs, order: legs.together(order)),
    Aside: (lambda order: order.call, lambda legs, order: legs.aside(order)),
    Spy: (lambda order: order.call, lambda legs, order: legs.spy(order)),
    RecordTalk: (lambda order: order.call, lambda legs, order: legs.record_talk(order)),
    PauseRecording: (lambda order: order.call, lambda legs, order: legs.pause_recording(order)),
    StopDialling: (lambda order: f"callback {order.callback}", lambda legs, order: legs.stop_dialling(order)),
}
"""Order → (its lane, how it is performed)."""
