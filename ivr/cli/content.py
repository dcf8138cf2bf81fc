"""What people edit: flows, prompts, opening hours. Checked, built, heard, seeded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivr.ari.asterisk.installation import find_system_asterisk, system_installation
from ivr.ari.asterisk.provision import installed
from ivr.check import findings
from ivr.cli.console import Progress, table, warn
from ivr.cli.opened import missing
from ivr.config import Settings, load_settings
from ivr.prompts import build_prompts
from ivr.public_holidays import seed_holidays
from ivr.site import load_flow, load_prompts

prompts = typer.Typer(no_args_is_help=True, help="The spoken texts and their sounds.")
hours = typer.Typer(no_args_is_help=True, help="Opening hours and public holidays.")


def check() -> None:
    """Check settings, prompts and flows: every problem with file, line and advice. The service does it too, at its start.

    Example: cruc check
    """
    found = findings(load_settings())
    for problem in found.problems:
        warn(problem)
    if found.problems:
        warn(f"{len(found.problems)} problem(s).")
        raise typer.Exit(1)
    typer.echo(f"Tout est en ordre : {' ; '.join(found.facts)}.")


def core_sounds(settings: Settings) -> Path | None:
    """The folder of recorded French words that come with Asterisk."""
    version = find_system_asterisk()
    found = system_installation(version) if version else installed(settings.var / "asterisk")
    folder = found.sounds_dir / "fr" if found else None
    return folder if folder and (folder / "digits").is_dir() else None


@prompts.command()
def build(engine: Annotated[str, typer.Option(help="The voice: espeak-ng or pyttsx3.")] = "espeak-ng") -> None:
    """Make the sounds that are missing or whose text has changed.

    Example: cruc prompts build
    """
    build_with_progress(load_settings(), engine)


def build_with_progress(settings: Settings, engine: str = "espeak-ng") -> None:
    progress = Progress()

    def tell(done: int, total: int, _name: str) -> None:
        progress("Prompts", done / total)

    try:
        report = build_prompts(
            settings.path(settings.prompts), settings.sounds, core_sounds=core_sounds(settings), engine=engine,
            progress=tell,
        )
    finally:
        progress.close()
    typer.echo(f"Prompts : {report.rendered} faits, {report.reused} gardés, {report.seconds_of_audio / 60:.0f} min de son, "
               f"en {report.elapsed_s:.1f} s.")


@prompts.command("check")
def check_prompts() -> None:
    """Check the catalogue and that each text has its sound.

    Example: cruc prompts check
    """
    catalogue = load_prompts(load_settings())
    unbuilt = catalogue.unbuilt()
    for name in unbuilt:
        warn(f"{name}: no sound of its present text")
    if unbuilt:
        raise typer.Exit(1)
    typer.echo(f"{len(catalogue.prompts)} prompts, tous faits.")


@prompts.command()
def say(
    prompt: Annotated[str, typer.Argument(metavar="ID", help="Such as accueil.bienvenue.")],
    args: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Its arguments.")] = None,
) -> None:
    """Show what a prompt says and the sound files that say it, in order.

    Example: cruc prompts say matricule.confirmer matricule=000123X
    """
    catalogue = load_prompts(load_settings())
    known = catalogue.prompts.get(prompt)
    if known is None:
        raise missing(f"There is no prompt {prompt!r} in {catalogue.path}.")
    given = dict(part.partition("=")[::2] for part in args or ())
    typer.echo(known.text or known.sound)
    for sound in catalogue.render(prompt, given):
        typer.echo(f"{sound}.wav")


@hours.command("show")
def show_hours() -> None:
    """The week and the special days to come.

    Example: cruc hours show
    """
    settings = load_settings()
    for name, calendar in load_flow(settings, load_prompts(settings)).calendars.items():
        typer.echo(f"{name} ({calendar.zone})")
        days = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
        table(("Jour", "Heures"), (
            (day, ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in spans) or "fermé")
            for day, spans in zip(days, calendar.week, strict=True)
        ))
        typer.echo()
        table(("Date", "Jour particulier"), ((day, special.name) for day, special in sorted(calendar.special.items())))


@hours.command()
def seed(
    years: Annotated[list[int], typer.Argument(min=2026, max=2100, help="Years whose public holidays are added.")],
    calendar: Annotated[str, typer.Option(help="The calendar of hours.yaml.")] = "cruc",
) -> None:
    """Add the public holidays of these years to hours.yaml; what is there is kept. Estimated dates are marked.

    Example: cruc hours seed 2029 2030
    """
    settings = load_settings()
    file = settings.path(settings.dialplans) / "hours.yaml"
    try:
        added = seed_holidays(file, years, calendar)
    except KeyError:
        raise missing(f"{file} has no calendar called {calendar}.") from None
    typer.echo(f"{len(added)} jours ajoutés dans {file} ; les dates estimées sont à confirmer.")
