"""Calls and their records: list, follow, export; the timeline of one, and the proof that its journal gives its record."""

from __future__ import annotations

import asyncio
import csv
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from ivr.cli.console import as_json, hidden, in_a_cell, masked, moment, since, table, warn
from ivr.cli.opened import missing, who, with_store
from ivr.config import Settings
from ivr.core.flow import Flow
from ivr.core.messages import CallStarted, Event
from ivr.dialplan import parse_flow
from ivr.picture import picture
from ivr.proof import prove
from ivr.site import load_flow, load_prompts, prompt_arguments
from ivr.timeline import Line, timeline
from storage import CallFile, CallRow, Refused, Store

PERSONAL: Final = ("caller", "matricule", "callback", "phone", "name")
COLUMNS: Final = ("Début", "Appelant", "Matricule", "Issue", "File", "Agent", "Attente", "Parole", "Requête", "Appel")
FOLLOW_EVERY: Final = 0.5
SAID: Final = re.compile(r"\b\d{6}[A-Z]\b|\+?\b\d{8,15}\b")
Clear = Annotated[bool, typer.Option("--clear", help="Show telephone numbers and matricules in full.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]


def records(
    *,
    since_: Annotated[str | None, typer.Option("--since", help="today, 30m, 2h, 3d, or a day as 2026-11-23.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only this outcome, such as TRANSFERE.")] = None,
    matricule: Annotated[str | None, typer.Option(help="Only this matricule.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", help="Show each call as it ends, until Ctrl-C.")] = False,
    json: AsJson = False,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write them to this file.")] = None,
    clear: Clear = False,
) -> None:
    """The records of calls, newest first. Numbers and matricules are masked unless --clear is given.

    Example: cruc records --since today --outcome TRANSFERE --csv jour.csv
    """
    wanted: dict[str, Any] = {"since": since(since_), "outcome": outcome, "limit": limit}
    wanted["matricule"] = matricule.upper().replace(" ", "") if matricule else None
    if follow:
        with_store(lambda _settings, store: _follow(store, json, clear))
        return
    rows = with_store(lambda _settings, store: _listed(store, wanted, clear))
    if csv_file:
        _write_csv(csv_file, [_shown(row, clear) for row in rows])
        typer.echo(f"{len(rows)} appels écrits dans {csv_file}.")
    elif json:
        for row in rows:
            as_json(_shown(row, clear))
    else:
        table(COLUMNS, (_cells(row, clear) for row in rows))


async def _listed(store: Store, wanted: Mapping[str, Any], clear: bool) -> Sequence[CallRow]:
    """A list in full is noted with what was asked for, not with each of its rows."""
    if clear:
        asked = " ".join(f"{name}={value}" for name, value in wanted.items() if value is not None)
        await store.log_access(who(), "agent", "list", [f"appels {asked}"], None, time.time())
    return await store.list_calls(**wanted)


def call(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="The call, as `cruc records` shows it.")], *,
    replay: Annotated[bool, typer.Option("--replay", help="Prove that the journal gives the same record.")] = False,
    clear: Clear = False,
    json: AsJson = False,
    svg: Annotated[Path | None, typer.Option("--picture", help="Draw it too: an SVG, in this file.")] = None,
    walled: Annotated[bool, typer.Option("--walled", help="A call that led to a denunciation too; needs --why.")] = False,
    why: Annotated[str, typer.Option("--why", help="Why it is looked at; kept in the access log with --clear.")] = "",
) -> None:
    """The timeline of one call and its record.

    With --replay its journal is run through the core again, with the flow it ran: the same notes and the same record must
    come out, else the differences are shown and the command fails.

    Example: cruc call 1795472100.12 --replay
    """
    if walled and not why.strip():
        raise Refused("Un appel protégé ne s'ouvre qu'avec une raison : dites-la avec --why.")
    looks = Look(clear, walled, why)
    with_store(lambda settings, store: _call(settings, store, call_id, looks, replay=replay, json=json, svg=svg))


class Look(NamedTuple):
    """How a call is looked at: in full, behind the wall, and why."""

    clear: bool
    walled: bool
    why: str


async def _call(
    settings: Settings, store: Store, call_id: str, look: Look, *, replay: bool, json: bool, svg: Path | None
) -> None:
    file = await store.call(call_id, walled=look.walled)
    if file is None:
        raise missing(f"No call {call_id} is in the store: `cruc records` lists them.")
    clear = look.clear
    if clear or (file.walled and look.walled):
        act = "walled" if file.walled and look.walled else "read"
        await store.log_access(who(), "agent", act, [call_id], look.why or None, time.time())
    entries = await store.events(call_id) if look.walled or not file.walled else ()
    if json:
        as_json(_whole(file, clear))
    else:
        _tell(settings, file, entries, clear)
    if svg is not None:
        _draw(svg, f"Appel du {moment(file.call.started_at)}", _lines(settings, entries, clear))
    if replay:
        await _replay(settings, store, file, entries)


