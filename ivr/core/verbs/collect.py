"""The verb that asks for a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.dialogue import Prompts, Question, Tries, ask
from ivr.core.messages import Json
from ivr.core.verbs.identify import identify
from ivr.core.verbs.node import Node, give_up, keys_of, leave_by, spec
from ivr.core.verbs.typed import COLLECTED

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Node):
    """Ask for a value and keep it as a fact: matricule (by keypad and by voice), birth, reference, code, phone,
    exam_number."""

    says: ClassVar[tuple[str, ...]] = (
        "matricule.confirmer", "matricule.lettre", "matricule.lettre_choix", "matricule.lettre_choix_4",
        "matricule.corriger", "matricule.passer_clavier",
    )
    errs: ClassVar[tuple[str, ...]] = ("matricule", "lettre", "confirmer", *(family for _, family, _ in COLLECTED.values()))
    what: str = spec("collected", "matricule, birth, reference, code, phone or exam_number")
    prompts: Prompts = spec("prompts", "the question")
    next: str = spec("node", "once it is known")
    failed: str = spec("node", "after too many misses (default: the flow's fallback)", default="")
    without: str = spec("node", "matricule: '#' alone goes on without it", default="")
    errors: str = spec("errors", "prefix of the silence_1..3 and incompris_1..3 prompts", default="")
    tries: int = spec("count", "how many misses before giving up", default=3, low=1, high=9)
    first: float = spec("seconds", "seconds to begin answering", default=6.0, low=1, high=60)

    def run(self, call: Call) -> Steps:
        if self.what == "matricule":
            return (yield from identify(call, self))
        longest, errors, read = COLLECTED[self.what]
        tries = Tries(call, self.errors or errors, self.tries)
        lead: Prompts = ()
        while not tries.over:
            question = Question((*lead, *call.fill(self.prompts)), digits=longest, first=self.first)
            reply = yield from ask(call, question)
            keys, lead = keys_of(reply), ()
            value = read(keys)
            if value is not None:
                return self.keep(call, value)
            leave_by(call, reply)
            if keys != "*":
                lead = tries.miss(reply)
        return (yield from give_up(call, lead, self.failed))

    def keep(self, call: Call, value: Json) -> str:
        call.facts[self.what] = value
        call.note("collected", self.what)
        return self.next
