"""The live wallboard in a terminal: one look at the service a second, a screen in one write, the terminal left as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from ivr import control
from ivr.cli.console import as_json
from ivr.cli.opened import asked
from ivr.cli.terminal import terminal
from ivr.cli.wallboard import Seen, screen
from ivr.cli.wallboard_panes import Line, Style
from ivr.config import load_settings

EVERY: Final = 1.0
PATIENCE: Final = 2.0
"""Seconds after which a service that does not answer is away: what is on the screen is never older than this and `EVERY`."""

AT_ONCE: Final = ("\x1b[?2026h\x1b[H", "\x1b[?2026l")
"""Terminals that know it show what is between these two in one go."""

STYLES: Final[dict[Style, str]] = {"title": "\x1b[1m", "alarm": "\x1b[1;37;41m", "faint": "\x1b[2m"}
SCROLL: Final = 10_000
"""Lines for --once: all there is."""


def live(
    once: Annotated[bool, typer.Option("--once", help="Print one screen and end, as without a terminal.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object and end.")] = False,
) -> None:
    """The live wallboard: queues, agents, who waits and why. Leave it with q or Ctrl-C.

    Example: cruc live
    """
    if json:
        as_json(asked("GET", "/status"))
    elif once or not sys.stdout.isatty():
        seen = Seen(asked("GET", "/status"))
        for line in screen(seen, time.time(), shutil.get_terminal_size().columns, SCROLL):
            typer.echo(line.text)
    else:
        asyncio.run(_watch(load_settings().var))


async def _watch(home: Path) -> None:
    """Until told to stop. A resized window is drawn anew at once."""
    stop, again = asyncio.Event(), asyncio.Event()
    seen = Seen()
    with terminal(stop, again):
        _draw(seen)
        while not stop.is_set():
            seen = await _look(home, seen)
            _draw(seen)
            await _pause(seen, again)


async def _pause(seen: Seen, again: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(EVERY):
            await again.wait()
            again.clear()
            _draw(seen)


async def _look(home: Path, before: Seen) -> Seen:
    try:
        async with asyncio.timeout(PATIENCE):
            return Seen(await control.ask(home, "GET", "/status"))
    except TimeoutError:
        why = f"Le service ne répond pas en {PATIENCE:g} s."
    except control.ControlRefused as refusal:
        why = str(refusal)
    except (control.NotServing, OSError):
        why = f"Aucun service ne tourne sur {home} : `cruc run` le démarre."
    return Seen(before.status, before.away if before.away is not None else time.time(), why)


def _draw(seen: Seen) -> None:
    width, height = shutil.get_terminal_size()
    lines = screen(seen, time.time(), width, height)
    lines += [Line("")] * (height - len(lines))
    # Written over what was there, blanks included: erasing to the end of a full line would take its last letter.
    shown = "\r\n".join(_styled(Line(line.text.ljust(width), line.style)) for line in lines)
    begin, end = AT_ONCE
    sys.stdout.write(f"{begin}{shown}{end}")
    sys.stdout.flush()


def _styled(line: Line) -> str:
    style = STYLES.get(line.style)
    return f"{style}{line.text}\x1b[0m" if style and "NO_COLOR" not in os.environ else line.text
