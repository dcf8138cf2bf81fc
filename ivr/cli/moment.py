"""The information of the moment: what every caller hears today, from the next call on and without a restart."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.console import as_json, moment, table
from ivr.cli.opened import missing, who, with_store
from ivr.config import Settings, load_settings
from ivr.site import load_flow, load_prompts
from storage import Store

moments = typer.Typer(no_args_is_help=True, help="The information of the moment, said to callers.")

Queue = Annotated[str, typer.Option(help="Only for those who are about to wait in this queue.")]


@moments.command()
def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is said; with --file, what it says in short.")] = "",
    queue: Queue = "",
    hours: Annotated[float, typer.Option(min=0.1, max=744, help="How long it is said.")] = 24.0,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A recording to play instead.")] = None,
    engine: Annotated[str, typer.Option(help="The voice: espeak-ng or pyttsx3.")] = "espeak-ng",
) -> None:
    """Have a message said to all callers, after the welcome; a key skips it. It replaces the one before it.

    Example: cruc moment say "Les salaires de novembre seront virés le 28." --hours 6
    """
    settings = load_settings()
    _check_queue(settings, queue)
    if not text.strip() and file is None:
        raise typer.BadParameter("There is nothing to say: give a text, or a recording with --file.")
    sound = _sound(settings, text, file, engine)
    now = time.time()
    until = now + hours * 3600

    shown = text.strip() or f"({file.name if file else ''})"

    async def keep(_settings: Settings, store: Store) -> int:
        return await store.put_moment(shown, sound, now, until, who(), queue=queue)

    number = with_store(keep, make=True)
    heard = f"les appelants de la file {queue}" if queue else "tous les appelants"
    typer.echo(f"Message {number} : {heard} l'entendent dès maintenant, jusqu'au {moment(until)}.")


def _sound(settings: Settings, text: str, file: Path | None, engine: str) -> str:
    from ivr.prompts import audio, lexicon, synthesis  # noqa: PLC0415 - the audio libraries, for this command alone
    from ivr.prompts.moment import moment_recorded, moment_said  # noqa: PLC0415

    try:
        if file is not None:
            return moment_recorded(file, settings.moments)
        words = lexicon.read_lexicon(settings.path(settings.prompts) / "lexicon.csv")
        return moment_said(text, settings.moments, synthesis.synthesizer(engine), words)
    except audio.AudioError as error:
        raise missing(f"{file.name if file else 'This text'} cannot be said to callers: {error}.") from None


def _check_queue(settings: Settings, queue: str) -> None:
    known = load_flow(settings, load_prompts(settings)).queues if queue else ()
    if queue and queue not in known:
        raise typer.BadParameter(f"There is no queue {queue!r}: the dialplans have {', '.join(known)}.")


@moments.command("show")
def show(json: Annotated[bool, typer.Option("--json", help="JSON: one object a line.")] = False) -> None:
    """What callers hear at this moment.

    Example: cruc moment show
    """
    rows = with_store(lambda _settings, store: store.moments(time.time()), make=True)
    if json:
        for row in rows:
            as_json(asdict(row))
        return
    table(("Message", "File", "Texte", "Depuis", "Jusqu'à", "Par"), (
        (row.id, row.queue or "toutes", row.prompt, moment(row.since), moment(row.until), row.who) for row in rows
    ))


@moments.command()
def stop(queue: Queue = "") -> None:
    """Have it said no more: all messages, or the one of a queue. A call that plays it hears it to the end.

    Example: cruc moment stop
    """
    _check_queue(load_settings(), queue)
    ended = with_store(_ending(queue, time.time()), make=True)
    typer.echo(f"{ended} message(s) arrêté(s)." if ended else "Aucun message n'était diffusé.")


def _ending(queue: str, at: float) -> Callable[[Settings, Store], Awaitable[int]]:
    async def end(_settings: Settings, store: Store) -> int:
        if not queue:
            return await store.end_moments(at)
        rows = [row for row in await store.moments(at) if row.queue == queue]
        for row in rows:
            await store.end_moment(row.id, at)
        return len(rows)
    return end
