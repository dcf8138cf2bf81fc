"""The recogniser behind `ivr.ports.Recognizer`: turns shared out over worker processes, never on the event loop."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Mapping

from ivr.core.commands import Grammar
from ivr.core.messages import HeardKind, Hypothesis
from ivr.ports import RecognizerUnavailable
from ivr.speech import wire
from ivr.speech.engine import Options
from ivr.speech.link import WorkerLink

TURN_LIMIT = 20.0  # seconds beyond ``patience``: more than the longest turn and its decoding
CHUNK = 1 << 16

Result = tuple[HeardKind, tuple[Hypothesis, ...]]
LOST: Result = ("lost", ())


class PooledHearing:
    """One turn on one worker; ``link`` is None when there was none to take it."""

    def __init__(self, number: int, link: WorkerLink | None, grammar: Grammar, patience: float, rate: int) -> None:
        self._number = number
        self._link = link
        self._room = round((patience + TURN_LIMIT) * rate) * 2  # bytes it may be fed: bounded whoever feeds
        loop = asyncio.get_running_loop()
        self._end: asyncio.Future[Result] = loop.create_future()
        self._deadline = loop.call_later(patience + TURN_LIMIT, self._settle, LOST)
        if link:
            order = wire.Opened(number, grammar.kind, list(grammar.phrases), patience)
            link.open(order, lambda report: self._settle(_result(report)))
        else:
            self._settle(LOST)

    def feed(self, pcm: bytes) -> None:
        if self._end.done() or not self._link or not pcm:
            return
        pcm = pcm[: self._room]
        self._room -= len(pcm)
        for at in range(0, len(pcm), CHUNK):
            self._link.feed(self._number, pcm[at : at + CHUNK])

    async def result(self) -> Result:
        """After `close`, a turn that had not ended is 'lost'."""
        return await asyncio.shield(self._end)

    def close(self) -> None:
        self._settle(LOST)

    def _settle(self, result: Result) -> None:
        if self._end.done():
            return
        self._end.set_result(result)
        self._deadline.cancel()
        if self._link:
            self._link.close(self._number)


def _result(report: wire.Ended) -> Result:
    return report.kind, tuple(Hypothesis(words, score) for words, score in report.hypotheses)


class WorkerPool:
    """``workers``: how many processes; 0 is one a processor and at least two, so that one is there when one dies."""

    def __init__(self, name: str, rate: int, options: Options, workers: int = 0) -> None:
        self.name = name
        self.rate = rate
        count = workers or max(2, len(os.sched_getaffinity(0)))
        self._links = [WorkerLink(name, options) for _ in range(count)]
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        results = await asyncio.gather(*(link.start() for link in self._links), return_exceptions=True)
        problems = [result for result in results if isinstance(result, BaseException)]
        if problems:
            await self.stop()
            raise next((p for p in problems if isinstance(p, RecognizerUnavailable)), problems[0])

    async def stop(self) -> None:
        await asyncio.gather(*(link.stop() for link in self._links))

    def listen(self, grammar: Grammar, patience: float) -> PooledHearing:
        ready = [link for link in self._links if link.ready]
        link = min(ready, key=lambda candidate: candidate.turns, default=None)
        return PooledHearing(next(self._numbers), link, grammar, patience, self.rate)

    def health(self) -> Mapping[str, object]:
        return {
            "engine": self.name,
            "rate": self.rate,
            "workers": [{"pid": link.pid, "ready": link.ready, "turns": link.turns} for link in self._links],
            "ready": sum(link.ready for link in self._links),
            "turns": sum(link.turns for link in self._links),
            "restarts": sum(link.restarts for link in self._links),
            "notes": sorted({note for link in self._links for note in link.notes}),
            "problems": sorted({link.problem for link in self._links if link.problem}),
        }
