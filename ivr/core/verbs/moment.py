"""The verb that says the information of the moment: what a supervisor wants every caller to hear today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core.commands import Lookup
from ivr.core.dialogue import fetch, prompt, say
from ivr.core.verbs.node import Node, spec, universal

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

HEARD: Final = "moments"
"""The fact that remembers which messages this caller has been told: none is told twice in a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Node):
    """Say the information of the moment (`cruc moment say`), when there is one; silent when there is none, or when it was
    heard before in this call. Any key goes on; the key is kept for what follows."""

    waits: ClassVar[bool] = False
    says: ClassVar[tuple[str, ...]] = ("info.moment",)
    next: str = spec("node", "where the call goes on")
    queue: str = spec("queue", "the message for those who are about to wait here (none: the one for everybody)", default="")
    keys: tuple[tuple[str, str], ...] = spec("keys", "keys that lead elsewhere while this is said", default=())

    def run(self, call: Call) -> Steps:
        answer = yield from fetch(call, Lookup(call.ref(), "moment", {"queue": self.queue}))
        sound = str(answer.get("sound") or "") if answer and answer.get("active") else ""
        told = str(call.facts.get(HEARD) or "").split()
        if not sound or sound in told:
            return self.next
        call.facts[HEARD] = " ".join((*told, sound))
        own, everywhere = dict(self.keys), {"0", "#"} if call.menus else set()
        while True:
            key = yield from say(call, (prompt("info.moment", sound=sound),), keys={*own, *everywhere, "*"})
            if key != "*":
                return (own.get(key) or universal(call, key) or self.next) if key else self.next
