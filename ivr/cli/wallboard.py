"""One screen of `cruc live` as lines of text: what is known of the service → what a terminal of this size shows.

Pure: no clock, no terminal. A style is a word for a whole line and never the only sign of anything: whoever sees no colours
reads « ! » where somebody waits beyond the target. While the service is away no figure is shown at all, so that none can be
taken for the present.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from ivr.cli.words import STATES, duration, rate, reason_of_waiting, service_level

Style = Literal["", "title", "alarm", "faint"]
WIDE: Final = 110
"""Columns from which agents and callers stand side by side."""
CELL: Final = 39
"""Columns of one agent."""
LEGEND: Final = "! : on attend au-delà de l'objectif.  q : quitter."


class Line(NamedTuple):
    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """``status``: the last snapshot, None before the first. ``away``: since when (UTC seconds) the service has not
    answered, None while it does; ``why`` in a sentence."""

    status: Mapping[str, Any] | None = None
    away: float | None = None
    why: str = ""


class Column(NamedTuple):
    title: str
    width: int
    value: Callable[[Mapping[str, Any]], object]
    matters: int
    """The columns that matter most stay on a narrow terminal: 0 always."""


def _day(name: str) -> Callable[[Mapping[str, Any]], object]:
    return lambda queue: queue["day"].get(name, 0)


COLUMNS: Final = (
    Column("Att.", 4, lambda queue: queue["waiting"], 0),
    Column("Longue", 7, lambda queue: duration(queue["longest"]) if queue["waiting"] else "–", 0),
    Column("Libre", 5, lambda queue: queue["free"], 1),
    Column("Parle", 5, lambda queue: queue["talking"], 2),
    Column("Pause", 5, lambda queue: queue["paused"], 3),
    Column("Offert", 6, _day("offered"), 5),
    Column("Rép.", 5, _day("answered"), 4),
    Column("Aband.", 6, _day("abandoned"), 3),
    Column("NS", 5, lambda queue: rate(queue["day"].get("service_level")), 1),
    Column("Rappel", 6, lambda queue: queue["callbacks"], 4),
)
NAME: Final = (12, 26)
"""Columns for a queue's name: at least, at most."""


def screen(seen: Seen, now: float, width: int, height: int) -> list[Line]:
    """At most ``height`` lines of at most ``width`` columns; the last is the legend where there is room for it."""
    width, height = max(width, 10), max(height, 1)
    lines = _away(seen, now, width) if seen.status is None or seen.away is not None else _present(seen.status, width, height)
    fitting = lines if len(lines) <= height else [*lines[: height - 1], Line("… la fenêtre est trop basse", "faint")]
    return [Line(clipped(line.text, width), line.style) for line in fitting]


def clipped(text: str, width: int) -> str:
    """Printable, in at most ``width`` columns: a reason typed by somebody cannot steer the terminal."""
    clean = "".join(letter if letter.isprintable() else "·" for letter in text).rstrip()
    return clean if len(clean) <= width else clean[: max(0, width - 1)] + "…"


def _away(seen: Seen, now: float, width: int) -> list[Line]:
    if seen.away is None:
        return [Line("1364   on cherche le service…")]
    banner = f" SERVICE ABSENT depuis {_hour(seen.away)} ({duration(now - seen.away)}) "
    lines = [Line(banner.ljust(width), "alarm"), Line("")]
    lines += [Line(part) for part in textwrap.wrap(seen.why, width)]
    if seen.status is not None:
        total = sum(queue["waiting"] for queue in seen.status["queues"])
        last = f"Dernier état connu, à {_hour(seen.status['at'])} : {total} en attente, {len(seen.status['calls'])} appels."
        lines += [Line(part, "faint") for part in textwrap.wrap(last, width)]
    return [*lines, Line(""), Line("L'affichage reprend tout seul.  q : quitter.", "faint")]


def _present(status: Mapping[str, Any], width: int, height: int) -> list[Line]:
    head = [Line(_header(status), "title"), Line(""), *_queues(status["queues"], width)]
    limits = [(queue["level"], queue["short"]) for queue in status["queues"]]
    head += [Line(part, "faint") for part in textwrap.wrap(f"Depuis minuit. {service_level(limits)}.", width)]
    room = max(4, height - len(head) - 2)
    below = _side_by_side(status, width, room) if width >= WIDE else _stacked(status, width, room)
    return [*head, Line(""), *below, Line(LEGEND, "faint")]


def _header(status: Mapping[str, Any]) -> str:
    callers = sum(queue["waiting"] for queue in status["queues"])
    signed_in = sum(agent["state"] not in {"offline", "unreachable"} for agent in status["agents"])
    return (f"1364 en direct   {_hour(status['at'])}   {callers} en attente   {signed_in} agents présents   "
            f"{len(status['calls'])} appels")


# ----------------------------------------------------------------------------------------------------------------- queues
def _queues(queues: Sequence[Mapping[str, Any]], width: int) -> list[Line]:
    least, most = NAME
    columns, gap = [*COLUMNS], 2 if width >= WIDE else 1
    while columns and least + 2 + sum(column.width + gap for column in columns) > width:
        columns.remove(max(columns, key=lambda column: column.matters))
    name = min(most, width - 2 - sum(column.width + gap for column in columns))
    blank = " " * gap
    titles = "".join(blank + column.title.rjust(column.width) for column in columns)
    lines = [Line(f"  {'File'.ljust(name)}{titles}", "title")]
    for queue in queues:
        values = "".join(blank + str(column.value(queue)).rjust(column.width) for column in columns)
        late = queue["waiting"] and queue["longest"] > queue["level"]
        mark = "! " if late else "  "
        lines.append(Line(f"{mark}{clipped(queue['label'], name).ljust(name)}{values}", "alarm" if late else ""))
    return lines


# ----------------------------------------------------------------------------------------------------- agents and callers
def _stacked(status: Mapping[str, Any], width: int, room: int) -> list[Line]:
    """Callers get what agents leave, and half the room at least when there are many of both."""
    callers = _callers(status, width)
    agents = _agents(status["agents"], width)
    half = max(2, room // 2)
    below = min(len(callers), max(half, room - 1 - len(agents)))
    return [*_fitting(agents, room - 1 - below), Line(""), *_fitting(callers, below)]


def _side_by_side(status: Mapping[str, Any], width: int, room: int) -> list[Line]:
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


def _hour(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
