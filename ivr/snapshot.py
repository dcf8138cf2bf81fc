"""The running service at one moment, as plain data, for ``cruc status`` and ``cruc live``. Numbers are covered."""

from __future__ import annotations

import os
from typing import Any

from ivr.app import Service
from ivr.core.acd import Acd
from ivr.core.agent import Agent
from ivr.core.queueing import Entry, Rules
from ivr.core.record import CallRecord
from ivr.today import Today


def snapshot(service: Service) -> dict[str, Any]:
    """``unanswered``: who is on the line and in no report yet, for the counting identity of the day."""
    now = service.clock.now()
    acd, today = service.house.distributor.acd, service.house.distributor.today
    return {
        "pid": os.getpid(),
        "at": now,
        "home": str(service.settings.var),
        "flow": service.dialplan.flow.version,
        "sip": f"{service.settings.sip_bind}:{service.settings.sip_port}",
        "asterisk": {"version": service.asterisk.installation.version, "pid": service.asterisk.pid},
        "recognizer": {"name": service.recognizer.name, **service.recognizer.health()},
        "admitted": service.limit.now,
        "drift": service.clock.drift,
        "calls": [_call(session.call.record, session.call.node, now) for session in service.sessions],
        "queues": [_queue(acd, today, name, rules, now) for name, rules in acd.rules.items()],
        "waiting": [_waiting(entry, now) for name in acd.rules for entry in acd.waiting(name)],
        "agents": [_agent(acd, agent, now) for agent in acd.agents.values()],
        "callbacks": [_callback(acd, entry, now) for entry in acd.callbacks.values()],
        "unanswered": [
            {"queue": entry.queue, "entered": entry.entered} for entry in acd.entries.values()
            if not entry.served and not entry.callback
        ],
    }


def _call(record: CallRecord, node: str | None, now: float) -> dict[str, Any]:
    return {
        "call": record.call, "seconds": round(now - record.started_at, 1), "node": node, "queue": record.queue,
        "agent": record.agent, "talking": record.connected_at is not None, "caller": covered(record.caller),
    }


def covered(number: str) -> str:
    return "•••" + number[-2:]


def _queue(acd: Acd, today: Today, name: str, rules: Rules, now: float) -> dict[str, Any]:
    """Where it stands, and its day so far: rates are None before there is anything to divide by."""
    waiting = [entry for entry in acd.waiting(name) if not entry.callback]
    staff = [agent for agent in acd.agents.values() if name in agent.queues]
    figures = today.figures(name, waiting=0)
    day = {} if figures is None else {
        "offered": figures.offered, "answered": figures.answered, "abandoned": figures.abandoned,
        "service_level": figures.service_level, "abandonment": figures.abandonment, "asa": figures.asa, "aht": figures.aht,
        "refused": dict(figures.refused),
    }
    return {
        "queue": name, "label": rules.label or name, "strategy": rules.strategy, "waiting": len(waiting),
        "longest": round(max((now - entry.since for entry in waiting), default=0.0), 1),
        "callbacks": sum(entry.queue == name for entry in acd.callbacks.values()),
        "agents": acd.signed_in(name), "free": sum(agent.takes_offers for agent in staff),
        "talking": sum(agent.activity in {"talking", "hold", "consulting"} for agent in staff),
        "paused": sum(agent.wish == "paused" for agent in staff), "level": rules.level, "short": rules.short, "day": day,
    }


def _waiting(entry: Entry, now: float) -> dict[str, Any]:
    return {
        "call": entry.key, "queue": entry.queue, "waited": round(now - entry.since, 1), "priority": entry.priority,
        "callback": entry.callback, "agent": entry.need.agent, "skills": dict(entry.need.skills),
        "relaxes_in": round(max(0.0, entry.entered + entry.plan[0][0] - now), 1) if entry.plan else None,
        "category": entry.facts.get("category"), "caller": covered(entry.number or str(entry.facts.get("caller") or "")),
    }


def _agent(acd: Acd, agent: Agent, now: float) -> dict[str, Any]:
    offer = acd.offers.get(agent.offer)
    return {
        "agent": agent.id, "state": agent.state, "wish": agent.wish, "reason": agent.reason, "reachable": agent.reachable,
        "queues": list(agent.queues), "skills": dict(agent.skills), "seconds": round(max(0.0, now - agent.since), 1),
        "calls": agent.calls, "misses": agent.misses, "call": offer.call if offer else None,
        "queue": offer.queue if offer else None, "kind": offer.kind if offer else None,
        "ends_in": round(max(0.0, agent.busy_until - now), 1) if agent.activity == "wrap_up" else None,
    }


def _callback(acd: Acd, entry: Entry, now: float) -> dict[str, Any]:
    return {
        "callback": entry.callback, "queue": entry.queue, "waited": round(now - entry.since, 1), "tries": entry.tries,
        "state": "dialling" if entry.dialling else "waiting" if entry.key in acd.entries else "later",
        "number": covered(entry.number),
    }
