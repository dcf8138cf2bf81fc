"""People and calls for the contract of the store."""

from dataclasses import replace

from ivr.core.messages import AgentLeft, CallEnded, CallStarted, Connected, Noted
from ivr.core.record import fold
from storage import Person

MONDAY = 1_792_396_800.0
"""2026-10-19, 04:00 in Abidjan."""
AWA, KOFFI = "+2250700000001", "+2250700000002"
DELAYS = {"ATT-TRAVAIL": (3, "jours ouvrés"), "CAR-AVANCEMENT": (60, "jours"), "INF-GENERALE": (0, "immédiat")}
PEOPLE = [
    Person("000123X", "Koné", "Awa", "1980-12-24", (AWA,)),
    Person("000123Z", "Yao", "Koffi", "1975-03-02", (KOFFI,)),
    Person("000500A", "Diabaté", "Fanta"),
]


QUEUED = Noted(0, "queued", "general")
KONE, YAO = (Noted(0, "identified", [matricule, "keypad"]) for matricule in ("000123X", "000123Z"))
SERVED = (QUEUED, Noted(0, "agent", "serge"), Connected(0, 1, "o1"), AgentLeft(0, 1, "o1", False))


def story(call, *happened, caller=AWA, cause="caller", start=MONDAY):
    """A journal: one event a second after the start, then the end."""
    events = [CallStarted(start, call, caller, "1364", "v1")]
    events += [replace(event, at=start + n) for n, event in enumerate(happened, 1)]
    return [*events, CallEnded(start + len(events), cause)]


async def begin(store, call, caller=AWA, at=MONDAY):
    await store.open_call(call, at, caller, "1364", "v1")


async def live(store, call, *happened, caller=AWA, cause="caller", start=MONDAY):
    """A whole call: opened, journaled, closed. Returns its record and the reference of its request."""
    events = story(call, *happened, caller=caller, cause=cause, start=start)
    if await store.call(call) is None:
        await begin(store, call, caller, start)
    await store.append(call, 1, events)
    record = fold(events)
    return record, await store.close_call(call, record)


def draft(category="ATT-TRAVAIL", key="1", **more):
    return {"category": category, "key": key, "matricule": "000123X", "verified": True, "caller": AWA, **more}


async def told(store, reference):
    kept = await store.request(reference)
    return kept.request, kept.history


async def town_of(store):
    """Awa, Koffi and Fanta are known; Awa has one open request, one closed call, and Koffi nothing. ``store.made``: what
    registering her request answered."""
    await store.import_people(PEOPLE)
    await begin(store, "1")
    store.made = await store.register("1", draft(), MONDAY)
    await live(store, "1", Noted(0, "request", store.made["reference"]))
    await live(store, "2", Noted(0, "identified", ["000123X", "keypad"]), Noted(0, "goal", "INFO_DONNEE"))
    return store
