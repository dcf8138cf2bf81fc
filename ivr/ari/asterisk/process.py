"""One running Asterisk. It lives in a session of its own, so that calls outlive the application that started it.

Which process it is stands in <run>/asterisk.pid, and is believed only where that process's command line names
this run folder: a number left by a crash may meanwhile belong to somebody else.
"""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from typing import IO

import aiohttp

from ivr.ari.asterisk.configure import wrapper, write_configuration
from ivr.ari.asterisk.installation import Installation
from ivr.ari.asterisk.plan import AsteriskPlan
from ivr.ari.asterisk.ports import require_free

BOOT_TIMEOUT = 20.0  # seconds; a boot takes about one
CLI_TIMEOUT = 10.0
TERM_TIMEOUT = 5.0
_POLL = 0.05


class AsteriskError(Exception):
    """Asterisk didn't do what was asked; the message says what and carries the tail of its log."""


class AsteriskProcess:
    """Start, find again, question and stop the Asterisk of one plan."""

    def __init__(self, installation: Installation, plan: AsteriskPlan) -> None:
        self.installation, self.plan = installation, plan
        self._child: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None

    @property
    def pid(self) -> int | None:
        """The verified process, ours or adopted; None when there is none."""
        return self._pid if self.alive() else None

    @property
    def log(self) -> Path:
        return self.plan.run_dir / "log" / "console.log"

    async def start(self) -> None:
        """Write the configuration, start, return when fully booted.

        Raises PortTakenError, or AsteriskError when it dies, is not ready in time, or already runs.
        """
        if await self.attach(answering=False):
            raise AsteriskError(f"Asterisk already runs for {self.plan.run_dir} (process {self._pid}).")
        require_free(self.plan.http_port, self.plan.sip_port, self.plan.sip_bind)
        write_configuration(self.installation, self.plan)
        self._clear_traces()
        self._spawn()
        booted = False
        try:
            async with asyncio.timeout(BOOT_TIMEOUT):
                await self._booted()
            booted = True
        except TimeoutError:
            raise AsteriskError(self._with_log(f"Asterisk was not ready after {BOOT_TIMEOUT:.0f} s")) from None
        finally:
            if not booted:
                await self.kill()

    async def attach(self, *, answering: bool = True) -> bool:
        """Adopt the Asterisk that an earlier application left running; False where there is none (that answers)."""
        pid = self._recorded_pid()
        if pid is None or not self._ours(pid):
            return False
        self._pid = pid
        return not answering or await self.answers(timeout=2.0)

    async def attach_or_start(self) -> bool:
        """Adopt what runs and answers, else end it and start anew. True when adopted: calls may be up."""
        if await self.attach():
            return True
        await self.stop()
        await self.start()
        return False

    def alive(self) -> bool:
        """Whether the process exists and is this plan's Asterisk."""
        if self._child is not None:
            return self._child.poll() is None
        return self._pid is not None and self._ours(self._pid)

    async def answers(self, *, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's words
        """Whether ARI answers a small question within `timeout` seconds."""
        limit = aiohttp.ClientTimeout(total=timeout)
        auth = aiohttp.encode_basic_auth(self.plan.ari_user, self.plan.ari_secret)
        url = f"{self.plan.ari_url}/asterisk/ping"
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as http,
                http.get(url, headers={"Authorization": auth}) as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def cli(self, command: str) -> str:
        """What Asterisk's console says to `command`. Raises AsteriskError."""
        child = await asyncio.create_subprocess_exec(
            wrapper(self.plan), "-rx", command,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(child.communicate(), CLI_TIMEOUT)
        except TimeoutError:
            child.kill()
            await child.wait()
            raise AsteriskError(f"Asterisk did not answer « {command} » within {CLI_TIMEOUT:.0f} s.") from None
        if child.returncode:
            raise AsteriskError(f"Asterisk refused « {command} »: {said.decode(errors='replace').strip()}")
        return said.decode(errors="replace")

    async def reload(self, module: str) -> None:
        """Have one module ("res_pjsip.so", "pbx_config.so") read its configuration again; calls go on."""
        await self.cli(f"module reload {module}")

    async def restart(self) -> None:
        """End whatever runs, even if it hangs, and start anew. Calls are lost."""
        await self.kill()
        await self.start()

    async def stop(self, *, drain: float = 0.0) -> None:
        """End Asterisk: wait up to `drain` seconds for calls to end by themselves, then ask, then kill."""
        if not self.alive() and not await self.attach(answering=False):
            return
        if drain:
            await self.cli("core stop gracefully")
            await self._gone(drain)
        if not await self._signal(signal.SIGTERM, TERM_TIMEOUT):
            await self.kill()
        self._clear_traces()

    async def kill(self) -> None:
        """End Asterisk at once, hanging or not."""
        if not self.alive() and not await self.attach(answering=False):
            return
        if not await self._signal(signal.SIGKILL, TERM_TIMEOUT):
            raise AsteriskError(f"The process {self._pid} can't be killed.")
        self._pid = None

    def _spawn(self) -> None:
        with self.log.open("ab") as output:
            self._child = self._popen(output)
        self._pid = self._child.pid
        self._pid_file.write_text(f"{self._pid}\n")

    def _popen(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        # not asyncio's: its transport kills the child when the application's loop closes
        return subprocess.Popen(
            [wrapper(self.plan), "-f"], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=self.plan.run_dir, start_new_session=True,
        )  # fmt: skip

    async def _booted(self) -> None:
        while not self._control.exists():
            if not self.alive():
                raise AsteriskError(self._with_log("Asterisk ended while starting"))
            await asyncio.sleep(_POLL)
        await self.cli("core waitfullybooted")
        if not await self.answers(timeout=5.0):
            raise AsteriskError(self._with_log(f"Asterisk started, but ARI does not answer at {self.plan.ari_url}"))

    async def _signal(self, number: signal.Signals, patience: float) -> bool:
        if self.alive() and self._pid is not None:
            os.kill(self._pid, number)
        return await self._gone(patience)

    async def _gone(self, patience: float) -> bool:
        try:
            async with asyncio.timeout(patience):
                while self.alive():  # noqa: ASYNC110 - nobody can signal another process's end to us
                    await asyncio.sleep(_POLL)
        except TimeoutError:
            return False
        self._child = None
        return True

    @property
    def _pid_file(self) -> Path:
        return self.plan.run_dir / "asterisk.pid"

    @property
    def _control(self) -> Path:
        return self.plan.run_dir / "run" / "asterisk.ctl"

    def _recorded_pid(self) -> int | None:
        for file in (self._pid_file, self._control.with_suffix(".pid")):  # ours, else the one it writes itself
            try:
                return int(file.read_text())
            except (FileNotFoundError, ValueError):
                continue
        return None

    def _ours(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return str(self.plan.etc / "asterisk.conf").encode() in words  # a dead one not yet buried has no words

    def _clear_traces(self) -> None:
        for trace in (self._pid_file, self._control, self._control.with_suffix(".pid")):
            trace.unlink(missing_ok=True)

    def _with_log(self, sentence: str) -> str:
        logs = [log for log in (self.log, self.log.with_name("messages")) if log.exists()]
        tails = [line for log in logs for line in log.read_text(errors="replace").splitlines()[-6:]]
        return "\n".join([f"{sentence}; its last words, from {self.log.parent}:", *tails])
