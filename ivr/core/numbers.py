"""Spoken French numbers: every way to cut « trente quatre vingt deux » into groups of digits, ranked.

34 22, 30 82, 30 4 22, 34 20 2... are all in those words. The number words are cut in every possible way by dynamic
programming; six digits allow so few cuts (at most 14 alive at any word, in a search for the worst) that no further
bound than MAX_NUMBER_WORDS is needed. `groupings` says what makes a cut plausible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from ivr.core import french
from ivr.core.french import normalise
from ivr.core.spoken import ZEROS, Kind, Lexeme

DIGITS = 6
MAX_NUMBER_WORDS = 32  # the longest six digits take 13 words; beyond this nobody is saying a matricule

# What a cut costs, in nats: one nat less plausible is e times less often meant.
PER_GROUP = 0.5
SHORTER_THAN_POSSIBLE = 1.5  # « trente | quatre » where « trente-quatre » was there to be read
PAUSE_CROSSED = 2.5
HYPHEN_BROKEN = 2.0
IRREGULAR = 0.7
REPEATED_SINGULAR = 3.0  # « deux zéro » is 2 0 far more often than 0 0
SKIPPED = {"et": 0.2, "fois": 3.0, "double": 3.0, "triple": 3.0}
REGULAR = {(6,), (3, 3), (2, 2, 2), (1,) * 6}


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to write the number words: digits "304231" cut as why "304 231"; share of belief in (0, 1]."""

    digits: str
    share: float
    why: str


def _small_cardinals() -> dict[tuple[str, ...], int]:
    """Every spoken form of 1 to 99, as words: ("soixante", "et", "onze") → 71, ("septante", "et", "un") → 71."""
    forms = {**french.UNITS, **french.TEENS, **french.TENS, french.SCORE: 80}
    for tens, value in {**french.TENS, french.SCORE: 80}.items():
        ones = {**french.UNITS, **(french.TEENS if tens in french.CARRIES_TEENS else {})}
        for one, more in ones.items():
            forms[f"{tens} {one}"] = forms[f"{tens} {french.AND} {one}"] = value + more
        for unit in list(french.UNITS)[1:]:
            del forms[f"{tens} {french.AND} {unit}"]  # « vingt et deux » is two numbers
    return {tuple(normalise(form).split()): value for form, value in forms.items()}


SMALL = _small_cardinals()
UNITS = {normalise(word): value for word, value in french.UNITS.items()}
SPELLINGS = {normalise(form): normalise(word) for form, word in french.SPELLINGS.items()}


def groupings(heard: Sequence[Lexeme]) -> tuple[Grouping, ...]:
    """All ways to cut number words into at most six digits, likeliest first, their shares adding up to 1.

    Each group is a cardinal in decimal digits without leading zeros, zeros, a written number, or « double sept ».
    Few groups, none shorter than it could be, in a regular rhythm (2 2 2, 3 3, one by one), respecting pauses and
    hyphens, are likelier. Empty when every way has more than six digits, or nothing was said.
    """
    words = [w for w in heard if w.kind is Kind.NUMBER]
    if not 0 < len(words) <= MAX_NUMBER_WORDS:
        return ()
    best: dict[str, tuple[float, str]] = {}
    for groups, cost in _cuts(words).items():
        digits = "".join(groups)
        irregular = len(digits) == DIGITS and tuple(map(len, groups)) not in REGULAR
        best[digits] = min(best.get(digits, (99.0, "")), (cost + IRREGULAR * irregular, " ".join(groups)))
    total = sum(exp(-cost) for cost, _ in best.values())
    cuts = [Grouping(digits, exp(-cost) / total, why) for digits, (cost, why) in best.items()]
    return tuple(sorted(cuts, key=lambda cut: (-cut.share, cut.digits)))


