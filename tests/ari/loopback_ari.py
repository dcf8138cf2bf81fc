"""A server on loopback that speaks HTTP and websocket as ARI does, and misbehaves when told to."""

import asyncio
import base64
import time
from contextlib import asynccontextmanager

from aiohttp import WSCloseCode, web

from ivr.ari.client import AriClient
from ivr.ari.events import Hooks

SECRET = "secret-of-ari"


class LoopbackAri:
    """`answers` maps (method, path) to a coroutine function of the request; `sockets` are the event websockets open."""

    def __init__(self):
        self.answers, self.requests, self.sockets, self.port = {}, [], [], 0
        self.deaf = False  # websockets accepted from now on are never read: no pong comes back
        self.in_flight = self.most_in_flight = 0

    async def start(self):
        app = web.Application()
        app.router.add_get("/ari/events", self._events)
        app.router.add_route("*", "/{path:.*}", self._operation)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self):
        await self.hang_up()
        await self._runner.cleanup()

    async def hang_up(self):
        sockets, self.sockets = self.sockets, []
        for socket in sockets:
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def tell(self, text):
        for socket in self.sockets:
            await socket.send_str(text)

    def refuse(self, method, path, status, message):
        async def answer(_):
            return web.json_response({"message": message}, status=status)

        self.answers[method, path] = answer

    def _unauthorized(self, request):
        expected = base64.b64encode(f"cruc:{SECRET}".encode()).decode()
        return request.headers.get("Authorization") != f"Basic {expected}"

    async def _events(self, request):
        self.requests.append(("GET", request.path_qs, ""))
        if self._unauthorized(request):
            return web.json_response({"message": "Authentication required"}, status=401)
        socket = web.WebSocketResponse(autoping=not self.deaf)
        await socket.prepare(request)
        self.sockets.append(socket)
        if self.deaf:
            await asyncio.sleep(60)
        async for _ in socket:
            pass
        return socket

    async def _operation(self, request):
        self.requests.append((request.method, request.path_qs, await request.text()))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self.answers.get((request.method, request.path), self._application)(request)
        finally:
            self.in_flight -= 1

    async def _application(self, _):
        lists = ("channel_ids", "bridge_ids", "endpoint_ids", "device_names", "events_allowed", "events_disallowed")
        return web.json_response({"name": "cruc", **{name: [] for name in lists}})


class Diary:
    """What the client's hooks told, in order."""

    def __init__(self):
        self.told = []

    @property
    def hooks(self):
        return Hooks(
            on_event=lambda event: self.told.append(("event", event)),
            on_connected=lambda first: self.told.append(("connected", first)),
            on_lost=lambda reason: self.told.append(("lost", reason)),
        )

    def of(self, kind):
        return [value for what, value in self.told if what == kind]


@asynccontextmanager
async def loopback(*, start=True, **settings):
    """(server, client, diary); the client isn't connected yet."""
    server, diary = LoopbackAri(), Diary()
    await server.start()
    if not start:
        await server.stop()
    settings = {"secret": SECRET, "hooks": diary.hooks, **settings}
    client = AriClient(f"http://127.0.0.1:{server.port}", "cruc", app="cruc", **settings)
    try:
        async with client:
            yield server, client, diary
    finally:
        await server.stop()


async def until(true, limit=5.0):
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.005)
