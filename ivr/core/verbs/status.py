"""Verbs that read the store: lookup (with its second factor) and status (tell what was found)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ivr.core import commands
from ivr.core.commands import Prompt
from ivr.core.dialogue import Prompts, Question, ask, fetch, prompt, say
from ivr.core.messages import Event, Facts, Json
from ivr.core.verbs.node import Node, keys_of, spec, universal

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

FACTORS: Final[dict[str, tuple[str, ...]]] = {
    "status_by_code": ("reference", "code"),
    "status_by_birth": ("matricule", "birth"),
}
"""What each question needs: something known to many, and something known to the requester."""

MOST_LOOKUPS: Final = 3
"""Tries a call, whatever the path: nobody goes through dates of birth by telephone."""

STATUS_PROMPTS: Final[dict[str, str]] = {
    "registered": "suivi.statut_enregistree",
    "acknowledged": "suivi.statut_prise_en_charge",
    "assigned": "suivi.statut_transmise",
    "in_progress": "suivi.statut_en_traitement",
    "pending_requester": "suivi.statut_complement",
    "pending_third_party": "suivi.statut_attente_tiers",
    "resolved": "suivi.statut_resolue",
    "closed": "suivi.statut_cloturee",
    "rejected": "suivi.statut_rejetee",
    "cancelled": "suivi.statut_annulee",
    "merged": "suivi.statut_doublon",
}

DATED: Final = frozenset({"acknowledged", "closed"})
"""Statuses whose prompt says since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Node):
    """Find requests with a second factor. A wrong factor and an unknown person sound the same."""

    says: ClassVar[tuple[str, ...]] = ("facteur.limite", "technique.logirec_indisponible")
    what: str = spec("question", "status_by_code (reference + code) or status_by_birth (matricule + birth)")
    found: str = spec("node", "at least one request")
    empty: str = spec("node", "none, or the factor is wrong")
    failed: str = spec("node", "the store does not answer, or too many tries (default: the flow's fallback)", default="")

    def run(self, call: Call) -> Steps:
        tried = int(str(call.facts.get("lookups", 0)))
        if tried >= MOST_LOOKUPS:
            yield from say(call, (Prompt("facteur.limite"),), bargein=False)
            return self.failed or call.flow.fallback
        call.facts["lookups"] = tried + 1
        args: dict[str, Json] = {name: call.facts.get(name) for name in FACTORS[self.what]}
        answer = yield from fetch(call, commands.Lookup(call.ref(), self.what, args))
        if answer is None:
            yield from say(call, (Prompt("technique.logirec_indisponible"),))
            return self.failed or call.flow.fallback
        requests = answer.get("requests")
        if not isinstance(requests, list) or not requests:
            return self.empty
        call.facts.update(requests=requests, verified=True)
        call.note("verified")
        return self.found


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Node):
    """Tell the requests found: date, subject (its category only), status, due date. Never the content."""

    says: ClassVar[tuple[str, ...]] = (
        "suivi.une", "suivi.plusieurs", "suivi.entete", "suivi.objet", "suivi.echeance", "suivi.suivante",
        "suivi.fin_liste", "suivi.statut_inconnu", *STATUS_PROMPTS.values(),
    )
    next: str = spec("node", "when all is told")

    def run(self, call: Call) -> Steps:
        listed = call.facts.get("requests")
        requests: list[Any] = listed if isinstance(listed, list) else []
        many = len(requests) > 1
        lead: Prompts = (prompt("suivi.plusieurs", nombre=len(requests)) if many else Prompt("suivi.une"),)
        for index, request in enumerate(requests):
            more = index + 1 < len(requests)
            self._subject(call, request)
            elsewhere = yield from self._tell(call, (*lead, *told(request)), more=more)
            if elsewhere:
                return elsewhere
            lead = ()
        if many:
            yield from say(call, (Prompt("suivi.fin_liste"),))
        return self.next

    def _subject(self, call: Call, request: Mapping[str, Json]) -> None:
        """What is told becomes what the caller came for: it is completed, contested, shown to the agent."""
        call.facts["reference"] = request.get("reference")
        call.note("request", request.get("reference"))

    def _tell(self, call: Call, prompts: Prompts, *, more: bool) -> Generator[None, Event, str | None]:
        """One request; with more to come, key 1 (or silence) goes on, * repeats."""
        while True:
            if more:
                reply = yield from ask(call, Question((*prompts, Prompt("suivi.suivante")), first=4.0))
                key: str | None = keys_of(reply)
            else:
                key = yield from say(call, prompts, keys={"*", "#", "0"})
            call.note("goal", "STATUT_LU_SVI")
            if key != "*":
                return universal(call, key) if key else None


def told(request: Mapping[str, Json] | Facts) -> Prompts:
    """What may be told of one request, as prompts."""
    status = str(request.get("status"))
    since = {"date": request.get("since")} if status in DATED else {}
    prompts = [
        prompt("suivi.entete", reference=request.get("reference"), date=request.get("date")),
        prompt("suivi.objet", categorie=f"categorie.{request.get('category')}"),
        Prompt(STATUS_PROMPTS.get(status, "suivi.statut_inconnu"), since),
    ]
    if request.get("due") and status not in {"resolved", "closed", "rejected", "cancelled", "merged"}:
        prompts.append(prompt("suivi.echeance", date=request.get("due")))
    return tuple(prompts)
