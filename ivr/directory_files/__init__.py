"""Reading a directory from a CSV file or an XLSX workbook that nobody vouches for.

    reading = read_directory(Path("annuaire.csv"), date.today())
    for piece in reading.pieces(): ...      # DirectoryRow, checked, each matricule once
    reading.refused                         # the rows that were not taken, with line, column and reason

Memory is bounded whatever the file; a file that is no directory raises `FileRefused` with one French sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from ivr.core.directory_rows import FRENCH, NEEDED, SEVERAL, Cell, DirectoryRow, Refusal, column_of, read_row
from ivr.directory_files.first_look import look_through, opened
from ivr.directory_files.separated import BROKEN, separated
from ivr.directory_files.tables import WITHIN, FileRefused, Table
from ivr.directory_files.workbook import workbook

MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 1_000_000
PIECE: Final = 5_000
SHOWN: Final = 1_000
"""Refusals kept to be shown; all are counted and told to ``on_refusal``."""

TWICE: Final = "en double"

__all__ = ["DirectoryRow", "FileRefused", "Reading", "Refusal", "read_directory"]


class Reading:
    """One file. ``columns`` are those of `ivr.core.directory_rows.COLUMNS` that it has, ``unknown`` the headers left out,
    ``form`` what it was taken for; ``refused`` the first `SHOWN` refusals, ``refusals`` how many there are of all, and
    ``reasons`` how many by column and reason."""

    def __init__(self, table: Table, sha256: str, today: date, on_refusal: Callable[[Refusal], None]) -> None:
        self.form, self.sha256 = table.form, sha256
        self._table, self._today, self._on_refusal = table, today, on_refusal
        self._header = _header(table.rows)
        self.columns = frozenset(column for column in map(column_of, self._header) if column)
        self.unknown = tuple(str(cell)[:60] for cell in self._header if cell not in (None, "") and not column_of(cell))
        self._places = [(number, column) for number, cell in enumerate(self._header) if (column := column_of(cell))]
        self._lines: dict[str, int] = {}
        self.refused: list[Refusal] = []
        self.refusals = 0
        self.reasons: Counter[tuple[str, str]] = Counter()

    def pieces(self) -> Iterator[list[DirectoryRow]]:
        """Checked rows, `PIECE` at a time. Raises `FileRefused` where the file breaks off."""
        piece: list[DirectoryRow] = []
        rows = 0
        for line, cells in self._table.rows:
            if any(cell not in (None, "") for cell in cells):
                rows += 1
                if rows > MOST_ROWS:
                    raise FileRefused(f"Le fichier a plus d'un million de lignes (ligne {line}) : coupez-le.")
                self._sort(line, cells, piece)
                if len(piece) == PIECE:
                    yield piece
                    piece = []
        if piece:
            yield piece

    def part(self) -> float:
        """How much of the file was read, from 0 to 1."""
        return self._table.part()

    def close(self) -> None:
        self._table.close()

    def _sort(self, line: int, cells: Sequence[Cell], piece: list[DirectoryRow]) -> None:
        row = self._read(line, cells)
        if isinstance(row, DirectoryRow):
            first = self._lines.setdefault(row.matricule, line)
            if first == line:
                piece.append(row)
                return
            row = Refusal(line, FRENCH["matricule"], row.matricule, f"{TWICE} : déjà à la ligne {first} de ce fichier")
        self.refusals += 1
        self.reasons[row.column, TWICE if row.reason.startswith(TWICE) else row.reason] += 1
        if len(self.refused) < SHOWN:
            self.refused.append(row)
        self._on_refusal(row)

    def _read(self, line: int, cells: Sequence[Cell]) -> DirectoryRow | Refusal:
        if list(cells) == [BROKEN]:
            return Refusal(line, "ligne", "", "un guillemet mal placé")
        if any(cell not in (None, "") for cell in cells[len(self._header):]):
            return Refusal(line, "ligne", "", "plus de cellules que d'en-têtes : un séparateur ou un guillemet égaré")
        values: dict[str, list[Cell]] = {}
        for number, column in self._places:
            values.setdefault(column, []).append(cells[number] if number < len(cells) else None)
        return read_row(line, values, self._today)


def _unheard(_refusal: Refusal) -> None:
    """Nobody wants each one."""


def read_directory(path: Path, today: date, on_refusal: Callable[[Refusal], None] = _unheard) -> Reading:
    """Raises `FileRefused`. ``today``: no birth is after it. ``on_refusal`` is told each refused row, in their order."""
    file = opened(path)
    try:
        looked = look_through(file)
        table = workbook(file, _known) if looked.zipped else separated(file, looked, _known)
        return Reading(table, looked.sha256, today, on_refusal)
    except BaseException:
        file.close()
        raise


def _known(cells: Sequence[Cell]) -> int:
    return len({column_of(cell) for cell in cells[:MOST_COLUMNS]} - {None})


def _header(rows: Iterator[tuple[int, Sequence[Cell]]]) -> tuple[Cell, ...]:
    """The first row with all the columns needed, among the first ones. Raises `FileRefused` telling what was found."""
    best: tuple[Cell, ...] = ()
    for line, cells in rows:
        if _known(cells) > _known(best) or not best:
            best = tuple(cells)
        if set(NEEDED) <= {column_of(cell) for cell in cells[:MOST_COLUMNS]}:
            return _sound(tuple(cells))
        if line >= WITHIN:
            break
    found = ", ".join(f"« {str(cell)[:30]} »" for cell in best[:12] if cell not in (None, ""))
    lacking = ", ".join(FRENCH[column] for column in NEEDED if column not in set(map(column_of, best[:MOST_COLUMNS])))
    raise FileRefused(f"Les en-têtes du fichier n'ont pas : {lacking}. En-têtes trouvés : {found or 'aucun'}.")


def _sound(header: tuple[Cell, ...]) -> tuple[Cell, ...]:
    if len(header) > MOST_COLUMNS:
        raise FileRefused(f"Le fichier a {len(header)} colonnes : un annuaire en a {MOST_COLUMNS} au plus.")
    counts = Counter(column_of(cell) for cell in header)
    for column, count in counts.items():
        if column and column not in SEVERAL and count > 1:
            raise FileRefused(f"Le fichier a {count} colonnes « {FRENCH[column]} » : gardez-en une.")
    return header
