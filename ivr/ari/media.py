"""The caller's voice, live: a tap on the channel and a websocket that Asterisk opens to us for each call.

The tap is snoop(spy=in) + a bridge of its own + a media channel: it hears the caller alone, never our prompts, a frame every
20 ms. Asterisk connects to `MediaServer`, says which channel it speaks for (MEDIA_START), then sends audio.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

from ivr.ari import names
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError, AriNotFound
from ivr.ports import TapFailed

Sink = Callable[[bytes], None]
"""Takes signed 16-bit mono frames; must not block."""

ENTRY_TIMEOUT: Final = 2.0
FORMATS: Final = {8000: "slin", 16000: "slin16"}


class MediaServer:
    """The websocket server that Asterisk's media channels call; loopback only."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sinks: dict[str, Sink] = {}
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        app = web.Application()
        app.router.add_get("/media", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def expect(self, channel: str, sink: Sink) -> None:
        self._sinks[channel] = sink

    def forget(self, channel: str) -> None:
        self._sinks.pop(channel, None)

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("media",), compress=False, max_msg_size=1 << 16)
        await socket.prepare(request)
        channel = ""
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                channel = _channel_of(message.data) or channel
            elif message.type == WSMsgType.BINARY:
                sink = self._sinks.get(channel)
                if sink is not None:
                    sink(message.data)
        return socket


def _channel_of(text: str) -> str | None:
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    is_start = isinstance(said, dict) and said.get("event") == "MEDIA_START"
    return str(said.get("channel_id", "")) if is_start else None


class AriTaps:
    """Opens and closes the tap of a call. Implements `ivr.ports.Taps`."""

    def __init__(self, ari: AriClient, media: MediaServer) -> None:
        self._ari = ari
        self.media = media
        self._entered: dict[str, asyncio.Future[None]] = {}

    def entered(self, channel: str) -> None:
        """Told by the event stream: this channel is in the application."""
        waiting = self._entered.get(channel)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def open(self, call: str, rate: int, sink: Sink) -> None:
        """Hear the caller from now on. Raises `TapFailed`."""
        tap, ear, bridge = names.tap(call), names.ear(call), names.tap_bridge(call)
        loop = asyncio.get_running_loop()
        self.media.expect(ear, sink)
        waits = [self._entered.setdefault(channel, loop.create_future()) for channel in (tap, ear)]
        try:
            async with asyncio.timeout(ENTRY_TIMEOUT):
                await asyncio.gather(
                    self._ari.bridges_create_with_id(bridge, type="mixing", name=bridge),
                    self._ari.channels_snoop_channel_with_id(call, tap, app=self._ari.app, spy="in"),
                    self._ari.channels_external_media(
                        app=self._ari.app, channelId=ear, external_host="media", transport="websocket",
                        encapsulation="none", format=FORMATS[rate], transport_data="f(json)",
                    ),
                )
                await asyncio.gather(*waits)
                await self._ari.bridges_add_channel(bridge, channel=[tap, ear])
        except (AriError, TimeoutError) as error:
            await self.close(call)
            raise TapFailed(f"the caller's audio could not be tapped: {error}") from error
        finally:
            for channel in (tap, ear):
                self._entered.pop(channel, None)

    async def close(self, call: str) -> None:
        """Stop hearing. Safe at any time."""
        self.media.forget(names.ear(call))
        for channel in (names.tap(call), names.ear(call)):
            with contextlib.suppress(AriError):
                await self._ari.channels_hangup(channel)
        with contextlib.suppress(AriNotFound, AriError):
            await self._ari.bridges_destroy(names.tap_bridge(call))
