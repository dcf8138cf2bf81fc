"""A telephone of plain SIP over UDP, every byte in our hands: it can lie, and be compared."""

import hashlib
import re
import select
import socket
import time
from itertools import count

import numpy as np

TRUNK = "127.0.0.2"  # the operator's exchange in the tests


class Telephone:
    """One SIP dialogue over UDP: enough to call, listen, hang up, and to lie."""

    _calls = count(1)

    def __init__(self, asterisk, address=TRUNK, number="+22500000002"):
        self.exchange = ("127.0.0.1", asterisk.plan.sip_port)
        self.address, self.number, self.tag, self.contact = address, number, "", ""
        self.call, self.turn = f"call-{next(self._calls)}-{time.monotonic_ns()}", 0
        self.sip, self.rtp = (self._socket(address) for _ in range(2))

    @staticmethod
    def _socket(address):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((address, 0))
        made.settimeout(5)
        return made

    def send(self, method, user, *, headers=(), body=""):
        self.turn += method != "ACK"
        here = "{}:{}".format(*self.sip.getsockname())
        to_tag = f";tag={self.tag}" if self.tag else ""
        lines = [
            f"{method} sip:{user}@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{self.call}{self.turn}{method}",
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@{self.address}>;tag=ours",
            f"To: <sip:{user}@127.0.0.1>{to_tag}",
            f"Call-ID: {self.call}",
            f"CSeq: {self.turn} {method}",
            f"Contact: <{self.contact or f'sip:{self.number}@{here}'}>",
            *headers,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.sip.sendto("\r\n".join([*lines, "", body]).encode(), self.exchange)

    def answer(self, final=True):
        while True:
            text = self.sip.recv(8192).decode()
            status = int(text.split()[1]) if text.startswith("SIP/2.0") else 0
            if status >= 200 or not final:
                return status, text

    def invite(self, user="1364", headers=()):
        """The final status of a call to `user`; its dialogue is acknowledged."""
        port = self.rtp.getsockname()[1]
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
        )
        self.send("INVITE", user, headers=headers, body=body)
        status, text = self.answer()
        self.tag = re.search(r"^To:.*;tag=(\S+)", text, re.MULTILINE)[1]
        self.send("ACK", user)
        self.tag = self.tag if status == 200 else ""
        return status, text

    def hang_up(self):
        self.send("BYE", "1364")
        return self.answer()[0]

    def hear(self):
        """What is heard until the other side hangs up: 8 kHz samples in -1..1."""
        heard = b""
        while ready := select.select([self.rtp, self.sip], [], [], 5)[0]:
            if self.rtp not in ready:
                assert self.sip.recv(8192).startswith(b"BYE ")
                return alaw(heard)
            heard += self.rtp.recv(2048)[12:]
        raise AssertionError("neither sound nor end for 5 s")


def alaw(data):
    code = np.frombuffer(data, np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(int)
    size = np.where(exponent == 0, mantissa * 16 + 8, (mantissa * 16 + 264) << np.maximum(exponent.astype(int) - 1, 0))
    return np.where(code & 0x80, size, -size) / 32768


def digest(account, method, uri, challenge):
    realm, nonce = (re.search(rf'{word}="([^"]+)"', challenge)[1] for word in ("realm", "nonce"))
    md5 = [hashlib.md5(part.encode()).hexdigest() for part in (f"{account.id}:{realm}:{account.secret}", f"{method}:{uri}")]
    proof = hashlib.md5(f"{md5[0]}:{nonce}:00000001:x:auth:{md5[1]}".encode()).hexdigest()
    return (
        f'Authorization: Digest username="{account.id}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="x"'
    )


def register(asterisk, account, contact):
    telephone = Telephone(asterisk, "127.0.0.1", account.id)
    telephone.contact = contact
    telephone.send("REGISTER", account.id)
    challenge = telephone.answer()[1]
    proof = digest(account, "REGISTER", f"sip:{account.id}@127.0.0.1", challenge)
    telephone.send("REGISTER", account.id, headers=[proof, "Expires: 60"])
    return telephone.answer()[0]


def alike(heard, expected):
    """The best normalised correlation of `expected` anywhere in `heard`: 1.0 is the same sound."""
    size = len(heard) + len(expected)
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(expected, size)), size)
    return product.max() / (np.linalg.norm(heard) * np.linalg.norm(expected))
