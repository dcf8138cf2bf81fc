"""Rows of an XLSX workbook, read as they stream by. What it says about its own size is not believed, or held to."""

from __future__ import annotations

import contextlib
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Any, Final

import openpyxl

from ivr.core.directory_rows import Cell
from ivr.directory_files.tables import MEGABYTE, MOST_LINE, WITHIN, FileRefused, Known, Table

MOST_UNPACKED: Final = {"xl/sharedStrings.xml": 128 * MEGABYTE, "xl/worksheets/": 800 * MEGABYTE, "": 8 * MEGABYTE}
"""Bytes that a part may unpack to, by the beginning of its name: all but the sheets are held in memory."""
MOST_RATIO: Final = 250
"""Times that a part of over ten megabytes may grow: real sheets do twenty, bombs a thousand."""
MOST_PARTS: Final = 5000
SHEETS: Final = 10
BOMB: Final = "Le classeur se déploie démesurément ({part}) : ce n'est pas un annuaire."
BROKEN: Final = "Le classeur est tronqué, abîmé ou protégé : ouvrez-le et enregistrez-le de nouveau en .xlsx."

warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
"""About styles and extensions that a reader of cells does not need."""


def workbook(file: IO[bytes], known: Known) -> Table:
    """The sheet that has the header among its first rows, or else the first."""
    _unpacks_to_little(file)
    file.seek(0)
    with _refused_when_broken():
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = book.worksheets[:SHEETS]
        if not sheets:
            raise FileRefused("Le classeur n'a pas de feuille de calcul.")
        said = {id(sheet): int(sheet.max_row or 0) for sheet in sheets}
        sheet = max(sheets, key=lambda each: max((known(row) for _line, row in _rows(each, WITHIN)), default=0))
    line = [0]
    rows = said[id(sheet)]

    def counted() -> Iterator[tuple[int, Sequence[Cell]]]:
        for line[0], row in _rows(sheet, None):
            yield line[0], row

    def close() -> None:
        book.close()
        file.close()

    part = (lambda: min(1.0, line[0] / rows)) if rows else (lambda: 0.0)
    return Table(f"XLSX, feuille « {_short(sheet.title)} »", counted(), part, close)


def _rows(sheet: Any, most: int | None) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The cells as far as each row goes."""
    with _refused_when_broken():
        sheet.reset_dimensions()
        for line, row in enumerate(itertools.islice(sheet.iter_rows(values_only=True), most), 1):
            yield line, [_cell(value) for value in row]


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | date) else str(value)


@contextlib.contextmanager
def _refused_when_broken() -> Iterator[None]:
    try:
        yield
    except FileRefused:
        raise
    except Exception as error:  # openpyxl stumbles over broken workbooks in more ways than it names: the file's fault
        raise FileRefused(BROKEN) from error


def _unpacks_to_little(file: IO[bytes]) -> None:
    """Before anything is unpacked. The reader of archives stops at the size that a part says it has."""
    with _refused_when_broken(), zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        for part in parts:
            most = next(size for start, size in MOST_UNPACKED.items() if part.filename.startswith(start))
            grows = part.file_size > 10 * MEGABYTE and part.file_size > MOST_RATIO * max(1, part.compress_size)
            if part.file_size > most or grows:
                raise FileRefused(BOMB.format(part=_short(part.filename)))
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > sum(MOST_UNPACKED.values()):
            raise FileRefused(BOMB.format(part=f"{len(parts)} parties"))
        for part in parts:
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                _has_short_rows(archive, part)


def _has_short_rows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A row is held in memory whole: one of a million cells is refused before. Comments and CDATA, in which a false
    beginning of a row could hide, are in no spreadsheet's files."""
    length, end = 0, b""
    with archive.open(part) as sheet:
        while chunk := sheet.read(MEGABYTE):
            stretch = end + chunk
            if b"<!" in stretch:
                raise FileRefused(BROKEN)
            last = max((found.start() for found in re.finditer(rb"<(?:\w+:)?row[\s/>]", stretch)), default=-1)
            length = length + len(chunk) if last < 0 else len(stretch) - last
            if length > 2 * MOST_LINE:
                raise FileRefused("Le classeur a une ligne démesurée (trop de colonnes) : ce n'est pas un annuaire.")
            end = stretch[-20:]


def _short(name: str) -> str:
    return "".join(letter for letter in name[:40] if letter.isprintable())
