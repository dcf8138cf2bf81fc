"""The figures of a period on paper: queues by interval, agents, calls; a table, JSON or CSV. Every rate says its formula."""

from __future__ import annotations

import csv
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from ivr.cli.console import as_json, in_a_cell, moment, since, table
from ivr.cli.figures import CallFigures, Figures, Period, figures
from ivr.cli.opened import NothingThere, missing, status_now, with_store
from ivr.cli.words import NOTHING, duration, rate, service_level
from ivr.config import load_settings
from ivr.core.intervals import LENGTHS
from ivr.core.metrics import CountingBroken, QueueFigures
from ivr.core.metrics_agents import AgentFigures
from ivr.core.verbs.survey import Survey
from ivr.dialplan import Dialplan
from ivr.site import load_flow, load_prompts
from storage import Store

ALL: Final = "toutes"
SECOND: Final = re.compile(r"\b\d{9,10}\b")
CALLBACK_ENDS: Final = {"answered": "joints", "failed": "expirés", "flow_out": "retirés", "abandoned": "abandonnés"}
QUEUES: Final = (
    "Début", "File", "Offerts", "Répondus", "Abandons", "Courts", "Sortis", "Échecs", "Attendent", "Refusés", "NS", "SL*",
    "SL2*", "Abandon", "ASA", "p90", "Max", "DMT", "Sans rép.",
)
AGENTS: Final = (
    "Agent", "Répondus", "Manqués", "Refusés", "Parole", "Garde", "Après-appel", "Sonnerie", "Libre", "Pause",
    "Occupation", "DMT", "Sans rép.",
)
NOTES: Final = """\
Offerts = répondus + abandons + sortis + échecs + encore en attente (vérifié pour chaque ligne).
{level}.
Abandon : abandons / offerts.
* comme Asterisk : SL = répondus à temps / répondus ; SL2 = (répondus + abandons à temps) / (répondus + abandons).
ASA : attente moyenne des répondus. DMT : (parole + garde + après-appel) / appels traités.
Sans rép. : sonneries vaines ou refusées, l'appelant étant là / sonneries. – : rien à diviser.\
"""


def report(
    *,
    since_: Annotated[str, typer.Option("--since", help="today, 30m, 2h, 3d, or a day as 2026-11-23.")] = "today",
    until: Annotated[str | None, typer.Option(help="The end, outside; now unless given.")] = None,
    by: Annotated[str, typer.Option(help=f"A line for each: {', '.join(LENGTHS)}.")] = "hour",
    queue: Annotated[str, typer.Option(help="Only this queue.")] = "",
    agents: Annotated[bool, typer.Option("--agents", help="The agents' figures too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write the lines to this file; - for the output.")] = None,
) -> None:
    """The figures of queues, agents and calls in a period, each with its definition.

    Example: cruc report --since today --by hour --queue solde --agents
    """
    settings = load_settings()
    dialplan = load_flow(settings, load_prompts(settings))
    period = _period(dialplan, since_, until, by, queue)
    now = status_now()
    unanswered = now["unanswered"] if now else ()
    found = with_store(lambda _settings, store: _figures(store, dialplan, period, unanswered))
    if csv_file is not None:
        _export(csv_file, found.agents if agents else [*found.cells])
    elif json:
        as_json(_whole(period, found, agents))
    else:
        _print(period, found, agents)


def _period(dialplan: Dialplan, begin: str, end: str | None, by: str, queue: str) -> Period:
    if by not in LENGTHS:
        raise typer.BadParameter(f"{by!r} is no interval: there are {', '.join(LENGTHS)}.")
    if queue and queue not in dialplan.queues:
        raise typer.BadParameter(f"There is no queue {queue!r}: the dialplans have {', '.join(dialplan.queues)}.")
    first, last = since(begin) or 0.0, since(end) or time.time()
    if last <= first:
        raise typer.BadParameter(f"The period ends ({moment(last)}) before it begins ({moment(first)}).")
    return Period(first, last, by, queue)


