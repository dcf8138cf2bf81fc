"""Listening turns: the tap of a call, the recogniser and the call's `Heard` event, brought together.

Whatever fails here, the call goes on by keypad: a tap or a recogniser that is lost is told as ``Heard(kind="lost")``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ivr.core.commands import Listen
from ivr.core.messages import Heard
from ivr.ports import Clock, Emit, Hearing, Recognizer, TapFailed, Taps


@dataclass(slots=True)
class _Ear:
    """One call's tap; ``hearing`` is the turn under way."""

    open: bool = False
    ref: int = 0
    hearing: Hearing | None = None
    turn: asyncio.Task[None] | None = None

    def feed(self, pcm: bytes) -> None:
        if self.hearing is not None:
            self.hearing.feed(pcm)


@dataclass(slots=True)
class Ears:
    """All calls' ears. The tap opens at the first turn and stays until the call no longer needs it."""

    recognizer: Recognizer
    taps: Taps
    emit: Emit
    clock: Clock
    _ears: dict[str, _Ear] = field(default_factory=dict)

    async def listen(self, call: str, command: Listen) -> None:
        """Begin a turn; its end comes as `Heard`."""
        ear = self._ears.setdefault(call, _Ear())
        self._end_turn(ear)
        ear.ref = command.ref
        if not ear.open:
            try:
                await self.taps.open(call, self.recognizer.rate, ear.feed)
            except TapFailed:
                self.emit(call, Heard(self.clock.now(), command.ref, "lost"))
                return
            ear.open = True
        ear.hearing = self.recognizer.listen(command.grammar, command.patience)
        ear.turn = asyncio.create_task(self._await_turn(call, command.ref, ear.hearing))

    def stop(self, call: str, ref: int) -> None:
        ear = self._ears.get(call)
        if ear is not None and ear.ref == ref:
            self._end_turn(ear)

    async def close(self, call: str) -> None:
        """The call no longer listens: give its tap back."""
        ear = self._ears.pop(call, None)
        if ear is not None:
            self._end_turn(ear)
            if ear.open:
                await self.taps.close(call)

    async def _await_turn(self, call: str, ref: int, hearing: Hearing) -> None:
        kind, hypotheses = await hearing.result()
        hearing.close()
        self.emit(call, Heard(self.clock.now(), ref, kind, hypotheses))

    def _end_turn(self, ear: _Ear) -> None:
        if ear.turn is not None:
            ear.turn.cancel()
        if ear.hearing is not None:
            ear.hearing.close()
        ear.turn = ear.hearing = None
