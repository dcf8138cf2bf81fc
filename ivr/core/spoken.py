"""What a recogniser wrote, sorted into words that mean something to us: numbers, letters, set phrases.

A lexeme is the longest phrase of the tables of `french` found at its place. It remembers whether a pause came before
it (comma, hesitation, unknown word) or a hyphen: hints that cost something to contradict, never rules. The numbers
themselves are read by `numbers`, the letter here.
"""

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.core import french
from ivr.core.french import normalise, unaccented


class Kind(enum.Enum):
    NUMBER = enum.auto()
    LETTER = enum.auto()  # the name of a letter: « bé »
    WORD = enum.auto()  # a word of a spelling alphabet: « Bouaké »
    LIKE = enum.auto()
    CORRECTION = enum.auto()
    FILLER = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    kind: Kind
    text: str
    pause: bool = False  # before it
    glued: bool = False  # by a hyphen to the one before


@dataclass(frozen=True, slots=True)
class LetterVote:
    letter: str
    share: float
    why: str


ZEROS = ("zero", "zeros")
LETTERS = french.letters_by_phrase(french.LETTER_NAMES)
ALPHABETS = french.letters_by_phrase(french.ALPHABETS)


def _lexicon() -> dict[str, Kind]:
    forms = (*french.UNITS, *french.TEENS, *french.TENS, *french.SPELLINGS, *french.REPEATS, french.SCORE, *ZEROS)
    words = {word for form in forms for word in normalise(form).split()}
    return {
        **{normalise(phrase): Kind.FILLER for phrase in french.FILLERS},
        **dict.fromkeys(ALPHABETS, Kind.WORD),
        **dict.fromkeys(LETTERS, Kind.LETTER),
        **dict.fromkeys(words | {french.HUNDRED, french.THOUSAND, french.AND, french.TIMES}, Kind.NUMBER),
        **{normalise(phrase): Kind.CORRECTION for phrase in french.CORRECTIONS},
        french.LIKE: Kind.LIKE,
    }


LEXICON = _lexicon()
LONGEST_PHRASE = max(phrase.count(" ") + 1 for phrase in LEXICON)


def lexemes(words: str) -> list[Lexeme]:
    text = unaccented(words)
    tokens = list(re.finditer(r"[a-z]+|[0-9]+", text))
    found: list[Lexeme] = []
    at = 0
    while at < len(tokens):
        phrase, length = _longest_phrase([token.group() for token in tokens[at : at + LONGEST_PHRASE]])
        gap = text[tokens[at - 1].end() : tokens[at].start()] if at else ""
        hesitated = bool(found) and found[-1].kind in {Kind.FILLER, Kind.UNKNOWN}
        found.append(Lexeme(_kind(phrase), phrase, hesitated or bool(re.search(r"[,;.:!?/]", gap)), gap == "-"))
        at += length
    return found


def _longest_phrase(tokens: Sequence[str]) -> tuple[str, int]:
    for length in range(len(tokens), 1, -1):
        if (phrase := " ".join(tokens[:length])) in LEXICON:
            return phrase, length
    return tokens[0], 1


def _kind(phrase: str) -> Kind:
    return Kind.NUMBER if phrase.isdigit() else LEXICON.get(phrase, Kind.UNKNOWN)


def split_corrections(heard: Sequence[Lexeme]) -> list[list[Lexeme]]:
    """The stretches between « non », « pardon »...: the last one is what the caller stands by."""
    stretches: list[list[Lexeme]] = [[]]
    for lexeme in heard:
        if lexeme.kind is Kind.CORRECTION:
            stretches.append([])
        else:
            stretches[-1].append(lexeme)
    return stretches


def split_at_letter(heard: Sequence[Lexeme]) -> tuple[list[Lexeme], list[Lexeme]]:
    """(first to last number word, what follows). After « comme » a number word is a word: « H comme huit »."""
    like = next((i for i, lexeme in enumerate(heard) if lexeme.kind is Kind.LIKE), len(heard))
    joints = (french.AND, french.TIMES)
    numbers = [i for i, w in enumerate(heard[:like]) if w.kind is Kind.NUMBER and w.text not in joints]
    if not numbers:
        return [], list(heard)
    return list(heard[numbers[0] : numbers[-1] + 1]), list(heard[numbers[-1] + 1 :])


