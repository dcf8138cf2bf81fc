"""cruc simulate: what would happen with other agents, other rules, other callers. Nothing of the service is touched."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr.cli.console import Progress, as_json, since, table, warn
from ivr.cli.opened import missing, with_store
from ivr.config import Settings, load_settings
from ivr.core.fields import FlowErrors, Problem
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules
from ivr.dialplan import Dialplan, source_of
from ivr.dialplan_queues import read_queues
from ivr.simulation.callers import Callers
from ivr.simulation.picture import picture as drawn_picture
from ivr.simulation.replay import NothingToReplay, Past, replayed
from ivr.simulation.report import Case, Row, rows
from ivr.simulation.scenario import NEVER, SHAPES, Law, Scenario, Stream, Worker, shaped
from ivr.simulation.study import MOST_OBSERVATIONS, StudyFailed, study
from ivr.simulation.written import read_scenario, talk
from ivr.site import load_flow, load_prompts
from storage import Store

AGENTS: Final = re.compile(r"(\d+)(?:\.\.(\d+))?")
MOST_CASES: Final = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be played: a case for each line of the table, and the callers of each day where they are known."""

    cases: Sequence[tuple[str, Scenario]]
    callers: dict[int, Callers] | None = None
    real: Sequence[Stayed] = ()


def simulate(  # noqa: PLR0917 - typer makes options of them
    scenario: Annotated[Path | None, typer.Argument(
        metavar="SCENARIO", exists=True, dir_okay=False, help="A scenario file (docs/simulation.md).")] = None,
    calls_per_hour: Annotated[float | None, typer.Option(min=0.1, max=100_000, help="Calls in an hour.")] = None,
    agents: Annotated[str, typer.Option(metavar="N|N..M", help="How many agents; 6..12 plays each number.")] = "",
    handling: Annotated[float, typer.Option(min=1, max=36_000, help="Handling time: talk and wrap-up, seconds.")] = 300.0,
    cv: Annotated[float | None, typer.Option(min=0, max=5, help="Log-normal talk with this std deviation / mean.")] = None,
    patience: Annotated[float | None, typer.Option(min=1, max=36_000, help="Mean patience, seconds; none: endless.")] = None,
    wrap_up: Annotated[float | None, typer.Option(min=0, max=3600, help="Instead of the queue's own wrap-up.")] = None,
    hours: Annotated[float, typer.Option(min=0.25, max=20_000, help="Opening hours of a day, from 07:30.")] = 9.0,
    days: Annotated[int, typer.Option(min=1, max=100_000, help="Days played.")] = 40,
    shape: Annotated[str, typer.Option(help="How calls spread: steady, two_peaks or pay_day.")] = "steady",
    queue: Annotated[str, typer.Option(help="The queue called.")] = "general",
    answer: Annotated[float, typer.Option(min=0, max=60, help="Seconds that telephones ring.")] = 0.0,
    unanswered: Annotated[float, typer.Option(min=0, max=0.95, help="Share of the offers that ring in vain.")] = 0.0,
    rules: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Another queues.yaml, compared.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="Replay the calls since this day.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Replay the calls until this day, it included.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Chance: the same number gives the same figures.")] = 1,
    processes: Annotated[int, typer.Option(min=0, max=256, help="Processes at once (0: one a core); same figures.")] = 0,
    picture: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw the day into this SVG file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON: one object a line.")] = False,
) -> None:
    """Play days of calls with the production distributor on a virtual clock, and show what callers and agents would see.

    Example: cruc simulate --calls-per-hour 60 --agents 6..10 --handling 300 --patience 120 --picture jour.svg

    Example: cruc simulate --from 2026-11-02 --to 2026-11-20 --rules autres.yaml
    """
    settings = load_settings()
    dialplan = load_flow(settings, load_prompts(settings))
    numbers = _numbers(agents)
    if begin is not None or end is not None:
        plan = _replay(dialplan, begin, end, seed, numbers)
    elif scenario is not None:
        plan = _from_file(scenario, dialplan, numbers)
    else:
        if calls_per_hour is None:
            raise typer.BadParameter("Give a scenario file, or --calls-per-hour, or --from to replay real calls.")
        if shape not in SHAPES:
            raise typer.BadParameter(f"There is no shape {shape!r}: choose {', '.join(SHAPES)}.")
        one = _rules_of(dialplan, queue, wrap_up)
        try:
            stream = Stream(queue, shaped(calls_per_hour, shape, hours * 3600), talk(handling, cv, one),
                            Law(patience) if patience is not None else NEVER)
        except ValueError as error:
            raise typer.BadParameter(f"{str(error).capitalize()}: change --handling or --wrap-up.") from None
        base = Scenario(
            {**dialplan.queues, queue: one}, (stream,), (), length=hours * 3600, days=days,
            answer=Law(answer, 0), unanswered=unanswered, seed=seed,
        )
        plan = Plan([_with(base, count) for count in numbers or (8,)])
    show(plan, _compared(rules, dialplan, wrap_up), processes or os.cpu_count() or 1, picture, as_lines=json)


