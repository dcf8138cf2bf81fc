"""SIP over UDP (RFC 3261), as much as one telephone behind one exchange needs: messages, digest, packets sent again.

Nothing here knows what a call is: `ivr.demo.plain_agent` does.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

T1, T2, TIMEOUT = 0.5, 4.0, 32.0
"""Seconds: the first pause before a packet is sent again, the longest one, and when the other side counts as dead."""

NO_ANSWER: Final = 408
CHALLENGES: Final = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}
SHORT: Final = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "c": "content-type"}
ALLOW: Final = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE"
REASONS: Final = {
    180: "Ringing", 200: "OK", 405: "Method Not Allowed", 481: "Call/Transaction Does Not Exist", 486: "Busy Here",
    487: "Request Terminated", 603: "Decline",
}

Address: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Message:
    """A request (``status`` 0) or an answer to one."""

    status: int
    method: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Raises ValueError when it is no SIP."""
        head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = [line.partition(":") for line in lines]
        headers = tuple((SHORT.get(name.strip().lower(), name.strip().lower()), value.strip()) for name, _, value in pairs)
        first, second, *_ = start.split(" ") if "SIP/2.0" in start else ("", "")
        if not first or not {"via", "from", "to", "call-id", "cseq"} <= dict(headers).keys():
            raise ValueError(f"This is no SIP: {start[:40]!r}")
        answers = first == "SIP/2.0"
        return cls(int(second) if answers else 0, dict(headers)["cseq"].split()[-1] if answers else first, headers, body)

    def get(self, name: str) -> str:
        """The first header of this (lower-case) name, or nothing."""
        return next((value for each, value in self.headers if each == name), "")

    @property
    def turn(self) -> int:
        return int(self.get("cseq").split()[0])

    @property
    def transaction(self) -> tuple[str, str]:
        return parameter(self.get("via"), "branch"), self.method

    @property
    def target(self) -> str:
        """The address in its Contact."""
        return (re.search(r"<([^>]+)>", self.get("contact")) or ["", ""])[1]


def parameter(header: str, name: str) -> str:
    """Of ``…;name=value``."""
    found = re.search(rf';\s*{name}="?([^";,\s]+)', header, re.IGNORECASE)
    return found[1] if found else ""


def new(prefix: str = "") -> str:
    """Something nobody else calls himself."""
    return prefix + secrets.token_hex(8)


