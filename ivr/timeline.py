"""A call's journal as a person reads it: one line an entry, with the seconds since the call began."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ivr.core.messages import (
    AgentAnswered,
    AgentChanged,
    AgentHeld,
    AgentLeft,
    Answered,
    CallEnded,
    CallStarted,
    CommandFailed,
    Connected,
    DigitReceived,
    Event,
    Heard,
    Noted,
    PlaceKept,
    QueueChanged,
    QueueMoved,
    QueueRefused,
    Recorded,
    Resumed,
)

LONGEST: Final = 96
SLOT: Final = re.compile(r"\{\w+\}")

CAUSES: Final = {
    "caller": "l'appelant raccroche", "us": "le 1364 raccroche", "cut": "appel coupé", "bug": "erreur interne",
    "limit": "durée maximale atteinte",
}
HEARD: Final = {"silence": "silence", "noise": "parole non comprise", "lost": "reconnaissance vocale perdue"}


@dataclass(frozen=True, slots=True)
class Line:
    """``after`` is in seconds since the call began; ``who`` is a column: appelant, 1364, agent, requête…"""

    after: float
    who: str
    what: str

    def __str__(self) -> str:
        return f"{int(self.after // 60):02d}:{self.after % 60:04.1f}  {self.who:<9} {self.what}"


def timeline(entries: Iterable[Event], texts: Mapping[str, str]) -> Iterator[Line]:
    """``texts``: prompt id → its text. Entries that only matter to machines are left out."""
    start: float | None = None
    for entry in entries:
        start = entry.at if start is None else start
        said = told(entry, texts)
        if said is not None:
            yield Line(max(0.0, entry.at - start), *said)


def told(entry: Event, texts: Mapping[str, str]) -> tuple[str, str] | None:
    """(who, what), or None for an entry that tells a person nothing."""
    if isinstance(entry, Noted):
        teller = NOTES.get(entry.fact)
        if entry.fact == "said":
            return "1364", shortened(" / ".join(texts.get(str(name), str(name)) for name in _many(entry.value)))
        return teller(entry.value) if teller else None
    teller_of_event = EVENTS.get(type(entry))
    return teller_of_event(entry) if teller_of_event else None


def shortened(text: str) -> str:
    flat = SLOT.sub("…", " ".join(text.split()))
    return f"« {flat} »" if len(flat) <= LONGEST else f"« {flat[: LONGEST - 1].rstrip()}… »"


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _heard(event: Heard) -> tuple[str, str]:
    if event.kind != "speech":
        return "appelant", f"({HEARD.get(event.kind, event.kind)})"
    return "appelant", "dit " + " | ".join(f"« {each.words} » ({each.score:.2f})" for each in event.hypotheses[:3])


def _readings(value: Any) -> tuple[str, str]:
    shown = [f"{each[0]} ({each[1]:.2f}{', connu' if each[2] else ''})" for each in _many(value)]
    return "matricule", "lectures : " + ", ".join(shown)


def _identified(value: Any) -> tuple[str, str]:
    matricule, how = (*_many(value), None, None)[:2]
    by = {"keypad": "au clavier", "speech": "à la voix"}.get(str(how), str(how))
    return "matricule", f"{matricule}, confirmé {by}" if matricule else "non donné"


def _advanced(value: Any) -> tuple[str, str]:
    reference, act = (*_many(value), None, None)[:2]
    done = {"reopen": "rouverte", "complete": "complétée", "close": "close", "remind": "relancée", "rate": "notée"}
    return "requête", f"{reference} {done.get(str(act), str(act))} par l'appelant"


def _place(event: QueueMoved) -> tuple[str, str]:
    wait = f", attente estimée {event.wait:.0f} s" if event.wait is not None else ""
    return "file", f"{event.ahead} appel(s) avant, {event.agents} agent(s) connecté(s){wait}"


def _announced(value: Any) -> tuple[str, str]:
    told = _many(value)[0]
    return "1364", f"annonce une attente de {told / 60:.0f} min" if told <= 1800 else "annonce plus de 30 min d'attente"


def _left(event: AgentLeft) -> tuple[str, str]:
    if event.to:
        return "agent", f"transfère l'appel ({event.to})"
    return "agent", "n'a pas répondu : l'appelant garde sa place" if event.requeued else "a raccroché"


EVENTS: Final[dict[type[Event], Callable[[Any], tuple[str, str] | None]]] = {
    CallStarted: lambda event: (
        ("1364", f"rappelle (rappel {event.callback}, arbre {event.flow})") if event.callback
        else ("appelant", f"appelle le {event.dialed} (arbre {event.flow})")
    ),
    DigitReceived: lambda event: ("appelant", f"touche {event.digit}"),
    Heard: _heard,
    Recorded: lambda event: ("appelant", f"laisse un message de {event.seconds:.0f} s"),
    QueueMoved: _place,
    PlaceKept: lambda _event: ("file", "garde la place de son rappel"),
    QueueChanged: lambda event: ("file", f"passe dans la file {event.queue}"),
    AgentChanged: lambda event: ("agent", f"l'appelant parle maintenant à {event.agent or event.number}"),
    AgentHeld: lambda event: ("agent", "met l'appelant en attente" if event.on else "reprend l'appelant"),
    QueueRefused: lambda event: ("file", f"refusé : {event.reason}"),
    AgentAnswered: lambda event: ("agent", f"décroche : {event.agent}"),
    Connected: lambda _event: ("agent", "en conversation"),
    AgentLeft: _left,
    Resumed: lambda _event: ("1364", "reprise après interruption du service"),
    CommandFailed: lambda event: ("1364", f"échec de {event.command} : {event.reason}"),
    Answered: lambda event: ("requête", f"enregistrée : {event.facts['reference']}") if "code" in event.facts else None,
    CallEnded: lambda event: ("fin", CAUSES.get(event.cause, event.cause)),
}

NOTES: Final[dict[str, Callable[[Any], tuple[str, str] | None]]] = {
    "node": lambda value: ("étape", str(value)),
    "notice": lambda value: ("1364", f"mention légale entendue (version {value})"),
    "readings": _readings,
    "identified": _identified,
    "refused": lambda value: ("matricule", f"{value} refusé"),
    "chose": lambda value: ("appelant", f"choisit {value}"),
    "category": lambda value: ("requête", f"catégorie {value}"),
    "goal": lambda value: ("résultat", str(value)),
    "queued": lambda value: ("file", f"entre dans la file {value}"),
    "announced": _announced,
    "queue_refused": lambda value: ("file", f"refusé : {value}"),
    "ringing": lambda value: ("agent", f"le poste sonne : {value}"),
    "callback": lambda _value: ("rappel", "rappel programmé"),
    "satisfaction": lambda value: ("appelant", f"note {value} sur 5"),
    "verified": lambda _value: ("appelant", "second facteur vérifié"),
    "request": lambda value: ("requête", f"il s'agit de {value}"),
    "duplicate": lambda value: ("requête", "déjà ouverte : " + {"follow": "la suit"}.get(str(value), "en veut une autre")),
    "advanced": _advanced,
    "not_advanced": lambda value: ("requête", f"demande impossible ({value})"),
    "rated": lambda value: ("appelant", f"note la réponse {value} sur 5"),
    "recording_refused": lambda _value: ("appelant", "refuse l'enregistrement"),
    "tries_over": lambda value: ("1364", f"essais épuisés à {value}"),
    "deaf": lambda _value: ("1364", "clavier seul : la voix n'est plus entendue"),
    "silence": lambda value: ("appelant", f"silence ({value})"),
    "incompris": lambda value: ("appelant", f"réponse non comprise ({value})"),
}
"""What each note says to a person; `Noted` facts that are not here only serve the record."""
