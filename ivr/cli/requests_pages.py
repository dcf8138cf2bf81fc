"""What a request looks like on the command line: one in full with what may be done next, or many that are due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Final

import typer

from ivr.cli.console import hidden, moment, printable, table
from ivr.cli.requests_commands import COMMAND_OF
from ivr.cli.requests_desk import Desk, label, sigle
from ivr.core.lifecycle import ENDED, PAUSED, STATUSES, Standing, possible
from ivr.dialplan import Dialplan
from storage import RequestFile, RequestRow

PERSONAL: Final = ("matricule", "name", "phone", "code", "number", "last_name", "first_name", "birth")
CHANNELS: Final = {
    "phone": "téléphone", "counter": "guichet", "mail": "courrier", "email": "courriel", "web": "site",
    "whatsapp": "WhatsApp",
}
UNITS: Final = {"business_days": "jours ouvrés", "days": "jours", "immediate": "réponse immédiate"}

UNSENT: Final = "(à transmettre)"


def day_of(at: float) -> date:
    """The day in Abidjan, which keeps UTC all the year."""
    return datetime.fromtimestamp(at, UTC).date()


def days_left(row: RequestRow, at: float) -> int | None:
    """Calendar days to the promised one, below zero when it is over; None where no clock runs."""
    if row.due_at is None or row.status in ENDED or row.status in (PAUSED, "resolved"):
        return None
    return (date.fromisoformat(row.due_at) - day_of(at)).days


def in_days(days: int | None) -> str:
    if days is None:
        return ""
    if days < 0:
        return f"en retard de {-days} j"
    return "aujourd'hui" if days == 0 else f"dans {days} j"


def promise(plan: Dialplan, code: str) -> str:
    """« 3 jours ouvrés », with a word when the delay is an example of ours."""
    category = plan.categories.get(code)
    if category is None or category.delay is None:
        return ""
    delay = f"{category.delay} {UNITS[category.unit]}" if category.delay else UNITS[category.unit]
    return f"{delay}, délai illustratif" if category.illustrative else delay


def as_told(desk: Desk, file: RequestFile, clear: bool) -> dict[str, Any]:
    """All of it for a program."""
    row = file.request
    return {
        **(asdict(row) if clear else hidden(asdict(row), PERSONAL)),
        "days_left": days_left(row, desk.at),
        "possible": acts_possible(desk, row),
        "duplicates": file.duplicates,
        "history": [asdict(line) for line in file.history],
        "files": [asdict(each) for each in file.files],
    }


def acts_possible(desk: Desk, row: RequestRow) -> tuple[str, ...]:
    """What one may type now, in this role."""
    standing = Standing(row.reference, row.status, row.direction, row.closed_at or row.resolved_at, row.reopened)
    return tuple(COMMAND_OF[act] for act in possible(standing, desk.actor.role) if act in COMMAND_OF)


def page(desk: Desk, file: RequestFile, clear: bool) -> None:
    """One request with its history, for people."""
    for name, value in _facts(desk, file, clear):
        first, *more = str(value).split("\n")
        typer.echo(f"{name:<13} {printable(first)}")
        for line in more:
            typer.echo(f"{'':<13} {printable(line)}")
    typer.echo()
    table(("Le", "Par", "De", "À", "Quoi", "Appel", "Pourquoi"), (
        (moment(row.at), row.who, _status(row.status_from), _status(row.status_to), row.what, row.call, row.why)
        for row in file.history
    ))
    typer.echo()
    acts = ", ".join(acts_possible(desk, file.request)) or "rien de plus"
    typer.echo(f"Vous pouvez : {acts}.")


def _status(code: str | None) -> str:
    return STATUSES.get(code or "", code or "")


def _facts(desk: Desk, file: RequestFile, clear: bool) -> Iterator[tuple[str, object]]:
    """French word and value of what there is to say, in the order in which one reads it."""
    row = file.request
    shown = asdict(row) if clear else hidden(asdict(row), PERSONAL)
    verified = " (identité vérifiée)" if row.verified else ""
    dates = (row.due_at, in_days(days_left(row, desk.at)), promise(desk.plan, row.category))
    with_whom = " · ".join(filter(None, (sigle(desk.plan, row.direction), row.assignee)))
    told = (
        ("Référence", row.reference), ("Code", shown["code"]),
        ("Catégorie", f"{row.category} · {label(desk.plan, row.category)}"),
        ("Statut", f"{_status(row.status)} depuis le {moment(row.since)}"),
        ("Direction", with_whom), ("On attend", row.waits_for),
        ("Échéance", ", ".join(filter(None, dates)) if row.due_at else ""),
        ("Alerte", f"{row.alert} % du délai" if row.alert else ""),
        ("Requérant", shown["name"]), ("Matricule", shown["matricule"] and f"{shown['matricule']}{verified}"),
        ("Téléphone", shown["phone"]), ("Canal", CHANNELS.get(row.channel, row.channel)),
        ("Enregistrée", moment(row.created_at)), ("Appel", row.call), ("Note", row.note), ("Message vocal", row.voice_note),
        ("Pièces reçues", ", ".join(f"{each.name} ({moment(each.at)})" for each in file.files)),
        ("Doublon de" if row.status == "merged" else "Suite de", row.parent), ("Ses doublons", ", ".join(file.duplicates)),
        ("Motif", row.motif and _motif(desk.plan, row.motif)), ("Réponse", row.answer),
        ("Réouvertures", row.reopened or ""), ("Satisfaction", row.satisfaction and f"{row.satisfaction} sur 5"),
        ("Protégée", "accès restreint à l'inspection" if row.walled else ""),
    )
    return ((name, value) for name, value in told if value not in (None, ""))


def _motif(plan: Dialplan, motif: str) -> str:
    return f"{motif} · {plan.closings[motif].label}" if motif in plan.closings else motif


# --------------------------------------------------------------------------------------------------------------- what is due
def due_rows(rows: Iterable[RequestRow], at: float) -> list[tuple[int, RequestRow]]:
    """(days left, request) of those whose clock runs, by direction, the latest first."""
    left = ((days_left(row, at), row) for row in rows)
    chosen = [(days, row) for days, row in left if days is not None]
    return sorted(chosen, key=lambda each: (each[1].direction or "", each[0], each[1].reference))


def due_page(plan: Dialplan, rows: Sequence[tuple[int, RequestRow]]) -> None:
    table(("Direction", "Échéance", "", "Référence", "Catégorie", "Statut", "Agent"), (
        (sigle(plan, row.direction) or UNSENT, row.due_at, in_days(days), row.reference, row.category, _status(row.status),
         row.assignee) for days, row in rows
    ))
    late = sum(days < 0 for days, _row in rows)
    today = sum(days == 0 for days, _row in rows)
    if rows:
        typer.echo(f"{late} en retard, {today} aujourd'hui, {len(rows) - late - today} bientôt.")
