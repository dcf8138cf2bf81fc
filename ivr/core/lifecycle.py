"""The life of a LOGIREC request, as one table.

Rule 1: nothing else decides whether a request may change its status. `ACTS` says, for each act, from which statuses it
leads where, who may do it and what must be said with it; docs/request.md is drawn from it. `decide` answers an act with a
`Change`, or raises `Illegal` and nothing has changed.

A status is what a requester may be told. Waiting for the requester's documents stops the clock of the promise, and leaving
that status lets it run again, whatever the act. Reopening is an act like another, within thirty days. Everything that
happens without a change of status (a call, a note, a voice message, an alert) is history, not an act of this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ivr.core.messages import Json

Status: TypeAlias = Literal[
    "registered", "acknowledged", "assigned", "in_progress", "pending_requester", "pending_third_party", "resolved",
    "closed", "rejected", "cancelled", "merged",
]
Role: TypeAlias = Literal["svi", "requester", "web", "agent", "counter", "department", "supervisor", "rule"]

STATUSES: Final[dict[str, str]] = {
    "registered": "Enregistrée",
    "acknowledged": "Prise en charge",
    "assigned": "Transmise à la direction",
    "in_progress": "En traitement",
    "pending_requester": "En attente de vos pièces",
    "pending_third_party": "En attente d'un autre service",
    "resolved": "Résolue",
    "closed": "Clôturée",
    "rejected": "Irrecevable",
    "cancelled": "Annulée",
    "merged": "Doublon",
}
"""Each status and what people call it."""

ROLES: Final[dict[str, str]] = {
    "svi": "le serveur vocal", "requester": "le requérant", "web": "le site", "agent": "un conseiller",
    "counter": "le guichet", "department": "la direction qui la traite", "supervisor": "un superviseur",
    "rule": "une règle automatique",
}

ENDED: Final = frozenset({"closed", "rejected", "cancelled", "merged"})
"""Nothing is left to do: ``closed_at`` is set in these, and in no other."""

PAUSED: Final = "pending_requester"
"""The only status in which the clock of the promise stands still."""

LIVING: Final = ("registered", "acknowledged", "assigned", "in_progress", "pending_requester", "pending_third_party")
BACK: Final = "back"
"""As a target: where the work goes on, at the direction that has the request, or else at the CRUC."""

REOPEN_WITHIN: Final = 30 * 86_400.0
"""Seconds after the end in which a request may be reopened."""
CLOSED_AFTER: Final = 10
"""Business days after which a resolved request closes by itself."""

CRUC: Final = ("agent", "counter", "supervisor")
STAFF: Final = (*CRUC, "department")
NEEDS: Final[dict[str, str]] = {
    "why": "le motif", "direction": "la direction", "waits_for": "ce qui est attendu", "motif": "le motif de clôture",
    "answer": "la réponse", "channel": "le bon interlocuteur", "parent": "la requête d'origine",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An act: from which statuses, to which one, by whom, and what must be said with it. ``label`` is the history's word,
    ``verb`` completes « impossible de la … »; ``within``: seconds since the end, 0 for ever."""

    label: str
    verb: str
    come_from: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    needs: tuple[str, ...] = ()
    within: float = 0.0


