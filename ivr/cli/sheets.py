"""Tables for a spreadsheet, as XLSX or CSV: rows as they come, nothing of them kept in memory, and no cell is a formula.

In XLSX every text is written as a text. CSV has no types: there, a text that a spreadsheet would compute gets an apostrophe
before it. The file appears under its name when it is whole, for its owner alone; before, it is in a folder of its own beside
it, which goes whatever happens.
"""

from __future__ import annotations

import contextlib
import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import xlsxwriter

from ivr.cli.console import in_a_cell

Cell: TypeAlias = str | int | float | date | datetime | None
Add: TypeAlias = Callable[[Sequence[Cell]], None]
ROWS: Final = 1_048_575
"""Of one sheet of Excel, below its titles."""
LETTERS: Final = 32_767
"""Of one cell of Excel."""
ENDINGS: Final = (".xlsx", ".csv")


class Column(NamedTuple):
    """``width`` in letters."""

    title: str
    width: int


@contextlib.contextmanager
def sheet(file: Path, columns: Sequence[Column], name: str) -> Iterator[Add]:
    """Give rows to what comes out of this; ``file`` ends in one of `ENDINGS` and is there once all are written. ``name`` is
    the sheet's. Raises OSError, with no file left behind and an older one untouched."""
    kind = _xlsx if file.suffix.lower() == ".xlsx" else _csv
    with tempfile.TemporaryDirectory(prefix=f".{file.stem}-", dir=file.parent) as folder:
        part = Path(folder) / f"part{file.suffix}"
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        with kind(part, columns, name) as add:
            yield add
        part.chmod(0o600)
        part.replace(file)


@contextlib.contextmanager
def _csv(part: Path, columns: Sequence[Column], _name: str) -> Iterator[Add]:
    """With the mark and the semicolons by which a French Excel opens it at once."""
    with part.open("w", encoding="utf-8-sig", errors="replace", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow([column.title for column in columns])
        yield lambda row: writer.writerow([_in_csv(value) for value in row])


def _in_csv(value: Cell) -> object:
    if isinstance(value, str):
        text = value.replace("\0", "")
        return in_a_cell(text) if text.lstrip() == text else in_a_cell(f"'{text}" if _computes(text) else text)
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else value


def _computes(text: str) -> bool:
    """A formula behind spaces, which some programs pass over."""
    return in_a_cell(text.lstrip()) != text.lstrip()


@contextlib.contextmanager
def _xlsx(part: Path, columns: Sequence[Column], name: str) -> Iterator[Add]:
    settings = {"constant_memory": True, "tmpdir": str(part.parent)}
    with xlsxwriter.Workbook(part, settings) as book:
        yield _Sheets(book, columns, name).add


class _Sheets:
    """One sheet after the other, each with the titles on top, which stay in sight."""

    def __init__(self, book: Any, columns: Sequence[Column], name: str) -> None:
        self._book, self._columns, self._name = book, columns, name
        self._title = book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            date: book.add_format({"num_format": "dd/mm/yyyy"}),
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        }
        self._begin(1)

    def _begin(self, number: int) -> None:
        self._number, self._row = number, 0
        self._sheet = self._book.add_worksheet(self._name if number == 1 else f"{self._name} {number}")
        self._sheet.freeze_panes(1, 0)
        for n, column in enumerate(self._columns):
            self._sheet.set_column(n, n, column.width)
            self._sheet.write_string(0, n, column.title, self._title)

    def add(self, row: Sequence[Cell]) -> None:
        if self._row == ROWS:
            self._begin(self._number + 1)
        self._row += 1
        for n, value in enumerate(row):
            if isinstance(value, str):
                self._sheet.write_string(self._row, n, _fitting(value))
            elif isinstance(value, date):
                self._sheet.write_datetime(self._row, n, value, self._formats[type(value)])
            elif value is not None:
                self._sheet.write_number(self._row, n, value)


def _fitting(text: str) -> str:
    """What a cell of Excel can hold: no half letter, and not more than it takes."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if len(whole) <= LETTERS else whole[: LETTERS - 1] + "…"
