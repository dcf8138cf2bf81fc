"""The verb that asks what the caller thought of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Prompt
from ivr.core.dialogue import Prompts, Question, ask, say
from ivr.core.messages import Event
from ivr.core.verbs.node import Node, keys_of, leave_by, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


def score(call: Call, prompts: Prompts) -> Generator[None, Event, int | None]:
    """From 1 to 5; None when the caller says nothing, or twice something else."""
    question = Question(prompts, first=4.0)
    for _ in range(2):
        reply = yield from ask(call, question)
        key = keys_of(reply)
        if key in {"1", "2", "3", "4", "5"}:
            return int(key)
        leave_by(call, reply)
        if not key:
            break
        question = Question((Prompt("enquete.note_invalide"),), first=4.0)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey(Node):
    """Ask for a score of 1 to 5. Not answering is an answer: once asked, never insisted upon."""

    says: ClassVar[tuple[str, ...]] = ("enquete.note_invalide",)
    prompts: Prompts = spec("prompts", "the question")
    next: str = spec("node", "after it")
    thanks: Prompts = spec("prompts", "said after an answer", default=())

    def run(self, call: Call) -> Steps:
        given = yield from score(call, call.fill(self.prompts))
        if given is not None:
            call.note("satisfaction", given)
            yield from say(call, call.fill(self.thanks))
        return self.next
