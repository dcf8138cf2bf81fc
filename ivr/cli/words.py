"""The French words of the lists: states of agents, needs of callers, durations, rates with their definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

STATES: Final = {
    "ready": "libre", "reserved": "réservé", "ringing": "sonne", "answered": "décroche", "talking": "parle",
    "hold": "garde", "consulting": "consulte", "wrap_up": "après-appel", "resting": "répit",
    "other_call": "autre appel", "paused": "pause", "unreachable": "injoignable", "offline": "absent",
}
"""What an agent does (`ivr.core.agent.Agent.state`), in the order in which one wants to read it."""

CALLBACKS: Final = {"waiting": "attend un agent", "dialling": "appel en cours", "later": "plus tard"}
KINDS: Final = {
    "abandoned": "abandon en file", "full": "file pleine", "closed": "hors horaires", "failed": "coupé",
    "callback_expired": "rappel expiré",
}
"""Lost calls, as `storage.work` names them."""

NOTHING: Final = "–"
GOAL: Final = 0.8
"""The share of « 80/20 » : eighty percent answered within the target."""


def duration(seconds: float | None) -> str:
    """0:42, 12:05, 1:02:05; a dash where there is none."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def age(seconds: float) -> str:
    """How long ago, in the one unit that matters: 40 s, 12 min, 5 h, 3 j."""
    for length, unit in ((86400, "j"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def rate(share: float | None) -> str:
    """A percentage rounded down, so that what is short of a goal never reads as reached; a dash where it is undefined."""
    return NOTHING if share is None else f"{int(share * 100 + 1e-9)} %"


def service_level(limits: Iterable[tuple[float, float]]) -> str:
    """What « NS » means, for queues with these (target, short abandonment) in seconds."""
    pairs = sorted(set(limits))
    targets = ", ".join(f"{GOAL * 100:.0f}/{target:g}" for target, _short in pairs) or "80/20"
    seconds = _or(target for target, _short in pairs)
    short = _or(short for _target, short in pairs)
    return f"NS {targets} : répondus en {seconds} s au plus / (répondus + abandons − abandons de moins de {short} s)"


def _or(values: Iterable[float]) -> str:
    return " ou ".join(f"{value:g}" for value in sorted(set(values))) or "?"


def reason_of_waiting(each: Mapping[str, Any], signed_in: int, names: Mapping[str, str] | None = None) -> str:
    """Why somebody who waits (`ivr.snapshot`) is not served: whom it takes, until when, and who is there."""
    named = names or {}
    if each["agent"]:
        need = f"attend {each['agent']}"
    elif each["skills"]:
        need = "il faut " + ", ".join(f"{named.get(name, name)} ≥ {level}" for name, level in sorted(each["skills"].items()))
    else:
        need = "premier agent libre"
    if each["relaxes_in"] is not None:
        need += f", élargi dans {duration(each['relaxes_in'])}"
    return need if signed_in else f"aucun agent ; {need}"
