"""The running service at one moment, as plain data: for ``cruc status``. Numbers and matricules are covered."""

from __future__ import annotations

import os
from typing import Any

from ivr.app import Service
from ivr.core.record import CallRecord


def snapshot(service: Service) -> dict[str, Any]:
    now = service.clock.now()
    acd = service.house.distributor.acd
    return {
        "pid": os.getpid(),
        "home": str(service.settings.var),
        "flow": service.dialplan.flow.version,
        "sip": f"{service.settings.sip_bind}:{service.settings.sip_port}",
        "asterisk": {"version": service.asterisk.installation.version, "pid": service.asterisk.pid},
        "recognizer": {"name": service.recognizer.name, **service.recognizer.health()},
        "admitted": service.limit.now,
        "drift": service.clock.drift,
        "calls": [_call(session.call.record, session.call.node, now) for session in service.sessions],
        "queues": [
            {
                "queue": name, "label": rules.label, "waiting": sum(each.queue == name for each in acd.waiting()),
                "agents": acd.signed_in(name),
            }
            for name, rules in service.dialplan.queues.items()
        ],
        "agents": [
            {
                "agent": agent.id, "state": agent.state, "wish": agent.wish, "reason": agent.reason,
                "reachable": agent.reachable, "queues": list(agent.queues),
            }
            for agent in acd.agents.values()
        ],
    }


def _call(record: CallRecord, node: str | None, now: float) -> dict[str, Any]:
    return {
        "call": record.call, "seconds": round(now - record.started_at, 1), "node": node, "queue": record.queue,
        "agent": record.agent, "talking": record.connected_at is not None, "caller": "•••" + record.caller[-2:],
    }
