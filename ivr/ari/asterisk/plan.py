"""What one instance of Asterisk is to be: its folder, ports, accounts and limits, checked before anything is written."""

import os
import re
import secrets
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

Kind = Literal["agent", "caller", "trunk"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]{1,253})(:[0-9]{1,5})?")
_SECRET = re.compile(r"[A-Za-z0-9_.~-]{8,128}")  # nothing that a configuration file could take for its own syntax
_PATH = re.compile(r"/[\w./ @:+~-]+")  # nothing that the dialplan could take for an argument or a variable

LOOPBACK = ("127.0.0.0/8",)


@dataclass(frozen=True, slots=True)
class SipAccount:
    """A telephone (`agent`, `caller`: they register with a secret) or the operator's exchange (`trunk`: by its address).

    `number` is the caller's number shown for a telephone, whatever its own messages claim; a trunk is believed.
    `contact` is where calls go out through a trunk, as host or host:port: its first single address unless given.
    """

    id: str
    secret: str = field(repr=False)
    kind: Kind
    number: str = ""
    peers: tuple[str, ...] = ()  # addresses or networks of a trunk, never everybody
    contact: str = ""

    def __post_init__(self) -> None:
        _must(_NAME, self.id, "account id")
        if self.number:
            _must(_NUMBER, self.number, f"number of account {self.id}")
        if self.kind == "trunk":
            self._check_peers()
        else:
            _must(_SECRET, self.secret, f"secret of account {self.id}")

    def _check_peers(self) -> None:
        if not self.peers:
            raise ValueError(f"The trunk {self.id} names no peer address: it would match nobody.")
        if any(ip_network(peer).prefixlen == 0 for peer in self.peers):
            raise ValueError(f"The trunk {self.id} would match every address: name the operator's own.")
        if self.contact:
            _must(_HOST, self.contact, f"contact of trunk {self.id}")

    @property
    def way_out(self) -> str:
        """Where calls go out through this trunk; '' when it is only known by networks."""
        return self.contact or next((_bracketed(peer) for peer in self.peers if "/" not in peer), "")


@dataclass(frozen=True, slots=True)
class AsteriskPlan:
    """Everything that the configuration of one instance says. Times are whole seconds. Raises ValueError."""

    run_dir: Path
    http_port: int
    sip_port: int
    rtp_first: int
    rtp_last: int
    media_port: int  # where the application listens for the callers' audio
    ari_secret: str = field(repr=False)
    fallback_sound: Path  # without its extension; played while the application is away
    spool_dir: Path  # where a call that came meanwhile is written
    accounts: tuple[SipAccount, ...] = ()
    ari_user: str = "cruc"
    app: str = "cruc"
    numbers: tuple[str, ...] = ("1364",)  # as the trunk dials them
    language: str = "fr"
    max_calls: int = 400  # the last belt, in Asterisk itself; ADMIT is the supple one
    sip_bind: str = "127.0.0.1"
    agent_networks: tuple[str, ...] = LOOPBACK  # from where telephones may register
    rtp_timeout: int = 30
    rtp_timeout_hold: int = 300
    qualify_every: int = 10

    def __post_init__(self) -> None:
        _must(_SECRET, self.ari_secret, "ARI secret")
        for what, name in (("ARI user", self.ari_user), ("application", self.app), ("language", self.language)):
            _must(_NAME, name, what)
        for number in self.numbers:
            _must(_NUMBER, number, "dialled number")
        for path in (self.run_dir, self.fallback_sound, self.spool_dir):
            _must(_PATH, str(path), "path")
        for network in self.agent_networks:
            ip_network(network)
        if not self.rtp_first < self.rtp_last:
            raise ValueError(f"The RTP ports {self.rtp_first}-{self.rtp_last} are no range.")
        _check_distinct(self.accounts)

    @property
    def etc(self) -> Path:
        return self.run_dir / "etc"

    @property
    def ari_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/ari"

    def of_kind(self, kind: Kind) -> tuple[SipAccount, ...]:
        return tuple(account for account in self.accounts if account.kind == kind)

    @property
    def trunk(self) -> str:
        """The account of the trunk through which outside numbers are called: the first that leads out; '' for none."""
        return next((trunk.id for trunk in self.of_kind("trunk") if trunk.way_out), "")

    @property
    def sip_networks(self) -> tuple[str, ...]:
        """Who may speak SIP to us at all."""
        return (*self.agent_networks, *(peer for trunk in self.of_kind("trunk") for peer in trunk.peers))


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on the first call: one per installation, readable by its owner only."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _check_distinct(accounts: tuple[SipAccount, ...]) -> None:
    ids = [account.id for account in accounts]
    for name in ids:
        if ids.count(name) > 1:
            raise ValueError(f"Two SIP accounts are called {name}: each needs its own id.")


def _must(pattern: re.Pattern[str], value: str, what: str) -> None:
    if not pattern.fullmatch(value):
        shown = "given" if "secret" in what.lower() else repr(value)
        raise ValueError(f"The {what} {shown} is not usable: it must match {pattern.pattern}.")
