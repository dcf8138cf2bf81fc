"""A world copied with its distributor, and the two of them as a value by which equal states are known.

Copying follows only what can change: values, events and rules are shared. Measured on the world 'race' after four moves:
90 µs, against 220 µs by pickling, 600 µs by `copy.deepcopy`, and 30 µs for each of ten to thirty events by running all moves
anew.
"""

from __future__ import annotations

from copy import copy
from dataclasses import fields
from itertools import count
from typing import Final

from unruly import Kept, Leg, Person, Stay, World

from ivr.core.acd import Acd
from ivr.core.agent import Agent
from ivr.core.floor import Floor
from ivr.core.line import Line
from ivr.core.messages import Event
from ivr.core.offers import BusyOver
from ivr.core.queueing import Entry, Offer

ATOMS: Final = frozenset({str, int, float, bool, type(None), frozenset})
FIELDS: Final = {
    kind: tuple(each.name for each in fields(kind))
    for kind in (World, Leg, Stay, Kept, Person, Floor, Line, Agent, Entry, Offer)
}
FLAT: Final = frozenset({"timers", "reports", "told", "answers", "out", "plan", "_fits", "pace", "rules", "facts", "over"})
"""Fields whose items do not change: a list is copied as it is, anything else is shared."""


def copied(thing: object, memo: dict[int, object] | None = None) -> object:
    """The same, sharing nothing that changes."""
    kind = type(thing)
    if kind in ATOMS:
        return thing
    if memo is None:
        memo = {}
    known = memo.get(id(thing))
    if known is not None:
        return known
    if kind in FIELDS or kind is Acd:
        new = memo[id(thing)] = kind.__new__(kind)
        for name in FIELDS.get(kind) or vars(thing):
            value = getattr(thing, name)
            if type(value) not in ATOMS:
                value = copied(value, memo) if name not in FLAT else _flat(value)
            setattr(new, name, value)
        return new
    if kind is dict:
        same = memo[id(thing)] = {}
        for key, value in thing.items():
            same[key] = value if type(value) in ATOMS else copied(value, memo)
        return same
    if kind is list:
        return [copied(value, memo) for value in thing]
    if kind is tuple:
        return tuple([value if type(value) in ATOMS else copied(value, memo) for value in thing])
    return copy(thing) if kind in {set, count} or isinstance(thing, dict) else thing


def _flat(value: object) -> object:
    kind = type(value)
    return list(value) if kind is list else set(value) if kind is set else value


# ------------------------------------------------------------------------------------------------------------- as a value
def key_of(world: World) -> int:
    """Equal for states from which the same can follow. Times count as what is left of them, or as an order."""
    acd, now = world.acd, world.now
    idle = sorted({agent.idle_since for agent in acd.agents.values()})
    places = sorted({entry.order for entry in acd.entries.values()} | {stay.since for stay in world.stays.values()})
    return hash((
        tuple([_agent(agent, idle) for agent in acd.agents.values()]),
        tuple([_entry(entry, places, now) for entry in acd.entries.values()]),
        tuple([_entry(entry, places, now) for key, entry in acd.callbacks.items() if key not in acd.entries]),
        tuple(sorted([_offer(offer, now) for offer in acd.offers.values()])),
        tuple(sorted([(leg[0], leg[1].stage, leg[1].told, leg[1].ghost, leg[1].lost) for leg in world.legs.items()])),
        tuple(sorted([(name, stay.ref, stay.talking, places.index(stay.since)) for name, stay in world.stays.items()])),
        tuple(sorted([_report(report) for report in world.reports])),
        tuple(sorted([(round(due - now, 2), _timer(event, acd)) for due, event in world.timers])),
        tuple([(name, tuple(sorted(legs))) for name, legs in sorted(world.bridge.items())]),
        tuple([(name, tuple(sorted(legs))) for name, legs in sorted(world.aside.items())]),
        tuple(sorted(world.spying.items())), tuple(sorted(world.dials.items())),
        tuple([(name, kept.state, kept.tries) for name, kept in world.store.items()]),
        tuple(sorted(world.owed)), tuple(sorted(world.refs.items())),
        tuple([sorted(line.ringing_all) == [] for line in acd.floor.lines.values()]),
        tuple([(person.wish, person.reachable) for person in world.staff.values()]),
    ))


def _agent(agent: Agent, idle: list[float]) -> tuple[object, ...]:
    return (
        agent.wish, agent.activity, agent.reachable, agent.offer, agent.misses, idle.index(agent.idle_since),
        agent.closing.id if agent.closing is not None else "",
    )


def _entry(entry: Entry, places: list[float], now: float) -> tuple[object, ...]:
    return (
        entry.key, entry.ref, entry.queue, entry.need, len(entry.plan), places.index(entry.order) if entry.ticket else -1,
        entry.count, entry.callback, entry.tries, entry.served, entry.dialling, entry.conference,
        tuple([each.id for each in entry.offers]), entry.winner.id if entry.winner is not None else "",
        entry.guest.id if entry.guest is not None else "", tuple([spy.id for spy in entry.spies]),
        max(0.0, round(entry.not_before - now, 2)),
    )


def _offer(offer: Offer, now: float) -> tuple[object, ...]:
    left = round(offer.joined_at - now, 2) if offer.stage == "answered" and not offer.dropped else 0.0
    return offer.id, offer.kind, offer.stage, offer.end or "", offer.dropped, offer.mode, offer.held_from > 0.0, left


def _report(report: Event) -> tuple[str, ...]:
    return type(report).__name__, str(getattr(report, "offer", "")), str(getattr(report, "callback", ""))


def _timer(event: Event, acd: Acd) -> tuple[object, ...]:
    """Which timer it is, and whether it is the one that is waited for."""
    if type(event) is BusyOver:
        agent = acd.agents[event.agent]
        return "BusyOver", event.agent, agent.idle_since == event.since
    return type(event).__name__, str(getattr(event, "offer", getattr(event, "call", getattr(event, "callback", "")))), True
