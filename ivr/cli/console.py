"""How the command line speaks: tables, JSON, masked personal data, progress, times as people read them."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import typer

SINCE: Final = re.compile(r"(\d+)([mhdj])")
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "j": "days"}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as what is in them; nothing at all for no rows but one line saying so."""
    cells = [[_text(value) for value in row] for row in rows]
    if not cells:
        typer.echo("(rien)")
        return
    widths = [max(len(row[n]) for row in (list(columns), *cells)) for n in range(len(columns))]
    for row in (list(columns), *cells):
        typer.echo("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def _text(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, float):
        return f"{value:.0f} s"
    return printable(str(value))


def printable(text: str) -> str:
    """Nobody's words steer the terminal; the blanks of French typography are no harm."""
    return "".join(letter if letter.isprintable() or letter in "\xa0\u202f" else "·" for letter in text)


def as_json(value: object) -> None:
    """One JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def in_a_cell(value: object) -> object:
    """A value that a spreadsheet takes as text: what begins like a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def warn(sentence: str) -> None:
    typer.echo("\n".join(map(printable, sentence.split("\n"))), err=True)


def masked(number: str | None) -> str:
    """A telephone number or a matricule of which too little is left to know whose it is."""
    if not number:
        return ""
    kept = 2 if len(number) > 6 else 0
    return "•" * (len(number) - kept) + number[len(number) - kept :]


def hidden(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    return {key: masked(value) if key in fields and value else value for key, value in row.items()}


def moment(at: float | None) -> str:
    """UTC seconds as the time in Abidjan, which keeps UTC all the year."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def since(text: str | None) -> float | None:
    """« today », « 30m », « 2h », « 3d », or an ISO day or time; None for always. Raises `typer.BadParameter`."""
    if text is None:
        return None
    now = datetime.now(UTC)
    if text in {"today", "aujourd'hui"}:
        return now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    if ago := SINCE.fullmatch(text):
        return (now - timedelta(**{UNITS[ago[2]]: int(ago[1])})).timestamp()
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write today, 30m, 2h, 3d or 2026-11-23T08:00.") from None
    return (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()


class Progress:
    """One line that says what is being done; on a terminal it is redrawn, elsewhere told at each new step."""

    def __init__(self) -> None:
        self._step = ""
        self._told = 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, step: str, part: float) -> None:
        fresh = step != self._step
        now = time.monotonic()
        if not fresh and now - self._told < (0.1 if self._live else 5.0) and part < 1:
            return
        if fresh and self._step and self._live:
            sys.stderr.write("\n")
        self._step, self._told = step, now
        sys.stderr.write(f"\r\033[K{step} {part:4.0%}" if self._live else f"{step} {part:.0%}\n")
        sys.stderr.flush()

    def close(self) -> None:
        if self._live and self._step:
            sys.stderr.write("\n")
