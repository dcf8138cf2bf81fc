"""Watches the calls of a running service and tells each as it happens; knows what a caller has just been told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ivr.app import Service
from ivr.core.commands import Play, Started
from ivr.core.messages import Event, Facts, Noted
from ivr.demo.softphone import TelephoneError
from ivr.timeline import timeline
from storage import CallFile

EVERY: Final = 0.1


@dataclass(slots=True)
class Witness:
    """``tell`` gets each line of each call's timeline, ``texts`` are the prompts' by id. Calls are told in full: this is for
    demonstrations, whose people are invented."""

    service: Service
    texts: Mapping[str, str]
    tell: Callable[[str], None]
    calls: list[str] = field(default_factory=list)
    """Every call seen, oldest first."""

    _lines: dict[str, int] = field(default_factory=dict)
    _listened: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell what is new of each living call, and the rest of those just over."""
        living = [session.id for session in self.service.sessions]
        self.calls += [call for call in living if call not in self._lines]
        for call in dict.fromkeys((*self._lines, *living)):
            await self._tell_new(call)
            if call not in living:
                del self._lines[call]

    async def _tell_new(self, call: str) -> None:
        lines = list(timeline(await self.entries(call), self.texts))
        for line in lines[self._lines.get(call, 0) :]:
            self.tell(f"  {line}")
        self._lines[call] = len(lines)

    async def entries(self, call: str) -> Sequence[Event]:
        """The journal, and what is about to be written to it."""
        written = await self.service.store.events(call)
        pending = next((session.unwritten for session in self.service.sessions if session.id == call), ())
        return (*written, *pending)

    async def new_call(self, patience: float) -> str:
        """The next call that begins. Raises `TelephoneError`."""
        known = set(self.calls)
        await self._until(lambda: _true(set(self.calls) - known), patience, "no call reached the 1364")
        return self.calls[-1]

    async def told(self, call: str, prompt: str, patience: float) -> None:
        """Wait until the caller is told this prompt, after the last one waited for. Raises `TelephoneError`."""
        async def heard() -> bool:
            entries = await self.entries(call)
            for index in range(self._listened.get(call, 0), len(entries)):
                entry = entries[index]
                if isinstance(entry, Noted) and entry.fact == "said" and prompt in _names(entry):
                    self._listened[call] = index + 1
                    return True
            return False

        await self._until(heard, patience, f"the caller was not told {prompt}")

    async def happened(self, call: str, kind: type[Event], patience: float) -> None:
        async def seen() -> bool:
            return any(isinstance(entry, kind) for entry in await self.entries(call))

        await self._until(seen, patience, f"{kind.__name__} did not happen")

    async def closed(self, call: str, patience: float) -> CallFile:
        """The call as the store keeps it, once its record is closed. Raises `TelephoneError`."""
        kept: list[CallFile] = []

        async def done() -> bool:
            file = await self.service.store.call(call)
            if file is not None and file.record is not None:
                kept.append(file)
            return bool(kept)

        await self._until(done, patience, f"the record of {call} was not closed")
        return kept[0]

    def saying(self, call: str, prompt: str) -> Facts:
        """The arguments of a prompt that is being said now; none when it is not."""
        for session in self.service.sessions:
            for started in session.call.live if session.id == call else ():
                for said in _prompts(started):
                    if said[0] == prompt:
                        return said[1]
        return {}

    async def _until(self, true: Callable[[], Awaitable[bool]], patience: float, sentence: str) -> None:
        try:
            async with asyncio.timeout(patience):
                while not await true():  # noqa: ASYNC110 - the store tells nobody what is new
                    await asyncio.sleep(EVERY)
        except TimeoutError:
            raise TelephoneError(f"Within {patience:.0f} s {sentence}.") from None


async def _true(value: object) -> bool:
    return bool(value)


def _names(note: Noted) -> Sequence[object]:
    return note.value if isinstance(note.value, list | tuple) else ()


def _prompts(started: Started) -> list[tuple[str, Facts]]:
    return [(each.id, each.args) for each in started.prompts] if isinstance(started, Play) else []
