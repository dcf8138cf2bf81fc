"""A recogniser worker: one process, one engine, several turns. Orders come on standard input, reports go to output.

    python -m ivr.speech.worker soundswallower '{"model": ""}'

It works on one piece of one turn at a time and looks at its orders in between, so a ping is answered within the time
of one decoding. It ends with the service, however the service ends: end of input, or the kernel's word when the worker
itself hangs.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import time
from collections import deque

from ivr.core.commands import Grammar
from ivr.ports import RecognizerUnavailable
from ivr.speech import wire
from ivr.speech.engine import Engine
from ivr.speech.registry import ENGINES
from ivr.speech.turn import End, Turn
from ivr.speech.vad import open_vad

PIECE = 0.25  # seconds of audio worked on before orders are looked at again
STARVED = 0.5  # a line that sends nothing for so long (silence suppression) is silent
NICE = 5  # telephony goes first
PR_SET_PDEATHSIG = 1


class Stream:
    """A turn and the audio that waits for it."""

    def __init__(self, turn: Turn, rate: int) -> None:
        self._turn = turn
        self._rate = rate
        self._waiting: deque[bytes] = deque()
        self._fed = time.monotonic()

    def put(self, pcm: bytes) -> None:
        self._fed = time.monotonic()
        size = round(self._rate * PIECE) * 2
        self._waiting.extend(pcm[at : at + size] for at in range(0, len(pcm), size))

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    def work(self) -> End | None:
        return self._turn.hear(self._waiting.popleft())

    def starve(self) -> None:
        missing = time.monotonic() - self._fed
        if not self._waiting and missing > STARVED:
            self.put(bytes(2 * round(missing * self._rate)))


class Worker:
    def __init__(self, engine: Engine, rate: int, out: int) -> None:
        self._engine = engine
        self._rate = rate
        self._out = out
        self._streams: dict[int, Stream] = {}
        self._frames = wire.Frames()

    def serve(self, inward: int) -> None:
        """Until the end of input."""
        while True:
            busy = any(stream.busy for stream in self._streams.values())
            if select.select([inward], [], [], 0 if busy else 0.1)[0]:
                data = os.read(inward, 1 << 16)
                if not data:
                    return
                for body in self._frames.feed(data):
                    self._obey(wire.read_order(body))
            else:
                self._work()

    def tell(self, report: wire.ToService) -> None:
        data = wire.frame(report)
        while data:
            data = data[os.write(self._out, data) :]

    def _obey(self, order: wire.ToWorker) -> None:
        match order:
            case wire.Opened():
                self._streams[order.turn] = self._open(order)
            case wire.Audio():
                if order.turn in self._streams:
                    self._streams[order.turn].put(order.pcm)
            case wire.Closed():
                self._streams.pop(order.turn, None)
            case wire.Ping():
                self.tell(wire.Pong())

    def _open(self, order: wire.Opened) -> Stream:
        grammar = Grammar(order.kind, tuple(order.phrases))
        turn = Turn(lambda: self._engine.open(grammar), open_vad(self._rate), grammar, order.patience, self._rate)
        return Stream(turn, self._rate)

    def _work(self) -> None:
        for number, stream in list(self._streams.items()):
            stream.starve()
            if not stream.busy:
                continue
            # Round robin: a stream that worked goes to the end.
            self._streams[number] = self._streams.pop(number)
            end = stream.work()
            if end:
                del self._streams[number]
                self.tell(wire.Ended(number, end.kind, [(h.words, h.score) for h in end.hypotheses]))
            return


def die_with_parent() -> None:
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def private_output() -> int:
    """Our end of the pipe. C libraries may print: what they print goes to standard error."""
    out = os.dup(1)
    os.dup2(2, 1)
    return out


def main() -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the service, which then stops us
    os.nice(NICE)
    out = private_output()
    module, options = ENGINES[sys.argv[1]], json.loads(sys.argv[2])
    try:
        rate = module.rate(options)
        engine = module.load(options)
    except RecognizerUnavailable as problem:
        os.write(out, wire.frame(wire.Unavailable(str(problem))))
        return
    worker = Worker(engine, rate, out)
    worker.tell(wire.Ready(list(engine.notes())))
    worker.serve(0)


if __name__ == "__main__":
    main()
