"""`cruc requests register`: what somebody asks at a desk; on a terminal, what the options leave open is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer

from ivr.cli.console import as_json, moment, printable
from ivr.cli.requests_desk import AsJson, By, Desk, InRole, OfDirection, Seat, at_desk, label, readable, reference_of, sigle
from ivr.cli.requests_pages import promise
from ivr.core.lifecycle import STATUSES
from ivr.dialplan import Dialplan
from storage import Refused
from storage.words import words_of

ASKED: Final = {
    "matricule": "Matricule (vide s'il n'y en a pas)", "name": "Nom et prénoms", "phone": "Téléphone",
    "birth": "Date de naissance (24/12/1980)", "note": "Ce qui est demandé",
}
"""What a terminal asks for, in the order of a conversation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options said of duplicates, and whether somebody can be asked."""

    duplicate_of: str
    anyway: bool
    json: bool
    asking: bool


def register(
    *,
    category: Annotated[str, typer.Option(help="Its code, such as ATT-TRAVAIL, or a word of its label.")] = "",
    matricule: Annotated[str, typer.Option(help="Six digits and a letter.")] = "",
    name: Annotated[str, typer.Option(help="Name and first names.")] = "",
    phone: Annotated[str, typer.Option(help="Ten digits.")] = "",
    birth: Annotated[str, typer.Option(help="Date of birth, 24/12/1980.")] = "",
    exam_number: Annotated[str, typer.Option(help="The candidate's number, where there is no matricule yet.")] = "",
    works_at: Annotated[str, typer.Option(help="Where the requester works.")] = "",
    note: Annotated[str, typer.Option(help="What is asked, in a few words.")] = "",
    channel: Annotated[str, typer.Option(help="phone, counter, mail, email, web or whatsapp.")] = "",
    parent: Annotated[str, typer.Option(help="The earlier request that this one follows.")] = "",
    duplicate_of: Annotated[str, typer.Option(metavar="REF", help="Link it to this one as its duplicate.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Even if the person has such a request open.")] = False,
    key: Annotated[str, typer.Option(help="For programs: the same key registers once.")] = "",
    role: InRole = "agent",
    direction: OfDirection = "",
    by: By = "",
    json: AsJson = False,
) -> None:
    """Register a request: its number, its code, the promised day, who treats it, which documents it needs.

    Example: cruc requests register --category ATT-TRAVAIL --matricule 000123X --note "pour la banque"
    """
    draft = {
        "category": category, "matricule": matricule, "name": name, "phone": phone, "birth": birth, "note": note,
        "exam_number": exam_number, "direction": works_at, "key": key,
        "channel": channel or ("counter" if role == "counter" else "phone"),
        "parent": reference_of(parent) if parent else "",
    }
    original = reference_of(duplicate_of) if duplicate_of else ""
    wanted = Wanted(original, anyway, json, sys.stdin.isatty() and not json)
    at_desk(Seat(role, direction, by), lambda desk: _register(desk, draft, wanted))


async def _register(desk: Desk, draft: dict[str, str], wanted: Wanted) -> None:
    if wanted.asking:
        _ask(desk.plan, draft)
    readable(*draft.values())
    draft["category"] = known_category(desk.plan, draft["category"])
    for linked in (draft["parent"], wanted.duplicate_of):
        if linked:
            await desk.file(linked)
    kept: dict[str, Any] = {name: value for name, value in draft.items() if value}
    if original := wanted.duplicate_of or await _original(desk, kept, wanted):
        kept["duplicate_of"] = original
    made = await desk.store.register_for(desk.actor, kept, desk.at)
    _tell(desk, kept, dict(made), wanted.json)


def _ask(plan: Dialplan, draft: dict[str, str]) -> None:
    """Ask for what was not said, once each; an empty answer leaves it out."""
    if not draft["category"]:
        draft["category"] = typer.prompt("Catégorie (code ou mot)", value_proc=_category_typed(plan))
    if any(draft[name] for name in ("matricule", "name", "phone")):
        return
    for name, question in ASKED.items():
        if not draft[name]:
            draft[name] = typer.prompt(question, default="", show_default=False).strip()


def _category_typed(plan: Dialplan) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return known_category(plan, text)
        except Refused as error:
            raise typer.BadParameter(str(error)) from None
    return read


def known_category(plan: Dialplan, text: str) -> str:
    """The code of the category that was typed, by its code or by words of its label. Raises `Refused` with those that may
    be meant."""
    code, typed = text.strip().upper(), printable(text.strip()[:60])
    leaves = [each for each in plan.categories.values() if each.direction]
    if code in plan.categories and not plan.categories[code].direction:
        family = ", ".join(f"{each.code} ({each.label})" for each in leaves if each.parent == code)
        raise Refused(f"{code} est une famille de catégories : dites laquelle, {family}.")
    if any(each.code == code for each in leaves):
        return code
    if not code:
        raise Refused("La catégorie manque : dites laquelle, par exemple ATT-TRAVAIL.")
    wanted = set(words_of(text[:200]))
    meant = [each for each in leaves if wanted and wanted <= set(words_of(each.label))]
    if len(meant) == 1:
        return meant[0].code
    near = ", ".join(f"{each.code} ({each.label})" for each in (meant or leaves)[:8])
    what = "désigne plusieurs catégories" if meant else "n'est pas une catégorie"
    raise Refused(f"« {typed} » {what} : dites {near}{', …' if len(meant or leaves) > 8 else ''}.")


async def _original(desk: Desk, draft: dict[str, Any], wanted: Wanted) -> str:
    """The open request of the same person that this one is to be linked to; '' for none. Nobody hears here that somebody
    has denounced something. Raises `Refused` when it must be decided and nobody can be asked."""
    if wanted.anyway or desk.plan.categories[draft["category"]].walled:
        return ""
    same = await desk.store.open_same(draft)
    if same is None:
        return ""
    row = (await desk.file(same)).request
    await desk.log("read", same)
    known = (
        f"Cette personne a déjà la requête {same} ({label(desk.plan, row.category)}), enregistrée le "
        f"{moment(row.created_at)[:10]}, « {STATUSES[row.status]} »"
    )
    if not wanted.asking:
        raise Refused(f"{known} : dites --duplicate-of {same} pour y rattacher la nouvelle, ou --anyway pour l'enregistrer "
                      "à part.")
    if typer.confirm(f"{known}. Y rattacher la nouvelle comme doublon ?", default=True):
        return same
    if not typer.confirm("L'enregistrer à part ?"):
        raise typer.Exit(1)
    return ""


def _tell(desk: Desk, draft: dict[str, Any], made: dict[str, Any], json: bool) -> None:
    category = desk.plan.categories[draft["category"]]
    same = None if category.walled else made.get("same")
    if json:
        as_json({**made, "same": same, "category": category.code, "documents": category.documents,
                 "duplicate_of": draft.get("duplicate_of")})
        return
    code = str(made["direction"])
    told = (
        ("Requête", made["reference"]), ("Code de suivi", made["code"]),
        ("Catégorie", f"{category.code} · {category.label}"),
        ("Échéance", ", ".join(filter(None, (made["due"], promise(desk.plan, category.code))))),
        ("Direction", f"{sigle(desk.plan, code)} · {desk.plan.directions[code].label}" if code else ""),
        ("À fournir", "\n".join(f"- {each}" for each in category.documents)),
        ("Doublon de", draft.get("duplicate_of")),
        ("À voir aussi", same if same != draft.get("duplicate_of") else ""),
    )
    for name, value in told:
        for index, line in enumerate(str(value or "").splitlines()):
            typer.echo(f"{'' if index else name:<13} {line}")
