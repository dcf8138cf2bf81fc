"""The local control of a running service: HTTP on a Unix socket that only its owner may open.

Rule 1: one service a home. The lock in <home>/service.lock is the system's, so it ends with the process that holds it,
however that dies; the socket beside it is only believed by those who find the lock taken.

Rule 2: what is asked here is small and closed: a snapshot, a wish, load again, take no more calls. All else is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from ivr.app import Service
from ivr.ari.asterisk.process import AsteriskError
from ivr.core.flow import FlowErrors
from ivr.core.offers import WishChanged
from ivr.ports import StoreUnavailable
from ivr.snapshot import snapshot

WISHES: Final = ("ready", "paused", "offline")
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
            web.post("/agents/{id}/wish", self.wish),
            web.post("/publish", self.publish),
            web.post("/drain", self.drain),
        ])
        return app

    async def status(self, _request: web.Request) -> web.Response:
        return web.json_response(snapshot(self.service))

    async def wish(self, request: web.Request) -> web.Response:
        agent = request.match_info["id"]
        desk = self.service.house.distributor
        if agent not in desk.acd.agents:
            return _refused(404, f"There is no agent called {agent}.")
        said = await _body(request)
        wish, reason = said.get("wish"), said.get("reason", "")
        if wish not in WISHES or not isinstance(reason, str) or len(reason) > 100 or set(said) - {"wish", "reason"}:
            return _refused(400, f"A wish is one of {', '.join(WISHES)}, with a reason of at most 100 letters.")
        desk.post(WishChanged(self.service.clock.now(), agent, wish, reason))
        return web.json_response({"agent": agent, "wish": wish})

    async def reload(self, _request: web.Request) -> web.Response:
        try:
            return web.json_response({"agents": await self.service.reload_agents()})
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
