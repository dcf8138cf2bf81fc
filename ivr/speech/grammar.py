"""What may be said, as a graph of words; generated from the very tables the parser of `ivr.core` reads.

A node of the graph for a matricule is the number of digits said so far, so that every path is six digits, however the
caller groups them: « trente quatre, vingt-trois, dix », « trois cent quatre mille deux cent trente et un », « double
zéro ». JSGF would say the same in a rule per remaining length, but each reference is expanded in place: thirty times
the arcs. Engines that take a finite-state grammar get the graph; those that take phrases get its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from ivr.core import french
from ivr.core.commands import Grammar
from ivr.core.matricule import Complete, spoken, spoken_digits, spoken_letter

Phrase = tuple[str, ...]
DIGITS = 6
LEAD_IN = ("euh", "alors", "c'est le", "le", "mon matricule est le", "matricule", "numéro")


class WordGraph:
    """Arcs (from, to, word), '' for a free passage; state 0 is the start, ``end`` the final one."""

    def __init__(self) -> None:
        self.arcs: list[tuple[int, int, str]] = []
        self.end = 0
        self._count = 1

    def state(self) -> int:
        self._count += 1
        return self._count - 1

    def __len__(self) -> int:
        return self._count

    def words(self) -> frozenset[str]:
        return frozenset(word for _, _, word in self.arcs if word)

    def between(self, start: int, end: int, phrases: Iterable[Phrase]) -> None:
        """Any of the phrases leads from start to end; common beginnings are shared."""
        trie: dict[Phrase, int] = {(): start}
        for phrase in phrases:
            for size in range(1, len(phrase)):
                if phrase[:size] not in trie:
                    trie[phrase[:size]] = self.state()
                    self.arcs.append((trie[phrase[: size - 1]], trie[phrase[:size]], phrase[size - 1]))
            self.arcs.append((trie[phrase[:-1]], end, phrase[-1]))

    def free(self, start: int, end: int) -> None:
        self.arcs.append((start, end, ""))


def split(phrase: str) -> Phrase:
    """Words as the engines' dictionaries have them: lower case, hyphens apart, « d'accord » whole."""
    return tuple(phrase.lower().replace("-", " ").split())


# --------------------------------------------------------------------------------------------------------------- numbers
def one_digit() -> Iterator[Phrase]:
    yield (french.ZERO,)
    yield from ((word,) for word in french.UNITS)


def two_digits() -> Iterator[Phrase]:
    """10 to 99, in France, Belgium and Switzerland."""
    yield from map(split, french.TEENS)
    for ten in french.TENS:
        yield (ten,)
        for unit in french.UNITS:
            yield (ten, french.AND, unit) if unit == "un" else (ten, unit)
    score = split(french.SCORE)
    yield score
    yield from ((*score, unit) for unit in french.UNITS)
    for carrier in french.CARRIES_TEENS:
        for teen in french.TEENS:
            link = (french.AND,) if (carrier, teen) == ("soixante", "onze") else ()
            yield (*split(carrier), *link, *split(teen))


def _three_digits(graph: WordGraph, start: int, end: int) -> None:
    """100 to 999."""
    hundred = graph.state()
    graph.between(start, hundred, [(french.HUNDRED,)])
    graph.between(start, hundred, [(unit, french.HUNDRED) for unit in french.UNITS if unit != "un"])
    graph.between(hundred, end, [*_units(), *two_digits()])
    graph.free(hundred, end)


def _units() -> Iterator[Phrase]:
    return ((word,) for word in french.UNITS)


def _thousands(graph: WordGraph, start: int, end: int, before: Callable[[int, int], None]) -> None:
    """« trois cent quatre mille deux cent trente et un »: ``before`` draws what is said before mille."""
    counted, thousand = graph.state(), graph.state()
    before(start, counted)
    graph.between(counted, thousand, [(french.THOUSAND,)])
    _three_digits(graph, thousand, end)
    graph.between(thousand, end, [*_units(), *two_digits()])
    graph.free(thousand, end)


def _repeats(graph: WordGraph, start: int, nodes: list[int]) -> None:
    for word, times in french.REPEATS.items():
        if times < len(nodes):
            graph.between(start, nodes[times], [(word, *digit) for digit in one_digit()])
    for word, times in french.UNITS.items():
        if 1 < times < len(nodes):
            graph.between(start, nodes[times], [(word, french.TIMES, *digit) for digit in one_digit()])


def _six_digits(graph: WordGraph) -> int:
    """Draws from a new start (after the lead-in) to the node returned: exactly six digits in any grouping."""
    begin = graph.state()
    graph.free(0, begin)
    graph.between(0, begin, map(split, LEAD_IN))
    nodes = [begin, *(graph.state() for _ in range(DIGITS))]
    for at, node in enumerate(nodes[:-1]):
        rest = nodes[at:]
        graph.between(node, rest[1], one_digit())
        if len(rest) > 2:
            graph.between(node, rest[2], two_digits())
        if len(rest) > 3:
            _three_digits(graph, node, rest[3])
        _repeats(graph, node, rest)
    _thousands(graph, nodes[0], nodes[6], lambda start, end: _three_digits(graph, start, end))
    for at in (0, 1):
        _thousands(graph, nodes[at], nodes[at + 5], lambda start, end: graph.between(start, end, two_digits()))
    return nodes[-1]


# --------------------------------------------------------------------------------------------------------------- letters
def _letter(graph: WordGraph, start: int, end: int) -> None:
    """« X », « X comme Xavier », « la lettre X »; the bare « Xavier » too, but never « comme Xavier » of another letter."""
    asked = graph.state()
    graph.free(start, asked)
    graph.between(start, asked, [("la", "lettre"), ("lettre",)])
    for letter, names in french.LETTER_NAMES.items():
        named, like = graph.state(), graph.state()
        words = [split(word) for word in french.ALPHABETS[letter]]
        graph.between(asked, named, [split(names[0])])
        graph.free(named, end)
        graph.between(named, like, [(french.LIKE,)])
        graph.between(like, end, words)
        graph.between(asked, end, words)


# -------------------------------------------------------------------------------------------------------------- grammars
@cache
def word_graph(grammar: Grammar) -> WordGraph:
    """The graph of any `Grammar`."""
    graph = WordGraph()
    match grammar.kind:
        case "digits":
            graph.end = _six_digits(graph)
        case "matricule":
            digits, graph.end = _six_digits(graph), graph.state()
            _letter(graph, digits, graph.end)
        case "letter":
            graph.end = graph.state()
            _letter(graph, 0, graph.end)
        case "yes_no":
            graph.end = graph.state()
            graph.between(0, graph.end, dict.fromkeys(map(split, (*french.YES, *french.NO))))
        case "words":
            graph.end = graph.state()
            graph.between(0, graph.end, dict.fromkeys(split(phrase) for phrase in grammar.phrases if split(phrase)))
    return graph


def is_complete(grammar: Grammar, words: str) -> bool:
    """Whether the caller may be done: then a short pause ends the turn."""
    match grammar.kind:
        case "matricule":
            return isinstance(spoken(words), Complete)
        case "digits":
            return isinstance(spoken_digits(words), Complete)
        case "letter":
            return bool(spoken_letter(words))
        case _:
            return bool(words)
