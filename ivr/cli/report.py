"""The figures of a period: of queues by interval, of agents, of calls; what is asked for, and where it goes."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ivr.cli.console import as_json, moment, since
from ivr.cli.figures import Figures, Period, figures
from ivr.cli.opened import NothingThere, status_now, with_store
from ivr.cli.report_file import export, whole
from ivr.cli.report_page import print_page
from ivr.config import load_settings
from ivr.core.intervals import LENGTHS
from ivr.core.metrics import CountingBroken
from ivr.core.verbs.survey import Survey
from ivr.dialplan import Dialplan
from ivr.site import load_flow, load_prompts
from storage import Store

SECOND: Final = re.compile(r"\b\d{9,10}\b")


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
        export(csv_file, found.agents if agents else [*found.cells])
    elif json:
        as_json(whole(period, found, agents))
    else:
        print_page(period, found, agents)


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
