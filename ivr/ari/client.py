"""One Asterisk through ARI: its operations over pooled HTTP, its events from one websocket.

    async with AriClient("http://127.0.0.1:8088", "cruc", secret, "cruc", on_event=translate) as ari:
        await ari.connected(10)
        await ari.channels_answer(channel_id)

The operations are generated (`ivr.ari.generated.Methods`); this file gives them a wire.
"""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec

from ivr.ari.errors import KINDS, AriError, AriNotFound, AriTimeout, AriUnreachable
from ivr.ari.events import Counts, EventSocket, Hooks
from ivr.ari.generated import Methods
from ivr.ari.http import HttpPool, HttpUnreachable

UNHEARD = ("ChannelVarset", "ChannelDialplan", "ChannelCallerId", "ChannelConnectedLine", "BridgeCreated", "BridgeMerged")
WATCHED = ("ContactStatusChange", "PeerStatusChange", "DeviceStateChanged")  # what is told of the sources in `watch`


class AriClient(Methods):
    """Asterisk at `base_url` (http://host:port, with or without /ari) as `user`, for the Stasis application `app`.

    At most `concurrency` operations are in flight, each given `timeout` seconds, its wait for a connection included.
    Event types in `unheard` are filtered out by Asterisk: they are about half of all and say nothing we use.
    `watch` names event sources, such as "endpoint:PJSIP" for the registrations of phones. They are subscribed to a
    companion application on the same websocket: an application subscribed to an endpoint gets each event of that
    endpoint's channels twice.
    Entering the context starts connecting and returns at once; every operation raises `AriError` kinds only.
    """

    def __init__(
        self,
        base_url: str,
        user: str,
        secret: str,
        app: str,
        *,
        concurrency: int = 32,
        timeout: float = 5.0,
        unheard: tuple[str, ...] = UNHEARD,
        watch: tuple[str, ...] = (),
        hooks: Hooks | None = None,
    ) -> None:
        self.app = app
        self.watching_app = f"{app}-watch" if watch else ""
        self.counts = Counts()
        self.hooks = hooks or Hooks()
        self._root = base_url.rstrip("/").removesuffix("/ari") + "/ari"
        self._headers = {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}
        self._timeout, self._unheard, self._watch = timeout, unheard, watch
        place = urlsplit(self._root)
        if place.scheme != "http" or not place.hostname:
            raise ValueError(f"ARI's address is http://host:port, not {base_url!r}: Asterisk runs beside its application")
        self._prefix = place.path
        self._http = HttpPool(place.hostname, place.port or 80, self._headers, concurrency=concurrency, timeout=timeout)

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._timeout)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        apps = ",".join(filter(None, (self.app, self.watching_app)))
        url = f"{self._root}/events{encode({'app': apps, 'subscribeAll': False})}"
        self._socket = EventSocket(self._session, url, self.hooks, self.counts, self._prepare)
        self._reader = asyncio.create_task(self._socket.run(), name=f"ari events of {self.app}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._session.close()
        self._http.close()

    @property
    def is_connected(self) -> bool:
        return self._socket.up.is_set()

    @property
    def is_replaced(self) -> bool:
        """Another client opened the application: no event comes any more, and none will."""
        return self._socket.replaced

    async def connected(self, patience: float) -> None:
        """Waits for the event websocket. Raises the last failure (an `AriError`) after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._socket.up.wait()
        except TimeoutError:
            raise self._socket.last_failure or AriTimeout(0, "GET", "/events", f"not open in {patience} s") from None

    async def request(self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None) -> bytes:
        self.counts.requests += 1
        data = b"" if body is None else msgspec.json.encode(body)
        try:
            answer = await self._http.request(method, f"{self._prefix}{path}{encode(query) if query else ''}", data)
        except TimeoutError as error:
            self.counts.timeouts += 1
            raise AriTimeout(0, method, path, f"no answer in {self._timeout:g} s") from error
        except HttpUnreachable as error:
            self.counts.unreachable += 1
            raise AriUnreachable(0, method, path, str(error)) from error
        if answer.status >= 400:
            self.counts.refused += 1
            raise refusal(answer.status, method, path, answer.body)
        return answer.body

    async def _prepare(self) -> None:
        await self._filter(self.app, {"disallowed": [{"type": name} for name in self._unheard]})
        if self._watch:
            await self._filter(self.watching_app, {"allowed": [{"type": name} for name in WATCHED]})
            await self.applications_subscribe(self.watching_app, eventSource=self._watch)

    async def _filter(self, app: str, wanted: Mapping[str, Any]) -> None:
        """Asterisk may know an application a moment after it accepted the websocket, hence the second attempts."""
        for wait in (0.01, 0.05, 0.2):
            try:
                await self.applications_filter(app, filter=wanted)
            except AriNotFound:
                await asyncio.sleep(wait)
            else:
                return
        await self.applications_filter(app, filter=wanted)


def encode(query: Mapping[str, Any]) -> str:
    """?a=1&b=x,y: None is left out, booleans are true and false, sequences are joined by commas, as ARI reads them."""
    pairs = "&".join(f"{name}={quote(text(value), safe=':/,@')}" for name, value in query.items() if value is not None)
    return f"?{pairs}" if pairs else ""


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ",".join(map(str, value))


def refusal(status: int, method: str, path: str, content: bytes) -> AriError:
    """The error for an answer of 400 and above; ARI's are {"message": text} or {"error": text}."""
    try:
        answer = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError:
        answer = {}
    reason = answer.get("message") or answer.get("error") or "no reason given"
    return KINDS.get(status, AriError)(status, method, path, str(reason))
