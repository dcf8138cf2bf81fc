"""Demonstration people: invented, with matricules from 000001 to 000999 that nobody has, and requests to ask about."""

from __future__ import annotations

import time
from typing import Final

from ivr.core.messages import CallEnded, CallStarted, Json, Noted
from ivr.core.record import fold
from storage import Agent, Person, Store

PEOPLE: Final = (
    Person("000123X", "Koné", "Awa", "1980-12-24", ("0700000001",)),
    Person("000123Z", "Yao", "Koffi", "1975-03-02", ("0700000002",)),
    Person("000231B", "Kouassi", "Adjoua", "1988-07-15", ("0500000003",)),
    Person("000304K", "Ouattara", "Issouf", "1979-01-30", ("0100000004",)),
    Person("000418M", "Bamba", "Mariam", "1991-10-08", ("0700000005",)),
    Person("000500A", "Diabaté", "Fanta", "1984-05-21", ("0500000006",)),
    Person("000617T", "Gnamien", "Yao", "1970-09-09", ("0700000007",)),
    Person("000702H", "Traoré", "Salif", "1995-02-11", ("0100000008",)),
    Person("000845P", "Zadi", "Léa", "1986-11-27", ("0700000009",)),
    Person("000999E", "N'Guessan", "Aya", "1982-08-03", ("0500000010",)),
)
ASKED: Final = (
    ("000123X", "ATT-TRAVAIL", 2), ("000231B", "CAR-AVANCEMENT", 20), ("000304K", "SOL-RAPPEL", 9),
    ("000500A", "POS-MUTATION", 5),
)
"""Matricule, category, days ago."""

AGENT: Final = Agent("aya", "Aya (démonstration)", "199", "aya", ("general", "carriere", "solde", "concours"))
DAY: Final = 86_400.0


async def demonstration(store: Store) -> int:
    """Fill a store that knows none of these people. Returns how many were added: 0 when it was done before."""
    if await store.person(PEOPLE[0].matricule):
        return 0
    await store.import_people(PEOPLE)
    now = time.time()
    for number, (matricule, category, days) in enumerate(ASKED, 1):
        await _earlier_call(store, f"demonstration-{number}", matricule, category, now - days * DAY)
    return len(PEOPLE)


async def _earlier_call(store: Store, call: str, matricule: str, category: str, at: float) -> None:
    """A call of some days ago that left a request: told by a journal like any other."""
    caller = next(person.phones[0] for person in PEOPLE if person.matricule == matricule)
    await store.open_call(call, at, caller, "1364", "demonstration")
    draft: dict[str, Json] = {"category": category, "key": "demonstration", "matricule": matricule, "caller": caller}
    reference = (await store.register(call, draft, at + 60))["reference"]
    journal = (
        CallStarted(at, call, caller, "1364", "demonstration"),
        Noted(at + 40, "identified", [matricule, "keypad"]),
        Noted(at + 50, "category", category),
        Noted(at + 60, "request", reference),
        Noted(at + 60, "goal", "REQUETE_CREEE"),
        CallEnded(at + 75, "caller"),
    )
    await store.append(call, 0, journal)
    await store.close_call(call, fold(journal))
