"""The rules of the directory: whom it knows by matricule, by number, by name, and whom a caller may mean."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ivr.core.matricule import parse_matricule
from ivr.core.verbs.typed import national
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.matricules import normal
from storage.rows import Person, told
from storage.words import index_words, words_of

MOST_AT: Final = 50
"""People told of one number: a ministry's switchboard may be the number of thousands."""
MOST_WORDS: Final = 4
"""Words of a question that count, the longest ones."""
SPREAD: Final = 8
"""Rows of the index read for one person wanted: somebody may have several words with the same beginning."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading of what a caller said or typed, ``score`` unchanged. ``why``: 'listed' (the directory has exactly this
    matricule), 'phone' (and this caller's number for it), 'calls' (somebody called about it from this number before)."""

    matricule: str
    score: float
    why: tuple[str, ...] = ()


# ----------------------------------------------------------------------------------------------------------------- keeping
def import_people(people: Sequence[Person]) -> Steps[int]:
    """All of them or none. Raises `Refused` naming the first line that is no matricule."""
    for line, person in enumerate(people, 1):
        if parse_matricule(person.matricule) is None:
            raise Refused(f"Line {line} of the directory has no matricule of six digits and a letter: nothing was imported.")
        yield from put_person(person)
    return len(people)


def put_person(person: Person) -> Steps[None]:
    """Add somebody or replace all that is known, with the words to find them by."""
    matricule = normal(person.matricule)
    names = {"last_name": person.last_name, "first_name": person.first_name}
    yield Ask("forget_name_words", {"matricule": matricule})
    yield Ask("put_person", {
        "matricule": matricule, **names, "birth": person.birth, "direction": person.direction,
        "words": words(person.last_name, person.first_name),
    })
    yield Ask("insert_name_words", {"matricule": matricule})
    yield Ask("forget_phones", {"matricule": matricule})
    for number in dict.fromkeys(person.phones):
        yield Ask("insert_phone", {"number": number, "matricule": matricule})


def forget_person(matricule: str) -> Steps[None]:
    """Nothing of this person is left in the directory, nor in what a last import could bring back."""
    for name in ("forget_name_words", "forget_phones", "delete_person", "forget_former_person", "forget_staged_person"):
        yield Ask(name, {"matricule": normal(matricule)})


def words(*names: str) -> str:
    """The words of a name, each between two spaces, as the column people.words keeps them."""
    return f" {' '.join(sorted({word for name in names for word in _words(name)}))} "


@functools.lru_cache(maxsize=20_000)
def _words(name: str) -> tuple[str, ...]:
    return tuple(index_words(name))


# ------------------------------------------------------------------------------------------------------------- looking up
def person(matricule: str) -> Steps[Person | None]:
    rows = yield Ask("person", {"matricule": normal(matricule)})
    if not rows:
        return None
    phones = yield Ask("phones", {"matricule": normal(matricule)})
    return told(Person, {**rows[0], "phones": [row["number"] for row in phones]})


def people_at(number: str) -> Steps[tuple[Person, ...]]:
    rows = yield Ask("people_at", {**spellings(number), "limit": MOST_AT})
    return (yield from _people(row["matricule"] for row in rows))


def find_people(text: str, limit: int) -> Steps[tuple[Person, ...]]:
    """Everybody who has each word of ``text``, or one that begins like it; by name."""
    asked = sorted(set(words_of(text)), key=lambda word: (-len(word), word))[:MOST_WORDS]
    if not asked:
        return ()
    likes = [f"% {word}%" for word in asked] + ["%"] * (MOST_WORDS - len(asked))
    names = ("first_like", "second_like", "third_like", "fourth_like")
    rows = yield Ask("people_named", {
        "first": asked[0], **dict(zip(names, likes, strict=True)), "limit": limit * SPREAD,
    })
    old = yield from _unindexed(asked)
    found = yield from _people(list(dict.fromkeys((*(row["matricule"] for row in rows), *old)))[:limit])
    return tuple(sorted(found, key=lambda each: (words(each.last_name), words(each.first_name), each.matricule)))


def _unindexed(asked: Sequence[str]) -> Steps[list[str]]:
    """Those who match, of those who came before there was an index and until the next import."""
    rows = yield Ask("people_without_words", {"limit": 1_000_000})
    named = {row["matricule"]: words(row["last_name"], row["first_name"]) for row in rows}
    return [matricule for matricule, theirs in named.items() if all(f" {word}" in theirs for word in asked)]


def _people(matricules: Iterable[str]) -> Steps[tuple[Person, ...]]:
    asked = {"matricules": _json(list(matricules))}
    rows = yield Ask("people_of", asked)
    phones: dict[str, list[str]] = {}
    for row in (yield Ask("phones_of", asked)):
        phones.setdefault(row["matricule"], []).append(row["number"])
    return tuple(told(Person, {**row, "phones": phones.get(row["matricule"], [])}) for row in rows)


def candidates(readings: Sequence[tuple[str, float]], caller: str, at: float) -> Steps[tuple[Candidate, ...]]:
    """The readings, best first: those whom the directory knows before the others, then those with the caller's number,
    then those whom this number called about before ``at``, then by score. Nobody else is ever proposed: the nearest
    known matricule is somebody else's."""
    best: dict[str, float] = {}
    for reading, score in readings:
        best[normal(reading)] = max(score, best.get(normal(reading), 0.0))
    rows = yield Ask("candidates", {"matricules": _json(list(best)), **spellings(caller), "at": at})
    found = [Candidate(row["matricule"], best[row["matricule"]], tuple(_why(row))) for row in rows]
    return tuple(sorted(found, key=_rank))


def _why(row: Row) -> Iterator[str]:
    return (name for name in ("listed", "phone", "calls") if row[name])


def _rank(one: Candidate) -> tuple[Any, ...]:
    return *(name not in one.why for name in ("listed", "phone", "calls")), -one.score, one.matricule


def spellings(number: str) -> Mapping[str, str]:
    """A number as it may be kept: +225 and ten digits, ten digits, as it was written. An empty one is nobody's."""
    written = re.sub(r"[\s.-]", "", number) or "?"
    ten = national(written)
    return {"number": f"+225{ten}" if ten else written, "national": ten or written, "written": written}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
