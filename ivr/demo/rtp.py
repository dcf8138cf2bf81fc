"""The sound of a telephone: G.711 A-law every 20 ms, keys as RFC 4733 events, all that is heard kept in a WAV file."""

from __future__ import annotations

import os
import secrets
import select
import socket
import struct
import threading
import time
import wave
from bisect import bisect
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Final

from ivr.demo.sip import Address

RATE: Final = 8000
FRAME: Final = 160
TICK: Final = 0.02
PCMA: Final = 8
KEYS: Final = "0123456789*#"

LATE: Final = 0.25
"""Seconds: what comes later than that is placed where it came, what is not there by then is silence."""
EARLY: Final = 1.0
HURRY: Final = 0.2
"""Seconds of our own delay that are made up for; what is beyond is skipped."""

_SO_TIMESTAMPNS: Final = 35  # absent from Python's socket module; asm-generic/socket.h


# ------------------------------------------------------------------------------------------------------ G.711 A-law (ITU-T)
def _level(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = (mantissa * 16 + 264) << (exponent - 1) if exponent else mantissa * 16 + 8
    return size if code & 0x80 else -size


_DECODED: Final = [struct.pack("<h", _level(code)) for code in range(256)]
_BY_LEVEL: Final = sorted(range(256), key=_level)
_BETWEEN: Final = [(_level(low) + _level(high)) // 2 for low, high in pairwise(_BY_LEVEL)]
_ENCODED: Final = bytes(_BY_LEVEL[bisect(_BETWEEN, 8 * step + 4)] for step in (*range(4096), *range(-4096, 0)))
"""By a thirteen-bit sample; the negative ones are found from its end, as Python counts."""


def decoded(payload: bytes) -> bytes:
    """16-bit samples, lowest byte first."""
    return b"".join(map(_DECODED.__getitem__, payload))


def encoded(samples: Iterable[int]) -> bytes:
    return bytes(_ENCODED[sample >> 3] for sample in samples)


def sound(file: Path) -> list[int]:
    """16-bit samples. Raises OSError, wave.Error, or ValueError when it is not 8 kHz mono."""
    with wave.open(str(file), "rb") as read:
        if (read.getframerate(), read.getnchannels(), read.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{file} is not 8 kHz, mono, 16 bits")
        data = read.readframes(read.getnframes())
    return list(struct.unpack(f"<{len(data) // 2}h", data))


# ------------------------------------------------------------------------------------------------------------------- hearing
class Recorder:
    """One WAV file of 8 kHz mono; samples may be put anywhere in it at any time."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        self.end = 0
        self._write_header()

    def _write_header(self) -> None:
        size = 2 * self.end
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
        riff, data = struct.pack("<4sI4s", b"RIFF", size + 36, b"WAVE"), struct.pack("<4sI", b"data", size)
        os.pwrite(self._file, riff + form + data, 0)

    def put(self, at: int, samples: bytes) -> None:
        os.pwrite(self._file, samples, 44 + 2 * at)
        self.end = max(self.end, at + len(samples) // 2)

    def silence(self, until: int) -> None:
        """Nothing was heard up to there."""
        if until > self.end:
            os.ftruncate(self._file, 44 + 2 * until)
            self.end = until

    def close(self) -> None:
        self._write_header()
        os.close(self._file)


class Ear:
    """Places what comes in by its RTP timestamps, beginning with the moment it came in."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder, self._begin, self._began = recorder, recorder.end, time.time()
        self._source, self._stamp, self._place = -1, 0, 0

    def _now(self, moment: float) -> int:
        return self._begin + round((moment - self._began) * RATE)

    def hear(self, packet: bytes, moment: float) -> None:
        stamp, source = struct.unpack("!II", packet[4:12])
        now = self._now(moment)
        place = self._place + (stamp - self._stamp + 2**31) % 2**32 - 2**31
        if source != self._source or not -EARLY * RATE < now - place < LATE * RATE:
            place = max(now, self._recorder.end)
        self._source, self._stamp, self._place = source, stamp, place
        begin = 12 + 4 * (packet[0] & 15)
        self._recorder.put(max(place, self._begin), decoded(packet[begin:]))

    def listen(self) -> None:
        self._recorder.silence(self._now(time.time() - LATE))


# ------------------------------------------------------------------------------------------------------------------ speaking
class Media(threading.Thread):
    """The sound of one call, from `start` to `stop`. ``spoken`` is called, in this thread, when a speech is at its end."""

    def __init__(self, address: str, recorder: Recorder, microphone: list[int], spoken: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.port: int = self._socket.getsockname()[1]
        self._recorder, self._microphone, self._spoken = recorder, cycle(microphone or [0]), spoken
        self.peer: Address = ("", 0)
        self.event = 101
        """The payload type of the keys."""
        self._over = threading.Event()
        self._speech: Iterator[int] | None = None
        self._keys: deque[tuple[int, int]] = deque()
        self._held = 0
        self._key_stamp = 0
        self._source, self._number, self._stamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(31)

    def press(self, key: str, hold: float) -> None:
        """After the keys pressed before it."""
        self._keys.append((KEYS.index(key), max(1, round(hold / TICK))))

    def speak(self, samples: list[int]) -> None:
        self._speech = iter(samples)

    def stop(self) -> None:
        self._over.set()
        if self.is_alive():
            self.join()
        self._socket.close()
        if self._speech is not None:
            self._spoken()

    def run(self) -> None:
        ear, due = Ear(self._recorder), time.monotonic()
        while not self._over.is_set():
            if select.select([self._socket], [], [], max(0.0, due - time.monotonic()))[0]:
                self._hear(ear)
            late = time.monotonic() - due
            if late >= 0:
                self._tick()
                missed = round(late / TICK) if late > HURRY else 0
                self._stamp, due = self._stamp + (1 + missed) * FRAME, due + (1 + missed) * TICK
                ear.listen()

    def _hear(self, ear: Ear) -> None:
        packet, extra, _flags, source = self._socket.recvmsg(2048, 64)
        if source == self.peer and len(packet) > 12 and packet[1] & 0x7F == PCMA:
            seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
            ear.hear(packet, seconds + nanoseconds / 1e9)

    def _tick(self) -> None:
        if self._keys:
            self._hold(*self._keys[0])
        else:
            self._send(PCMA, self._stamp, encoded(self._frame()))

    def _frame(self) -> list[int]:
        heard = list(islice(self._microphone, FRAME))
        if self._speech is None:
            return heard
        said = list(islice(self._speech, FRAME))
        if len(said) < FRAME:
            self._speech = None
            self._spoken()
        said += [0] * (FRAME - len(said))
        return [max(-32768, min(32767, one + other)) for one, other in zip(heard, said, strict=True)]

    def _hold(self, key: int, ticks: int) -> None:
        """One packet of a key that is held; at its end three, lest the end be lost."""
        if not self._held:
            self._key_stamp = self._stamp
        end = self._held == ticks
        event = struct.pack("!BBH", key, 10 | 0x80 * end, max(1, self._held) * FRAME)
        for _copy in range(3 if end else 1):
            self._send(self.event | 0x80 * (not self._held), self._key_stamp, event)
        self._held += 1
        if end:
            self._keys.popleft()
            self._held = 0

    def _send(self, kind: int, stamp: int, payload: bytes) -> None:
        head = struct.pack("!BBHII", 0x80, kind, self._number % 2**16, stamp % 2**32, self._source)
        self._number += 1
        self._socket.sendto(head + payload, self.peer)
