"""A real SIP telephone, for the demonstration and the tests: it registers, dials, presses keys, speaks, hears.

    async with Softphone("demo", secret, port, folder=folder) as caller:
        await caller.dial("1364")
        await caller.until("connected")
        await caller.press("1")
        await caller.hang_up()

The telephone itself is a process, which ends with ours: `ivr.demo.user_agent` where pjsua2 is installed, else
`ivr.demo.plain_agent` (CRUC_TEST_TELEPHONE=plain, too).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import wave
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeAlias

from ivr.demo.heard import RATE, Heard

State: TypeAlias = Literal["registered", "unregistered", "ringing", "connected", "ended", "spoken"]

PATIENCE: Final = 10.0
PACKAGE_ROOT: Final = Path(__file__).parents[2]


class TelephoneError(RuntimeError):
    """The telephone did not do it; the message is one sentence."""


class Softphone:
    """One telephone. ``port`` is Asterisk's SIP port; ``microphone`` a WAV said over and over once connected (else the noise
    of a quiet line); ``answer_after`` seconds it answers (else it rings on); ``refuse`` a SIP status, it refuses with it.
    From ``address`` 127.0.0.2 and without secret it is a caller behind the operator's trunk, with its number as account.
    ``listen`` is the port on which it is called there (else any). ``folder`` receives what it hears (else a temporary
    one)."""

    def __init__(
        self, account: str, secret: str | None, port: int, *, microphone: Path | None = None,
        answer_after: float | None = None, refuse: int | None = None, address: str = "127.0.0.1", folder: Path | None = None,
        listen: int = 0,
    ) -> None:
        self.account = account
        self._folder = folder or Path(tempfile.mkdtemp(prefix="softphone-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        self.heard = Heard(self._folder / f"{account.lstrip('+')}-{id(self):x}.wav")
        self._settings = {
            "account": account, "secret": secret, "port": port, "address": address, "answer_after": answer_after,
            "refuse": refuse, "microphone": str(microphone or _quiet_line(self._folder)), "heard": str(self.heard.file),
            "listen": listen,
        }
        self.events: list[dict[str, Any]] = []
        """Everything that happened, in order; ``at`` is the monotonic clock."""
        self.caller = ""
        """Who called last: the From of the invitation."""
        self.ended_with: int | None = None
        """The SIP status with which the last call ended."""
        self._seen = 0
        self._news = asyncio.Condition()
        self._process: asyncio.subprocess.Process
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ivr.demo.softphone", cwd=PACKAGE_ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        self._reader = asyncio.create_task(self._read())
        self._send(self._settings)
        await self._until("ready", PATIENCE, since=0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up, unregister, end; the recording is whole afterwards."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader

    @property
    def pid(self) -> int:
        return self._process.pid

    # ------------------------------------------------------------------------------------------------------------- orders
    async def register(self) -> None:
        """Raises `TelephoneError` with the SIP status when it is refused."""
        told = await self._ordered({"do": "register"}, "registration")
        if told["code"] != 200:
            raise TelephoneError(f"{self.account} could not register: SIP status {told['code']}.")

    async def unregister(self) -> None:
        await self._ordered({"do": "register", "on": False}, "registration")

    async def dial(self, number: str) -> None:
        """Begin a call; `until` tells how it goes."""
        self._seen = len(self.events)
        await self._ordered({"do": "dial", "number": number}, "dialled")

    async def answer(self) -> None:
        self._send({"do": "answer"})

    async def press(self, keys: str, gap: float = 0.2, hold: float = 0.1) -> None:
        """Keys (0-9 * #) as RFC 4733 events held for ``hold`` seconds, ``gap`` seconds from one to the next. Pauses under
        some 45 ms are refused by Asterisk's channels, which then hear keys twice: no hand is that fast."""
        for key in keys:
            self._send({"do": "press", "key": key, "hold": hold})
            await asyncio.sleep(gap)

    async def speak(self, file: Path, timeout: float = 30) -> None:  # noqa: ASYNC109 - the caller's patience
        """Say a WAV (8 kHz mono), once; returns when it is said."""
        await self._ordered({"do": "speak", "file": str(file)}, "spoken", timeout)

    async def hold(self, *, on: bool = True) -> None:
        """The telephone's own hold key (pjsua2 only)."""
        await self._ordered({"do": "hold", "on": on}, "held" if on else "resumed")

    async def transfer(self, to: str) -> int:
        """The telephone's own transfer key, blind (pjsua2 only). Returns the status it was told."""
        return int((await self._ordered({"do": "transfer", "to": to}, "transferred"))["code"])

    async def hang_up(self) -> None:
        """Returns when the call is over; at once when there is none."""
        if self.in_call:
            await self._ordered({"do": "hang_up"}, "ended")
            self._seen = len(self.events)

    async def behave(self, *, answer_after: float | None = None, refuse: int | None = None) -> None:
        """How the next calls are met."""
        await self._ordered({"do": "behave", "answer_after": answer_after, "refuse": refuse}, "behaves")

    async def vanish(self) -> None:
        """The battery is out: no goodbye to anybody."""
        self._process.kill()
        await self._process.wait()

    async def _ordered(self, order: dict[str, Any], done: str, patience: float = PATIENCE) -> dict[str, Any]:
        since = len(self.events)
        self._send(order)
        return await self._until(done, patience, since)

    # -------------------------------------------------------------------------------------------------------- what happens
    async def until(self, state: State, timeout: float = PATIENCE) -> dict[str, Any]:  # noqa: ASYNC109
        """Wait for the next time that this happens, counted from the last thing waited for. Returns the event. Raises
        `TelephoneError` when it does not come in time, or when the call ends instead."""
        return await self._until(state, timeout)

    def happened(self, event: str) -> int:
        """How often it has happened, all calls together."""
        return sum(each["event"] == event for each in self.events)

    async def _until(self, event: str, patience: float, since: int | None = None) -> dict[str, Any]:
        """With ``since`` the place from which `until` goes on does not move."""
        start = self._seen if since is None else since
        try:
            async with asyncio.timeout(patience), self._news:
                while True:
                    for index in range(start, len(self.events)):
                        told = self.events[index]
                        if self._is_it(event, told):
                            self._seen = index + 1 if since is None else self._seen
                            return told
                    await self._news.wait()
        except TimeoutError:
            so_far = [each["event"] for each in self.events]
            raise TelephoneError(f"{self.account}: no {event!r} within {patience:g} s; so far: {so_far}.") from None

    def _is_it(self, event: str, told: dict[str, Any]) -> bool:
        happened = told["event"]
        if happened == "refused":
            raise TelephoneError(f"{self.account}: {told['order']} is not possible: {told['reason']}.")
        if happened == "gone":
            raise TelephoneError(f"{self.account}: the telephone's process ended.")
        if happened == "ended" and event == "connected":
            raise TelephoneError(f"{self.account}: the call ended with {told['code']} instead of being connected.")
        return bool(happened == event)

    @property
    def in_call(self) -> bool:
        """A call rings or is connected."""
        calls = [each["event"] for each in self.events if each["event"] in {"dialled", "ringing", "connected", "ended"}]
        return bool(calls) and calls[-1] != "ended"

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            await self._happened(json.loads(line))
        await self._happened({"event": "gone"})

    async def _happened(self, told: dict[str, Any]) -> None:
        if told["event"] == "ended":
            self.ended_with = told["code"]
        elif told["event"] == "ringing":
            self.caller = told["caller"]
        async with self._news:
            self.events.append(told)
            self._news.notify_all()

    def _send(self, order: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # vanished: `until` says so
            self._process.stdin.write(json.dumps(order).encode() + b"\n")


def _quiet_line(folder: Path) -> Path:
    """A second of almost nothing: a real telephone sends packets even when nobody speaks."""
    file = folder / "quiet.wav"
    if not file.exists():
        partial = Path(tempfile.mkdtemp(dir=folder)) / file.name
        with wave.open(str(partial), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(b"\x08\x00\xf8\xff" * (RATE // 2))
        partial.replace(file)
        partial.parent.rmdir()
    return file


if __name__ == "__main__":
    # pjsua2 is the better judge, being another's work; it has no build for Python 3.13.
    if find_spec("pjsua2") is None or os.environ.get("CRUC_TEST_TELEPHONE") == "plain":
        from ivr.demo.plain_agent import main
    else:
        from ivr.demo.user_agent import main

    main()
