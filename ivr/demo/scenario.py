"""The demonstration call, in the order in which its caller hears it: a work certificate asked for, then a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ivr.core.messages import AgentRinging
from ivr.demo.softphone import Softphone, TelephoneError
from ivr.demo.witness import Witness
from storage import CallFile

MATRICULE: Final = "000123X"
PATIENCE: Final = 45.0
TALK: Final = 5.0
SOON: Final = 1.5
"""Seconds within which a question follows the key that led to it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Once ``prompt`` is said, listen to it for ``listen`` seconds, then press ``keys``; one that is ``perhaps`` not said is
    left out."""

    prompt: str
    listen: float
    keys: str
    what: str
    perhaps: bool = False


STEPS: Final = (
    Step("principal.carriere", 2.5, "2", "carrière et attestations"),
    Step("carriere.intro", 2.0, "1", "attestations"),
    Step("categorie.ATT-TRAVAIL", 2.0, "1", "attestation de travail"),
    Step("menu.suite", 2.0, "1", "enregistrer une requête"),
    Step("matricule.demander", 2.5, MATRICULE[:6] + "9", "matricule : six chiffres, puis la touche qui porte le X"),
    Step("matricule.lettre_choix_4", 4.0, "", "la lettre, parmi celles de la touche 9"),
    Step("matricule.confirmer", 6.0, "1", "c'est exact"),
    Step("requete.objet_confirme", 3.0, "1", "c'est bien cela"),
    Step("requete.deja_ouverte_choix", 5.0, "2", "une autre, la démonstration ayant déjà servi", perhaps=True),
    Step("requete.offre_message", 5.0, "2", "sans message vocal"),
    Step("requete.numero_rappel", 5.0, "1", "c'est son numéro"),
    Step("requete.enregistree", 16.0, "2", "la référence est notée"),
    Step("fin.autre_demande", 1.0, "0", "parler à un agent"),
)


async def caller_and_agent(
    witness: Witness, caller: Softphone, agent: Softphone, speech: Path, tell: Callable[[str], None]
) -> CallFile:
    """Play it. Returns the call as the store keeps it. Raises `TelephoneError` where it does not go on."""
    new = asyncio.create_task(witness.new_call(PATIENCE))
    await caller.dial("1364")
    await caller.until("connected", PATIENCE)
    call = await new
    for step in STEPS:
        if not await heard_in_time(witness, call, step):
            continue
        await asyncio.sleep(step.listen)
        keys = step.keys or letter_key(witness, call)
        tell(f"          ☎ l'appelante tape {keys} ({step.what})")
        await caller.press(keys)
    await witness.happened(call, AgentRinging, PATIENCE)
    await agent.until("connected", PATIENCE)
    await caller.speak(speech)
    await asyncio.sleep(TALK)
    tell("          ☎ l'agente raccroche")
    await agent.hang_up()
    await witness.told(call, "enquete.note", PATIENCE)
    await asyncio.sleep(2.0)
    await caller.press("5")
    await caller.until("ended", PATIENCE)
    return await witness.closed(call, 10)


async def heard_in_time(witness: Witness, call: str, step: Step) -> bool:
    """False for a step that is perhaps not said, and is not. Raises `TelephoneError` for any other."""
    try:
        await witness.told(call, step.prompt, SOON if step.perhaps else PATIENCE)
    except TelephoneError:
        if not step.perhaps:
            raise
        return False
    return True


def letter_key(witness: Witness, call: str) -> str:
    """The key that the prompt being said gives to the matricule's letter."""
    offered = witness.saying(call, "matricule.lettre_choix_4")
    return next((name[-1] for name, letter in offered.items() if letter == MATRICULE[6]), "1")
