"""The verb that asks whether the caller wants the request that is already open on the same subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Lookup, Prompt
from ivr.core.dialogue import Prompts, Question, Tries, ask, fetch, prompt
from ivr.core.messages import Facts
from ivr.core.verbs.node import Node, give_up, keys_of, leave_by, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Node):
    """Is a request of this person and category open already? Then 1 follows that one and 2 registers another. Silent when
    there is none, and for whoever has proven nothing and calls from another number: a matricule opens nobody's file. Its
    reference is told after a second factor only."""

    says: ClassVar[tuple[str, ...]] = ("requete.deja_ouverte", "requete.deja_ouverte_choix")
    errs: ClassVar[tuple[str, ...]] = ("doublon",)
    next: str = spec("node", "when there is none, or another one is wanted")
    follow: str = spec("node", "when the caller wants to follow the one that is open")

    def run(self, call: Call) -> Steps:
        facts = call.facts
        if not facts.get("matricule"):
            return self.next
        answer = yield from fetch(call, Lookup(call.ref(), "open_same", {
            "matricule": facts.get("matricule"), "category": facts.get("category"), "caller": facts.get("caller"),
            "verified": bool(facts.get("verified")),
        }))
        if not answer or not answer.get("reference"):
            return self.next
        return (yield from self._choose(call, self._question(call, answer)))

    def _question(self, call: Call, answer: Facts) -> Prompts:
        if call.facts.get("verified"):
            return (prompt("requete.deja_ouverte", reference=answer["reference"]),)
        return (Prompt("requete.deja_ouverte_choix"),)

    def _choose(self, call: Call, question: Prompts) -> Steps:
        tries = Tries(call, "doublon", 3)
        lead: Prompts = ()
        while not tries.over:
            reply = yield from ask(call, Question((*lead, *question)))
            key = keys_of(reply)
            if key in {"1", "2"}:
                call.note("duplicate", "follow" if key == "1" else "another")
                return self.follow if key == "1" else self.next
            leave_by(call, reply)
            lead = () if key == "*" else tries.miss(reply)
        return (yield from give_up(call, lead, self.next))
