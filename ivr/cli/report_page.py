"""A report on paper: tables for people, with the formula of every rate under them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import typer

from ivr.cli.console import moment, table
from ivr.cli.figures import CallFigures, Figures, Period
from ivr.cli.words import NOTHING, duration, rate, service_level
from ivr.core.metrics import QueueFigures
from ivr.core.metrics_agents import AgentFigures

ALL: Final = "toutes"
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


def print_page(period: Period, found: Figures, agents: bool) -> None:
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
