"""The verb that registers a LOGIREC request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core.commands import Prompt, RegisterRequest
from ivr.core.dialogue import fetch, say
from ivr.core.messages import Facts, Json
from ivr.core.verbs.node import Node, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

PERSON: Final = ("matricule", "caller", "phone", "exam_number")
"""What a draft says of who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Node):
    """Register a LOGIREC request, with the contact number and the voice message taken before. Its reference is known, and
    told by `receipt`, only once it is durably written."""

    says: ClassVar[tuple[str, ...]] = ("requete.echec",)
    category: str = spec("category", "the category, or {category} for what the caller chose")
    next: str = spec("node", "once it is registered")
    failed: str = spec("node", "when the store cannot take it (default: the flow's fallback)", default="")
    note: str = spec("text", "kept on the request; {fact} is what is known", default="")
    anonymous: bool = spec("flag", "does neither the caller's matricule nor a number go with it?", default=False)
    follows: bool = spec("flag", "is it about the request just told? Its reference is kept as the parent", default=False)

    def run(self, call: Call) -> Steps:
        category = str(call.facts.get("category", "")) if self.category == "{category}" else self.category
        call.note("category", category)
        answer = yield from fetch(call, RegisterRequest(call.ref(), self._draft(call, category)))
        if answer is None:
            yield from say(call, (Prompt("requete.echec"),))
            return self.failed or call.flow.fallback
        self._registered(call, answer)
        return self.next

    def _draft(self, call: Call, category: str) -> dict[str, Json]:
        person = dict.fromkeys(PERSON) if self.anonymous else {name: call.facts.get(name) for name in PERSON}
        return {
            **person, "key": f"{self.name}:{category}:{call.facts.get('registered', 0)}", "category": category,
            "verified": bool(call.facts.get("verified")) and not self.anonymous, "note": call.filled(self.note),
            "voice_note": call.facts.get("voice_note"), "duplicate_of": None,
            "parent": call.facts.get("followed") if self.follows else None,
        }

    def _registered(self, call: Call, answer: Facts) -> None:
        registered = int(str(call.facts.get("registered", 0))) + 1
        call.facts.update(reference=answer["reference"], receipt=answer, registered=registered, voice_note=None)
        call.note("request", answer["reference"])
        call.note("goal", "REQUETE_CREEE")