async def _figures(
    store: Store, dialplan: Dialplan, period: Period, unanswered: Sequence[Mapping[str, Any]],
) -> Figures:
    surveys = {name for name, node in dialplan.flow.nodes.items() if isinstance(node, Survey)}
    try:
        return await figures(store, dialplan.queues, period, unanswered=unanswered, surveys=surveys)
    except CountingBroken as broken:
        said = SECOND.sub(lambda found: moment(float(found[0])), str(broken))
        raise NothingThere(f"The reports in the store do not add up, so no figure is shown: {said}.") from None


# ----------------------------------------------------------------------------------------------------------- JSON and CSV
def _row(each: QueueFigures | AgentFigures) -> dict[str, Any]:
    """All figures by name, the interval as two times (UTC seconds)."""
    row = each.row()
    del row["interval"]
    return {"since": each.interval.since, "until": each.interval.until, **row}


def _whole(period: Period, found: Figures, agents: bool) -> dict[str, Any]:
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


def _export(file: Path, rows: Sequence[QueueFigures | AgentFigures]) -> None:
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


# ------------------------------------------------------------------------------------------------------------------ paper
def _print(period: Period, found: Figures, agents: bool) -> None:
    typer.echo(f"Du {moment(period.since)} au {moment(period.until)}\n")
    table(QUEUES, (_line(each, moment(each.interval.since)[:16]) for each in found.cells))
    if found.cells:
        typer.echo("\nSur toute la période")
        totals = [*found.totals, *([found.total] if found.total else [])]
        table(QUEUES[1:], (_line(each, "")[1:] for each in totals))
    typer.echo(f"\n{NOTES.format(level=service_level((each.target, each.short) for each in found.totals))}")
    _callbacks(found.totals)
    if agents:
        typer.echo("\nAgents, toutes files. Occupation : (parole + garde + après-appel) / (idem + libre)")
        table(AGENTS, map(_agent, found.agents))
    _print_calls(found.calls)


def _line(each: QueueFigures, begins: str) -> Sequence[object]:
    return (
        begins, each.queue or ALL, each.offered, each.answered, each.abandoned, each.short_abandoned, each.flow_out,
        each.failed, each.waiting, sum(each.refused.values()), rate(each.service_level), rate(each.asterisk_sl),
        rate(each.asterisk_sl2), rate(each.abandonment), duration(each.asa), duration(each.wait_p90),
        duration(each.wait_max), duration(each.aht), rate(each.no_answer_rate),
    )


def _agent(each: AgentFigures) -> Sequence[object]:
    return (
        each.agent, each.answered, each.missed, each.refused, duration(each.talk), duration(each.hold),
        duration(each.wrap_up), duration(each.ringing), duration(each.idle), duration(sum(each.paused.values())),
        rate(each.occupancy), duration(each.aht), rate(each.no_answer_rate),
    )


def _callbacks(totals: Iterable[QueueFigures]) -> None:
    for each in totals:
        if each.callbacks:
            told = ", ".join(f"{CALLBACK_ENDS.get(end, end)} {count}" for end, count in sorted(each.callbacks.items()))
            typer.echo(f"Rappels de {each.queue}, à part : {told}.")


def _print_calls(calls: CallFigures) -> None:
    served, marks, waits = calls.self_service, calls.satisfaction, calls.announcements
    error = NOTHING if waits.error is None else f"{waits.error:.0f} s"
    typer.echo(
        f"\nAppels terminés : {served.answered}, dont {served.contained} sans file et {served.served} servis par le serveur "
        f"vocal : libre-service {rate(served.rate)} (servis / terminés).\n"
        f"Satisfaction (notes 4 et 5 / notes) : {rate(marks.csat)}, n = {marks.answered}, "
        f"réponses {rate(marks.response_rate)} de {marks.asked} interrogés.\n"
        f"Attentes annoncées : {waits.announced}, erreur moyenne {error} (|annoncée − réelle|), "
        f"trop courtes de plus de 60 s : {rate(waits.share_too_short)}.\n"
    )
    table(("Issue", "Appels"), Counter(calls.outcomes).most_common())
