"""The rules of the agents' list."""

from __future__ import annotations

import msgspec

from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.rows import Agent, told


def put_agent(agent: Agent) -> Steps[None]:
    """Add an agent, or change all but the wish and the wrap-up of a known one."""
    for other in (yield Ask("agent_at", {"extension": agent.extension})):
        if other["id"] != agent.id:
            raise Refused(f"The extension {agent.extension} belongs to the agent {other['id']}: choose another one.")
    yield Ask("put_agent", {
        "id": agent.id, "name": agent.name, "extension": agent.extension, "secret": agent.secret, "wish": agent.wish,
        "queues": _json(agent.queues), "skills": _json(dict(agent.skills)), "ranks": _json(dict(agent.ranks)),
    })


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def list_agents() -> Steps[tuple[Agent, ...]]:
    rows = yield Ask("list_agents")
    return tuple(_agent(row) for row in rows)


def agent(name: str) -> Steps[Agent | None]:
    rows = yield Ask("agent", {"id": name})
    return _agent(rows[0]) if rows else None


def _agent(row: Row) -> Agent:
    lists = {column: msgspec.json.decode(row[column]) for column in ("queues", "skills", "ranks")}
    return told(Agent, {**row, **lists})


def change_agent(name: str, change: Ask) -> Steps[None]:
    """Raises `Refused` for an agent that the store does not know."""
    if not (yield Ask("agent", {"id": name})):
        raise Refused(f"There is no agent called {name}.")
    yield change