def _cuts(words: Sequence[Lexeme]) -> dict[tuple[str, ...], float]:
    """Groups of digits → cost, for all the words."""
    reached: list[dict[tuple[str, ...], float]] = [{(): 0.0}, *({} for _ in words)]
    for at in range(len(words)):
        for end, digits, cost in _priced_groups(words, at) if reached[at] else ():
            _extend(reached[at], digits, cost, reached[end])
    return reached[-1]


def _extend(
    partial: dict[tuple[str, ...], float], digits: str, cost: float, into: dict[tuple[str, ...], float]
) -> None:
    for groups, before in partial.items():
        if sum(map(len, groups)) + len(digits) <= DIGITS:
            longer = (*groups, digits) if digits else groups
            into[longer] = min(into.get(longer, 99.0), before + cost)


def _priced_groups(words: Sequence[Lexeme], at: int) -> list[tuple[int, str, float]]:
    found = list(_groups(tuple(SPELLINGS.get(w.text, w.text) for w in words), at))
    crossed = {end: PAUSE_CROSSED * sum(w.pause for w in words[at + 1 : end]) for end, _, _ in found}
    longest = max((end for end, _, oddity in found if not crossed[end] and not oddity), default=at)
    start = PER_GROUP + (HYPHEN_BROKEN if words[at].glued else 0.0)
    return [
        (end, digits, start * bool(digits) + oddity + crossed[end] + SHORTER_THAN_POSSIBLE * (end < longest))
        for end, digits, oddity in found
    ]


def _groups(words: tuple[str, ...], at: int) -> Iterator[tuple[int, str, float]]:
    """(end, digits, oddity) of every group that may begin here."""
    word = words[at]
    if word in ZEROS:
        yield at + 1, "0", 0.0
    elif word.isdigit() and len(word) <= DIGITS:
        yield at + 1, word, 0.0
    for end, value in _below_million(words, at):
        yield end, str(value), 0.0
    yield from _repeated(words, at)
    if word in SKIPPED:
        yield at + 1, "", SKIPPED[word]


def _repeated(words: tuple[str, ...], at: int) -> Iterator[tuple[int, str, float]]:
    """« double zéro », « trois fois sept », « deux zéros »."""
    if (times := french.REPEATS.get(words[at])) and at + 1 < len(words):
        yield from ((at + 2, digit * times, 0.0) for digit in _digit(words[at + 1]))
    if 1 < (times := UNITS.get(words[at], 0)) <= DIGITS:
        if words[at + 1 : at + 2] == (french.TIMES,) and at + 2 < len(words):
            yield from ((at + 3, digit * times, 0.0) for digit in _digit(words[at + 2]))
        if words[at + 1 : at + 2] == ("zeros",):
            yield at + 2, "0" * times, 0.0
        elif words[at + 1 : at + 2] == ("zero",):
            yield at + 2, "0" * times, REPEATED_SINGULAR


def _digit(word: str) -> tuple[str, ...]:
    if word in ZEROS:
        return ("0",)
    if word.isdigit() and len(word) == 1:
        return (word,)
    return (str(UNITS[word]),) if word in UNITS else ()


def _below_million(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int]]:
    yield from _below_thousand(words, at)
    leading = [(at, 1), *((end, value) for end, value in _below_thousand(words, at) if value > 1)]
    for end, thousands in leading:
        if words[end : end + 1] == (french.THOUSAND,):
            yield end + 1, thousands * 1000
            for last, rest in _below_thousand(words, end + 1):
                yield last, thousands * 1000 + rest


def _below_thousand(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int]]:
    yield from _below_hundred(words, at)
    unit = UNITS.get(words[at], 0) if at < len(words) else 0
    for end, hundreds in ((at, 1), (at + 1, unit)) if unit > 1 else ((at, 1),):
        if words[end : end + 1] == (french.HUNDRED,):
            yield end + 1, hundreds * 100
            for last, rest in _below_hundred(words, end + 1):
                yield last, hundreds * 100 + rest


def _below_hundred(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int]]:
    for end in range(at + 1, min(at + 4, len(words)) + 1):
        if (value := SMALL.get(words[at:end])) is not None:
            yield end, value
