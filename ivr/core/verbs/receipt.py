"""The verb that gives the number of the request just registered."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Prompt
from ivr.core.dialogue import Prompts, Question, Silent, ask, prompt
from ivr.core.messages import Facts
from ivr.core.verbs.directions import treated_by
from ivr.core.verbs.node import Node, keys_of, leave_by, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Node):
    """Tell the reference and the code of the request just registered, slowly, who treats it and until when; key 1
    says reference and code again, as often as wanted, and so does any other one but 2, which goes on, as silence does."""

    says: ClassVar[tuple[str, ...]] = (
        "requete.enregistree", "requete.repeter", "requete.code_suivi", "requete.direction", "requete.echeance",
        "requete.reecouter",
    )
    next: str = spec("node", "after it")
    prompts: Prompts = spec("prompts", "said once, after the number", default=())

    def run(self, call: Call) -> Steps:
        receipt = call.facts.get("receipt")
        if not isinstance(receipt, Mapping):
            return self.next
        call.typed.clear()  # keys pressed before it must not silence the number
        said: Prompts = (*numbered(receipt), *promised(receipt, call.flow.directions), *call.fill(self.prompts))
        while True:
            reply = yield from ask(call, Question((*said, Prompt("requete.reecouter")), first=4.0))
            leave_by(call, reply)
            if isinstance(reply, Silent) or keys_of(reply) == "2":
                return self.next
            said = numbered(receipt)


def numbered(receipt: Facts) -> Prompts:
    reference = receipt["reference"]
    return (
        prompt("requete.enregistree", reference=reference), prompt("requete.repeter", reference=reference),
        prompt("requete.code_suivi", code=receipt["code"]),
    )


def promised(receipt: Facts, directions: Container[str]) -> Prompts:
    due = receipt.get("due")
    when = (prompt("requete.echeance", date=due),) if due else ()
    return (*treated_by("requete.direction", receipt.get("direction"), directions), *when)
