"""The verb that takes a voice message."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Prompt, Record, StopRecording
from ivr.core.dialogue import Prompts, say
from ivr.core.messages import CommandFailed, DigitReceived, Echo, Event, Recorded
from ivr.core.verbs.node import Node, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


SHORTEST_MESSAGE = 1.0
"""Seconds below which nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Node):
    """Take a voice message after the beep; '#' or a long silence ends it."""

    says: ClassVar[tuple[str, ...]] = ("requete.message_court", "messagerie.vide")
    prompts: Prompts = spec("prompts", "said before the beep")
    next: str = spec("node", "once the message is kept")
    failed: str = spec("node", "when there is no message")
    seconds: int = spec("count", "the longest message, in seconds", default=60, low=5, high=300)
    thanks: Prompts = spec("prompts", "said once it is kept", default=())
    goal: str = spec("goal", "the outcome reached", default="")

    def run(self, call: Call) -> Steps:
        yield from say(call, call.fill(self.prompts), bargein=False)
        for _ in range(2):
            taken = yield from self._take(call)
            if taken is not None and taken.seconds >= SHORTEST_MESSAGE:
                call.facts["voice_message"] = taken.name
                if self.goal:
                    call.note("goal", self.goal)
                yield from say(call, call.fill(self.thanks))
                return self.next
            yield from say(call, (Prompt("requete.message_court"),), bargein=False)
        yield from say(call, (Prompt("messagerie.vide"),))
        return self.failed

    def _take(self, call: Call) -> Generator[None, Event, Recorded | None]:
        call.typed.clear()
        recording = call.start(Record(call.ref(), self.seconds))
        while True:
            event = yield
            match event:
                case DigitReceived():
                    call.do(StopRecording(recording))
                case Recorded():
                    return event
                case CommandFailed(ref=ref) if ref == recording:
                    return None
                case Echo():
                    pass
