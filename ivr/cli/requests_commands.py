"""The acts of the life-cycle as they are typed: one line a command, from which `requests_acts` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Command:
    """An act as it is typed. ``options``: the word of the act that each option says; ``question`` is asked back."""

    act: str
    help: str
    example: str
    options: Mapping[str, tuple[str, str]]
    question: str = ""


WHY: Final = {"why": ("--why", "The reason, kept in the history.")}
COMMANDS: Final[dict[str, Command]] = {
    "acknowledge": Command("acknowledge", "Take requests in charge.", "acknowledge 123", {}),
    "assign": Command(
        "assign", "Send requests to a direction: by default the one that the category begins with, or its next one.",
        "assign 123 124 --to DGAPCE",
        {"direction": ("--to", "The direction, by its code."), "assignee": ("--assignee", "Who there.")},
    ),
    "start": Command("start", "Begin the work on requests.", "start 123 --role department --direction DGAPCE", {}),
    "wait-documents": Command(
        "ask_documents", "Wait for the requester's documents: the clock of the promise stands still.",
        'wait-documents 123 --for "bulletin de solde"', {"waits_for": ("--for", "Which documents are missing.")},
    ),
    "complete": Command("complete", "The documents have come: the clock goes on.", "complete 123", {}),
    "wait-service": Command(
        "ask_service", "Wait for another service; the clock goes on.", 'wait-service 123 --for "CGRAE"',
        {"waits_for": ("--for", "Which service, and for what.")},
    ),
    "service-answered": Command("service_answered", "The other service has answered.", "service-answered 123", {}),
    "resolve": Command(
        "resolve", "Answer requests: the motif's text, or an answer of your own.", "resolve 123 --motif acte_delivre",
        {"motif": ("--motif", "Why it is resolved, one of the category's motifs."),
         "answer": ("--answer", "What the requester reads; the motif's text unless told otherwise.")},
    ),
    "close": Command("close", "Close resolved requests with which the requester agrees.", "close 123", {}),
    "settle": Command("settle", "Close requests at once, answered on the spot.",
                      'settle 123 --why "renseignement donné"', WHY),
    "reopen": Command("reopen", "Open requests again, within 30 days.", 'reopen 123 --why "acte erroné"', WHY),
    "reject": Command(
        "reject", "Declare requests inadmissible; a supervisor's act.",
        'reject 123 --role supervisor --why "autre ministère" --channel "DRH de la Santé"',
        {**WHY, "channel": ("--channel", "Where the requester should turn to.")}, "Déclarer irrecevable",
    ),
    "readmit": Command("readmit", "Take a rejection back, within 30 days; a supervisor's act.",
                       'readmit 123 --role supervisor --why "erreur"', WHY),
    "cancel": Command("cancel", "Cancel requests that the requester no longer wants.",
                      'cancel 123 --why "demande retirée"', WHY, "Annuler"),
    "link": Command("merge", "Link requests as duplicates to the one that goes on.", "link 124 --to 123",
                    {"parent": ("--to", "The request that goes on.")}, "Rattacher comme doublon"),
    "unlink": Command("unmerge", "Detach a duplicate: it goes on by itself.", 'unlink 124 --why "autre période"', WHY,
                      "Détacher"),
}
COMMAND_OF: Final = {command.act: name for name, command in COMMANDS.items()}
"""What to type for an act."""
