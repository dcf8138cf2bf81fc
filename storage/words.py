"""The words by which something is found, made by ourselves and the same everywhere.

Each engine has its own idea of a word: SQLite's unicode61 keeps œ and cuts at an apostrophe, PostgreSQL's parser takes
1e5 for a number and kone@ci for an address, and its unaccent is a table of the server. So they are given nothing to have
ideas about: what reaches an index or a query is [a-z0-9] and single spaces, made here, and both engines then find the same.

Names of the country are written in many ways: N'Guessan, N’GUESSAN, Nguessan, N Guessan; Kouamé-Brou, Kouame Brou. What
stands together with apostrophes or hyphens is therefore kept in its parts and joined (n, guessan, nguessan), and so is a
lone letter with the word after it. A telephone number, a matricule and a reference become one word however they are spaced.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

LONGEST: Final = 40
"""Letters of a word that count."""
MOST: Final = 4000
"""Words kept of one text: a page has five hundred."""

JOINING: Final = "'’‘ʼʻ`´′＇-‐‑‒–"
"""Apostrophes and hyphens as keyboards, telephones and word processors write them."""
LETTERS: Final = str.maketrans({
    "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th",
    "ɛ": "e", "ǝ": "e", "ə": "e", "ɔ": "o", "ŋ": "n", "ɲ": "n", "ɩ": "i", "ɪ": "i", "ʋ": "u", "ʊ": "u", "ɓ": "b", "ɗ": "d",
    "ɣ": "g", **dict.fromkeys(JOINING, "-"),
})
"""What NFKD leaves in one piece: French ligatures, and the letters of the languages of Côte d'Ivoire."""

INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})
"""Accents, once apart from their letters, and marks without a width, such as a soft hyphen."""
CHUNK: Final = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
SPELT: Final = re.compile(
    r"(?<![a-z0-9])(?:"
    r"req[\s.-]*(?P<year>20[0-9]{2})[\s./-]*(?P<number>0[0-9]{5,6}|[1-9][0-9]{0,6})"
    r"|(?:(?:\+|00)?225[\s.-]*)?(?P<phone>(?:0[157]|2[157])(?:[\s.-]*[0-9]{2}){4})"
    r"|(?P<matricule>[0-9]{3}[\s.-]?[0-9]{3}[\s.-]*[a-z])"
    r")(?![a-z0-9])"
)
"""A reference, a telephone number of ten digits, a matricule: as people write them, in plain letters."""


class Spelt(NamedTuple):
    """One thing as it was written: in its ``parts``, and ``joined`` when it may be one word as well ('' when not);
    ``sure``: it is that one word, its parts mean nothing by themselves (a telephone number)."""

    parts: tuple[str, ...]
    joined: str = ""
    sure: bool = False


def words_of(text: str) -> list[str]:
    """The words as they stand: "L'œuvre de N’Guessan" → l, oeuvre, de, n, guessan. [a-z0-9], `LONGEST` letters at most."""
    return [word[:LONGEST] for word in re.findall(r"[a-z0-9]+", plain(text))]


def index_words(*texts: str | None) -> list[str]:
    """All the words to find these texts by, joined ones included, sorted, each once, `MOST` at most."""
    found: dict[str, None] = {}
    for text in texts:
        for one in spelt(text or ""):
            found.update(dict.fromkeys((*one.parts, one.joined) if one.joined else one.parts))
    return sorted(list(found)[:MOST])


def spelt(text: str) -> Iterator[Spelt]:
    """What a text is made of, in order; a lone letter goes with what follows it."""
    letters, done = plain(text), 0
    for match in SPELT.finditer(letters):
        yield from _ordinary(letters[done : match.start()])
        yield _recognised(match)
        done = match.end()
    yield from _ordinary(letters[done:])


def plain(text: str) -> str:
    """Small letters without accents, apostrophes and hyphens all "-": what `words_of` cuts."""
    if text.isascii():
        return text.lower().translate(LETTERS)
    apart = unicodedata.normalize("NFKD", text.translate(LETTERS).casefold().translate(LETTERS)).casefold()
    return "".join(letter for letter in apart if unicodedata.category(letter) not in INVISIBLE).translate(LETTERS)


def _recognised(match: re.Match[str]) -> Spelt:
    parts = tuple(re.findall(r"[a-z0-9]+", match[0]))
    if match["year"]:
        return Spelt(parts, f"{match['year']}{match['number']:0>6}", sure=True)
    if match["phone"]:
        return Spelt(parts, re.sub(r"[^0-9]", "", match["phone"]), sure=True)
    return Spelt(parts, "".join(parts))


def _ordinary(letters: str) -> Iterator[Spelt]:
    lone = ""
    for chunk in CHUNK.findall(letters):
        parts = tuple(part[:LONGEST] for part in chunk.split("-") if part)
        if not lone and len(chunk) == 1 and chunk.isalpha():
            lone = chunk
            continue
        parts, lone = ((lone, *parts) if lone else parts), ""
        yield Spelt(parts, "".join(parts)[:LONGEST] if len(parts) > 1 else "")
    if lone:
        yield Spelt((lone,))


# ------------------------------------------------------------------------------------------------------------------ asking
Group: TypeAlias = tuple[tuple[str, ...], ...]
"""Ways to write one thing that is looked for: any will do, with all its words; a word stands for those it begins, too."""
MOST_ASKED: Final = 24


def asked_for(text: str) -> tuple[Group, ...]:
    """What somebody typed, all of which must be found. What comes after the first `MOST_ASKED` things is not asked."""
    groups = (_ways(one) for one in spelt(text))
    return tuple(itertools.islice(dict.fromkeys(groups), MOST_ASKED))


def _ways(one: Spelt) -> Group:
    parts = tuple(dict.fromkeys(one.parts))[:MOST_ASKED]
    if not one.joined or (one.joined,) == parts:
        return (parts,)
    return ((one.joined,),) if one.sure and len(parts) > 1 else ((one.joined,), parts)


def matches(groups: Iterable[Group], words: str) -> bool:
    """Whether words, a space between them, are what was asked for."""
    text = f" {words}"
    return all(any(all(f" {word}" in text for word in way) for way in group) for group in groups)


def in_fts5(groups: Iterable[Group], asked: Mapping[str, str] | None = None) -> str:
    """In the words of SQLite: ("n"* AND "guessan"*) OR "nguessan"*. ``asked``: what to ask instead of some of the words."""
    instead = asked or {}
    told = (tuple(tuple(instead.get(word, word) for word in way) for way in group) for group in groups)
    return " AND ".join(_either(group, " OR ", " AND ", '"{}"*') for group in told)


def in_tsquery(groups: Iterable[Group]) -> str:
    """In the words of PostgreSQL, to be cast and not parsed: ('n':* & 'guessan':*) | 'nguessan':*."""
    return " & ".join(_either(group, " | ", " & ", "'{}':*") for group in groups)


def _either(group: Group, either: str, both: str, each: str) -> str:
    return f"({either.join(f'({both.join(map(each.format, way))})' for way in group)})"
