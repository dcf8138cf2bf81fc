"""One screen of `cruc live` as lines of text: what is known of the service → what a terminal of this size shows.

Pure: no clock, no terminal. A style is a word for a whole line and never the only sign of anything: whoever sees no colours
reads « ! » where somebody waits beyond the target. While the service is away no figure is shown at all, so that none can be
taken for the present.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from ivr.cli.wallboard_panes import Line, clipped, side_by_side, stacked
from ivr.cli.words import duration, rate, service_level

WIDE: Final = 110
"""Columns from which agents and callers stand side by side."""
LEGEND: Final = "! : on attend au-delà de l'objectif.  q : quitter."


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
    below = side_by_side(status, width, room) if width >= WIDE else stacked(status, width, room)
    return [*head, Line(""), *below, Line(LEGEND, "faint")]


def _header(status: Mapping[str, Any]) -> str:
    callers = sum(queue["waiting"] for queue in status["queues"])
    signed_in = sum(agent["state"] not in {"offline", "unreachable"} for agent in status["agents"])
    agents, calls = "s présents" if signed_in > 1 else " présent", "s" if len(status["calls"]) > 1 else ""
    return (f"1364 en direct   {_hour(status['at'])}   {callers} en attente   {signed_in} agent{agents}   "
            f"{len(status['calls'])} appel{calls}")


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


def _hour(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
