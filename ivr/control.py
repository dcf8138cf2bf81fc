"""The local control of a running service: HTTP on a Unix socket that only its owner may open.

Rule 1: one service a home. The lock in <home>/service.lock is the system's, so it ends with the process that holds it,
however that dies; the socket beside it is only believed by those who find the lock taken.

Rule 2: what is asked here is small and closed: a snapshot, the actions of `ivr.desk_actions`, load again, take no more
calls. All else is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from ivr.app import Service
from ivr.ari.asterisk.process import AsteriskError
from ivr.core.flow import FlowErrors
from ivr.desk_actions import AGENT, CALLER, Action, BadAction, event_of
from ivr.ports import StoreUnavailable
from ivr.snapshot import snapshot

LONGEST_PATH: Final = 100
"""Characters of a Unix socket's address that every system takes."""

PATIENCE: Final = 15.0


class AlreadyServing(RuntimeError):
    """Another service runs on this home."""


class NotServing(RuntimeError):
    """No service runs on this home."""


class ControlRefused(RuntimeError):
    """The service refused what was asked; the message is its own, with every problem."""


@contextlib.contextmanager
def claim(home: Path) -> Iterator[None]:
    """Hold this home for one service. Raises `AlreadyServing`, naming the process that does."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "service.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise AlreadyServing(
                f"Another service (process {holder}) already runs on {home}: stop it, or give this one another `home`."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
        lock.truncate(0)


@dataclass(slots=True)
class Control:
    """The handlers. ``drained`` is set when no call is left after a drain."""

    service: Service
    drained: asyncio.Event = field(default_factory=asyncio.Event)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=4096)
        app.add_routes([
            web.get("/status", self.status),
            web.post("/agents/reload", self.reload),
            web.post("/agents/{id}/{action}", self.agent),
            web.post("/calls/{id}/{action}", self.caller),
            web.post("/callbacks/reload", self.reload_callbacks),
            web.post("/publish", self.publish),
            web.post("/drain", self.drain),
        ])
        return app

    async def status(self, _request: web.Request) -> web.Response:
        return web.json_response(snapshot(self.service))

    async def agent(self, request: web.Request) -> web.Response:
        agent = request.match_info["id"]
        if agent not in self.service.house.distributor.acd.agents:
            return _refused(404, f"There is no agent called {agent}.")
        return await self._done(AGENT, request)

    async def caller(self, request: web.Request) -> web.Response:
        return await self._done(CALLER, request)

    async def _done(self, actions: Mapping[str, Action], request: web.Request) -> web.Response:
        """Ask the distributor, and wait for what it says: done, or why not."""
        who, action = request.match_info["id"], request.match_info["action"]
        try:
            event = event_of(actions, action, who, await _body(request), self.service.clock.now())
        except BadAction as error:
            return _refused(400, str(error))
        why = await self.service.house.distributor.ask(event)
        return _refused(409, why) if why else web.json_response({"who": who, "done": action})

    async def reload_callbacks(self, _request: web.Request) -> web.Response:
        await self.service.staff.load_callbacks()
        return web.json_response({"callbacks": len(self.service.house.distributor.acd.callbacks)})

    async def reload(self, _request: web.Request) -> web.Response:
        try:
            return web.json_response({"agents": await self.service.staff.reload()})
        except (AsteriskError, StoreUnavailable, ValueError) as error:
            return _refused(409, str(error))

    async def publish(self, _request: web.Request) -> web.Response:
        try:
            return web.json_response({"flow": await self.service.publish()})
        except FlowErrors as errors:
            return _refused(409, str(errors))

    async def drain(self, _request: web.Request) -> web.Response:
        """Take no new call; the service ends when the last one is over."""
        self.service.limit.most = self.service.limit.now = 0
        await self.service.telephony.admit(0)
        self.service.spawn(self._wait_idle())
        return web.json_response({"calls": len(self.service.sessions)})

    async def _wait_idle(self) -> None:
        await self.service.sessions.idle()
        self.drained.set()


@contextlib.asynccontextmanager
async def controlled(service: Service, home: Path) -> AsyncIterator[Control]:
    """Listen on <home>/control.sock while the body runs; `claim` is held by the caller."""
    control = Control(service)
    runner = web.AppRunner(control.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    with _listening(home / "control.sock") as listener:
        await web.SockSite(runner, listener).start()
        try:
            yield control
        finally:
            await runner.cleanup()


async def ask(home: Path, method: str, path: str, **said: Any) -> dict[str, Any]:
    """Ask the service that runs on ``home``. Raises `NotServing` or `ControlRefused`."""
    with _short(home / "control.sock") as address:
        try:
            return await _asked(address, method, path, said)
        except (aiohttp.ClientConnectionError, TimeoutError):
            raise NotServing(f"No service runs on {home}: start it with `cruc run`.") from None


async def _asked(address: str, method: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
    limit = aiohttp.ClientTimeout(total=PATIENCE)
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(address), timeout=limit) as http,
        http.request(method, f"http://control{path}", json=said or None) as response,
    ):
        answer = await response.json(content_type=None) if response.content_type == "application/json" else {}
        if response.status >= 400:
            raise ControlRefused(answer.get("refused") or f"The service refused {method} {path} ({response.status}).")
        return dict(answer)


def _refused(status: int, sentence: str) -> web.Response:
    return web.json_response({"refused": sentence}, status=status)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        said = await request.json()
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket bound to ``path``, 0600 from its first moment; one left by a dead service is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as address:
        before = os.umask(0o177)
        try:
            listener.bind(address)
        finally:
            os.umask(before)
    try:
        yield listener
    finally:
        listener.close()
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """An address of ``path`` that fits into a Unix socket's: through a descriptor of its folder when it is long."""
    if len(str(path)) <= LONGEST_PATH or not path.parent.is_dir():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
