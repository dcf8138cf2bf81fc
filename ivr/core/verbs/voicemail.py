"""The verb that takes a voice message."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Prompt, Record, StopRecording
from ivr.core.dialogue import Prompts, Question, Silent, ask, say
from ivr.core.messages import CommandFailed, DigitReceived, Echo, Event, Recorded
from ivr.core.verbs.node import Node, keys_of, leave_by, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


SHORTEST_MESSAGE = 1.0
"""Seconds below which nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Node):
    """Take a voice message after the beep; '#' or a long silence ends it. When it is only offered, 1 takes it and 2 or
    silence goes on without."""

    says: ClassVar[tuple[str, ...]] = ("requete.message_court", "messagerie.vide")
    prompts: Prompts = spec("prompts", "said before the beep")
    next: str = spec("node", "once the message is kept")
    failed: str = spec("node", "when there is no message")
    offer: Prompts = spec("prompts", "asked first: 1 leaves a message, 2 does not", default=())
    request: bool = spec(
        "flag", "does it go with the request that is registered or completed next? It is then the fact voice_note",
        default=False,
    )
    seconds: int = spec("count", "the longest message, in seconds", default=60, low=5, high=300)
    thanks: Prompts = spec("prompts", "said once it is kept", default=())
    goal: str = spec("goal", "the outcome reached", default="")

    def run(self, call: Call) -> Steps:
        if self.request:
            call.facts["voice_note"] = None  # one left for another request, which was given up
        if self.offer and not (yield from self._wanted(call)):
            return self.failed
        yield from say(call, call.fill(self.prompts), bargein=False)
        for _ in range(2):
            taken = yield from self._take(call)
            if taken is not None and taken.seconds >= SHORTEST_MESSAGE:
                return (yield from self._kept(call, taken))
            yield from say(call, (Prompt("requete.message_court"),), bargein=False)
        yield from say(call, (Prompt("messagerie.vide"),))
        return self.failed

    def _wanted(self, call: Call) -> Generator[None, Event, bool]:
        """Asked twice when another key was pressed; silence is a no."""
        for _ in range(2):
            reply = yield from ask(call, Question(call.fill(self.offer)))
            leave_by(call, reply)
            if keys_of(reply) in {"1", "2"} or isinstance(reply, Silent):
                return keys_of(reply) == "1"
        return False

    def _kept(self, call: Call, taken: Recorded) -> Steps:
        call.facts["voice_note" if self.request else "voice_message"] = taken.name
        if self.goal:
            call.note("goal", self.goal)
        yield from say(call, call.fill(self.thanks))
        return self.next

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
