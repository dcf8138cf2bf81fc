"""A report as JSON, or as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import typer

from ivr.cli.console import in_a_cell, moment
from ivr.cli.figures import CallFigures, Figures, Period
from ivr.cli.opened import missing
from ivr.core.metrics import QueueFigures
from ivr.core.metrics_agents import AgentFigures


def _row(each: QueueFigures | AgentFigures) -> dict[str, Any]:
    """All figures by name, the interval as two times (UTC seconds)."""
    row = each.row()
    del row["interval"]
    return {"since": each.interval.since, "until": each.interval.until, **row}


def whole(period: Period, found: Figures, agents: bool) -> dict[str, Any]:
    return {
        **asdict(period), "intervals": [_row(each) for each in found.cells], "queues": [_row(each) for each in found.totals],
        "total": _row(found.total) if found.total else None,
        **({"agents": [_row(each) for each in found.agents]} if agents else {}), "calls": _calls(found.calls),
    }


def _calls(calls: CallFigures) -> dict[str, Any]:
    served, marks, waits = calls.self_service, calls.satisfaction, calls.announcements
    return {
        **asdict(served), "self_service_rate": served.rate, "satisfaction": {**asdict(marks), "csat": marks.csat,
        "response_rate": marks.response_rate}, "announcements": {"announced": waits.announced, "error": waits.error,
        "share_too_short": waits.share_too_short}, "outcomes": dict(calls.outcomes),
    }


def export(file: Path, rows: Sequence[QueueFigures | AgentFigures]) -> None:
    if str(file) == "-":
        _write(sys.stdout, rows)
        return
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:  # the mark has spreadsheets read the accents
            _write(out, rows)
    except OSError as error:
        raise missing(f"{file} cannot be written: {error.strerror}.") from None
    typer.echo(f"{len(rows)} lignes écrites dans {file}.")


def _write(out: TextIO, rows: Sequence[QueueFigures | AgentFigures]) -> None:
    """A rate that is undefined is an empty cell."""
    told = [_row(each) for each in rows]
    writer = csv.writer(out)
    writer.writerow(told[0] if told else ("since", "until"))
    for row in told:
        writer.writerow([in_a_cell(_cell(name, value)) for name, value in row.items()])


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return " ; ".join(f"{key}: {count:g}" for key, count in sorted(value.items()))
    return moment(value) if name in {"since", "until"} else value
