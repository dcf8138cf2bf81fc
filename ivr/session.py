"""One call: inbox → journal → `Call.handle` → perform, in order; and its record, always closed.

The journal has an event before the core sees it; what the core noted goes with the next event (or with the close), and a
replay gives the same notes anyway. A bug in a verb, a journal that does not answer or a switch that is lost end this call
only, and its record still closes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from ivr.ari import names
from ivr.callback_places import place_of
from ivr.core.call import Call, Output, replay
from ivr.core.commands import (
    AdvanceRequest,
    AskPlace,
    CancelTimer,
    Command,
    Enqueue,
    Hangup,
    LeaveQueue,
    Listen,
    Lookup,
    RegisterCallback,
    RegisterRequest,
    SetTimer,
    Started,
    StartMusic,
    StopListening,
    StopPlay,
)
from ivr.core.flow import Flow
from ivr.core.messages import (
    Answered,
    CallEnded,
    CallStarted,
    CommandFailed,
    Event,
    Noted,
    PlayFinished,
    QueueMoved,
    Resumed,
    TimerFired,
)
from ivr.core.offers import CallbackKept, CallerJoined, CallerLeft, PersonLost
from ivr.house import House
from ivr.ports import AlreadyOpen, StoreUnavailable, TelephonyLost

log = structlog.get_logger()

LONGEST_CALL: Final = 3 * 3600.0
"""Seconds after which a call ends: nobody talks that long, and a forgotten channel costs a line."""

LOOKUP_PATIENCE: Final = 3.0


@dataclass(slots=True)
class Session:
    """A living call."""

    house: House
    id: str
    call: Call
    inbox: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _seq: int = 0
    _notes: list[Event] = field(default_factory=list)
    _timers: dict[int, asyncio.TimerHandle] = field(default_factory=dict)
    _stopped: set[int] = field(default_factory=set)
    _callbacks: list[CallbackKept] = field(default_factory=list)
    _hung_up: bool = False
    _opened: bool = False

    @classmethod
    def begin(cls, house: House, started: CallStarted, *, after: int = 0) -> Session:
        """A new call: its record is opened, then it is answered. ``after``: entries that a former life journaled and that
        cannot be replayed; the call begins again behind them."""
        session = cls(house, started.call, Call(house.flow()), _seq=after)
        session.inbox.put_nowait(started)
        return session

    @classmethod
    def adopt(cls, house: House, call_id: str, flow: Flow, entries: Sequence[Event]) -> Session:
        """A call that lived through our death: rebuilt from its journal, then asked its question again."""
        call, _outputs = replay(flow, entries)
        session = cls(house, call_id, call, _seq=len(entries), _opened=True)
        session.inbox.put_nowait(Resumed(house.clock.now()))
        return session

    @property
    def unwritten(self) -> Sequence[Event]:
        """Notes that go to the journal with the next event."""
        return tuple(self._notes)

    async def run(self) -> None:
        """Until the call is over and its record closed."""
        limit = asyncio.get_running_loop().call_later(LONGEST_CALL, self._end, "limit")
        try:
            while not self.call.ended:
                await self._take(await self.inbox.get())
                self.ready.set()
        except Exception:
            log.exception("call_bug", call=self.id)
            await self._close_as("bug")
        except asyncio.CancelledError:
            # The service stops; the call lives on in Asterisk and is adopted by the next process.
            await self._write_notes()
            raise
        else:
            await self._close()
        finally:
            self.ready.set()
            limit.cancel()
            for timer in self._timers.values():
                timer.cancel()

    # ------------------------------------------------------------------------------------------------------- one event
    async def _take(self, event: Event) -> None:
        if isinstance(event, PlayFinished) and event.ref in self._stopped:
            self._stopped.discard(event.ref)  # the echo of our own stop: the core forgot that prompt when it stopped it
            return
        if isinstance(event, CallEnded) and self._hung_up:
            event = CallEnded(event.at, "us")
        await self._journal(event)
        answers = await self._handle(event)
        while answers:
            answer = answers.pop(0)
            await self._journal(answer)
            answers += await self._handle(answer)

    async def _journal(self, event: Event) -> None:
        entries = [*self._notes, event]
        self._notes = []
        try:
            if isinstance(event, CallStarted):
                await self._open(event)
            await self.house.journal.append(self.id, self._seq, entries)
        except StoreUnavailable as error:
            # The caller comes first: the call goes on, its record will be folded from what the core remembers.
            log.error("journal_lost", call=self.id, error=str(error))
        self._seq += len(entries)

    async def _open(self, event: CallStarted) -> None:
        """Already open: a former life died between opening the record and writing its first entry."""
        with contextlib.suppress(AlreadyOpen):
            await self.house.journal.open_call(self.id, event.at, event.caller, event.dialed, event.flow)
        self._opened = True

    async def _handle(self, event: Event) -> list[Event]:
        """Let the core handle it and perform what it wants. Returns the answers that came at once."""
        answers: list[Event] = []
        for output in self.call.handle(event):
            answer = await self._perform(output)
            if answer is not None:
                answers.append(answer)
        return answers

    async def _perform(self, output: Output) -> Event | None:
        if isinstance(output, Noted):
            self._notes.append(output)
            return None
        if isinstance(output, StopPlay):
            self._stopped.add(output.ref)
        performer: Callable[[Session, Any], Awaitable[Event | None]] = PERFORMERS.get(type(output), Session._telephony)
        try:
            return await performer(self, output)
        except TelephonyLost as error:
            return self._failed(output, str(error))

    def _failed(self, command: Command, reason: str) -> Event | None:
        log.warning("command_failed", call=self.id, command=type(command).__name__, reason=reason)
        if not isinstance(command, Started):
            return None
        return CommandFailed(self.house.clock.now(), command.ref, type(command).__name__, reason)

    # ------------------------------------------------------------------------------------------------------ the commands
    async def _telephony(self, command: Command) -> None:
        if not self._over:
            await self.house.telephony.perform(self.id, command)

    async def _start_music(self, command: StartMusic) -> None:
        """The queue's own music, when it has one."""
        rules = self.house.distributor.acd.rules_of(self.call.record.queue or "")
        await self._telephony(replace(command, music=rules.music or command.music))

    async def _hangup(self, command: Hangup) -> None:
        self._hung_up = True
        await self.house.telephony.perform(self.id, command)

    async def _set_timer(self, command: SetTimer) -> None:
        loop = asyncio.get_running_loop()
        self._timers[command.ref] = loop.call_later(command.seconds, self._fire, command.ref)

    def _fire(self, ref: int) -> None:
        self._timers.pop(ref, None)
        self.inbox.put_nowait(TimerFired(self.house.clock.now(), ref))

    async def _cancel_timer(self, command: CancelTimer) -> None:
        timer = self._timers.pop(command.ref, None)
        if timer is not None:
            timer.cancel()

    async def _listen(self, command: Listen) -> None:
        await self.house.ears.listen(self.id, command)

    async def _stop_listening(self, command: StopListening) -> None:
        self.house.ears.stop(self.id, command.ref)

    async def _ask_store(self, command: Lookup | RegisterRequest | AdvanceRequest) -> Event:
        requests, now = self.house.requests, self.house.clock.now()
        if isinstance(command, Lookup):
            return await self._stored(command, requests.answer(command.what, command.args, now))
        if isinstance(command, RegisterRequest):
            return await self._stored(command, requests.register(self.id, command.draft, now))
        advanced = requests.advance_for_caller(self.id, command.reference, command.act, command.said, now)
        return await self._stored(command, advanced)

    async def _register_callback(self, command: RegisterCallback) -> Event:
        """Kept in the store; in its place among those who wait once the caller is off the line, and can be called."""
        now, number = self.house.clock.now(), self.house.may_call_back(command.number)
        if number is None:
            return Answered(now, command.ref, {"refused": True})
        rules = self.house.distributor.acd.rules_of(command.queue)
        answer = await self._stored(command, self.house.requests.register_callback(
            self.id, number, command.queue, command.reason, now, since=command.since or now, priority=command.priority,
            facts=command.facts, expires=now + rules.lasting,
        ))
        if isinstance(answer, Answered):
            self._callbacks.append(place_of(number, answer.facts, command.facts, now))
        return answer

    def _tell_callbacks(self) -> None:
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self.house.distributor.post(callback)

    async def _stored(self, command: Started, answer: Awaitable[Any]) -> Event:
        name = type(command).__name__
        try:
            async with asyncio.timeout(LOOKUP_PATIENCE):
                facts = await answer
        except (StoreUnavailable, TimeoutError) as error:
            log.error("store_failed", call=self.id, command=name, error=str(error))
            return CommandFailed(self.house.clock.now(), command.ref, name, "the store does not answer")
        return Answered(self.house.clock.now(), command.ref, facts)

    async def _enqueue(self, command: Enqueue) -> None:
        self._tell_callbacks()  # who waits again is not called back on top of it: the distributor sees to that
        await self.house.ears.close(self.id)
        record, desk = self.call.record, self.house.distributor
        agent = record.agent if command.offer and record.agent in desk.acd.agents else ""  # else an outside number
        sticky = "" if command.offer else await self._served_by(command)
        desk.post(CallerJoined(
            self.house.clock.now(), self.id, command.ref, command.queue, command.priority, command.since, command.facts,
            command.offer, agent or "", command.skills, sticky, command.callback, record.connected_at or 0.0,
        ))

    async def _served_by(self, command: Enqueue) -> str:
        """Who served this person last, if the queue wants to know and it was not long ago; '' when the store is away."""
        rules, now = self.house.distributor.acd.rules_of(command.queue), self.house.clock.now()
        if not rules.sticky:
            return ""
        person = {name: command.facts.get(name) for name in ("matricule", "caller")}
        answer = await self._stored(command, self.house.requests.answer("served_by", person, now))
        known = answer.facts if isinstance(answer, Answered) else {}
        served_at = known.get("at")
        recent = isinstance(served_at, float | int) and now - served_at <= rules.sticky_within
        return str(known.get("agent") or "") if recent else ""

    async def _leave_queue(self, command: LeaveQueue) -> None:
        cause = self.call.record.cause
        why = "flow" if cause is None else ("abandoned" if cause == "caller" else "failed")
        self.house.distributor.post(CallerLeft(self.house.clock.now(), self.id, command.ref, why))

    async def _ask_place(self, command: AskPlace) -> Event:
        place = self.house.distributor.acd.place(self.id)
        long = place.wait is not None and 0 < place.callback_after < place.wait
        return QueueMoved(self.house.clock.now(), command.ref, place.ahead, place.agents, place.wait, long)

    # ------------------------------------------------------------------------------------------------------------ the end
    @property
    def _over(self) -> bool:
        """The channel is gone: nothing can be played or stopped on it any more."""
        return self.call.ended

    def _end(self, cause: str) -> None:
        self.inbox.put_nowait(CallEnded(self.house.clock.now(), cause))

    async def _close_as(self, cause: str) -> None:
        """The core failed: close what it did not."""
        if not self.call.ended:
            ended = CallEnded(self.house.clock.now(), cause)
            await self._journal(ended)
            for output in self.call.handle(ended):
                await self._perform(output)
        await self._close()

    async def _close(self) -> None:
        self._tell_callbacks()
        called = names.callback_of(self.id)
        if called is not None:  # one who went before asking for the agent, who waits; of no effect when they have talked
            self.house.distributor.post(PersonLost(self.house.clock.now(), called[0], "no_answer", called[1]))
        await self.house.ears.close(self.id)
        if not self._hung_up and self.call.record.cause in {"bug", "limit"}:
            await self._try_hang_up()
        try:
            record = self.call.record
            if not self._opened:
                await self._open(CallStarted(record.started_at, self.id, record.caller, record.dialed, record.flow))
            await self._write_notes()
            reference = await self.house.journal.close_call(self.id, record)
        except StoreUnavailable as error:
            # The record stays open: the sweep at the next start folds the journal and closes it.
            log.error("record_not_closed", call=self.id, error=str(error))
            return
        log.info("call_closed", call=self.id, outcome=self.call.record.outcome, request=reference)

    async def _try_hang_up(self) -> None:
        try:
            await self.house.telephony.perform(self.id, Hangup())
        except TelephonyLost as error:
            log.warning("not_hung_up", call=self.id, reason=str(error))

    async def _write_notes(self) -> None:
        notes, self._notes = self._notes, []
        if notes:
            await self.house.journal.append(self.id, self._seq, notes)
            self._seq += len(notes)


PERFORMERS: Final[dict[type[Command], Any]] = {
    Hangup: Session._hangup,  # noqa: SLF001 - the table of what this class does
    StartMusic: Session._start_music,  # noqa: SLF001
    SetTimer: Session._set_timer,  # noqa: SLF001
    CancelTimer: Session._cancel_timer,  # noqa: SLF001
    Listen: Session._listen,  # noqa: SLF001
    StopListening: Session._stop_listening,  # noqa: SLF001
    **dict.fromkeys((Lookup, RegisterRequest, AdvanceRequest), Session._ask_store),  # noqa: SLF001
    RegisterCallback: Session._register_callback,  # noqa: SLF001
    Enqueue: Session._enqueue,  # noqa: SLF001
    LeaveQueue: Session._leave_queue,  # noqa: SLF001
    AskPlace: Session._ask_place,  # noqa: SLF001
}
