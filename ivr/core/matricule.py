"""The matricule: six digits and a letter, heard through a telephone.

A civil servant's matricule is `^[0-9]{6}[A-Z]$`. It carries no checksum, so nothing about it can be verified by
arithmetic, and it identifies without authenticating: it is printed in newspapers. All we can do is to hear it well.

It reaches us through two narrow doors. On the **keypad** the six digits are certain and the letter is not: key 9 is
W, X, Y or Z. By **voice** nothing is certain. « trente quatre vingt deux dix » is 34 22 10 or 30 82 10, « bé » may
have been « dé », and no engine we can install hears seven symbols reliably. So neither door ever answers with *the*
matricule. Each answers with a `Match`, which has three values:

- `Incomplete`: right so far, and the caller may go on; the readings are what was heard: "3042", or "304231" when the
  letter is missing, or "X" when only the letter was said;
- `Complete`: one or more readings of seven symbols, likeliest first;
- `Invalid`: no continuation can make this a matricule; say so and ask again.

A `Reading` carries a score in (0, 1]: its share of belief. The scores of one match add up to 1 at most. What is
missing belongs to readings that are no matricule: « trente quatre vingt trois » can be squeezed into six digits
(30 4 20 3), but is far likelier to be the beginning of 34 23..., and its low score says so.

Doors are combined, never averaged. `join` puts a spoken letter behind digits, or lets it choose among the letters of
a key. `rank` brings in what else is known, by two rules learned from measurements. First, membership of the directory
is a veto and not a magnet: among the readings members win, but the nearest known matricule is never proposed (in our
trial that was wrong 8 times of 23). Second, a candidate that the caller refused is never offered again. Whatever comes
out first is still only a candidate, until the caller has heard it digit by digit (`read_back`) and said yes.

What « non » or « pardon » is followed by replaces what came before it, except that a letter alone replaces the letter.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NewType

from ivr.core.numbers import DIGITS, groupings
from ivr.core.spoken import Kind, LetterVote, Lexeme, letter_votes, lexemes, split_at_letter, split_corrections

Matricule = NewType("Matricule", str)

LETTERS_ON_KEY = {
    "2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ",
}  # fmt: skip
MAX_READINGS = 50
UNKNOWN_AMONG_DIGITS = 0.5  # each word we cannot explain between two digits halves the belief

Reason = Literal["nothing_understood", "not_digits", "too_many_digits", "no_letter_on_key"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What may have been meant. matricule: seven symbols, or a part of them; score in (0, 1]; why: for the journal."""

    matricule: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Complete:
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Invalid:
    reason: Reason


Match = Incomplete | Complete | Invalid


def parse_matricule(text: str) -> Matricule | None:
    """A written matricule: spaces, hyphens and lower case are forgiven, nothing else is."""
    symbols = re.sub(r"[\s\-‐‑–]", "", text)
    return Matricule(symbols.upper()) if re.fullmatch(r"[0-9]{6}[A-Za-z]", symbols) else None


def keypad(keys: str) -> Match:
    """Six digits, then the key that carries the letter: its three or four letters are equally likely."""
    if not re.fullmatch(r"[0-9]*", keys):
        return Invalid("not_digits")
    if len(keys) <= DIGITS:
        return Incomplete((Reading(keys, 1.0, "keypad"),) if keys else ())
    if len(keys) > DIGITS + 1:
        return Invalid("too_many_digits")
    if keys[DIGITS] not in LETTERS_ON_KEY:
        return Invalid("no_letter_on_key")
    letters = LETTERS_ON_KEY[keys[DIGITS]]
    return Complete(tuple(Reading(keys[:DIGITS] + letter, 1 / len(letters), "keypad") for letter in letters))


def choose_letter(candidates: Sequence[str], key: str) -> str | None:
    """« Pour W, tapez 1. Pour X, tapez 2 » : the candidate in that place, counted from 1."""
    places = {str(place): candidate for place, candidate in enumerate(candidates, start=1)}
    return places.get(key)


def spoken(words: str) -> Match:
    """A whole matricule in a transcript, however it is grouped."""
    digits, letter = _stretches(words)
    if not digits:
        return _no_digits(letter)
    match, letters = _digits(digits), _letters(letter)
    if isinstance(match, Complete):
        return Complete(join(match.readings, letters)) if letters else Incomplete(_cuts(digits))
    return match


