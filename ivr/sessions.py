"""All living calls, and the records of those that died without us."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.core.messages import CallStarted, Event
from ivr.core.record import fold
from ivr.house import House
from ivr.ports import Journal
from ivr.session import Session


@dataclass(slots=True)
class Sessions:
    """All living calls: hands events to theirs."""

    house: House | None = None
    _sessions: dict[str, Session] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._sessions)

    def __contains__(self, call: str) -> bool:
        return call in self._sessions

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions.values())

    def emit(self, call: str, event: Event) -> None:
        """Hand an event to its call; one for a call that is over is dropped."""
        session = self._sessions.get(call)
        if session is not None:
            session.inbox.put_nowait(event)

    def run(self, session: Session) -> None:
        self._sessions[session.id] = session
        task = asyncio.create_task(session.run(), name=f"call {session.id}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(session.id, done))

    def _done(self, call: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._sessions.pop(call, None)

    async def idle(self) -> None:
        """Until no call is left."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Let go of all calls: they live on in Asterisk."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def close_orphan(journal: Journal, call: str, now: float) -> str:
    """Close the record of a call that died while we were away: the fold of its journal says how it ended.

    A journal that lost its beginning (we died, or the disk was full, before its first line) still tells the rest.
    """
    entries = list(await journal.events(call))
    if not entries or not isinstance(entries[0], CallStarted):
        entries.insert(0, CallStarted(entries[0].at if entries else now, call, "", "", ""))
    return await journal.close_call(call, fold(entries, cut_at=now))
