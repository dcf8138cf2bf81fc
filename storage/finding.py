"""Finding requests, a page at a time.

A page begins after the last row of the one before, by that row's place in the order: rows added meanwhile shift nothing,
and every row is told once. An order may have several `Phase`s, one after the other (first what is promised, then the rest),
each of which an index can walk.

Words are looked for in two ways. Those that few requests have are asked of the index of words, and what it tells is put in
order. Of words that very many have (« attestation »), that would put a hundred thousand rows in order to tell fifty: there,
requests are walked in their order and their words looked at, and the fifty are soon together. The turning point is where
both cost the same: as many matches m as rows walked, 50 × n / m, so about the root of 50 × n.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ivr.core.lifecycle import STATUSES
from storage.asked import Conditions, Found, Search, Sort
from storage.composed import Composed
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.rows import RequestRow, told
from storage.words import Group, Spelt, asked_for, in_fts5, in_tsquery, matches, spelt

MANY: Final = 8_000
"""Matches above which requests are walked: the root of 50 × 1,300,000."""
INDEXED: Final = 6
"""Letters of the longest beginning of which SQLite's index of words keeps a list (schema_6_search.sql). It makes the list of
a longer one at each question, from all that begin so: a tenth of a second for « attestation »."""
COMMON: Final = 20_000
"""Requests with such a beginning above which only so many letters are asked, and the rest of the word is looked at."""
PATIENCE: Final = 6_000
"""Rows of a walk after which the words are too few for walking, and the index is asked for the whole of them."""
LARGEST_STEP: Final = 4_000
"""Rows looked at in one statement of a walk."""


class Phase(NamedTuple):
    """A stretch of an order: the ``order`` part, the column that it goes by, and what all its rows have in common."""

    order: str
    key: str
    where: tuple[str, ...] = ()
    values: Mapping[str, Any] = {}


class Place(NamedTuple):
    """Where a page ended: the number of the phase, and the row's key, year and number."""

    phase: int
    key: str | float
    year: int
    number: int


class Words(NamedTuple):
    """What a text asks for: the ``groups`` of its words, and the parts that tell the numbers of the rows that have it."""

    groups: tuple[Group, ...]
    ids: tuple[str, ...]
    values: Mapping[str, Any]

    def accept(self, row: Row) -> bool:
        """Whether the words are the row's, whose own ``words`` are None when only its columns told of it."""
        return row["words"] is None or len(self.ids) > 1 or matches(self.groups, row["words"])

    def whole(self) -> Words:
        """Asked for with all their letters."""
        return self._replace(values={**self.values, "match": self.values["match_whole"]})


class Sought(NamedTuple):
    """``words`` None: no text was given; ``walks``: too many rows have them for the index of words."""

    given: Conditions
    words: Words | None
    walks: bool


PHASES: Final[dict[Sort, tuple[Phase, ...]]] = {
    Sort.NEWEST: (Phase("newest", "created_at"),),
    Sort.OLDEST: (Phase("oldest", "created_at"),),
    Sort.UPDATED: (Phase("updated", "since"),),
    Sort.REFERENCE: (Phase("reference", "year"),),
    Sort.DUE: (Phase("due", "due_at", ("promised",)), Phase("newest", "created_at", ("not_promised",))),
    Sort.STATUS: tuple(Phase("newest", "created_at", ("of_phase",), {"phase": status}) for status in STATUSES),
}


# -------------------------------------------------------------------------------------------------------------- one page
def found(asked: Search, given: Conditions) -> Steps[Found]:
    """The page that is asked for, of the requests of ``given`` that have the words. Raises `Refused` for a page of another
    search."""
    start = _place(asked.sort, asked.after) if asked.after is not None else None
    words = words_of(asked.text)
    if words is not None and not words.ids:
        return Found(total=0 if asked.counted else None)
    words = (yield from _cut(words)) if words is not None else None
    sought = Sought(given, words, words is not None and (yield from _are_many(words)))
    rows: list[tuple[int, Row]] = []
    for number, phase in _phases(asked, start):
        place = start if start is not None and start.phase == number else None
        more = yield from _of_phase(sought, phase, place, asked.limit + 1 - len(rows))
        rows.extend((number, row) for row in more)
        if len(rows) > asked.limit:
            break
    return _page(asked, rows, (yield from _count(sought)) if asked.counted else None)


def _page(asked: Search, rows: list[tuple[int, Row]], total: int | None) -> Found:
    told_rows = tuple(told(RequestRow, row) for _phase, row in rows[: asked.limit])
    after = _cursor(asked.sort, *rows[asked.limit - 1]) if len(rows) > asked.limit else None
    return Found(told_rows, after, total)


def _phases(asked: Search, start: Place | None) -> Iterator[tuple[int, Phase]]:
    """What is left of the order; a phase of a status that is not asked for has nothing."""
    for number, phase in enumerate(PHASES[asked.sort]):
        of_status = phase.values.get("phase")
        if (start is None or number >= start.phase) and (of_status is None or not asked.status or of_status in asked.status):
            yield number, phase


def _of_phase(sought: Sought, phase: Phase, place: Place | None, limit: int) -> Steps[list[Row]]:
    given = sought.given.also(*phase.where, **phase.values)
    if sought.words is not None:
        return (yield from _looked_at(sought._replace(given=given), phase, place, limit))
    given = _from(given, phase, place)
    return (yield Ask(Composed("listed", (), phase.order, given.where).name, {**given.values, "limit": limit}))