def show(
    plan: Plan, others: Mapping[str, Mapping[str, Rules]], processes: int, file: Path | None, *, as_lines: bool
) -> None:
    """Play each case, under its own rules and under the others, and tell what came of it."""
    cases = [(f"{name}, {label}" if label else name, replace(scenario, rules=rules or scenario.rules))
             for name, scenario in plan.cases for label, rules in (("", None), *others.items())]
    played = _play(cases, plan, processes)
    complete = all(case.study.complete for case in played) and len(played) == len(cases)
    told = [each for case in played if case.study.whole.days for each in rows(case)]
    if as_lines:
        for each in told:
            as_json({**each.plain(), "complete": complete})
    else:
        table(COLUMNS, map(_line, told))
        typer.echo("NS : servis dans le délai visé ; ± : intervalle à 95 % ; les autres durées en secondes.")
    if file is not None and told:
        file.write_text(drawn_picture(played), "utf-8")
        warn(f"Image : {file}")
    if not complete:
        warn("Interrompu : le tableau dit ce qui a été joué jusque-là.")
        raise typer.Exit(130)


def _play(cases: Sequence[tuple[str, Scenario]], plan: Plan, processes: int) -> list[Case]:
    progress, played = Progress(), list[Case]()
    started = time.monotonic()
    try:
        for number, (name, scenario) in enumerate(cases):
            def tell(part: float, number: int = number) -> None:
                if time.monotonic() - started > 1.0:  # a short run is its own progress
                    progress("Simulation", (number + part) / len(cases))

            tuned = replace(scenario, together=max(scenario.together, scenario.days // MOST_OBSERVATIONS))
            result = study(tuned, processes=processes, progress=tell, replayed=plan.callers)
            played.append(Case(name, tuned, result))
            if not result.complete:
                break
    except StudyFailed as error:
        raise missing(str(error)) from None
    finally:
        progress.close()
    return played


# ------------------------------------------------------------------------------------------------------- what is played
def _numbers(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    found = AGENTS.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 100_000 or last - first >= MOST_CASES:
        raise typer.BadParameter(f"--agents {text!r}: write a number such as 8, or 6..12 (at most {MOST_CASES} numbers).")
    return tuple(range(first, last + 1))


def _with(scenario: Scenario, count: int, queues: Iterable[str] = ()) -> tuple[str, Scenario]:
    served = tuple(queues) or tuple(stream.queue for stream in scenario.streams)
    workers = tuple(Worker(f"agent{number:02d}", served) for number in range(1, count + 1))
    return f"{count} agents" if count > 1 else "1 agent", replace(scenario, workers=workers)


def _rules_of(dialplan: Dialplan, queue: str, wrap_up: float | None) -> Rules:
    known = dialplan.queues.get(queue)
    if known is None:
        raise typer.BadParameter(f"There is no queue {queue!r}: the dialplans have {', '.join(dialplan.queues)}.")
    return known if wrap_up is None else replace(known, wrap_up=wrap_up)


def _from_file(file: Path, dialplan: Dialplan, numbers: tuple[int, ...]) -> Plan:
    if numbers:
        raise typer.BadParameter("A scenario file says who answers: leave --agents out.")
    return Plan([(file.stem, read_scenario(source_of(_text(file), file.name), dialplan.queues, frozenset(dialplan.skills)))])


def _compared(file: Path | None, dialplan: Dialplan, wrap_up: float | None) -> dict[str, Mapping[str, Rules]]:
    """The other rules, by what their line of the table is called."""
    if file is None:
        return {}
    problems: list[Problem] = []
    queues = read_queues(source_of(_text(file), file.name), dialplan.calendars, problems)
    if problems:
        raise FlowErrors(problems)
    if wrap_up is not None:
        queues = {name: replace(each, wrap_up=wrap_up) for name, each in queues.items()}
    return {file.name: {**dialplan.queues, **queues}}


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise missing(f"{file} is not saved as UTF-8.") from None


def _replay(dialplan: Dialplan, begin: str | None, end: str | None, seed: int, numbers: tuple[int, ...]) -> Plan:
    first = since(begin) or 0.0
    last = (since(end) or 0.0) + 86400.0 if end is not None else time.time()
    if first >= last:
        raise typer.BadParameter("--to must not be before --from.")

    async def read(_settings: Settings, store: Store) -> tuple[Past, dict[str, Worker]]:
        told = await store.reports(first, last)
        past = Past([each for each in told if isinstance(each, Stayed)], [each for each in told if isinstance(each, Worked)],
                    [each for each in told if isinstance(each, Spent)])
        known = {each.id: Worker(each.id, tuple(each.queues), tuple(sorted(each.skills.items())), each.ranks)
                 for each in await store.list_agents()}
        return past, known

    past, known = with_store(read)
    try:
        scenario, callers = replayed(past, dialplan.queues, known=known, seed=seed)
    except NothingToReplay as error:
        raise missing(str(error)) from None
    cases = [_with(scenario, count) for count in numbers] or [("rejoué", scenario)]
    return Plan(cases, callers, past.stays)


# ------------------------------------------------------------------------------------------------------- what is told
COLUMNS: Final = ("Cas", "File", "Appels", "NS", "±", "Abandon", "±", "Attente", "P50", "P90", "Max", "DMT", "Occup.",
                  "En file", "Écart annoncé")


def _line(row: Row) -> tuple[str, ...]:
    figures = row.figures
    return (
        row.case, row.queue or "toutes", str(figures.offered), _share(figures.service_level), _share(row.level.half),
        _share(figures.abandonment), _share(row.abandonment.half), _number(figures.asa), _number(figures.wait_p50, 0),
        _number(figures.wait_p90, 0), _number(figures.wait_max, 0), _number(figures.aht, 0),
        "" if row.queue else _share(row.occupancy), _number(row.waiting, 2), "" if row.queue else _number(row.error),
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %".replace(".", ",")


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}".replace(".", ",")
