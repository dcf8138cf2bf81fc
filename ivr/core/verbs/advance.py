"""Verbs by which a caller moves a request on: advance (reopen, complete, remind, close) and rate."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ivr.core.commands import AdvanceRequest, Prompt
from ivr.core.dialogue import Prompts, fetch, say
from ivr.core.messages import Event, Facts, Json
from ivr.core.verbs.node import Node, spec
from ivr.core.verbs.survey import score

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

ACTS: Final = ("reopen", "complete", "close", "remind")
"""What `advance` can do; `rate` has a verb of its own."""

NOT_OPENED: Final[Facts] = {"done": False, "why": "unknown"}


def advanced(call: Call, act: str, said: Facts) -> Generator[None, Event, Facts | None]:
    """Do it to the request told last, and to no other than those that a second factor has opened. None: the store failed."""
    opened: Any = call.facts.get("requests")
    reference = call.facts.get("followed")
    if not isinstance(opened, list) or not any(reference in (each["reference"], each.get("parent")) for each in opened):
        return NOT_OPENED
    answer = yield from fetch(call, AdvanceRequest(call.ref(), str(reference), act, said))
    if answer and answer.get("done"):
        call.facts["status"] = answer.get("status")
        call.note("advanced", [reference, act])
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(Node):
    """Do something to the request just told: reopen it, complete it by the voice message just taken, remind of it, close
    it. What came of it is said only once it is durably written."""

    says: ClassVar[tuple[str, ...]] = ("suivi.echec",)
    act: str = spec("act", "reopen, complete, remind or close")
    next: str = spec("node", "once it is done")
    refused: str = spec("node", "when it cannot be done to a request in this status")
    late: str = spec("node", "reopen: ended more than thirty days ago (default: refused)", default="")
    failed: str = spec("node", "when the store does not answer (default: the flow's fallback)", default="")
    why: str = spec("text", "kept in the request's history", default="")
    thanks: Prompts = spec("prompts", "said once it is done", default=())
    goal: str = spec("goal", "the outcome reached", default="")

    def run(self, call: Call) -> Steps:
        answer = yield from advanced(call, self.act, self._said(call))
        if answer is None:
            yield from say(call, (Prompt("suivi.echec"),))
            return self.failed or call.flow.fallback
        if not answer.get("done"):
            call.note("not_advanced", answer.get("why"))
            return (self.late if answer.get("why") == "late" else "") or self.refused
        if self.goal:
            call.note("goal", self.goal)
        yield from say(call, call.fill(self.thanks))
        return self.next

    def _said(self, call: Call) -> dict[str, Json]:
        why: dict[str, Json] = {"why": self.why} if self.why else {}
        return {**why, "voice_note": call.facts.get("voice_note")} if self.act == "complete" else why


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Node):
    """Ask how satisfied the caller is with the answer to the request just told, from 1 to 5, and keep it with the request.
    Not answering is an answer."""

    says: ClassVar[tuple[str, ...]] = ("enquete.note_invalide",)
    prompts: Prompts = spec("prompts", "the question")
    next: str = spec("node", "after a 3, after no answer, or when it cannot be kept")
    low: str = spec("node", "after a 1 or a 2")
    high: str = spec("node", "after a 4 or a 5")
    thanks: Prompts = spec("prompts", "said once it is kept", default=())

    def run(self, call: Call) -> Steps:
        given = yield from score(call, call.fill(self.prompts))
        if given is None:
            return self.next
        answer = yield from advanced(call, "rate", {"score": given})
        if not answer or not answer.get("done"):
            return self.next
        call.note("rated", given)
        yield from say(call, call.fill(self.thanks))
        return {1: self.low, 2: self.low, 3: self.next}.get(given, self.high)
