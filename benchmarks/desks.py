"""Agents' telephones for benchmarks: hundreds on one event loop, each INVITE with the kernel's time of its arrival.

A telephone registers, answers at once, sends one packet of sound, hangs up after a while, and keeps what it saw. SIP is that
of the demonstration's telephone (`ivr.demo.sip`); the socket is read here, for the times (SO_TIMESTAMPNS).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from benchmarks.rig import Rig
from benchmarks.sipp import rtp
from ivr.ari.asterisk.plan import kept_secret
from ivr.demo.sip import Dialogue, Message, Request, Wire, new, parameter
from ivr.site import secret_file

HERE = "127.0.0.1"
EXPIRES = 300
RENEWED = 0.7
REGISTRATIONS = 50
"""A second: a morning's rush, not a flood."""

_SO_TIMESTAMPNS = 35  # absent from Python's socket module; asm-generic/socket.h
OK, BUSY = 200, 486


@dataclass
class Talk:
    """One call at an agent's telephone, in seconds since the epoch; 0.0: it has not happened. ``free_since``: when the
    agent became free before it, if the benchmark knows; ``cut``: the other side hung up."""

    agent: str
    caller: str
    invited: float
    free_since: float
    begun: float = 0.0
    ended: float = 0.0
    cut: bool = False

    @property
    def waited(self) -> float:
        """Milliseconds between agent free and INVITE."""
        return (self.invited - self.free_since) * 1000


class Desk:
    """One telephone. ``lasting`` says how long the next conversation is, in seconds. ``clashes``: INVITEs that came during
    a conversation."""

    def __init__(self, account: str, secret: str, sip_port: int, sound: socket.socket, lasting: Callable[[], float]) -> None:
        self.account, self.sound, self.lasting = account, sound, lasting
        self.talks: list[Talk] = []
        self.clashes = 0
        self.free_since = 0.0
        self._talk: Talk | None = None
        self._invitation: Message | None = None
        self._tag = self._call = ""
        self._loop = asyncio.get_running_loop()
        self.registered: asyncio.Future[int] = self._loop.create_future()
        self._arrival = 0.0
        self._socket = stamped_socket()
        self.wire = Wire((HERE, sip_port), (account, secret), self._requested)
        self.wire.connection_made(self)
        exchange = f"sip:{HERE}:{sip_port}"
        self._line = Dialogue(f"<sip:{account}@{HERE}>;tag={new()}", f"<sip:{account}@{HERE}>", exchange)
        self._contact = f"Contact: <sip:{account}@{self.wire.here}>"
        self._loop.add_reader(self._socket, self._read)
        self._renewal = self._loop.call_later(EXPIRES * RENEWED, self.register)

    # -------------------------------------------------------------------------------------- what `Wire` wants of a transport
    def sendto(self, packet: bytes, address: tuple[str, int]) -> None:
        self._socket.sendto(packet, address)

    def get_extra_info(self, _name: str) -> Any:
        return self._socket.getsockname()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, extra, _flags, source = self._socket.recvmsg(8192, 64)
                seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
                self._arrival = seconds + nanoseconds / 1e9
                self.wire.datagram_received(packet, source)

    # ------------------------------------------------------------------------------------------------------------ the calls
    def register(self) -> None:
        self._renewal.cancel()
        self._renewal = self._loop.call_later(EXPIRES * RENEWED, self.register)

        def answered(answer: Message) -> None:
            if answer.status >= OK and not self.registered.done():
                self.registered.set_result(answer.status)

        Request(self.wire, self._line, "REGISTER", answered, headers=[self._contact, f"Expires: {EXPIRES}"])

    def _requested(self, request: Message) -> None:
        tag = self._tag if request.get("call-id") == self._call else new()
        if request.method == "INVITE" and not parameter(request.get("to"), "tag"):
            self._invited(request)
        elif request.method == "INVITE":
            self._accept(request)
        elif request.method == "ACK":
            self._begun(request)
        else:
            self.wire.answer(request, OK, tag)
            if request.method == "BYE" and self._talk is not None and request.get("call-id") == self._call:
                self._over(self._arrival, cut=True)

    def _invited(self, request: Message) -> None:
        if self._talk is not None:
            self.clashes += 1
            self.wire.answer(request, BUSY, new())
            return
        caller = (re.search(r"sip:([^@>]*)", request.get("from")) or ["", ""])[1]
        self._talk = Talk(self.account, caller, self._arrival, self.free_since)
        self.talks.append(self._talk)
        self.free_since = 0.0
        self._invitation, self._tag, self._call = request, new(), request.get("call-id")
        self._accept(request)

    def _accept(self, request: Message) -> None:
        body = "\r\n".join([
            "v=0", f"o=- 1 1 IN IP4 {HERE}", "s=-", f"c=IN IP4 {HERE}", "t=0 0",
            f"m=audio {self.sound.getsockname()[1]} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=sendrecv", "",
        ])
        self.wire.answer(request, OK, self._tag, headers=[self._contact], body=body)

    def _begun(self, request: Message) -> None:
        invitation, talk = self._invitation, self._talk
        if invitation is None or talk is None or talk.begun or request.get("call-id") != self._call:
            return
        talk.begun = self._arrival
        port = re.search(r"^m=audio (\d+)", invitation.body, re.MULTILINE)
        if port:
            self.sound.sendto(rtp(8, 1, 160, b"\xd5" * 160), (HERE, int(port[1])))
        self._loop.call_later(self.lasting(), self._hang_up, talk, invitation)

    def _hang_up(self, talk: Talk, invitation: Message) -> None:
        if talk is not self._talk:
            return  # the other side was first
        to = f"{invitation.get('to')};tag={self._tag}"
        dialogue = Dialogue(to, invitation.get("from"), invitation.target, self._call)
        self._over(time.time(), cut=False)
        Request(self.wire, dialogue, "BYE", lambda _answer: None)

    def _over(self, at: float, *, cut: bool) -> None:
        assert self._talk is not None
        self._talk.ended, self._talk.cut, self._talk, self.free_since = at, cut, None, at

    def close(self) -> None:
        self._renewal.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()


def stamped_socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    made.bind((HERE, 0))
    made.setblocking(False)
    return made


@contextlib.asynccontextmanager
async def desks(made: Rig, accounts: Sequence[str], lasting: Callable[[], float]) -> AsyncIterator[dict[str, Desk]]:
    """{account: telephone}, all registered. Raises RuntimeError when one is not accepted."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sound:  # what is heard does not matter: nobody reads it
        sound.bind((HERE, 0))
        port = made.settings.sip_port
        secrets = {account: kept_secret(secret_file(made.settings, account)) for account in accounts}
        found = {account: Desk(account, secret, port, sound, lasting) for account, secret in secrets.items()}
        try:
            for desk in found.values():
                desk.register()
                await asyncio.sleep(1 / REGISTRATIONS)
            async with asyncio.timeout(30):
                answers = await asyncio.gather(*(desk.registered for desk in found.values()))
            if set(answers) != {OK}:
                raise RuntimeError(f"telephones were not accepted: {sorted(set(answers))}")
            yield found
        finally:
            for desk in found.values():
                desk.close()


def told(milliseconds: Sequence[float]) -> str:
    return f"median {median(milliseconds):.1f} ms, p99 {p99(milliseconds):.1f}, worst {max(milliseconds):.1f}"


def p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]