def spoken_digits(words: str) -> Match:
    """The six digits alone; a letter said after them is left out. Complete readings have six symbols."""
    digits, rest = _stretches(words)
    return _digits(digits) if digits else _no_digits([lexeme for lexeme in rest if lexeme.kind is Kind.UNKNOWN])


def spoken_letter(words: str) -> tuple[Reading, ...]:
    """The letter alone, each reading one symbol; a number before it is left out. Empty when no letter was heard."""
    return _letters(_stretches(words)[1])


def join(digits: Iterable[Reading], letters: Iterable[Reading]) -> tuple[Reading, ...]:
    """Every pair of six digits and letter; digits that already carry letters (keypad) keep only those also heard."""
    letters = tuple(letters)
    joined = (
        Reading(head.matricule[:DIGITS] + tail.matricule, head.score * tail.score, f"{head.why} {tail.why}")
        for head in digits
        for tail in letters
        if len(head.matricule) >= DIGITS and head.matricule[DIGITS:] in ("", tail.matricule)
    )
    return _ranked(joined)


def rank(
    readings: Iterable[Reading], known: Container[str], refused: Iterable[str] = (), likely: Container[str] = (),
) -> tuple[Reading, ...]:
    """Members of the directory first, among them those whose number calls (``likely``), then by score; refused and doubled
    ones left out. Scores are unchanged."""
    out = frozenset(refused)
    unique = (reading for reading in _ranked(readings) if reading.matricule not in out)
    return tuple(sorted(unique, key=lambda reading: (reading.matricule not in known, reading.matricule not in likely)))


def read_back(matricule: str) -> tuple[str, ...]:
    """The sounds of a read-back, "|" a short pause: 304231X → 3 0 4 | 2 3 1 | X. Parts are read as far as they go."""
    pauses = {3, DIGITS}
    sounds = (("|", symbol) if at in pauses else (symbol,) for at, symbol in enumerate(matricule))
    return tuple(sound for pair in sounds for sound in pair)


def _stretches(words: str) -> tuple[list[Lexeme], list[Lexeme]]:
    """(what holds the digits, what holds the letter), after corrections: a letter alone corrects the letter alone."""
    *earlier, last = [split_at_letter(stretch) for stretch in split_corrections(lexemes(words))]
    digits, letter = last
    if not digits and letter_votes(letter):
        digits = next((before for before, _ in reversed(earlier) if before), [])
    return digits, letter


def _digits(heard: Sequence[Lexeme]) -> Match:
    cuts = _cuts(heard)
    whole = tuple(cut for cut in cuts if len(cut.matricule) == DIGITS)
    if whole:
        return Complete(whole)
    return Incomplete(cuts) if cuts else Invalid("too_many_digits")


def _cuts(heard: Sequence[Lexeme]) -> tuple[Reading, ...]:
    unexplained = sum(lexeme.kind not in (Kind.NUMBER, Kind.FILLER) for lexeme in heard)
    belief = UNKNOWN_AMONG_DIGITS ** min(unexplained, 20)
    return _ranked(Reading(cut.digits, cut.share * belief, cut.why) for cut in groupings(heard) if cut.digits)


def _no_digits(heard: Sequence[Lexeme]) -> Match:
    """Only a letter, only hesitations (the caller may go on), or words that mean nothing here."""
    letters = _letters(heard)
    if not letters and any(lexeme.kind is Kind.UNKNOWN for lexeme in heard):
        return Invalid("nothing_understood")
    return Incomplete(letters)


def _letters(heard: Sequence[Lexeme]) -> tuple[Reading, ...]:
    return _ranked(Reading(vote.letter, vote.share, _why(vote)) for vote in letter_votes(heard))


def _why(vote: LetterVote) -> str:
    return vote.letter if vote.why == vote.letter else f"{vote.letter} ({vote.why})"


def _ranked(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    best: dict[str, Reading] = {}
    for reading in readings:
        if reading.matricule not in best or reading.score > best[reading.matricule].score:
            best[reading.matricule] = reading
    return tuple(sorted(best.values(), key=lambda r: (-r.score, r.matricule))[:MAX_READINGS])
