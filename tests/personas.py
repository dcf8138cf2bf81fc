"""The people of our tests. None of them exists; their matricules run from 000001 to 000999."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Person:
    """``requests``: what the store tells of this person; ``code`` opens the first of them."""

    name: str
    matricule: str = ""
    birth: str = ""
    telephone: str = ""
    code: str = ""
    requests: tuple[dict[str, Any], ...] = field(default_factory=tuple)


def request(reference: str, category: str, status: str, **more: Any) -> dict[str, Any]:
    told = {"reference": reference, "date": "2026-11-02", "category": category, "status": status}
    return {**told, "since": "2026-11-09", "due": "2026-12-02", **more}


KOFFI = Person("Koffi", "000123X", "1980-03-05", "0700000123", "135790", (
    request("REQ-2026-000017", "CAR-AVANCEMENT", "in_progress"),
))
ADJOUA = Person("Adjoua", "000456B", "1975-12-31", "0500000456", "246802", (
    request("REQ-2026-000031", "SOL-RAPPEL", "pending_requester"),
    request("REQ-2026-000012", "ATT-TRAVAIL", "closed"),
))
FANTA = Person("Fanta", "000789D", "1992-08-09", "0700000789", "975310", (
    request("REQ-2026-000044", "SOL-PRIME", "resolved", direction="SOLDE"),
))
"""Her answer is there; she has not said yet what it was worth."""
MARIAM = Person("Mariam", "000321W", "1990-06-15", "0100000321")
ISSA = Person("Issa", "000321Z", "1988-01-20", "0700000322")
YAO = Person("Yao", telephone="")
"""Withholds the number, has no matricule yet."""

EVERYBODY = (KOFFI, ADJOUA, FANTA, MARIAM, ISSA, YAO)

AWA = "awa"
SERGE = "serge"
"""Agents, by the name of their account."""
