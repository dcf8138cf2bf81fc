"""The lower part of the wallboard: agents by what they do, callers with why they wait, in the room there is for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from ivr.cli.words import STATES, duration, reason_of_waiting

Style = Literal["", "title", "alarm", "faint"]
CELL: Final = 39
"""Columns of one agent."""


class Line(NamedTuple):
    text: str
    style: Style = ""


def clipped(text: str, width: int) -> str:
    """Printable, in at most ``width`` columns: a reason typed by somebody cannot steer the terminal."""
    clean = "".join(letter if letter.isprintable() else "·" for letter in text).rstrip()
    return clean if len(clean) <= width else clean[: max(0, width - 1)] + "…"


def stacked(status: Mapping[str, Any], width: int, room: int) -> list[Line]:
    """Callers get what agents leave, and half the room at least when there are many of both."""
    callers = _callers(status, width)
    agents = _agents(status["agents"], width)
    half = max(2, room // 2)
    below = min(len(callers), max(half, room - 1 - len(agents)))
    return [*_fitting(agents, room - 1 - below), Line(""), *_fitting(callers, below)]


def side_by_side(status: Mapping[str, Any], width: int, room: int) -> list[Line]:
    left = max(CELL, (width - 3) * 2 // 5)
    agents = _fitting(_agents(status["agents"], left), room)
    callers = _fitting(_callers(status, width - 3 - left), room)
    lines = []
    for row in range(max(len(agents), len(callers))):
        one, other = (part[row] if row < len(part) else Line("") for part in (agents, callers))
        lines.append(Line(f"{clipped(one.text, left).ljust(left)}   {other.text}", "title" if row == 0 else ""))
    return lines


def _fitting(lines: list[Line], room: int) -> list[Line]:
    """The first of them, and how many more there are."""
    if len(lines) <= room:
        return lines
    kept = max(1, room - 1)
    return [*lines[:kept], Line(f"… et {len(lines) - kept} lignes de plus", "faint")][: max(1, room)]


def _agents(agents: Iterable[Mapping[str, Any]], width: int) -> list[Line]:
    """The present ones, by what they do; the absent are only counted."""
    order = list(STATES)
    known = sorted(agents, key=lambda agent: (order.index(agent["state"]), -agent["seconds"], agent["agent"]))
    there = [agent for agent in known if agent["state"] not in {"offline", "unreachable"}]
    counts = Counter(STATES[agent["state"]] for agent in known)
    title = Line("AGENTS   " + ("  ".join(f"{count} {state}" for state, count in counts.items()) or "aucun"), "title")
    across = max(1, width // CELL)
    cell = width // across
    rows = [
        "".join(clipped(_agent(agent), cell - 1).ljust(cell) for agent in there[first : first + across])
        for first in range(0, len(there), across)
    ]
    return [title, *(Line(row) for row in rows)]


def _agent(agent: Mapping[str, Any]) -> str:
    detail = agent["reason"] if agent["state"] == "paused" else agent["queue"] or ""
    return f"{clipped(agent['agent'], 10):<10} {STATES[agent['state']]:<11} {duration(agent['seconds']):>7} {detail}"


def _callers(status: Mapping[str, Any], width: int) -> list[Line]:
    signed_in = {queue["queue"]: queue["agents"] for queue in status["queues"]}
    waiting = status["waiting"]
    lines = [Line(f"ATTENDENT   {len(waiting) or 'personne'}", "title")]
    place: Counter[str] = Counter()
    rows = []
    for each in waiting:
        place[each["queue"]] += 1
        why = reason_of_waiting(each, signed_in.get(each["queue"], 0))
        what = "rappel, " if each["callback"] else ""
        hurried = f", priorité {each['priority']}" if each["priority"] else ""
        where = f"{clipped(each['queue'], 10):<10} {place[each['queue']]:>3}e {duration(each['waited']):>7}"
        rows.append((each["waited"], f"{where} {each['caller']:<6} {what}{why}{hurried}"))
    rows.sort(key=lambda row: -row[0])
    return [*lines, *(Line(clipped(text, width)) for _waited, text in rows)]
