"""The rules of importing a directory: a file is staged beside the directory in pieces, then taken whole in one transaction.

Staging is what takes time (300,000 rows are read, checked, compared), and between two pieces the writer serves calls. What a
broken-off import leaves is staged rows, and words in an index that people.words decides over: nothing that anybody sees. The
next import clears them. The last import can be undone: whom it added goes, whom it changed is as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ivr.core.directory_rows import DirectoryRow
from storage.directory import words
from storage.engine import POSTGRES, SQLITE, Ask, Dialect, Row, Steps
from storage.errors import Refused
from storage.rows import told

CLEARED: Final[dict[Dialect, int]] = {SQLITE: 5_000, POSTGRES: 50_000}
"""Staged rows cleared in one transaction: PostgreSQL goes through the whole index of words each time."""
INDEXED: Final = 5_000
"""People without words who are given some in one transaction."""
SLICES: Final = ("0", "b", "f", "k", "l", "o", "t", "{")
"""Where the index of words is cut, so that each piece is put in as quickly as the others."""
FIELDS: Final = ("last_name", "first_name", "birth", "direction", "phones")


@dataclass(frozen=True, slots=True)
class Import:
    """One file taken into the directory by ``who``: counts of rows; undone or not."""

    id: int
    at: float
    who: str
    file: str
    sha256: str
    added: int
    changed: int
    same: int
    refused: int
    undone_at: float | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody whom the last import changed, and the columns that did."""

    matricule: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What the rows staged so far would do. ``fields`` counts, by column, the changes."""

    added: int = 0
    changed: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.same

    @property
    def staged(self) -> int:
        return self.added + self.changed

    def add(self, rows: int, staged: Sequence[str]) -> None:
        """``staged``: 'new' or what changes, for those of ``rows`` that are not in the directory as they are."""
        added = sum(each == "new" for each in staged)
        self.added += added
        self.changed += len(staged) - added
        self.same += rows - len(staged)
        self.fields.update(name for each in staged if each != "new" for name in each.split(",") if name)


def as_staged(rows: Sequence[DirectoryRow], first: int) -> str:
    """The rows of one piece, numbered from ``first``, as the JSON that the statement `stage_people` takes."""
    return _json([
        (row.matricule, row.last_name, row.first_name, row.birth, row.direction, _json(row.phones),
         words(row.last_name, row.first_name), number)
        for number, row in enumerate(rows, first)
    ])


def stage(token: str, piece: str, columns: Set[str]) -> Steps[list[str]]:
    """Put rows beside the directory. ``columns`` are those of the file: what it has no column for stays as it is. Returns
    'new' or what changes, for each row that is not in the directory as it is."""
    has = {f"has_{name}": int(name in columns) for name in ("birth", "direction", "phones")}
    staged = yield Ask("stage_people", {"token": token, "rows": piece, **has})
    return [row["fields"] for row in staged]


def stage_words(token: str, first: str, last: str) -> Steps[None]:
    """Index the staged names' words from ``first`` to before ``last``: in the order of the index, or each is a page."""
    yield Ask("stage_words", {"token": token, "first": first, "last": last})


def clear(dialect: Dialect) -> Steps[int]:
    """A piece of what was staged, and its words that nobody has. Returns how many rows went: call it until none do."""
    limit = {"limit": CLEARED[dialect]}
    yield Ask("clear_staged_words", limit)
    return len((yield Ask("clear_staged", limit)))


def index_names() -> Steps[int]:
    """Words for some of those who came before there was an index. Returns how many: call it until none are left."""
    rows = yield Ask("people_without_words", {"limit": INDEXED})
    for row in rows:
        yield Ask("put_name_words", {"matricule": row["matricule"], "words": words(row["last_name"], row["first_name"])})
        yield Ask("insert_name_words", {"matricule": row["matricule"]})
    return len(rows)


def take(token: str, tally: Tally, facts: Mapping[str, object]) -> Steps[Import]:
    """The staged rows become the directory's, all in this one transaction; ``facts``: at, who, file, sha256, refused."""
    if (yield Ask("count_staged", {"token": token}))[0]["staged"] != tally.staged:
        raise Refused("Un autre import a commencé entre-temps : rien n'a été changé, recommencez quand il sera fini.")
    counts = {"added": tally.added, "changed": tally.changed, "same": tally.same}
    (kept,) = yield Ask("insert_import", {**facts, **counts})
    of_file: Row = {"token": token}
    yield Ask("forget_former")
    if tally.changed:
        yield Ask("keep_former", of_file)
        yield Ask("drop_changed_phones", of_file)
    if tally.staged:
        yield Ask("take_people", {**of_file, "import": kept["id"]})
        yield Ask("take_phones", of_file)
    if tally.changed:
        yield Ask("drop_changed_words")
    yield Ask("drop_staged")
    return told(Import, kept)


def confirm(taken: int) -> Steps[None]:
    """A write that changes nothing, for the promise that it carries."""
    yield Ask("confirm_import", {"import": taken})


def same_file(sha256: str) -> Steps[Import | None]:
    """The import in force, if it was this very file."""
    rows = yield Ask("import_in_force")
    return told(Import, rows[0]) if rows and rows[0]["sha256"] == sha256 else None


def undo(who: str, at: float) -> Steps[Import]:
    """The directory as it was before the last import. Raises `Refused` when there is none or it was undone before: one step
    back is kept."""
    last = yield Ask("list_imports", {"limit": 1})
    if not last:
        raise Refused("Aucun import à annuler : `cruc people imports` montre ceux qui ont été faits.")
    if last[0]["undone_at"] is not None:
        raise Refused("Le dernier import est déjà annulé, et l'état d'avant n'est pas gardé : importez un fichier.")
    of_import: Row = {"import": last[0]["id"]}
    yield Ask("stage_added", {"token": f"added by {last[0]['id']}", **of_import})
    yield Ask("stage_renamed", {"token": f"renamed by {last[0]['id']}"})
    for name in ("drop_added_phones", "drop_added"):
        yield Ask(name, of_import)
    for name in ("restore_people", "drop_restored_phones", "restore_phones", "restore_words", "forget_former"):
        yield Ask(name)
    (undone,) = yield Ask("undo_import", {"at": at, "who": who, **of_import})
    return told(Import, undone)


def list_imports(limit: int) -> Steps[tuple[Import, ...]]:
    rows = yield Ask("list_imports", {"limit": limit})
    return tuple(told(Import, row) for row in rows)


def changes(limit: int) -> Steps[tuple[Change, ...]]:
    rows = yield Ask("list_former", {"limit": limit})
    return tuple(Change(row["matricule"], tuple(filter(None, row["fields"].split(",")))) for row in rows)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
