"""A whole call centre for a test: the service in a process of its own, its Asterisk, its home, its people.

Everything that a test looks at is looked at from outside: SIP and audio from the telephones, the store's file, the control
socket. What it waits for is polled; nothing sleeps for the time that something usually takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from pathlib import Path
from typing import Any

from ivr.ari.asterisk.ports import free_ports
from ivr.config import load_settings
from ivr.control import ControlRefused, NotServing, ask
from ivr.demo.softphone import Softphone
from ivr.site import load_prompts, secret_file
from storage import Agent, Person, open_store
from tests.personas import EVERYBODY

ROOT = Path(__file__).resolve().parents[2]
HOMES = ROOT / "var" / "test"
POLL = 0.03
JUST_NOW = 6.0
ENOUGH = 0.3
QUEUES = ("general", "carriere", "solde", "concours")
ORDINARY = {"ring": 4, "wrap_up": 1, "most": 50, "misses": 3}
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
TRUNK = "127.0.0.2"
PORTS = ("sip_port", "http_port", "media_port", "rtp_first", "rtp_last")


class Centre:
    """One installation in var/test. ``opened`` is a week of opening hours; ``rules`` are words of queues.yaml by queue;
    ``skills`` what an agent can do; ``serves`` an agent's queues when not all; ``approved`` outside numbers; when ``brief``
    callers wait without being told so."""

    _count = itertools.count(1)

    def __init__(
        self, agents=("awa", "serge"), *, opened=True, notice=False, recognizer="none", cues=(), traced=False, brief=False,
        rules=None, skills=None, serves=None, approved=(),
    ):
        self.home = HOMES / f"{os.getpid()}-{next(self._count)}"
        self.home.mkdir(parents=True)
        (self.home / "owner").write_text(str(os.getpid()))
        for shared in ("asterisk", "prompts"):
            (self.home / shared).symlink_to(ROOT / "var" / shared)
        self.dialplans = self.home / "dialplans"
        self._write_dialplans(opened, notice, brief)
        self._write_rules(rules or {})
        (self.home / "cues.json").write_text(json.dumps(list(cues)))
        chosen = {"home": str(self.home), "dialplans": str(self.dialplans), "recognizer": recognizer, "demo": True}
        chosen["approved_numbers"] = list(approved)
        self.outside_port = free_port(TRUNK)
        trunk = {"id": "operateur", "peers": [TRUNK], "contact": f"{TRUNK}:{self.outside_port}"}
        self.settings = load_settings(**chosen, **asdict(free_ports(rtp_span=200)), trunks=[trunk])
        self._write_settings(chosen, trunk)
        self.agents, self.skills, self.serves = agents, skills or {}, serves or {}
        self.trace = self.home / "trace.jsonl"
        if traced:
            self.trace.touch()
        self.catalogue = load_prompts(self.settings)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        asyncio.run(self._people())

    # ------------------------------------------------------------------------------------------------------- the making
    def _write_dialplans(self, opened: bool, notice: bool, brief: bool) -> None:
        self.dialplans.mkdir()
        for shared in ("categories.yaml", "retention.yaml"):
            (self.dialplans / shared).symlink_to(ROOT / "dialplans" / shared)
        flow = (ROOT / "dialplans" / "1364.yaml").read_text()
        if not notice:  # a caller who knows it all may type over the notice: a test need not hear it each time
            flow = flow.replace("    bargein: false         #", "    bargein: true          #")
            for line in ("principal.suivi", "principal.carriere", "principal.solde", "principal.concours"):
                flow = flow.replace(f"say: {line}, ", "")  # the main menu in one line: silent callers hear it three times
            flow = flow.replace("say: [principal.autres, menu.agent, menu.repeter]", "say: menu.agent")
        if brief:
            flow = flow.replace("    prompts: file.mise_en_attente\n", "")
            flow = flow.replace("[rappel.appel_sortant_court, accueil.notice_courte]", "rappel.appel_sortant_court")
        (self.dialplans / "1364.yaml").write_text(flow)
        far = DAYS[(datetime.now(UTC) + timedelta(days=3)).weekday()]
        week = [f'      {day}: ["00:00-24:00"]' for day in DAYS] if opened else [f'      {far}: ["08:00-12:00"]']
        never = f'  nuit: {{zone: Africa/Abidjan, week: {{{far}: ["08:00-12:00"]}}, special: []}}'
        hours = ["calendars:", "  cruc:", "    zone: Africa/Abidjan", "    week:", *week, "    special: []", never, ""]
        (self.dialplans / "hours.yaml").write_text("\n".join(hours))

    def _write_rules(self, rules: dict[str, dict[str, Any]]) -> None:
        """JSON is YAML too."""
        queues = {name: {"label": name, **ORDINARY, **rules.get(name, {})} for name in (*QUEUES, *rules)}
        known = {"skills": {name: name for name in QUEUES}, "queues": queues}
        (self.dialplans / "queues.yaml").write_text(json.dumps(known))

    async def ruled(self, **rules: dict[str, Any]) -> None:
        """From now on the queues follow these rules, and the ordinary ones in all that is not said."""
        self._write_rules(rules)
        await ask(self.home, "POST", "/publish")

    def _write_settings(self, chosen: dict[str, Any], trunk: dict[str, Any]) -> None:
        ports = {name: getattr(self.settings, name) for name in PORTS}
        lines = [f"{name} = {json.dumps(value)}" for name, value in {**chosen, **ports}.items()]
        way = ["[[trunks]]", *(f"{name} = {json.dumps(value)}" for name, value in trunk.items()), ""]
        (self.home / "cruc.toml").write_text("\n".join([*lines, *way]))

    async def _people(self) -> None:
        store = open_store(self.settings.store_url)
        for rank, name in enumerate(self.agents, 101):
            queues, skills = self.serves.get(name, QUEUES), self.skills.get(name, {})
            await store.put_agent(Agent(name, name.capitalize(), str(rank), name, queues, skills))
        await store.import_people([
            Person(each.matricule, each.name, "", each.birth) for each in EVERYBODY if each.matricule and each.birth
        ])
        await store.close()

    # ---------------------------------------------------------------------------------------------------------- its life
    def start(self) -> None:
        """Returns when it serves."""
        log = (self.home / "service.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.serve"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, "CRUC_SETTINGS": str(self.home / "cruc.toml")},
        )
        log.close()
        asyncio.run(self.serving())

    async def serving(self) -> None:
        await self.wait(self._answers, 25, "the service does not answer")

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the service ended:\n{self.log()[-3000:]}"
        try:
            return bool(await self.status())
        except (NotServing, ControlRefused):
            return False

    def kill(self) -> None:
        """The application dies at once; Asterisk and the calls in it live on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def restart(self) -> None:
        await asyncio.to_thread(self.start)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The application does not notice what happens meanwhile, until it happened all at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def die_and_come_back(self) -> None:
        """The application, not Asterisk."""
        self.kill()
        await self.restart()

    def close(self) -> None:
        """End all of it, and say what is left."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        end_asterisk(self.home)

    def kill_workers(self) -> int:
        """The recogniser's processes die. Returns how many there were."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        workers = [int(pid) for pid in children if b"ivr.speech.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        return len(workers)

    @property
    def asterisk_pid(self) -> int:
        return int((self.settings.run_dir / "asterisk.pid").read_text())

    def asterisk_says(self, command: str) -> str:
        """What Asterisk's console answers."""
        return subprocess.run(
            [self.settings.run_dir / "asterisk", "-rx", command], check=True, capture_output=True, text=True
        ).stdout

    def log(self) -> str:
        logs = [self.home / "service.log", *sorted((self.home / "log").glob("*"))]
        return "\n".join(file.read_text(errors="replace") for file in logs if file.is_file())

    # --------------------------------------------------------------------------------------------------------- telephones
    def caller(self, number: str = "", **more: Any) -> Softphone:
        """Somebody with a telephone of his own, behind the operator's trunk."""
        account = number or f"07000001{next(self._numbers):02d}"
        return Softphone(account, None, self.settings.sip_port, address=TRUNK, folder=self.home / "heard", **more)

    def outside(self, number: str = "", **more: Any) -> Softphone:
        """A caller whom we can call: one at a time, for all that goes out through the trunk rings there."""
        return self.caller(number, listen=self.outside_port, **more)

    def desk(self, agent: str, **more: Any) -> Softphone:
        """An agent's telephone."""
        secret = secret_file(self.settings, agent).read_text().strip()
        return Softphone(agent, secret, self.settings.sip_port, folder=self.home / "heard", **more)

    async def ready(self, phone: Softphone) -> None:
        """Register the agent's telephone and sign in."""
        await self.on_duty(phone)
        await self.agent_is(phone.account, "ready")

    async def on_duty(self, phone: Softphone) -> None:
        """The same where somebody waits already, who rings at once."""
        await phone.register()
        await self.wish(phone.account, "ready")

    async def wish(self, agent: str, wish: str) -> None:
        await ask(self.home, "POST", f"/agents/{agent}/wish", wish=wish)

    async def act(self, agent: str, action: str, **said: Any) -> None:
        """What the agent's console would ask. Raises `ControlRefused` when it cannot be done."""
        await ask(self.home, "POST", f"/agents/{agent}/{action}", **said)

    async def agent_is(self, agent: str, state: str, patience: float = 12) -> None:
        await self.wait(lambda: self._agent_is(agent, state), patience, f"{agent} is not {state}")

    async def _agent_is(self, agent: str, state: str) -> bool:
        return any(each["agent"] == agent and each["state"] == state for each in (await self.status())["agents"])

    # ----------------------------------------------------------------------------------------------- what can be looked at
    async def status(self) -> dict[str, Any]:
        return await ask(self.home, "GET", "/status")

    async def heard(
        self, phone: Softphone, prompt: str, patience: float = 15, since: float | None = None, **args: Any
    ) -> float:
        """Wait until the telephone has heard the beginning of this prompt, now or a few seconds ago. Returns when that was,
        in its recording."""
        sounds = self.catalogue.render(prompt, args)
        begin = max(0.0, phone.heard.seconds - JUST_NOW) if since is None else since
        at = 0.0

        def audible() -> bool:
            nonlocal at
            share, at = phone.heard.found(*sounds, since=begin)
            return share >= ENOUGH

        await self.wait(audible, patience, f"{phone.account} does not hear {prompt}", every=0.2)
        return at

    async def agent(self, name: str) -> dict[str, Any]:
        return next(each for each in (await self.status())["agents"] if each["agent"] == name)

    async def at_node(self, *nodes: str, number: int = 1, patience: float = 20) -> None:
        """Wait until so many calls are at one of these nodes."""
        async def there() -> bool:
            return sum(each["node"] in nodes for each in (await self.status())["calls"]) >= number

        await self.wait(there, patience, f"not {number} calls at {nodes}")

    async def wait(
        self, true: Callable[[], bool | Awaitable[bool]], patience: float, otherwise: str, every: float = POLL
    ) -> None:
        end = time.monotonic() + patience
        while True:
            answer = true()
            if await answer if isawaitable(answer) else answer:
                return
            if time.monotonic() > end:
                raise AssertionError(f"{otherwise}, after {patience:g} s\n{self.log()[-2500:]}")
            await asyncio.sleep(every)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with sqlite3.connect(f"file:{self.home / 'store.db'}?mode=ro", uri=True, timeout=5) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    async def record(self, phone: Softphone | str, patience: float = 10) -> dict[str, Any]:
        """The closed record of the telephone's last call, checked: one request, one outbox row to create it, and a journal
        whose fold is the record."""
        number = phone if isinstance(phone, str) else phone.account
        found: list[dict[str, Any]] = []

        def closed() -> bool:
            found[:] = self.rows("SELECT * FROM calls WHERE caller = ? ORDER BY started_at DESC, id DESC LIMIT 1", number)
            return bool(found) and found[0]["outcome"] is not None

        await self.wait(closed, patience, f"the call of {number} has no closed record")
        return self._checked(found[0])

    def _checked(self, call: dict[str, Any]) -> dict[str, Any]:
        assert call["request"], "no request holds this call's outcome"
        requests = self.rows("SELECT reference FROM requests WHERE reference = ?", call["request"])
        assert len(requests) == 1
        told = self.rows("SELECT payload FROM outbox WHERE request = ?", call["request"])
        assert told, "nobody is told of the request"
        return {**call, **json.loads(call["record"]), "request": call["request"]}

    def callbacks(self, phone: Softphone) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM callbacks WHERE number = ?", phone.account)


def free_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


# ------------------------------------------------------------------------------------------------------------- after a crash
def processes_of(home: Path) -> list[int]:
    """Processes that speak of this home on their command line, or were given it in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if f"{home}/".encode() in told:
            found.append(int(entry.name))
    return found


def end_asterisk(home: Path) -> None:
    """End the Asterisk of this home, and nothing else."""
    for pid in processes_of(home):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"asterisk" in command and f"{home}/asterisk-run/etc/asterisk.conf".encode() in command:
            os.kill(pid, signal.SIGTERM)


def clean_up_after_the_dead() -> None:
    """Homes whose test run is no more: what still runs there is ended, the files go."""
    for home in HOMES.glob("*-*"):
        owner = home / "owner"
        if owner.exists() and Path(f"/proc/{owner.read_text()}").exists():
            continue
        end_asterisk(home)
        shutil.rmtree(home, ignore_errors=True)