def proof(challenge: str, method: str, uri: str, name: str, secret: str) -> str:
    """The credentials that a digest challenge asks for: MD5, with qop=auth where it is offered (RFC 2617)."""
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    realm, nonce, ours = asked.get("realm", ""), asked.get("nonce", ""), new()
    who, what = _md5(f"{name}:{realm}:{secret}"), _md5(f"{method}:{uri}")
    once = f"{nonce}:00000001:{ours}:auth" if "qop" in asked else nonce
    said = f'Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5, '
    said += f'response="{_md5(f"{who}:{once}:{what}")}"'
    said += f', qop=auth, nc=00000001, cnonce="{ours}"' if "qop" in asked else ""
    return said + (f', opaque="{asked["opaque"]}"' if "opaque" in asked else "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Dialogue:
    """Who speaks with whom: ``local`` and ``remote`` as From and To of what we ask, ``target`` where we ask it."""

    local: str
    remote: str
    target: str
    id: str = field(default_factory=new)
    turn: int = 0


class Resending:
    """A packet sent now and, until `stop`, again after 0.5, 1, 2, 4, 4… s; after 32 s it is given up."""

    def __init__(self, send: Callable[[], None], given_up: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send, self._given_up, self._pause = send, given_up, T1
        self._end = self._loop.time() + TIMEOUT
        self._next = self._loop.call_later(T1, self._again)
        send()

    def _again(self) -> None:
        if self._loop.time() >= self._end:
            self._given_up()
            return
        self._send()
        self._pause = min(2 * self._pause, T2)
        self._next = self._loop.call_later(self._pause, self._again)

    def stop(self) -> None:
        self._next.cancel()


class Request:
    """Something we ask. ``then`` gets the answers, the last one with a status of 200 or more; a challenge is met before."""

    def __init__(
        self, wire: Wire, dialogue: Dialogue, method: str, then: Callable[[Message], None],
        *, headers: Sequence[str] = (), body: str = "",
    ) -> None:
        self._wire, self._dialogue, self.method, self._then = wire, dialogue, method, then
        self._headers, self._body, self._proof = headers, body, ""
        self._uri = dialogue.target
        self.rings, self._cancelled, self.answered = False, False, False
        self._send()

    def _send(self) -> None:
        self._dialogue.turn += 1
        self._turn, self._branch, self.answered, self._ack = self._dialogue.turn, new("z9hG4bK"), False, b""
        more = [self._proof, *self._headers] if self._proof else self._headers
        packet = self._packet(self.method, self._branch, more, self._body)
        self._wire.asked[self._branch, self.method] = self
        self._resending = Resending(lambda: self._wire.send(packet), self._dead)

    def _packet(self, method: str, branch: str, headers: Sequence[str] = (), body: str = "") -> bytes:
        said = self._dialogue
        head = [
            f"{method} {self._uri} SIP/2.0", f"Via: SIP/2.0/UDP {self._wire.here};rport;branch={branch}", "Max-Forwards: 70",
            f"From: {said.local}", f"To: {said.remote}", f"Call-ID: {said.id}", f"CSeq: {self._turn} {method}", *headers,
        ]
        return packed(head, body)

    def _dead(self) -> None:
        if not self.answered:
            self.answered = True
            self._then(Message(NO_ANSWER, self.method, (), ""))

    def hears(self, answer: Message) -> None:
        """Whatever is answered, once or several times."""
        if self.answered:
            if self._ack and answer.status >= 200:
                self._wire.send(self._ack)
        elif answer.status < 200:
            self._provisional(answer)
        else:
            self.answered = True
            self._resending.stop()
            self._final(answer)

    def _provisional(self, answer: Message) -> None:
        if self.method == "INVITE":
            self._resending.stop()
            if not self.rings and self._cancelled:
                self._send_cancel()
            self.rings = True
        self._then(answer)

    def _final(self, answer: Message) -> None:
        if self.method == "INVITE" and answer.status >= 300:
            self._dialogue.remote, kept = answer.get("to"), self._dialogue.remote
            self._acknowledge(self._branch)
            self._dialogue.remote = kept
        header, ours = CHALLENGES.get(answer.status, ("", ""))
        challenge = answer.get(header) if header else ""
        fresh = not self._proof or "stale=true" in challenge.lower()
        if challenge and self._wire.credentials and fresh and not self._cancelled:
            self._proof = f"{ours}: {proof(challenge, self.method, self._uri, *self._wire.credentials)}"
            self._send()
        else:
            self._then(answer)

    def _acknowledge(self, branch: str) -> None:
        self._ack = self._packet("ACK", branch)
        self._wire.send(self._ack)

    def accept(self, answer: Message) -> None:
        """Acknowledge the 200 of an INVITE: the dialogue is what it says from now on."""
        self._dialogue.remote = answer.get("to")
        self._uri = self._dialogue.target = answer.target or self._dialogue.target
        self._acknowledge(new("z9hG4bK"))

    def cancel(self) -> None:
        """Before the INVITE has had any answer, it may not be cancelled: then as soon as it has."""
        if not self._cancelled:
            self._cancelled = True
            if self.rings:
                self._send_cancel()

    def _send_cancel(self) -> None:
        cancel = Cancel(self._wire, self._packet("CANCEL", self._branch))
        self._wire.asked[self._branch, "CANCEL"] = cancel


class Cancel:
    """Sent until it is answered: what becomes of the INVITE is told by the INVITE's own answer."""

    def __init__(self, wire: Wire, packet: bytes) -> None:
        self._resending = Resending(lambda: wire.send(packet), lambda: None)

    def hears(self, _answer: Message) -> None:
        self._resending.stop()


class Wire(asyncio.DatagramProtocol):
    """The socket. ``requested`` gets each request once; what is asked again is answered again without it."""

    def __init__(
        self, exchange: Address, credentials: tuple[str, str] | None, requested: Callable[[Message], None],
    ) -> None:
        self._exchange, self.credentials, self._requested = exchange, credentials, requested
        self.asked: dict[tuple[str, str], Request | Cancel] = {}
        self._answers: dict[tuple[str, str], bytes] = {}
        self._unacknowledged: dict[tuple[str, int], Resending] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.here = "{}:{}".format(*transport.get_extra_info("sockname")[:2])

    def send(self, packet: bytes) -> None:
        self._transport.sendto(packet, self._exchange)

    def datagram_received(self, data: bytes, source: Address) -> None:
        try:
            message = Message.parse(data)
        except ValueError:
            return  # keep-alives, or sound that went astray
        if source != self._exchange:
            return
        if message.status:
            if asked := self.asked.get(message.transaction):
                asked.hears(message)
        elif message.transaction in self._answers:
            self.send(self._answers[message.transaction])
        else:
            self._stop_resending(message)
            self._requested(message)

    def _stop_resending(self, message: Message) -> None:
        key = message.get("call-id"), message.turn
        if message.method == "ACK" and key in self._unacknowledged:  # a CANCEL has the number of its INVITE, too
            self._unacknowledged.pop(key).stop()

    def answer(
        self, request: Message, status: int, tag: str, *, headers: Sequence[str] = (), body: str = "",
        given_up: Callable[[], None] = lambda: None,
    ) -> None:
        """``tag`` is ours in this dialogue. The last answer to an INVITE is sent until it is acknowledged, or given up."""
        kept = [f"{name.title()}: {value}" for name, value in request.headers if name in {"via", "record-route"}]
        to = request.get("to")
        head = [
            f"SIP/2.0 {status} {REASONS.get(status, 'Refused')}", *kept, f"From: {request.get('from')}",
            f"To: {to if parameter(to, 'tag') else f'{to};tag={tag}'}", f"Call-ID: {request.get('call-id')}",
            f"CSeq: {request.get('cseq')}", ALLOW, *headers,
        ]
        packet = self._answers[request.transaction] = packed(head, body)
        if request.method == "INVITE" and status >= 200:
            key = request.get("call-id"), request.turn
            self._unacknowledged[key] = Resending(lambda: self.send(packet), given_up)
        else:
            self.send(packet)


def packed(head: Sequence[str], body: str) -> bytes:
    kind = ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*head, *kind, f"Content-Length: {len(body)}", "", body]).encode()
