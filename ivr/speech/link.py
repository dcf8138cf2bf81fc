"""One worker process as the service sees it: started, fed, watched, killed, started again.

A worker that dies takes its turns with it: each ends as 'lost' at once, so the calls go on by keypad. A worker that
does not answer is killed, and then it is dead. Restarts back off, so that a broken engine is not a storm.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from ivr.ports import RecognizerUnavailable
from ivr.speech import wire
from ivr.speech.engine import Options

BEAT = 0.25  # seconds between looks at the worker
BUSY_PATIENCE = 1.5  # without an answer, while it has turns
IDLE_PATIENCE = 5.0
LOADING_PATIENCE = 120.0  # a large model on a slow disk
FIRST_BACKOFF, LAST_BACKOFF = 0.25, 30.0
HEALTHY = 60.0  # a worker that lived so long starts again with the first back-off
BEHIND = 4 << 20  # bytes waiting in our end of the pipe: the worker does not read any more

Ended = Callable[[wire.Ended], None]
LOST = wire.Ended(0, "lost", [])


class WorkerLink:
    """``pid`` is None while there is no process; ``ready`` while it may take turns."""

    def __init__(self, engine: str, options: Options) -> None:
        self._command = (sys.executable, "-m", "ivr.speech.worker", engine, json.dumps(dict(options)))
        self._process: asyncio.subprocess.Process | None = None
        self._turns: dict[int, Ended] = {}
        self._unanswered = 0.0
        self._first: asyncio.Future[None] | None = None
        self._life: asyncio.Task[None] | None = None
        self.ready = False
        self.notes: list[str] = []
        self.problem = ""
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def turns(self) -> int:
        return len(self._turns)

    async def start(self) -> None:
        """Until it is ready. Raises `RecognizerUnavailable`, and then there is no process left."""
        self._first = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._live())
        try:
            await self._first
        except RecognizerUnavailable:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self._life:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
            self._life = None

    def open(self, order: wire.Opened, ended: Ended) -> None:
        self._turns[order.turn] = ended
        self._send(order)

    def feed(self, turn: int, pcm: bytes) -> None:
        if turn in self._turns:
            self._send(wire.Audio(turn, pcm))

    def close(self, turn: int) -> None:
        if self._turns.pop(turn, None):
            self._send(wire.Closed(turn))

    def _send(self, order: wire.ToWorker) -> None:
        pipe = self._process.stdin if self._process else None
        if not pipe or pipe.is_closing():
            return
        pipe.write(wire.frame(order))
        if pipe.transport.get_write_buffer_size() > BEHIND:
            self._kill()

    def _kill(self) -> None:
        self._lose_turns()
        if self._process and self._process.returncode is None:
            self._process.kill()

    def _lose_turns(self) -> None:
        self.ready = False
        turns, self._turns = self._turns, {}
        for ended in turns.values():
            ended(LOST)

    # ------------------------------------------------------------------------------------------------------ its life
    async def _live(self) -> None:
        backoff = FIRST_BACKOFF
        while True:
            born = time.monotonic()
            await self._run()
            if self._first and not self._first.done():
                self._first.set_exception(RecognizerUnavailable(self.problem))
                return
            backoff = FIRST_BACKOFF if time.monotonic() - born > HEALTHY else backoff
            await asyncio.sleep(backoff)
            backoff = min(LAST_BACKOFF, backoff * 2)
            self.restarts += 1

    async def _run(self) -> None:
        pipe = asyncio.subprocess.PIPE
        try:
            self._process = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, env=_environment())
        except OSError as problem:
            self.problem = f"The recogniser worker cannot be started: {problem}."
            return
        self._unanswered = 0.0
        watch = asyncio.create_task(self._watch())
        try:
            await self._read(self._process)
        except (ValueError, msgspec.MsgspecError) as problem:
            self.problem = f"The recogniser worker said what cannot be understood: {problem}"
        finally:
            watch.cancel()
            self._kill()
            await self._process.wait()
            self.problem = self.problem or f"The recogniser worker ended with status {self._process.returncode}."
            self._process = None

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        frames = wire.Frames()
        while data := await process.stdout.read(1 << 16):
            for body in frames.feed(data):
                self._report(wire.read_report(body))

    def _report(self, report: wire.ToService) -> None:
        self._unanswered = 0.0
        match report:
            case wire.Ready():
                self.ready, self.notes, self.problem = True, report.notes, ""
                if self._first and not self._first.done():
                    self._first.set_result(None)
            case wire.Unavailable():
                self.problem = report.sentence
            case wire.Ended():
                ended = self._turns.pop(report.turn, None)
                if ended:
                    ended(report)
            case wire.Pong():
                pass

    async def _watch(self) -> None:
        # Counted in beats, not in wall time: when this whole process was stopped, the worker is not to blame.
        while True:
            await asyncio.sleep(BEAT)
            if self._unanswered >= self._patience():
                self.problem = "The recogniser worker did not answer and was killed."
                self._kill()
                return
            if self.ready:
                self._send(wire.Ping())
            self._unanswered += BEAT

    def _patience(self) -> float:
        if not self.ready:
            return LOADING_PATIENCE
        return BUSY_PATIENCE if self._turns else IDLE_PATIENCE


def _environment() -> dict[str, str]:
    """The worker imports this very package, wherever it runs from; one thread each, the pool is the parallelism."""
    here = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
