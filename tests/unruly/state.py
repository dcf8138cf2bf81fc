"""The state of a distributor as plain values, so that two of them can be compared: what it keeps changes while it lives, and
compares by identity."""

from __future__ import annotations

from dataclasses import fields

from ivr.core.acd import Acd
from ivr.core.agent import Agent
from ivr.core.queueing import Entry, Offer


def state_of(acd: Acd) -> dict[str, object]:
    """Everything that a later answer may depend on; tickets by their order, heaps without what was thrown away."""
    lines = acd.floor.lines
    return {
        "rules": dict(acd.rules),
        "turns": acd.turns,
        "agents": {name: _plain(agent) for name, agent in acd.agents.items()},
        "entries": {key: _plain(entry) for key, entry in acd.entries.items()},
        "callbacks": {key: _plain(entry) for key, entry in acd.callbacks.items()},
        "offers": {key: _plain(offer) for key, offer in acd.offers.items()},
        "waiting": {name: [entry.key for entry in acd.waiting(name)] for name in lines},
        "lines": {
            name: (line.members, line.signed_in, line.deserted, sorted(line.ringing_all), line.pace.aht, line.pace.theta)
            for name, line in lines.items()
        },
    }


def _plain(thing: Agent | Entry | Offer) -> dict[str, object]:
    return {each.name: _value(getattr(thing, each.name)) for each in fields(thing)}


def _value(value: object) -> object:
    if isinstance(value, Offer):
        return value.id
    if isinstance(value, Entry):
        return value.key
    if isinstance(value, list):
        return [_value(each) for each in value]
    return set(value) if isinstance(value, set) else value
