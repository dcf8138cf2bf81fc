"""The verb that tells what was found: one request, in plain words, and never its content."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ivr.core.commands import Prompt
from ivr.core.dialogue import Prompts, prompt, say
from ivr.core.messages import Facts
from ivr.core.verbs.directions import treated_by
from ivr.core.verbs.node import Node, spec, universal

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

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

WORKED: Final = frozenset({"acknowledged", "assigned", "in_progress", "pending_third_party"})
"""Somebody has it: the caller is told which direction, and that it was reopened."""

PROMISED: Final = WORKED | {"registered"}
"""The clock runs: the caller is told until when. It stands still while the caller's documents are awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Node):
    """Tell one request found: date, subject (its category only), status, direction, due date, documents awaited (the
    category's list). Never the content. Entered again, it tells the next one."""

    says: ClassVar[tuple[str, ...]] = (
        "suivi.une", "suivi.plusieurs", "suivi.entete", "suivi.objet", "suivi.echeance", "suivi.direction",
        "suivi.fin_liste", "suivi.statut_inconnu", "suivi.statut_rouverte", "suivi.obtenir_reponse", "choix.pieces",
        *STATUS_PROMPTS.values(),
    )
    next: str = spec("node", "when it is told")
    over: str = spec("node", "when no other is left to tell")
    resolved: str = spec("node", "when it is resolved and the caller has not yet said what it was worth (default: next)",
                         default="")

    def run(self, call: Call) -> Steps:
        listed = call.facts.get("requests")
        requests: list[Any] = listed if isinstance(listed, list) else []
        index = int(str(call.facts.get("told", 0)))
        if index >= len(requests):
            yield from say(call, (Prompt("suivi.fin_liste"),) if len(requests) > 1 else ())
            return self.over
        request = requests[index]
        self._subject(call, request)
        key = yield from self._tell(call, (*_how_many(index, len(requests)), *told(request, call.flow.directions)))
        call.facts["told"] = index + 1
        if key:
            return universal(call, key) or self.next
        unrated = request.get("status") == "resolved" and request.get("satisfaction") is None
        return (self.resolved if unrated else "") or self.next

    def _subject(self, call: Call, request: Facts) -> None:
        """What is told becomes what the caller came for: it is completed, contested, shown to the agent. Of a duplicate, it
        is the original that is worked on."""
        reference = request.get("reference")
        call.facts.update(
            reference=reference, followed=request.get("parent") or reference, status=request.get("status"),
            category=request.get("category"),
        )
        call.note("request", reference)

    def _tell(self, call: Call, prompts: Prompts) -> Steps:
        """``*`` says it again. Returns the key that works everywhere, if the caller pressed one."""
        while True:
            key = yield from say(call, prompts, keys={"*", "#", "0"})
            call.note("goal", "STATUT_LU_SVI")
            if key != "*":
                return key


def _how_many(index: int, number: int) -> Prompts:
    if index:
        return ()
    return (prompt("suivi.plusieurs", nombre=number),) if number > 1 else (Prompt("suivi.une"),)


def told(request: Facts, directions: Container[str] = frozenset()) -> Prompts:
    """What may be told of one request, as prompts. A duplicate (``parent``) stands where its original stands;
    ``directions``: codes of those that can be said."""
    status = str(request.get("status"))
    return (
        prompt("suivi.entete", reference=request.get("reference"), date=request.get("date")),
        prompt("suivi.objet", categorie=f"categorie.{request.get('category')}"),
        *((Prompt("suivi.statut_doublon"),) if request.get("parent") else ()),
        *_standing(request, status, directions),
        *_awaited(request, status),
    )


def _standing(request: Facts, status: str, directions: Container[str]) -> Prompts:
    since = {"date": request.get("since")} if status in DATED else {}
    plain = Prompt(STATUS_PROMPTS.get(status, "suivi.statut_inconnu"), since)
    if status not in WORKED:
        return (plain,)
    reopened = (Prompt("suivi.statut_rouverte"),) if request.get("reopened") else ()
    direction = treated_by("suivi.direction", request.get("direction"), directions)
    if reopened and status == "in_progress":
        return (*reopened, *direction)  # « … de nouveau en cours de traitement » says it all
    return (*reopened, plain, *direction)


def _awaited(request: Facts, status: str) -> Prompts:
    """What comes next, and until when."""
    if status == "pending_requester":
        return (prompt("choix.pieces", pieces=f"pieces.{request.get('category')}"),)
    if status == "resolved":
        return (Prompt("suivi.obtenir_reponse"),)
    due = request.get("due")
    return (prompt("suivi.echeance", date=due),) if due and status in PROMISED else ()
