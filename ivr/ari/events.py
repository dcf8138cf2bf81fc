"""ARI's event websocket: opened again whenever it is lost, found dead within three seconds even when it dies silently.

The reader only decodes and hands on: Asterisk drops a socket it finds slow, and with it every event in flight. What
the hooks raise goes to the loop's exception handler and never stops the reader.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from ivr.ari.errors import AriError, AriTimeout, AriUnauthorized, AriUnreachable
from ivr.ari.generated import AnyMessage, ApplicationReplaced

HEARTBEAT = 1.6  # seconds of silence before a ping; half as long again without an answer and the socket is dead: 2.4 s
FIRST_DELAY, LONGEST_DELAY = 0.1, 2.0  # seconds between attempts, doubling

REPLACED = "another client opened the same application: this one gets no more events"

Received = AnyMessage | dict[str, Any]  # a dict: an event this Asterisk describes otherwise than ours, or not at all


def _nothing(*_: object) -> None:
    """The hook of a caller who has none."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Called one at a time, in the order things happened, on the event loop: they may not block."""

    on_event: Callable[[Received], None] = _nothing
    on_connected: Callable[[bool], None] = _nothing  # True the first time: nothing to reconcile with
    on_lost: Callable[[str], None] = _nothing  # why, in one sentence; also told when the first attempt fails


@dataclass(slots=True)
class Counts:
    """Totals since the start, for the metrics; the client only adds."""

    requests: int = 0
    refused: int = 0  # answered with 4xx or 5xx
    timeouts: int = 0
    unreachable: int = 0
    events: int = 0
    unknown: int = 0  # handed on as dict
    garbage: int = 0  # not JSON objects; dropped
    connections: int = 0
    attempts_failed: int = 0
    unknown_types: set[str] = field(default_factory=set)


class EventSocket:
    """Keeps one websocket at `url` open for as long as `run` runs; `prepare` is awaited before it counts as connected."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        hooks: Hooks,
        counts: Counts,
        prepare: Callable[[], Awaitable[None]],
    ) -> None:
        self.up = asyncio.Event()
        self.last_failure: AriError | None = None
        self._session, self._url, self._hooks, self._counts, self._prepare = session, url, hooks, counts, prepare
        self._decode: Callable[[bytes], AnyMessage] = msgspec.json.Decoder(AnyMessage).decode
        self._told_lost = False
        self.replaced = False

    async def run(self) -> None:
        """Until cancelled, or replaced: two clients of one name would take the events from each other for ever."""
        delay = FIRST_DELAY
        while not self.replaced:
            before = self._counts.connections
            reason = await self._one_connection()
            self._lost(reason)
            delay = FIRST_DELAY if self._counts.connections > before else min(2 * delay, LONGEST_DELAY)
            await asyncio.sleep(delay)

    async def _one_connection(self) -> str:
        """Lives through one connection, or one failed attempt, and says how it ended."""
        try:
            async with self._session.ws_connect(self._url, heartbeat=HEARTBEAT, max_msg_size=0, decode_text=False) as socket:
                await self._prepare()
                self._connected()
                return await self._read(socket)
        except aiohttp.WSServerHandshakeError as error:
            kind = AriUnauthorized if error.status in (401, 403) else AriError
            failure = kind(error.status, "GET", "/events", _handshake_refusal(error.status, self._url))
        except TimeoutError:
            failure = AriTimeout(0, "GET", "/events", "no answer to the opening of the websocket")
        except (aiohttp.ClientError, OSError) as error:
            failure = AriUnreachable(0, "GET", "/events", str(error))
        except AriError as error:
            failure = error
        self._counts.attempts_failed += 1
        self.last_failure = failure
        return str(failure)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> str:
        tell = asyncio.get_running_loop().call_soon
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and (event := self._parse(message.data)) is not None:
                tell(self._hooks.on_event, event)
                if isinstance(event, ApplicationReplaced):  # Asterisk leaves this socket open, and silent
                    self.replaced = True
                    self.last_failure = AriError(0, "GET", "/events", REPLACED)
                    return REPLACED
        if socket.exception() is not None:
            return f"the event websocket fell silent or broke: {socket.exception()}"
        return f"Asterisk closed the event websocket (code {socket.close_code})"

    def _parse(self, raw: bytes) -> Received | None:
        self._counts.events += 1
        try:
            return self._decode(raw)
        except msgspec.DecodeError:  # a ValidationError too: an event of another version is better than none
            return self._parse_unknown(raw)

    def _parse_unknown(self, raw: bytes) -> dict[str, Any] | None:
        try:
            event = msgspec.json.decode(raw, type=dict[str, Any])
        except msgspec.DecodeError:
            self._counts.garbage += 1
            return None
        self._counts.unknown += 1
        self._counts.unknown_types.add(str(event.get("type")))
        return event

    def _connected(self) -> None:
        first = self._counts.connections == 0
        self._counts.connections += 1
        self._told_lost = False
        self.up.set()
        asyncio.get_running_loop().call_soon(self._hooks.on_connected, first)

    def _lost(self, reason: str) -> None:
        self.up.clear()
        if not self._told_lost:  # once, not at every failed attempt
            asyncio.get_running_loop().call_soon(self._hooks.on_lost, reason)
        self._told_lost = True


def _handshake_refusal(status: int, url: str) -> str:
    place = url.partition("/events")[0]
    if status in (401, 403):
        return f"Asterisk at {place} refuses the user or its password: compare them with its ari.conf"
    return f"{place} opens no event websocket: are Asterisk's res_ari_events and res_http_websocket loaded?"
