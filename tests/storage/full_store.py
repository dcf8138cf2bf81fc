"""A store with something in every corner: calls living and closed, requests, callbacks, work, words, odd letters."""

import asyncio
from dataclasses import replace

from ivr.core.messages import Noted
from storage import Agent, open_store
from tests.contract.stores import AWA, KOFFI, KONE, MONDAY, PEOPLE, QUEUED, SERVED, begin, draft, live

ODD = "Œuvre d'N’Guessan 🌍 \x7f\n« Ça » \t"


async def fill(url):
    store = open_store(url)
    await store.import_people(PEOPLE)
    await store.put_agent(Agent("serge", "Serge", "201", "agent-serge", ("general",), {"solde": 3}, "ready"))
    await store.keep_flow("v1", f"flow: {ODD}")
    await live(store, "1", KONE, *SERVED)
    await live(store, "2", QUEUED, caller=KOFFI, start=MONDAY + 0.1)
    await begin(store, "3", at=MONDAY + 1e-6)
    await store.register("3", draft(note=ODD, name="Awa Koné"), MONDAY + 2)
    for number in (AWA, KOFFI):
        await store.register_callback("3", number, "general", "full", MONDAY + 3, facts={"matricule": "000123X"})
    await store.put_moment(ODD, "sound", MONDAY, None, "serge")
    await store.append("3", 1, [replace(Noted(0, "queued", ODD), at=MONDAY + 0.3)])
    await store.close()


def filled(path):
    asyncio.run(fill(f"sqlite:///{path}"))
    return path


def quiet(_step, _part):
    """Nobody watches the progress."""
