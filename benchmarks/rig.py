"""A service of its own for a benchmark: real Asterisk, real application as a process, a folder that goes away afterwards.

Beside the service's 1364 the same Asterisk gets plain dialplan of the benchmark under other numbers, so that two sides are
compared in one run, on one switch.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.processor import spent
from ivr.ari.asterisk.ports import free_ports
from ivr.ari.asterisk.process import AsteriskProcess
from ivr.config import ROOT, Settings, load_settings
from ivr.prompts import Catalogue
from ivr.site import asterisk_plan, find_asterisk, load_prompts
from storage import Agent, Store, open_store

TRUNK = "127.0.0.2"
"""Callers come from here: a trunk at 127.0.0.1 would swallow the agents' telephones."""

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAYS = ", ".join(f'{day}: ["00:00-24:00"]' for day in DAYS)
OPEN = f"calendars:\n  cruc:\n    zone: Africa/Abidjan\n    week: {{{_DAYS}}}\n"
"""Hours that never close: a benchmark means the same at night."""


@dataclass
class Rig:
    """One running service. ``start`` and ``kill`` are for the benchmark of recovery; others never need them."""

    home: Path
    settings: Settings
    catalogue: Catalogue
    asterisk: AsteriskProcess
    environment: dict[str, str] = field(default_factory=dict)
    service: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.home / "service.log"

    async def start(self, patience: float = 30.0, *, until: bytes = b"UP\n") -> None:
        """Start the application, and return when it is up, or has said ``until`` in its log."""
        with self.log.open("ab") as log:
            start = log.tell()
            self.service = subprocess.Popen(  # noqa: ASYNC220 - killed and waited for as a supervisor does
                [sys.executable, "-m", "benchmarks.service", str(self.home / "settings.json")],
                stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True,
            )
        async with asyncio.timeout(patience):
            while until not in self.said(start):
                if self.service.poll() is not None:
                    raise RuntimeError(f"the service ended:\n{self.log.read_text()[-3000:]}")
                await asyncio.sleep(0.01)

    def said(self, since: int) -> bytes:
        """The log from an offset on."""
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read()

    def kill(self) -> None:
        assert self.service is not None
        self.service.send_signal(signal.SIGKILL)
        self.service.wait()

    async def stop(self) -> None:
        if self.service is not None and self.service.poll() is None:
            self.service.terminate()
            try:
                await asyncio.to_thread(self.service.wait, 15)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def pids(self) -> tuple[int, int]:
        """Asterisk, application."""
        assert self.service is not None
        pid = self.asterisk.pid
        assert pid is not None
        return pid, self.service.pid

    def spent(self) -> tuple[float, float]:
        """Processor seconds so far of Asterisk and of the application with its workers."""
        asterisk, application = self.pids
        return spent(asterisk), spent(application, but=asterisk)

    def sounds(self, *prompts: str) -> str:
        """What these prompts are for Playback and Background."""
        return "&".join(path for prompt in prompts for path in self.catalogue.render(prompt))

    async def add_dialplan(self, text: str) -> None:
        """Numbers of the benchmark, beside 1364, for the same trunk: contexts in an included file of this run's folder."""
        etc = self.asterisk.plan.etc
        (etc / "bench.conf").write_text(text)
        main = etc / "extensions.conf"
        main.write_text(main.read_text() + "\n#include bench.conf\n")
        await self.asterisk.cli("dialplan reload")

    def store(self) -> Store:
        return open_store(self.settings.store_url)

    async def no_calls(self, patience: float = 60.0) -> None:
        """Until Asterisk has no channel left and the application closed its records."""
        store = self.store()
        try:
            async with asyncio.timeout(patience):
                while (  # noqa: ASYNC110 - the state is Asterisk's
                    "0 active channels" not in await self.asterisk.cli("core show channels count")
                    or await store.open_calls()
                ):
                    await asyncio.sleep(0.25)
        finally:
            await store.close()


def make_home(flow: Path | None, queues: str) -> Path:
    """A folder for one run: the dialplans with hours that never close, ``flow`` in the place of the 1364's and ``queues``
    in that of queues.yaml."""
    (ROOT / "var" / "bench").mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(dir=ROOT / "var" / "bench"))
    for name in ("asterisk", "prompts"):
        (home / name).symlink_to(ROOT / "var" / name)
    shutil.copytree(ROOT / "dialplans", home / "dialplans")
    (home / "dialplans" / "hours.yaml").write_text(OPEN)
    if flow is not None:
        shutil.copy(flow, home / "dialplans" / "1364.yaml")
    if queues:
        (home / "dialplans" / "queues.yaml").write_text(queues)
    return home


async def hire(settings: Settings, agents: Sequence[Agent]) -> None:
    """Agents are in the store before the service starts, so that Asterisk has their accounts from its first moment."""
    store = open_store(settings.store_url)
    try:
        for agent in agents:
            await store.put_agent(agent)
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def rig(
    flow: Path | None = None, *, queues: str = "", agents: Sequence[Agent] = (), **wanted: Any
) -> AsyncIterator[Rig]:
    """The service, up, in a folder of its own; everything is stopped and removed afterwards."""
    home = make_home(flow, queues)
    given = {
        **asdict(free_ports(rtp_span=4000)), "home": str(home), "dialplans": str(home / "dialplans"), "recognizer": "none",
        "max_calls": 1000, "trunks": [{"id": "operateur", "peers": [TRUNK]}], **wanted,
    }
    (home / "settings.json").write_text(json.dumps(given))
    settings = load_settings(**given)
    catalogue = load_prompts(settings)
    asterisk = AsteriskProcess(find_asterisk(settings), asterisk_plan(settings, catalogue, ()))
    made = Rig(home, settings, catalogue, asterisk)
    try:
        await hire(settings, agents)
        await made.start()
        await asterisk.attach()
        yield made
    finally:
        await made.stop()
        await asterisk.stop()
        shutil.rmtree(home, ignore_errors=True)
