"""The verb that keeps a number to call back."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core.commands import Prompt, RegisterCallback
from ivr.core.dialogue import Prompts, fetch, prompt, say
from ivr.core.messages import Event, Json
from ivr.core.verbs.confirm import confirm
from ivr.core.verbs.contact import typed_number
from ivr.core.verbs.node import Node, spec
from ivr.core.verbs.queue import SHOWN
from ivr.core.verbs.typed import national

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

MOST_REFUSED: Final = 3
"""Numbers that the store may refuse before we give up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback(Node):
    """Keep the caller's number for an agent to call back; asks for one when it is withheld, cannot be called back, or is not
    the right one. Who has waited keeps the place."""

    says: ClassVar[tuple[str, ...]] = (
        "rappel.confirmer_numero", "rappel.autre_numero", "rappel.numero_masque", "rappel.numero_invalide",
        "rappel.numero_etranger", "rappel.enregistre", "rappel.deja_demande",
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
        for _ in range(MOST_REFUSED):
            if not number:
                return self.failed
            answer = yield from fetch(call, self._kept_as(call, number))
            if answer is None:
                return self.failed
            if not answer.get("refused"):
                yield from self._told(call, number, already=bool(answer.get("already")))
                return self.next
            number = yield from self._typed(call, (Prompt("rappel.numero_invalide"),))
        return self.failed

    def _kept_as(self, call: Call, number: str) -> RegisterCallback:
        """In the place of the wait so far, if the caller has waited."""
        since = float(str(call.facts.get("queued_since", call.now)))
        priority = int(str(call.facts.get("queued_priority", 0)))
        facts: dict[str, Json] = {name: call.facts.get(name) for name in SHOWN}
        return RegisterCallback(call.ref(), number, call.record.queue or self.queue, self.name, since, priority, facts)

    def _told(self, call: Call, number: str, *, already: bool) -> Generator[None, Event, None]:
        call.note("callback", number)
        call.note("goal", "RAPPEL_PROGRAMME")
        told = "rappel.deja_demande" if already else "rappel.enregistre"
        yield from say(call, (Prompt(told),), bargein=False)

    def _number(self, call: Call) -> Generator[None, Event, str]:
        shown = str(call.facts.get("caller") or "")
        caller = national(shown)
        if caller and not self.ask:
            return caller
        if caller and (yield from confirm(call, (prompt("rappel.confirmer_numero", telephone=caller),))):
            return caller
        withheld = "rappel.numero_etranger" if shown else "rappel.numero_masque"
        return (yield from self._typed(call, () if caller else (Prompt(withheld),)))

    def _typed(self, call: Call, lead: Prompts) -> Generator[None, Event, str]:
        return (yield from typed_number(call, lead, ("rappel.autre_numero",)))