ACTS: Final[dict[str, Rule]] = {
    "acknowledge": Rule("prise en charge", "prendre en charge", ("registered",), "acknowledged", (*CRUC, "rule")),
    "assign": Rule(
        "transmission", "transmettre à une direction",
        ("registered", "acknowledged", "assigned", "in_progress", "pending_third_party"), "assigned", (*STAFF, "rule"),
        ("direction",),
    ),
    "start": Rule("traitement", "mettre en traitement", ("acknowledged", "assigned"), "in_progress", STAFF),
    "ask_documents": Rule(
        "demande de pièces", "mettre en attente de pièces",
        ("registered", "acknowledged", "assigned", "in_progress", "pending_third_party"), "pending_requester", STAFF,
        ("waits_for",),
    ),
    "complete": Rule(
        "complément reçu", "reprendre avec des pièces", ("pending_requester",), BACK,
        (*STAFF, "requester", "svi", "web"),
    ),
    "ask_service": Rule(
        "attente d'un autre service", "mettre en attente d'un autre service",
        ("acknowledged", "assigned", "in_progress"), "pending_third_party", STAFF, ("waits_for",),
    ),
    "service_answered": Rule(
        "réponse de l'autre service", "reprendre", ("pending_third_party",), BACK, STAFF,
    ),
    "resolve": Rule(
        "réponse apportée", "résoudre",
        ("acknowledged", "assigned", "in_progress", "pending_requester", "pending_third_party"), "resolved", STAFF,
        ("motif", "answer"),
    ),
    "settle": Rule(
        "clôture immédiate", "clore sur-le-champ", ("registered", "acknowledged"), "closed", (*CRUC, "svi", "rule"),
        ("why",),
    ),
    "close": Rule(
        "clôture", "clore", ("resolved",), "closed", ("requester", "svi", "web", *CRUC, "rule"),
    ),
    "reopen": Rule(
        "réouverture", "rouvrir", ("resolved", "closed"), BACK, ("requester", "svi", "web", *CRUC), ("why",),
        REOPEN_WITHIN,
    ),
    "reject": Rule("irrecevabilité", "déclarer irrecevable", LIVING, "rejected", ("supervisor",), ("why", "channel")),
    "readmit": Rule("rejet levé", "réadmettre", ("rejected",), BACK, ("supervisor",), ("why",), REOPEN_WITHIN),
    "cancel": Rule(
        "annulation", "annuler", LIVING, "cancelled", ("requester", "svi", "web", *CRUC), ("why",),
    ),
    "merge": Rule("doublon", "rattacher comme doublon", LIVING, "merged", (*CRUC, "svi", "rule"), ("parent",)),
    "unmerge": Rule("doublon détaché", "détacher", ("merged",), BACK, CRUC, ("why",)),
}
"""The whole life-cycle. Registering is where it begins, and is no act: everybody but a rule may register."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a login or the name of a part, in which role; ``direction``: the department's own."""

    name: str
    role: Role
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One of `ACTS` with what is said with it (`NEEDS`)."""

    name: str
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the table must know of a request. ``ended_at``: when it was resolved or ended, UTC seconds; None before."""

    reference: str
    status: str
    direction: str | None = None
    ended_at: float | None = None
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What an act does: the new status, the word and the reason for the history, and the columns that change with them."""

    status: str
    label: str
    why: str | None
    columns: Mapping[str, Json]


class Illegal(Exception):
    """The act is not possible; the message says in French why, and what is."""


def decide(standing: Standing, act: Act, actor: Actor, at: float) -> Change:
    """The change that ``act`` makes at ``at`` (UTC seconds). Raises `Illegal`; the request is then as it was."""
    rule = ACTS.get(act.name)
    if rule is None:
        raise Illegal(f"« {act.name} » n'est pas un acte : dites {', '.join(ACTS)}.")
    if standing.status not in rule.come_from:
        raise Illegal(_not_from(standing, rule, actor))
    _check_actor(standing, rule, actor)
    _check_said(standing, act, rule)
    if rule.within and standing.ended_at is not None and at > standing.ended_at + rule.within:
        days = int(rule.within // 86_400)
        old = f"La requête {standing.reference} est close depuis plus de {days} jours"
        raise Illegal(f"{old} : enregistrez-en une nouvelle.")
    status = _target(standing, rule)
    why = act.said.get("why") or act.said.get("motif") or act.said.get("waits_for") or act.said.get("parent")
    return Change(status, rule.label, why, _columns(standing, act, status, at))


def possible(standing: Standing, role: str) -> tuple[str, ...]:
    """The acts that a role may do now, in the order of the table."""
    return tuple(
        name for name, rule in ACTS.items() if standing.status in rule.come_from and role in rule.who
    )


def _check_actor(standing: Standing, rule: Rule, actor: Actor) -> None:
    if actor.role not in rule.who:
        allowed = _in_words(ROLES[role] for role in rule.who)
        raise Illegal(f"{allowed[:1].upper()}{allowed[1:]} peut {rule.verb} la requête {standing.reference}, pas vous.")
    if actor.role == "department" and actor.direction != (standing.direction or ""):
        has = standing.direction or "le CRUC"
        raise Illegal(f"La requête {standing.reference} est chez {has} : votre direction ne peut pas y toucher.")


def _check_said(standing: Standing, act: Act, rule: Rule) -> None:
    lacking = [NEEDS[name] for name in rule.needs if not act.said.get(name, "").strip()]
    if lacking:
        raise Illegal(f"Pour {rule.verb} la requête {standing.reference}, dites {_in_words(lacking, 'et')}.")
    if unknown := sorted(set(act.said) - set(NEEDS) - {"assignee"}):
        raise Illegal(f"« {unknown[0]} » ne se dit pas pour {rule.verb} une requête : rien n'a été changé.")
    if act.said.get("parent") == standing.reference:
        raise Illegal(f"La requête {standing.reference} ne peut pas être son propre doublon.")


def _not_from(standing: Standing, rule: Rule, actor: Actor) -> str:
    ways = [ACTS[name].verb for name in possible(standing, actor.role)]
    then = f"Vous pouvez la {_in_words(ways)}." if ways else "Vous ne pouvez plus rien y changer."
    return f"La requête {standing.reference} est « {STATUSES[standing.status]} » : impossible de la {rule.verb}. {then}"


def _target(standing: Standing, rule: Rule) -> str:
    if rule.to != BACK:
        return rule.to
    return "in_progress" if standing.direction else "acknowledged"


def _columns(standing: Standing, act: Act, status: str, at: float) -> dict[str, Json]:
    """What changes beside the status, by column of the store."""
    changed: dict[str, Json] = {"closed_at": at if status in ENDED else None}
    changed["waits_for"] = act.said.get("waits_for")
    if status == "resolved":
        changed |= {"resolved_at": at, "motif": act.said["motif"], "answer": act.said["answer"]}
    if act.name in ("reopen", "readmit"):
        changed |= {"resolved_at": None, "reopened": standing.reopened + 1}
    if act.name in ("merge", "unmerge"):
        changed["parent"] = act.said.get("parent")
    if act.name == "assign":
        changed |= {"direction": act.said["direction"], "assignee": act.said.get("assignee")}
    if act.name == "reject":
        changed["answer"] = act.said["channel"]
    return changed


def _in_words(names: Iterable[str], last: str = "ou") -> str:
    *most, final = names
    return f"{', '.join(most)} {last} {final}" if most else final
