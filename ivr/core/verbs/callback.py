"""The verb that keeps a number to call back."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.dialogue import Prompts, Question, Tries, ask, fetch, prompt, say
from ivr.core.messages import Event, Prompt, RegisterCallback
from ivr.core.verbs.confirm import confirm
from ivr.core.verbs.node import Node, keys_of, leave_by, spec
from ivr.core.verbs.typed import COLLECTED

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback(Node):
    """Keep the caller's number for an agent to call back; asks for one when it is withheld or not the right one."""

    says: ClassVar[tuple[str, ...]] = (
        "rappel.confirmer_numero", "rappel.autre_numero", "rappel.numero_masque",
        "rappel.enregistre", "rappel.deja_demande",
    )
    errs: ClassVar[tuple[str, ...]] = ("confirmer", "telephone")
    queue: str = spec("queue", "the queue that calls back, unless the caller waited in another one")
    next: str = spec("node", "once it is kept")
    failed: str = spec("node", "when no number could be taken, or kept")
    prompts: Prompts = spec("prompts", "said first", default=())
    ask: bool = spec("flag", "have the number confirmed? When not, the caller's own is taken", default=True)

    def run(self, call: Call) -> Steps:
        yield from say(call, call.fill(self.prompts))
        number = yield from self._number(call)
        if not number:
            return self.failed
        answer = yield from fetch(call, RegisterCallback(call.ref(), number, call.record.queue or self.queue, self.name))
        if answer is None:
            return self.failed
        call.note("callback", number)
        call.note("goal", "RAPPEL_PROGRAMME")
        told = "rappel.deja_demande" if answer.get("already") else "rappel.enregistre"
        yield from say(call, (Prompt(told),), bargein=False)
        return self.next

    def _number(self, call: Call) -> Generator[None, Event, str]:
        caller = str(call.facts.get("caller") or "")
        if caller and not self.ask:
            return caller
        if caller and (yield from confirm(call, (prompt("rappel.confirmer_numero", telephone=caller),))):
            return caller
        lead: Prompts = () if caller else (Prompt("rappel.numero_masque"),)
        return (yield from self._typed(call, lead))

    def _typed(self, call: Call, lead: Prompts) -> Generator[None, Event, str]:
        longest, errors, read = COLLECTED["phone"]
        tries = Tries(call, errors, 3)
        while not tries.over:
            question = Question((*lead, Prompt("rappel.autre_numero")), digits=longest, first=8.0)
            reply = yield from ask(call, question)
            keys = keys_of(reply)
            number = read(keys)
            if number:
                return number
            leave_by(call, reply)
            lead = () if keys == "*" else tries.miss(reply)
        yield from say(call, lead)
        return ""