def _from(given: Conditions, phase: Phase, place: Place | None) -> Conditions:
    if place is None:
        return given
    return given.also(f"after_{phase.order}", key=place.key, key_year=place.year, key_number=place.number)


def _looked_at(sought: Sought, phase: Phase, place: Place | None, limit: int) -> Steps[list[Row]]:
    """Look at the words of one request after the other, in larger and larger steps: of all, or of those that the index of
    words tells, which may have been asked for beginnings only. A walk that finds too little turns to the index."""
    words, references = sought.words, list[str]()
    assert words is not None
    step, walks, looked = max(4 * limit, 200), sought.walks, 0
    while len(references) < limit:
        form, ids = ("walked", ()) if walks else ("matched", words.ids)
        given = _from(sought.given, phase, place)
        rows = yield Ask(Composed(form, ids, phase.order, given.where).name, {**given.values, **words.values, "limit": step})
        references.extend(row["reference"] for row in rows if words.accept(row))
        if len(rows) < step:
            break
        place, looked = Place(0, rows[-1][phase.key], rows[-1]["year"], rows[-1]["number"]), looked + len(rows)
        if walks and looked > PATIENCE and len(references) < limit:
            walks, words = False, words.whole()
        step = min(2 * step, LARGEST_STEP)
    return (yield from _whole(references[:limit]))


def _whole(references: list[str]) -> Steps[list[Row]]:
    name = Composed("listed", (), "reference", ("these",)).name
    rows = yield Ask(name, {"these": json.dumps(references), "limit": len(references)})
    by_reference = {row["reference"]: row for row in rows}
    return [by_reference[reference] for reference in references]


# -------------------------------------------------------------------------------------------------------------- the words
def words_of(text: str) -> Words | None:
    """None when nothing is asked; without any ``ids`` when nothing can have it (« ??? »)."""
    if not text.strip():
        return None
    groups = asked_for(text)
    if not groups:
        return Words((), (), {})
    columns, values = _columns(text)
    return Words(groups, ("ids_words", *columns), {
        "match": in_fts5(groups), "match_whole": in_fts5(groups), "query": in_tsquery(groups), **values,
    })


def _columns(text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """A text that is nothing but a reference, a number or a matricule is looked for in the requests themselves, too: a mere
    call that ended has no words."""
    things = list(spelt(text))
    if len(things) != 1 or not (word := things[0].joined or "".join(things[0].parts)):
        return (), {}
    if things[0].sure and len(word) == 10 and word[0] in "02" and not _is_reference(things[0]):
        return ("ids_phone",), {"told_phone": word, "told_plus": f"+225{word}", "told_code": f"225{word}"}
    if len(word) == 7 and word[:6].isdigit() and word[6].isalpha():
        return ("ids_matricule",), {"told_matricule": word.upper()}
    if word.isdigit() and len(word) >= 10:
        return ("ids_reference",), {"told_reference": f"REQ-{word[:4]}-{word[4:]}"}
    return (), {}


def _is_reference(thing: Spelt) -> bool:
    return thing.parts[0].startswith("req")


def _cut(words: Words) -> Steps[Words]:
    """Ask only for the beginnings of very common words. PostgreSQL answers that none is: it needs no such help."""
    shorter: dict[str, str] = {}
    for word in {word for group in words.groups for way in group for word in way if len(word) > INDEXED}:
        if word.isalpha():  # few words begin like one with digits
            beginning = f'"{word[:INDEXED]}"*'
            counted = yield Ask(Composed("begin", (), "", ()).name, {"match": beginning, "limit": COMMON + 1})
            if counted[0]["n"] > COMMON:
                shorter[word] = word[:INDEXED]
    return words._replace(values={**words.values, "match": in_fts5(words.groups, shorter)}) if shorter else words


def _are_many(words: Words) -> Steps[bool]:
    if len(words.ids) > 1:  # a reference, a number, a matricule: never many
        return False
    counted = yield Ask(Composed("some", words.ids).name, {**words.values, "limit": MANY + 1})
    return bool(counted[0]["n"] > MANY)


def _count(sought: Sought) -> Steps[int]:
    composed, values = Composed("counted", (), "", sought.given.where), dict(sought.given.values)
    if sought.words is not None:
        ids = ("ids_whole_words", *sought.words.ids[1:])
        composed, values = composed._replace(form="counted_matched", ids=ids), {**values, **sought.words.values}
    return int((yield Ask(composed.name, values))[0]["n"])


# --------------------------------------------------------------------------------------------------------------- the page
def _cursor(sort: Sort, phase: int, row: Row) -> str:
    place = [str(sort), phase, row[PHASES[sort][phase].key], row["year"], row["number"]]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(sort: Sort, after: str) -> Place:
    try:
        of, phase, key, year, number = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        kind = str if PHASES[sort][phase].key == "due_at" else int | float
        right = of == str(sort) and isinstance(key, kind) and phase >= 0 and 0 <= year <= 9999 and 0 <= number < 10_000_000
    except (ValueError, TypeError, IndexError):
        right = False
    if not right:
        raise Refused("Cette suite n'est pas celle de cette recherche : recommencez à la première page.")
    return Place(phase, key, year, number)
