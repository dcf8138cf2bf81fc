"""Personal data: who looked at it, all that is kept of one person, putting it right, keeping it, and forgetting it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr.cli.console import as_json, masked, moment, table, warn
from ivr.cli.opened import sure, who, with_store
from ivr.cli.privacy_export import written
from ivr.config import Settings, load_settings
from ivr.retention import files_of, purge_now
from ivr.retention_table import load_retention
from ivr.site import load_prompts
from storage import Refused, Store
from storage.dossier import Dossier
from storage.privacy import Access
from storage.pseudonyms import forget_key
from storage.purge import Report
from storage.retention import PURPOSES, Term

privacy = typer.Typer(no_args_is_help=True, help="Personal data: access log, export, rectification, retention, purge.")

Whom = Annotated[str, typer.Argument(metavar="MATRICULE|NUMBER|REFERENCE", help="Whose data.")]
Reference = Annotated[str, typer.Argument(help="Such as REQ-2026-000001.")]
Why = Annotated[str, typer.Option("--why", help="For what reason; kept in the access log.")]
By = Annotated[str, typer.Option("--by", help="Who does it; the account's own name by default.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, it is only asked or shown.")]
Walled = Annotated[bool, typer.Option("--walled", help="With the denunciations of this person; logged apart.")]
Clear = Annotated[bool, typer.Option("--clear", help="Show matricules and numbers in full.")]
PERSONAL: Final = re.compile(r"\+?\d{8,15}|\d{6}[A-Za-z]")
UNITS: Final = {"days": "jours", "months": "mois", "years": "ans"}
ROLE: Final = "privacy"


# --------------------------------------------------------------------------------------------------------- the access log
@privacy.command()
def accesses(
    *, subject: Annotated[str | None, typer.Option(help="Only of this reference, matricule, number or call.")] = None,
    by: Annotated[str | None, typer.Option(help="Only by this person.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: AsJson = False, clear: Clear = False,
) -> None:
    """Who read, listened to, exported or changed what, the latest first.

    Example: cruc privacy accesses --subject REQ-2026-000001
    """
    rows = with_store(lambda _settings, store: store.accesses(subject=subject, who=by, limit=limit))
    if json:
        for row in rows:
            as_json({**asdict(row), "subject": _subject(row, clear)})
        return
    table(("Le", "Par", "Rôle", "Acte", "Sur", "Pourquoi"), (
        (moment(row.at), row.who, row.role, row.act, _subject(row, clear), row.why) for row in rows
    ))


def _subject(row: Access, clear: bool) -> str:
    return row.subject if clear else PERSONAL.sub(lambda found: masked(found[0]), row.subject)


# ------------------------------------------------------------------------------------------------------------ one person
@privacy.command()
def export(
    whom: Whom, *, why: Why,
    checked: Annotated[str, typer.Option(help="How the requester's identity was checked: « CNI », « passeport »...")],
    to: Annotated[Path | None, typer.Option(help="The folder for the ZIP; exports/ in home by default.")] = None,
    by: By = "", walled: Walled = False,
) -> None:
    """All that is kept of one requester, as a ZIP that only you may read: text, JSON and recordings.

    Example: cruc privacy export 000123X --why "droit d'accès" --checked CNI --to /media/usb
    """
    for name, given in (("--why", why), ("--checked", checked)):
        if not given.strip():
            raise Refused(f"Dites {name} : l'export est noté au journal des accès avec sa raison.")
    at = time.time()

    async def work(_settings: Settings, store: Store) -> Dossier:
        found = await store.dossier(whom, walled=walled)
        subjects = [*found.whose.matricules, *found.whose.numbers] or [whom.strip().upper()]
        reason = f"{why} (identité : {checked})"
        await store.log_access(by or who(), ROLE, "export", subjects, reason, at)
        if behind := [str(row["reference"]) for row in found.requests if row["walled"]]:
            await store.log_access(by or who(), ROLE, "walled", behind, reason, at)
        return found

    found = with_store(work)
    settings = load_settings()
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d-%H%M%S")
    place = (to or files_of(settings).exports) / f"donnees-{found.whose.requester or 'appelant'}-{stamp}.zip"
    texts = {prompt.id: prompt.text or prompt.sound for prompt in load_prompts(settings).prompts.values()}
    said = {"at": moment(at), "who": by or who(), "why": why, "checked": checked}
    missing = written(found, files_of(settings).recordings, place, said, texts)
    sounds = len(found.voices) - len(missing)
    typer.echo(f"{place} : {len(found.requests)} requêtes, {len(found.calls)} appels, {sounds} sons.")
    if missing:
        warn(f"{len(missing)} sons ne sont plus sur le disque (leur durée est passée) : le dossier les nomme.")


@privacy.command()
def rectify(
    whom: Whom, *, why: Why,
    name: Annotated[str, typer.Option(help="The right name.")] = "",
    phone: Annotated[str, typer.Option(help="The right telephone number.")] = "",
    wrong_phone: Annotated[str, typer.Option(help="Which number it replaces, when there are several.")] = "",
    birth: Annotated[str, typer.Option(help="The right date of birth, 1980-12-24.")] = "",
    matricule: Annotated[str, typer.Option(help="The right matricule.")] = "",
    by: By = "", yes: Yes = False,
) -> None:
    """Put a requester's name, number, date of birth or matricule right, in the requests too; history says who and why.

    Example: cruc privacy rectify REQ-2026-000001 --name "Awa Koné" --why "CNI présentée" --yes
    """
    said = {"name": name, "phone": phone, "wrong_phone": wrong_phone, "birth": birth, "matricule": matricule}
    sure("Rectifier ces données dans le dossier et dans ses requêtes ?", yes)
    changed = with_store(lambda _settings, store: store.rectify(whom, _given(said), by or who(), why, time.time()))
    typer.echo(f"Rectifié : {', '.join(changed)}.")


def _given(said: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in said.items() if value.strip()}


@privacy.command("forget-person")
def forget_person(
    matricule: Annotated[str, typer.Argument(metavar="MATRICULE", help="Who leaves the directory.")], *, why: Why,
    by: By = "", yes: Yes = False,
) -> None:
    """Take somebody out of the directory: name, date of birth, numbers. Requests and calls keep their own terms.

    The next import brings back whom its file has.

    Example: cruc privacy forget-person 000123X --why "a quitté la fonction publique" --yes
    """
    sure("Retirer cette personne de l'annuaire ?", yes)
    with_store(lambda _settings, store: store.forget_person(matricule, by or who(), why, time.time()))
    typer.echo("Retirée de l'annuaire. Un import qui la contient encore la remettrait.")


# ------------------------------------------------------------------------------------------------------------------ holds
@privacy.command()
def hold(reference: Reference, *, why: Why, by: By = "") -> None:
    """Keep a request and its calls out of every purge, for a judge or an inspection.

    Example: cruc privacy hold REQ-2026-000001 --why "recours devant le tribunal"
    """
    with_store(lambda _settings, store: store.hold(reference.upper(), by or who(), why, time.time()))
    typer.echo(f"La requête {reference.upper()} et ses appels échappent à la purge jusqu'à `cruc privacy release`.")


@privacy.command()
def release(reference: Reference, *, why: Why, by: By = "") -> None:
    """End a hold: the next purge treats the request like the others.

    Example: cruc privacy release REQ-2026-000001 --why "jugement rendu"
    """
    with_store(lambda _settings, store: store.release(reference.upper(), by or who(), why, time.time()))
    typer.echo(f"La requête {reference.upper()} n'est plus conservée : la purge la traitera comme les autres.")


@privacy.command()
def holds(*, json: AsJson = False) -> None:
    """The requests that no purge touches.

    Example: cruc privacy holds
    """
    rows = with_store(lambda _settings, store: store.holds(100_000))
    if json:
        for row in rows:
            as_json(asdict(row))
        return
    table(("Requête", "Depuis", "Par", "Pourquoi"), ((row.request, moment(row.at), row.who, row.why) for row in rows))


# ------------------------------------------------------------------------------------------------------------------ purging
@privacy.command()
def retention() -> None:
    """How long each kind of data is kept: what dialplans/retention.yaml says.

    Example: cruc privacy retention
    """
    settings = load_settings()
    policy = load_retention(settings.path(settings.dialplans))
    table(("But", "Gardé", "Quoi"), (
        (purpose, _term(getattr(policy, purpose)), what) for purpose, what in PURPOSES.items()
    ))


def _term(term: Term) -> str:
    return f"{term.keep} {UNITS[term.unit]}" if term.keep else "rien"


@privacy.command()
def purge(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go; this is the default.")] = False,
    yes: Yes = False, by: By = "", json: AsJson = False,
) -> None:
    """Forget what may no longer be kept: shown without --yes. Calls go on; run it again if it was interrupted.

    Example: cruc privacy purge --yes
    """
    dry = dry_run or not yes
    report = with_store(lambda settings, store: purge_now(settings, store, time.time(), dry=dry, who=by or who()))
    if json:
        as_json(asdict(report))
        return
    _show(report)


def _show(report: Report) -> None:
    table(("But", "Quoi", "Lignes", "Fichiers", "Absents", "Depuis le"), (
        (line.purpose, line.kind, str(line.rows), str(line.files), str(line.missing), moment(line.oldest)[:10])
        for line in report.lines if line.rows or line.files or line.missing
    ))
    if report.dry:
        typer.echo("Rien n'a été effacé : `cruc privacy purge --yes` le fait.")
        return
    typer.echo("Effacé." + (" Les fichiers de la base ont été réécrits." if report.scrubbed else ""))


@privacy.command()
def purges(*, limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20) -> None:
    """The purges that came to their end, the latest first; each line is JSON.

    Example: cruc privacy purges --limit 5
    """
    for row in with_store(lambda _settings, store: store.purges(limit)):
        as_json(asdict(row))


@privacy.command("forget-key")
def forget_the_key(*, yes: Yes = False) -> None:
    """Destroy the key of the pseudonyms: those given so far become anonymous, later ones are others. It cannot be undone.

    Example: cruc privacy forget-key --yes
    """
    sure("Détruire la clé des pseudonymes ? Les personnes déjà pseudonymisées ne seront plus reconnues.", yes)
    if not forget_key(files_of(load_settings()).key):
        warn("Il n'y a pas de clé : aucune purge n'a encore donné de pseudonyme.")
        raise typer.Exit(2)
    typer.echo("La clé est détruite. Détruisez aussi les sauvegardes qui la contiennent (cruc backup --with-files).")
