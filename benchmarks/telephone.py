"""A telephone whose every packet has the kernel's time: what load generators don't tell, heard by one caller.

One thread a telephone: it sends a packet of silence every 20 ms as real ones do, presses keys as RFC 4733 events, and notes
when each packet of the other side arrived (SO_TIMESTAMPNS, so that our own scheduling is not in the figures).
"""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
import time
from itertools import count
from types import TracebackType
from typing import Self

from benchmarks.rig import TRUNK
from benchmarks.sipp import EVENT, OFFER, rtp

_TICK = 0.02
_SO_TIMESTAMPNS = 35  # absent from Python's socket module; asm-generic/socket.h
_KEY_PACKETS = 5


class Telephone:
    """``arrivals``: (seconds since the epoch, RTP sequence number, octets of sound) of every packet heard."""

    _numbers = count(1)

    def __init__(self, sip_port: int, number: str) -> None:
        self.n = next(Telephone._numbers)
        self.exchange, self.number, self.caller = ("127.0.0.1", sip_port), number, f"05{self.n:08d}"
        self.sip, self.rtp = self._socket(), self._socket()
        self.rtp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.arrivals: list[tuple[float, int, bytes]] = []
        self.hung_up_at = 0.0
        self._tag, self._peer = "", ("", 0)
        self._keys: list[str] = []
        self._pressed = threading.Event()
        self._pressed_at = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    @staticmethod
    def _socket() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((TRUNK, 0))
        made.settimeout(5)
        return made

    def __enter__(self) -> Self:
        self.call()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.hang_up()

    # ------------------------------------------------------------------------------------------------------ signalling
    def call(self) -> None:
        """Dial and be answered. Raises ConnectionError when refused."""
        self._send("INVITE", OFFER.replace("[media_port]", str(self.rtp.getsockname()[1])).replace("\n", "\r\n"))
        while True:
            text = self.sip.recv(8192).decode()
            if not text.startswith("SIP/2.0 1"):
                break
        self._tag = (re.search(r"^To:.*;tag=(\S+)", text, re.MULTILINE) or [""])[1]
        self._send("ACK")
        if not text.startswith("SIP/2.0 200"):
            raise ConnectionError(text.splitlines()[0])
        self._peer = ("127.0.0.1", int((re.search(r"^m=audio (\d+)", text, re.MULTILINE) or [])[1]))
        self._thread.start()

    def hang_up(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if not self.hung_up_at:
            self._send("BYE")
        self.sip.close()
        self.rtp.close()

    def _send(self, method: str, body: str = "") -> None:
        here, to = "{}:{}".format(*self.sip.getsockname()), f";tag={self._tag}" if self._tag else ""
        turn = 2 if method == "BYE" else 1
        head = [
            f"{method} sip:{self.number}@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bKt{self.n}{method}",
            "Max-Forwards: 70", f"From: <sip:{self.caller}@{TRUNK}>;tag=t{self.n}",
            f"To: <sip:{self.number}@127.0.0.1>{to}", f"Call-ID: t{self.n}-{id(self)}@{TRUNK}", f"CSeq: {turn} {method}",
            f"Contact: <sip:{self.caller}@{here}>", *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}", "", body,
        ]
        self.sip.sendto("\r\n".join(head).encode(), self.exchange)

    def _answer(self, request: str) -> None:
        """Whatever is asked within the dialogue is granted; a BYE ends it."""
        kept = [line for line in request.split("\r\n") if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))]
        if request.startswith("ACK"):
            return
        self.sip.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), self.exchange)
        if request.startswith("BYE"):
            self.hung_up_at = time.time()
            self._over.set()

    # ----------------------------------------------------------------------------------------------------------- sound
    def press(self, digit: str) -> float:
        """Press a key for 100 ms; the time (epoch) at which its end left."""
        self._pressed.clear()
        self._keys.append(digit)
        if not self._pressed.wait(5):
            raise TimeoutError("the telephone is dead")
        return self._pressed_at

    @property
    def last_heard(self) -> float:
        return self.arrivals[-1][0] if self.arrivals else 0.0

    def wait_silence(self, seconds: float, patience: float = 30.0) -> None:
        """Until something was heard and then nothing for ``seconds``."""
        end = time.time() + patience
        while time.time() < end:
            last = self.last_heard
            if self._over.is_set():
                raise ConnectionError("the other side hung up")
            if last and time.time() - last > seconds:
                return
            time.sleep(0.01)
        raise TimeoutError("never silent")

    def first_after(self, moment: float, patience: float = 5.0) -> float:
        """When the first packet after ``moment`` arrived."""
        end = time.time() + patience
        while time.time() < end:
            if self.last_heard > moment:
                return next(at for at, _n, _sound in self.arrivals if at > moment)
            time.sleep(0.005)
        raise TimeoutError("nothing is heard")

    def _live(self) -> None:
        tick, due = 0, time.monotonic()
        number = 0
        while not self._over.is_set():
            for ready in select.select([self.rtp, self.sip], [], [], max(0.0, due - time.monotonic()))[0]:
                self._hear() if ready is self.rtp else self._signalled()
            if time.monotonic() >= due:
                number = self._speak(tick, number)
                tick, due = tick + 1, due + _TICK

    _key, _packets_left, _key_stamp = 0, 0, 0

    def _speak(self, tick: int, number: int) -> int:
        stamp = tick * 160
        if not self._packets_left and self._keys:
            self._key, self._packets_left, self._key_stamp = "0123456789*#".index(self._keys.pop(0)), _KEY_PACKETS + 1, stamp
        if not self._packets_left:
            self.rtp.sendto(rtp(8, number, stamp, b"\xd5" * 160), self._peer)
            return number + 1
        self._packets_left -= 1
        last = not self._packets_left
        length = (_KEY_PACKETS + 1 - self._packets_left) * 160
        payload = struct.pack("!BBH", self._key, 10 | (0x80 if last else 0), length)
        if last:
            self._pressed_at = time.time()
        for copy in range(3 if last else 1):
            mark = self._packets_left == _KEY_PACKETS
            self.rtp.sendto(rtp(EVENT, number + copy, self._key_stamp, payload, mark=mark), self._peer)
        if last:
            self._pressed.set()
        return number + (3 if last else 1)

    def _hear(self) -> None:
        packet, extra, _flags, _who = self.rtp.recvmsg(2048, 64)
        seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
        if packet[1] & 0x7F == 8:
            self.arrivals.append((seconds + nanoseconds / 1e9, struct.unpack("!H", packet[2:4])[0], packet[12:]))

    def _signalled(self) -> None:
        text = self.sip.recv(8192).decode()
        if not text.startswith("SIP/2.0"):
            self._answer(text)
