"""A file as rows of cells, and the one sentence for a file that has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ivr.core.directory_rows import Cell

MEGABYTE: Final = 1 << 20
MOST_BYTES: Final = 500 * MEGABYTE
MOST_LINE: Final = MEGABYTE
"""Of one line of CSV, and (twice that) of one row of a workbook's XML."""
WITHIN: Final = 10
"""Rows at the top of a file among which its header is looked for."""

NO_TEXT: Final = "Le fichier n'est pas un texte (ligne {line}) : donnez un fichier CSV ou XLSX."
TOO_LONG: Final = "La ligne {line} du fichier est démesurée (plus de 1 Mo) : ce n'est pas un annuaire."


class FileRefused(Exception):
    """The file cannot be read as a directory; the message is one French sentence."""


@dataclass(slots=True)
class Table:
    """``form`` says in French what the file was taken for; ``rows`` are (line of the file, cells), read once; ``part`` tells
    how much was read, from 0 to 1. Rows raise `FileRefused` where the file breaks off."""

    form: str
    rows: Iterator[tuple[int, Sequence[Cell]]]
    part: Callable[[], float]
    close: Callable[[], object]


Known = Callable[[Sequence[Cell]], int]
"""How many cells of a row are headers that we know."""
