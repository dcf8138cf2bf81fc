"""Ports of one instance: find free ones, or say in one sentence which are taken."""

import random
import socket
from dataclasses import dataclass

_RTP_SPAN = 2000


@dataclass(frozen=True, slots=True)
class Ports:
    """Port numbers as an AsteriskPlan wants them: `AsteriskPlan(**asdict(ports), ...)`."""

    http_port: int
    sip_port: int
    rtp_first: int
    rtp_last: int
    media_port: int


class PortTakenError(Exception):
    """Another process holds a port; the message is one sentence."""


def free_ports(address: str = "127.0.0.1", rtp_span: int = _RTP_SPAN) -> Ports:
    """Ports that are free now. The RTP range is only likely to be: Asterisk skips the taken ones in it."""
    first = random.randrange(20000, 60000 - rtp_span, 2)  # noqa: S311 - not a secret
    return Ports(
        http_port=_free(socket.SOCK_STREAM, "127.0.0.1"),
        sip_port=_free(socket.SOCK_DGRAM, address),
        rtp_first=first,
        rtp_last=first + rtp_span - 2,
        media_port=_free(socket.SOCK_STREAM, "127.0.0.1"),
    )


def require_free(http_port: int, sip_port: int, address: str = "127.0.0.1") -> None:
    """Raises PortTakenError."""
    for kind, where, port, what in (
        (socket.SOCK_STREAM, "127.0.0.1", http_port, "ARI (TCP)"),
        (socket.SOCK_DGRAM, address, sip_port, "SIP (UDP)"),
    ):
        try:
            _bind(kind, where, port)
        except OSError as reason:
            raise PortTakenError(
                f"The {what} port {port} on {where} is not free ({reason.strerror}): "
                "stop the program that holds it, or choose another port in the settings."
            ) from None


def _free(kind: socket.SocketKind, address: str) -> int:
    return _bind(kind, address, 0)


def _bind(kind: socket.SocketKind, address: str, port: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:  # as Asterisk does: old connections in TIME_WAIT don't count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
        bound: int = probe.getsockname()[1]
        return bound
