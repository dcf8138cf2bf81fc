"""Everything that passes between the service and Asterisk, kept as it passes, and made comparable afterwards.

A golden trace is a list of lines, each what was asked (``{"ask": "POST /channels/call-1/answer"}``) or an event as Asterisk
told it. Ids are numbered in the order of their appearance, times and addresses are gone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from ivr.app import Service
from ivr.ari.client import AriClient

GONE = {"channelvars", "roundtrip_usec"}
MOMENT = "2026-01-01T00:00:00.000+0000"
ALIKE = {
    "timestamp": MOMENT, "creationtime": MOMENT, "asterisk_id": "asterisk", "protocol_id": "sip", "uri": "sip:awa@127.0.0.1",
}
CALL = re.compile(r"cruc-\d+\.\d+")
CHANNEL = re.compile(r"((?:PJSIP|Snoop|WebSocket)/[\w.-]+?)-[0-9a-f]{8}")
PLACE = re.compile(r"sound:[^\",&]*/")


def keep_trace(file: Path) -> None:
    """From now on every request and every event of this process is a line in ``file``."""
    out = file.open("a")
    asked, happened = AriClient.request, Service.on_event

    async def request(self: AriClient, method: str, path: str, query: Any = None, body: Any = None) -> bytes:
        out.write(json.dumps({"ask": f"{method} {path}", **({"query": query} if query else {})}, default=str) + "\n")
        out.flush()
        return await asked(self, method, path, query, body)

    def on_event(self: Service, event: Any) -> None:
        out.write(msgspec.json.encode(event).decode() + "\n")
        out.flush()
        happened(self, event)

    AriClient.request, Service.on_event = request, on_event  # type: ignore[method-assign]


def comparable(file: Path) -> list[dict[str, Any]]:
    """The trace with its ids numbered and what differs from run to run left out."""
    text = file.read_text()
    for number, call in enumerate(dict.fromkeys(CALL.findall(text)), 1):
        text = re.sub(rf"{re.escape(call)}(?!\d)", f"call-{number}", text)
    text = CHANNEL.sub(r"\1-00000001", text)
    text = PLACE.sub("sound:", text)
    return [_pruned(json.loads(line)) for line in text.splitlines()]


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key not in GONE and each is not None}
        return {key: ALIKE.get(key) or _pruned(each) for key, each in kept.items()}
    return [_pruned(each) for each in value] if isinstance(value, list) else value
