"""`cruc requests acknowledge|assign|…`: a command for each act of the life-cycle that people do, made from one table.

What may be done when, by whom and with which words is `ivr.core.lifecycle`'s to say, and told in its own sentences.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from ivr.cli.console import as_json, hidden
from ivr.cli.opened import sure
from ivr.cli.requests_commands import COMMANDS, Command
from ivr.cli.requests_desk import (
    AsJson,
    By,
    Desk,
    InRole,
    OfDirection,
    Seat,
    Walled,
    Yes,
    at_desk,
    each,
    known_direction,
    readable,
    reference_of,
    references_of,
    sigle,
)
from ivr.cli.requests_pages import PERSONAL
from ivr.core.lifecycle import ACTS, STATUSES, Act
from storage import Refused, RequestRow

acts = typer.Typer(no_args_is_help=True)

FREE: Final = ("note", "answer")
"""Texts in which anybody may be named: who acts has not asked to read them, and `show` is logged."""
References = Annotated[list[str], typer.Argument(metavar="REF...", help="One or more, such as REQ-2026-000123, or 123.")]


def _made(name: str, command: Command) -> Callable[..., None]:
    """The function that typer reads: its options are those of the table, then those that all acts share."""
    def run(**said: Any) -> None:
        _advance(command, said)

    options = command.options if "why" in command.options else {**command.options, **_LOOKING}
    own = [
        (word, Annotated[str, typer.Option(flag, help=told)], "") for word, (flag, told) in options.items()
    ]
    shared: list[tuple[str, Any, Any]] = [
        ("role", InRole, "agent"), ("own_direction", OfDirection, ""), ("by", By, ""), ("walled", Walled, False),
        ("json", AsJson, False), ("yes", Yes, False),
    ]
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("references", kind, annotation=References)]
    parameters += [inspect.Parameter(each_, kind, annotation=how, default=value) for each_, how, value in own + shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each_.name: each_.annotation for each_ in parameters}
    run.__name__, run.__doc__ = name, f"{command.help}\n\nExample: cruc requests {command.example}"
    return run


_LOOKING: Final = {"why": ("--why", "With --walled: for what reason. Kept in the history.")}

for _name, _command in COMMANDS.items():
    acts.command(_name)(_made(_name, _command))


def _advance(command: Command, said: dict[str, Any]) -> None:
    references = references_of(said["references"])
    seat = Seat(said["role"], said["own_direction"], said["by"], said["walled"], said["why"])
    words = {word: said[word] for word in (*command.options, "why") if said[word]}
    readable(*words.values())
    if "parent" in words:
        words["parent"] = reference_of(words["parent"])
    if command.question:
        sure(f"{command.question} {_counted(references)} ?", said["yes"])

    async def work(desk: Desk) -> int:
        if "direction" in words:
            words["direction"] = known_direction(desk.plan, words["direction"])

        async def one(reference: str) -> None:
            file = await desk.file(reference)
            if "parent" in words:
                await desk.file(words["parent"])
            act = Act(command.act, _completed(desk, file.request, command.act, words))
            _tell(desk, await desk.store.advance(reference, act, desk.actor, desk.at), said["json"])

        return await each(references, one)

    if code := at_desk(seat, work):
        raise typer.Exit(code)


def _counted(references: list[str]) -> str:
    named = ", ".join(references[:5]) + (", …" if len(references) > 5 else "")
    return named if len(references) == 1 else f"{len(references)} requêtes ({named})"


def _completed(desk: Desk, row: RequestRow, act: str, said: Mapping[str, str]) -> dict[str, str]:
    """With what the dialplans know: the next direction of the category's circuit, the text of the motif."""
    words = dict(said)
    if act == "assign":
        words.setdefault("direction", _next_direction(desk, row))
    if act == "resolve":
        motif = words.setdefault("motif", "")
        known = _motifs(desk, row)
        if motif not in known and row.status in ACTS[act].come_from:
            raise Refused(_which_motif(desk, row, motif))
        words.setdefault("answer", desk.plan.closings[motif].text if motif in known else "")
    return words


def _motifs(desk: Desk, row: RequestRow) -> tuple[str, ...]:
    category = desk.plan.categories.get(row.category)
    return category.closings if category else tuple(desk.plan.closings)


def _which_motif(desk: Desk, row: RequestRow, motif: str) -> str:
    known = ", ".join(f"{name} ({desk.plan.closings[name].label})" for name in _motifs(desk, row))
    what = f"« {motif[:40]} » n'est pas un motif de clôture de {row.category}" if motif else "Il manque le motif de clôture"
    return f"{what} : dites avec --motif {known}."


def _next_direction(desk: Desk, row: RequestRow) -> str:
    category = desk.plan.categories.get(row.category)
    circuit = category.circuit if category else ()
    if row.direction not in circuit:
        return circuit[0] if circuit else ""
    later = circuit[circuit.index(row.direction) + 1 :]
    return later[0] if later else ""


def _tell(desk: Desk, row: RequestRow, json: bool) -> None:
    if json:
        as_json({name: value for name, value in hidden(asdict(row), PERSONAL).items() if name not in FREE})
        return
    more = {
        "assigned": f", à {sigle(desk.plan, row.direction)}" + (f" ({row.assignee})" if row.assignee else ""),
        "merged": f" de {row.parent}",
        "resolved": f" ({row.motif})",
    }.get(row.status, "")
    due = "" if row.closed_at or row.status == "resolved" or not row.due_at else f", échéance {row.due_at}"
    typer.echo(f"{row.reference} : {STATUSES[row.status]}{more}{due}.")
