"""The rules of a queue in words, as `cruc queue show` tells them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final

from ivr.core.queueing import Rules

SECONDS: Final = "s"
MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "label": ("", "nom montré aux agents"),
    "strategy": ("", "à qui l'appel est proposé d'abord"),
    "weight": ("", "vitesse à laquelle une minute d'attente compte"),
    "ring": (SECONDS, "sonnerie d'un poste avant d'en essayer un autre"),
    "wrap_up": (SECONDS, "travail après l'appel"),
    "misses": ("", "appels manqués de suite avant la pause"),
    "most": ("", "appelants en attente au plus"),
    "longest": (SECONDS, "attente la plus longue, puis un rappel est proposé"),
    "beyond": (SECONDS, "on ne prend pas qui attendrait davantage"),
    "overflow": ("", "file qui reçoit les autres"),
    "overflow_after": (SECONDS, "attente avant d'y passer"),
    "when_empty": ("", "quand personne n'est connecté"),
    "empty_after": (SECONDS, "depuis combien de temps, quand on le dit à ceux qui attendent"),
    "skills": ("", "ce que l'agent doit savoir"),
    "prefers": ("", "ce qui est préféré"),
    "relax": ("", "ce qui suffit après une attente"),
    "sticky": (SECONDS, "attente de l'agent de la dernière fois"),
    "sticky_within": ("h", "si c'était il y a moins que cela"),
    "hours": ("", "horaires propres à la file"),
    "music": ("", "musique d'attente"),
    "record": ("", "conversations enregistrées"),
    "level": (SECONDS, "objectif du niveau de service"),
    "short": (SECONDS, "un abandon plus court ne compte pas"),
    "callback_after": (SECONDS, "attente annoncée qui fait proposer le rappel"),
    "tries": ("", "essais d'un rappel au plus"),
    "spacing": (SECONDS, "temps entre deux essais"),
    "lasting": ("h", "temps après lequel un rappel expire"),
    "dial": (SECONDS, "sonnerie chez la personne rappelée"),
}
"""Rule → its unit, and what it means."""

OPTIONAL: Final = frozenset({"longest", "beyond", "overflow_after", "sticky"})
"""Limits that never apply when they are 0."""

CHOICES: Final = {
    "longest_idle": "l'agent libre depuis le plus longtemps", "fewest_calls": "l'agent qui a pris le moins d'appels",
    "least_occupied": "l'agent le moins occupé", "round_robin": "chacun à son tour", "linear": "dans l'ordre des rangs",
    "random": "au hasard, selon les rangs", "ring_all": "tous à la fois",
    "refuse": "refuser (rappel proposé)", "wait": "attendre", "overflow": "déborder",
}


def values(rules: Rules) -> Iterable[tuple[str, str, bool]]:
    """(rule, value in words, whether it is the default's)."""
    usual = Rules()
    for each in fields(Rules):
        value = getattr(rules, each.name)
        yield each.name, _value(each.name, value), value == getattr(usual, each.name)


def _value(name: str, value: Any) -> str:
    unit = MEANINGS[name][0]
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name in OPTIONAL and not value:
        return "jamais"
    if isinstance(value, int | float):
        return f"{value / 3600:g} h" if unit == "h" else f"{value:g} {unit}".strip()
    if name == "relax":
        return " ; ".join(f"après {after:g} s : {_skills(skills)}" for after, skills in value) or "rien"
    if name in {"skills", "prefers"}:
        return _skills(value)
    if name == "hours":
        return "du centre" if value is None else "propres"
    if name == "music":
        return value or "celle de l'arbre"
    return CHOICES.get(value, value) or "aucune"


def _skills(skills: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {level}" for name, level in skills) or "rien"