# How a written beginning is pronounced: « K comme Cocody » agrees although Cocody begins with a C.
SOUNDS = (
    ("c(?=[aolru])", "KQ"), ("c(?=[eiy])", "S"), ("g(?=[eiy])", "J"), ("k", "CQ"), ("qu", "CK"), ("ph", "F"),
    ("j", "G"), ("s(?=[eiy])", "C"), ("y", "I"), ("i", "Y"), ("w", "V"), ("h(?=a)", "A"), ("h(?=e)", "E"),
    ("h(?=i)", "I"), ("h(?=o)", "O"), ("h(?=u)", "U"),
)  # fmt: skip


def letter_votes(heard: Sequence[Lexeme]) -> tuple[LetterVote, ...]:
    """The letters these words may stand for, likeliest first, shares adding up to 1; empty when none was said.

    A word (« comme Xavier », « Xavier ») counts three times a letter's name; a name alone also votes, weakly, for
    the letters heard for one another on the telephone.
    """
    names = list(dict.fromkeys(LETTERS[w.text] for w in _before_like(heard) if w.kind is Kind.LETTER))
    word = _word_of_letter(heard)
    votes = _votes_of_names(names, alone=not word)
    for letter, weight in _votes_of_word(word, names):
        votes[letter] = votes.get(letter, 0.0) + weight
    total = sum(votes.values())
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    return tuple(LetterVote(letter, weight / total, word or "/".join(names)) for letter, weight in ranked)


def _before_like(heard: Sequence[Lexeme]) -> Iterator[Lexeme]:
    for lexeme in heard:
        if lexeme.kind is Kind.LIKE:
            return
        yield lexeme


def _word_of_letter(heard: Sequence[Lexeme]) -> str:
    """The word that explains the letter, normalised: what follows « comme », else the last alphabet word; or ""."""
    before = list(_before_like(heard))
    said = [w for w in heard[len(before) + 1 :] if w.kind is not Kind.LIKE]
    after = " ".join(w.text for w in said if w.kind is not Kind.FILLER).split()
    while len(after) > 1 and after[0] in french.ARTICLES:
        after = after[1:]
    if after and after[0].isalpha():
        return after[0]
    return next((w.text for w in reversed(before) if w.kind is Kind.WORD), "")


def _votes_of_names(names: Sequence[str], *, alone: bool) -> dict[str, float]:
    votes = dict.fromkeys(names[:-1], 0.5) | dict.fromkeys(names[-1:], 1.0)
    if alone and names:
        near = "".join(letters for letters in french.CONFUSABLE if names[-1] in letters)
        votes = dict.fromkeys(near, 0.1) | votes
    return votes


def _votes_of_word(word: str, names: Sequence[str]) -> list[tuple[str, float]]:
    if not word:
        return []
    spelled = word[0].upper()
    heard = {letter for start, letters in SOUNDS if re.match(start, word) for letter in letters}
    if spelled not in names and (agreeing := heard & set(names)):
        return [(min(agreeing), 2.0), (spelled, 1.0)]
    return [(spelled, 3.0)]


def spoken_menu(words: str, choices: Mapping[str, tuple[str, ...]]) -> str | None:
    """The key of the longest phrase contained in the words; None when there is none, or two keys claim it."""
    found = _phrases(words, choices)
    longest = max((length for length, _ in found), default=0)
    keys = {key for length, key in found if length == longest}
    return keys.pop() if len(keys) == 1 else None


def yes_or_no(words: str) -> bool | None:
    """None when neither, or both, are heard: « pas exact » is a no, « oui non » is nothing."""
    keys = {key for _, key in _phrases(words, {"yes": french.YES, "no": french.NO})}
    return keys == {"yes"} if len(keys) == 1 else None


def _phrases(words: str, choices: Mapping[str, tuple[str, ...]]) -> list[tuple[int, str]]:
    """(number of words, key) of the phrases heard, those inside a longer one left out."""
    claims: dict[str, set[str]] = {}
    for key, phrases in choices.items():
        for phrase in phrases:
            claims.setdefault(normalise(phrase), set()).add(key)
    left = f" {normalise(words)} "
    found: list[tuple[int, str]] = []
    for phrase in sorted(filter(None, claims), key=lambda phrase: (-phrase.count(" "), phrase)):
        if f" {phrase} " in left:
            found += [(phrase.count(" ") + 1, key) for key in claims[phrase]]
            left = left.replace(f" {phrase} ", " | ")
    return found
