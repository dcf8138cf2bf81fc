"""The words of requests: written with the request, in the same transaction, so that what is there is found.

The number of a row of words is the request's year and seven places for its number in the year: 20260000123.
"""

from __future__ import annotations

from typing import Final

from storage.engine import Ask, Row, Steps
from storage.words import index_words

VERSION: Final = 1
"""Of the way words are made: another one has every request indexed again (`words_are_current`)."""


def first_indexed(row: Row) -> Ask:
    """The words of a request that has just been written: there are none to compare with."""
    return Ask("put_request_words", {"id": number_of(row["reference"]), "words": " ".join(words_of_request(row))})


def indexed(row: Row) -> Steps[None]:
    """(Re)write the words of one request, told as its row of the store."""
    words = words_of_request(row)
    number = number_of(row["reference"])
    known = yield Ask("words_of_request", {"id": number})
    if not known or set(known[0]["words"].split()) != set(words):
        yield Ask("put_request_words", {"id": number, "words": " ".join(words)})


def words_of_request(row: Row) -> list[str]:
    """Sorted, each once."""
    _req, year, number = row["reference"].split("-")
    own = {"req", year, number, f"{year}{number}", str(int(number))}
    for phone in (word for word in index_words(row.get("phone")) if len(word) == 10):
        own |= {phone, f"225{phone}"}
    told = index_words(*(row.get(name) for name in ("category", "matricule", "phone", "name", "note", "answer")))
    return sorted(own.union(told))


def number_of(reference: str) -> int:
    """'REQ-2026-000123' → 20260000123."""
    _req, year, number = reference.split("-")
    return int(year) * 10_000_000 + int(number)


def forget(reference: str) -> Steps[None]:
    """Nothing finds the request by its words any more; `Engine.scrub` has the index forget the words themselves."""
    yield Ask("forget_request_words", {"id": number_of(reference)})


# -------------------------------------------------------------------------------------------------------- filling it again
def words_are_current() -> Steps[bool]:
    known = yield Ask("words_version")
    return bool(known) and known[0]["value"] == VERSION


def count() -> Steps[int]:
    return int((yield Ask("count_requests"))[0]["n"])


def reindex_after(reference: str, most: int) -> Steps[tuple[int, str]]:
    """Index at most so many requests after this one ('' for the first). Returns how many, and the last one's reference."""
    _req, year, number = (reference or "REQ-0-0").split("-")
    rows = yield Ask("requests_after", {"year": int(year), "number": int(number), "limit": most})
    for row in rows:
        if row["key"] != "call" or row["closed_at"] is None:  # a mere call is found by its number and its reference
            yield from indexed(row)
    return len(rows), str(rows[-1]["reference"]) if rows else reference


def reindexed() -> Steps[None]:
    """All are: what belongs to no request goes."""
    yield Ask("forget_stray_words")
    yield Ask("set_words_version", {"version": VERSION})
