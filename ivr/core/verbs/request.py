"""The verb that registers a LOGIREC request."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Prompt, RegisterRequest
from ivr.core.dialogue import Prompts, fetch, prompt, say
from ivr.core.messages import Event, Facts, Json
from ivr.core.verbs.confirm import confirm
from ivr.core.verbs.node import Node, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Node):
    """Register a LOGIREC request. The caller hears its reference only once it is durably written."""

    says: ClassVar[tuple[str, ...]] = (
        "requete.objet_confirme", "requete.enregistree", "requete.repeter", "requete.code_suivi", "requete.echec",
    )
    errs: ClassVar[tuple[str, ...]] = ("confirmer",)
    category: str = spec("category", "the category, or {category} for what the caller chose")
    prompts: Prompts = spec("prompts", "said before the confirmation, such as the documents wanted", default=())
    next: str = spec("node", "once it is registered")
    refused: str = spec("node", "when the caller does not confirm")
    failed: str = spec("node", "when the store cannot take it (default: the flow's fallback)", default="")
    note: str = spec("text", "kept on the request; {fact} is what is known", default="")
    follows: bool = spec("flag", "is it about the request just told? Its reference is kept as the parent", default=False)

    def run(self, call: Call) -> Steps:
        category = str(call.facts.get("category", "")) if self.category == "{category}" else self.category
        label = prompt("requete.objet_confirme", categorie=f"categorie.{category}")
        yield from say(call, call.fill(self.prompts))
        if not (yield from confirm(call, (label,))):
            return self.refused
        call.note("category", category)
        answer = yield from fetch(call, RegisterRequest(call.ref(), self._draft(call, category)))
        if answer is None:
            yield from say(call, (Prompt("requete.echec"),))
            return self.failed or call.flow.fallback
        yield from self._told(call, answer)
        return self.next

    def _draft(self, call: Call, category: str) -> dict[str, Json]:
        return {
            "key": f"{self.name}:{category}:{call.facts.get('registered', 0)}", "category": category,
            "matricule": call.facts.get("matricule"), "verified": bool(call.facts.get("verified")),
            "caller": call.facts.get("caller"), "note": call.filled(self.note),
            "parent": call.facts.get("reference") if self.follows else None,
        }

    def _told(self, call: Call, answer: Facts) -> Generator[None, Event, None]:
        reference = answer["reference"]
        call.facts.update(reference=reference, registered=int(str(call.facts.get("registered", 0))) + 1)
        call.note("request", reference)
        call.note("goal", "REQUETE_CREEE")
        call.typed.clear()
        yield from say(call, (
            prompt("requete.enregistree", reference=reference),
            prompt("requete.repeter", reference=reference),
            prompt("requete.code_suivi", code=answer["code"]),
        ))
