"""Recognisers that recognise nothing: `Scripted` says what its script says, `Absent` says that there is none.

`Scripted` is the fake that ships with the package, for tests and rehearsals. It listens only for loudness: each turn
takes the next `Cue`, and a cue of speech is given once the caller has been heard for long enough.
"""

from __future__ import annotations

import array
import asyncio
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ivr.core.commands import Grammar
from ivr.core.messages import HeardKind, Hypothesis

Result = tuple[HeardKind, tuple[Hypothesis, ...]]
LOST: Result = ("lost", ())
RATE = 8000
LOUD = 200  # of 32767: above line noise, below any voice


@dataclass(frozen=True, slots=True)
class Cue:
    """What one turn ends with. 'speech' and 'noise' wait for ``after`` seconds of audible sound, 'silence' for the end of
    the caller's patience, 'lost' ends at once as if the worker had died, 'hang' never ends."""

    kind: Literal["speech", "silence", "noise", "lost", "hang"]
    words: tuple[str, ...] = ()
    after: float = 0.2


class ScriptedHearing:
    def __init__(self, cue: Cue, patience: float) -> None:
        self._cue = cue
        self._patience = patience
        self._heard = self._quiet = 0.0
        self._odd = b""
        loop = asyncio.get_running_loop()
        self._end: asyncio.Future[Result] = loop.create_future()
        self._timer = loop.call_later(patience, self._out_of_patience)
        if cue.kind == "lost":
            self._settle(LOST)

    def feed(self, pcm: bytes) -> None:
        data = self._odd + pcm
        whole = len(data) // 2 * 2
        self._odd = data[whole:]
        samples = array.array("h", data[:whole])
        if sys.byteorder == "big":
            samples.byteswap()
        loud = sum(1 for sample in samples if abs(sample) > LOUD) / RATE
        if loud:
            self._heard += loud
            self._sound()
        else:
            self._quiet += len(samples) / RATE
            if self._quiet >= self._patience:
                self._out_of_patience()

    async def result(self) -> Result:
        return await asyncio.shield(self._end)

    def close(self) -> None:
        self._settle(LOST)

    def _sound(self) -> None:
        if self._cue.kind in ("speech", "noise") and self._heard >= self._cue.after:
            self._settle((self._cue.kind, _hypotheses(self._cue.words)))

    def _out_of_patience(self) -> None:
        if self._cue.kind == "hang":
            return
        self._settle(("noise" if self._heard and self._cue.kind == "noise" else "silence", ()))

    def _settle(self, result: Result) -> None:
        self._timer.cancel()
        if not self._end.done():
            self._end.set_result(result)


def _hypotheses(words: tuple[str, ...]) -> tuple[Hypothesis, ...]:
    """Best first, scores falling and summing to at most 1."""
    return tuple(Hypothesis(text, 0.9 / 2**rank) for rank, text in enumerate(words))


class Scripted:
    """A fake. ``script`` may be added to at any time; when it is empty, every turn is silence."""

    name = "scripted"
    rate = RATE

    def __init__(self, script: Iterable[Cue] = ()) -> None:
        self.script = deque(script)
        self.asked: list[Grammar] = []

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def listen(self, grammar: Grammar, patience: float) -> ScriptedHearing:
        self.asked.append(grammar)
        cue = self.script.popleft() if self.script else Cue("silence")
        return ScriptedHearing(cue, patience)

    def health(self) -> Mapping[str, object]:
        note = "This is a fake: it recognises nothing and says what its script says."
        return {"engine": self.name, "rate": self.rate, "ready": 1, "cues": len(self.script), "notes": [note]}


class Absent:
    """A house without speech recognition: the keypad is enough."""

    name = "none"
    rate = RATE

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def listen(self, grammar: Grammar, patience: float) -> ScriptedHearing:  # noqa: ARG002 - the port's signature
        return ScriptedHearing(Cue("lost"), patience)

    def health(self) -> Mapping[str, object]:
        note = "No speech engine is set: callers use the keypad."
        return {"engine": self.name, "rate": self.rate, "ready": 0, "notes": [note]}
