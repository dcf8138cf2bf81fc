"""The frames between the service and its recogniser workers: four bytes of length, then one msgpack message."""

from __future__ import annotations

import msgspec

from ivr.core.commands import GrammarKind
from ivr.core.messages import HeardKind

LENGTH = 4
LONGEST = 1 << 20


class Opened(msgspec.Struct, tag="open", array_like=True):
    turn: int
    kind: GrammarKind
    phrases: list[str]
    patience: float


class Audio(msgspec.Struct, tag="audio", array_like=True):
    turn: int
    pcm: bytes


class Closed(msgspec.Struct, tag="close", array_like=True):
    turn: int


class Ping(msgspec.Struct, tag="ping", array_like=True):
    """Asked every heartbeat; answered between two pieces of work."""


class Ready(msgspec.Struct, tag="ready", array_like=True):
    notes: list[str]


class Unavailable(msgspec.Struct, tag="unavailable", array_like=True):
    sentence: str


class Pong(msgspec.Struct, tag="pong", array_like=True):
    pass


class Ended(msgspec.Struct, tag="ended", array_like=True):
    turn: int
    kind: HeardKind
    hypotheses: list[tuple[str, float]]


ToWorker = Opened | Audio | Closed | Ping
ToService = Ready | Unavailable | Pong | Ended

_encoder = msgspec.msgpack.Encoder()
read_order = msgspec.msgpack.Decoder(ToWorker).decode
read_report = msgspec.msgpack.Decoder(ToService).decode


def frame(message: ToWorker | ToService) -> bytes:
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH, "big") + body


class Frames:
    """Bytes in, whole messages' bodies out."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Raises ValueError on a length no peer of ours would send."""
        self._buffer += data
        bodies: list[bytes] = []
        while len(self._buffer) >= LENGTH:
            size = int.from_bytes(self._buffer[:LENGTH], "big")
            if size > LONGEST:
                raise ValueError(f"A frame of {size} bytes does not come from a recogniser worker.")
            if len(self._buffer) < LENGTH + size:
                break
            bodies.append(bytes(self._buffer[LENGTH : LENGTH + size]))
            del self._buffer[: LENGTH + size]
        return bodies