def _whole(file: CallFile, clear: bool) -> dict[str, Any]:
    told = asdict(file.record) if file.record else asdict(file.call)
    told["request"] = file.call.request
    return told if clear else hidden(told, PERSONAL)


def _tell(settings: Settings, file: CallFile, entries: Sequence[Event], clear: bool) -> None:
    typer.echo(f"Appel {file.call.id} du {moment(file.call.started_at)}")
    for line in _lines(settings, entries, clear):
        typer.echo(str(line))
    typer.echo()
    for name, value in _whole(file, clear).items():
        if value not in (None, "", (), 0, False):
            typer.echo(f"{name:<17} {_field(name, value)}")


def _draw(file: Path, title: str, lines: Iterable[Line]) -> None:
    try:
        file.write_text(picture(title, lines), "utf-8")
    except OSError as error:
        raise missing(f"{file} cannot be written: {error.strerror}.") from None
    typer.echo(f"Image écrite dans {file}.", err=True)


def _lines(settings: Settings, entries: Sequence[Event], clear: bool) -> Iterable[Line]:
    texts = {prompt.id: prompt.text or prompt.sound for prompt in load_prompts(settings).prompts.values()}
    return (line if clear else covered(line) for line in timeline(entries, texts))


def covered(line: Line) -> Line:
    """A line without what it tells of a person: keys and words may spell a matricule, a number, a date of birth."""
    if line.who == "appelant" and line.what.startswith(("touche", "dit")):
        return replace(line, what=f"{line.what.split()[0]} •••")
    return replace(line, what=SAID.sub(lambda found: masked(found[0]), line.what))


def _field(name: str, value: object) -> str:
    if isinstance(value, float) and name.endswith("_at"):
        return moment(value)
    return " → ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


async def _replay(settings: Settings, store: Store, file: CallFile, entries: Sequence[Event]) -> None:
    flow = await _flow_of(settings, store, entries)
    if flow is None:
        raise missing(f"The flow {file.call.flow} of this call is not in the store: nothing to replay it with.")
    proof = prove(flow, entries, file.record)
    if not proof.holds:
        warn(f"The replay of {file.call.id} differs:")
        for difference in proof.differences:
            warn(f"  {difference}")
        raise typer.Exit(1)
    lost = f", {proof.unwritten} non écrites avant une interruption" if proof.unwritten else ""
    typer.echo(f"Rejoué : {proof.entries} entrées, {proof.notes} notes{lost}, même fiche.")


async def _flow_of(settings: Settings, store: Store, entries: Sequence[Event]) -> Flow | None:
    first = entries[0] if entries else None
    source = await store.flow_source(first.flow) if isinstance(first, CallStarted) else None
    if source is None:
        return None
    catalogue = load_prompts(settings)
    world = load_flow(settings, catalogue).world(prompt_arguments(catalogue))
    return parse_flow(source, world, file="flow of the call")


async def _follow(store: Store, json: bool, clear: bool) -> None:
    if clear:
        await store.log_access(who(), "agent", "list", ["appels qui se terminent"], None, time.time())
    last = await store.last_closed()
    while True:
        for row in await store.calls_closed_after(last):
            last = row.closed_nr or last
            if json:
                as_json(_shown(row, clear))
            else:
                typer.echo("  ".join(str(cell or "-") for cell in _cells(row, clear)))
        await asyncio.sleep(FOLLOW_EVERY)


def _shown(row: CallRow, clear: bool) -> dict[str, Any]:
    return asdict(row) if clear else hidden(asdict(row), PERSONAL)


def _cells(row: CallRow, clear: bool) -> tuple[object, ...]:
    shown = _shown(row, clear)
    return (moment(row.started_at), shown["caller"], shown["matricule"], row.outcome or "en cours", row.queue, row.agent,
            row.waited, row.talked, row.request, row.id)


def _write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """UTF-8 with a mark, so that spreadsheets read the accents."""
    fields = [name for name in CallRow.__dataclass_fields__ if name != "closed_nr"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fields, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            times = {"started_at": moment(row["started_at"]), "ended_at": moment(row["ended_at"])}
            writer.writerow({key: in_a_cell(value) for key, value in {**row, **times}.items()})
