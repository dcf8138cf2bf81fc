"""Rows of a CSV file: comma, semicolon or tabulation, whichever makes a header that we know."""

from __future__ import annotations

import csv
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from typing import IO, Final, NoReturn

from ivr.core.directory_rows import Cell
from ivr.directory_files.first_look import Looked, encoding
from ivr.directory_files.tables import MOST_LINE, NO_TEXT, TOO_LONG, WITHIN, FileRefused, Known, Table

SEPARATORS: Final = {",": "virgule", ";": "point-virgule", "\t": "tabulation"}
MOST_LINES_A_ROW: Final = 50
BROKEN: Final = "\ufffd"
"""What stands for a row in which a quote is out of place: no reader of cells takes it."""


def separated(file: IO[bytes], looked: Looked, known: Known) -> Table:
    if looked.start.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("Ce classeur est un ancien .xls ou a un mot de passe : enregistrez-le en .xlsx sans mot de passe.")
    name, ours = encoding(looked)
    text = io.TextIOWrapper(file, name, newline="")
    lines = _lines(text)
    top = list(itertools.islice(lines, WITHIN))
    separator = max(SEPARATORS, key=lambda each: _headers(top, each, known))
    size = os.fstat(file.fileno()).st_size
    return Table(
        f"CSV, {ours}, séparateur {SEPARATORS[separator]}", _rows(itertools.chain(top, lines), separator),
        lambda: 1.0 if file.closed else min(1.0, file.tell() / size), text.close,
    )


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    line = 0
    try:
        while read := text.readline(MOST_LINE + 1):
            line += 1
            if len(read) > MOST_LINE:
                raise FileRefused(TOO_LONG.format(line=line))
            if "\0" in read:
                raise FileRefused(NO_TEXT.format(line=line))
            yield read
    except UnicodeError:
        raise FileRefused(f"Le fichier est abîmé ou tronqué après la ligne {line} : exportez-le de nouveau.") from None


def _headers(top: Sequence[str], separator: str, known: Known) -> int:
    try:
        return max((known(row) for row in csv.reader(top, delimiter=separator)), default=0)
    except csv.Error:
        return 0


def _rows(lines: Iterator[str], separator: str) -> Iterator[tuple[int, Sequence[Cell]]]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row: Sequence[Cell] = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if reader.line_num > line:
                _unclosed(line)
            row = [BROKEN]
        if reader.line_num - line > MOST_LINES_A_ROW:
            _unclosed(line)
        yield line, row


def _unclosed(line: int) -> NoReturn:
    raise FileRefused(f"Un guillemet ouvert à la ligne {line} du fichier ne se ferme pas : corrigez cette ligne.")
