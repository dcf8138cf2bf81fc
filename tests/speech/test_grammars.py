"""Grammars come from the tables of the parser: what they let through, the parser must understand."""

import random
from importlib import import_module
from importlib.util import find_spec

import pytest

from ivr.core.commands import Grammar
from ivr.core.matricule import Complete, spoken, spoken_digits, spoken_letter
from ivr.core.spoken import yes_or_no
from ivr.speech import pronunciations
from ivr.speech.grammar import WordGraph, is_complete, two_digits, word_graph


def utterance(graph: WordGraph, chance: random.Random) -> str:
    leaving: dict[int, list[tuple[int, str]]] = {}
    for start, end, word in graph.arcs:
        leaving.setdefault(start, []).append((end, word))
    state, words = 0, []
    while state != graph.end:
        state, word = chance.choice(leaving[state])
        words.append(word)
    return " ".join(filter(None, words))


@pytest.mark.parametrize("kind", ["digits", "matricule", "letter", "yes_no"])
def test_whatever_a_grammar_lets_through_is_understood(kind):
    chance = random.Random(7)
    graph = word_graph(Grammar(kind))
    for _ in range(400):
        words = utterance(graph, chance)
        assert is_complete(Grammar(kind), words), words
        if kind == "yes_no":
            assert yes_or_no(words) is not None, words


def test_every_number_from_ten_to_ninety_nine_can_be_said():
    assert {" ".join(words) for words in two_digits()} >= {
        "dix", "dix sept", "vingt et un", "trente quatre", "soixante et onze", "soixante dix sept", "quatre vingt",
        "quatre vingt un", "quatre vingt dix neuf", "septante trois", "nonante", "huitante deux"}


@pytest.mark.parametrize("words", [
    "trente quatre vingt trois dix", "trois cent quatre deux cent trente et un", "double zéro un deux trois quatre",
    "trois cent quatre mille deux cent trente et un", "zéro zéro zéro un deux trois", "trois fois zéro cent vingt trois",
])
def test_the_usual_groupings_are_paths_of_the_grammar(words):
    assert walks(word_graph(Grammar("digits")), words)
    assert isinstance(spoken_digits(words), Complete)


def test_five_digits_are_no_path():
    assert not walks(word_graph(Grammar("digits")), "un deux trois quatre cinq")
    assert not walks(word_graph(Grammar("matricule")), "un deux trois quatre cinq six")
    assert walks(word_graph(Grammar("matricule")), "un deux trois quatre cinq six ixe comme xavier")
    assert isinstance(spoken("un deux trois quatre cinq six ixe comme xavier"), Complete)
    assert spoken_letter("bouaké")


def walks(graph: WordGraph, words: str) -> bool:
    states = closed(graph, {0})
    for word in words.split():
        states = closed(graph, {end for start, end, said in graph.arcs if start in states and said == word})
    return graph.end in states


def closed(graph: WordGraph, states: set[int]) -> set[int]:
    found = set(states)
    while more := {end for start, end, word in graph.arcs if not word and start in found} - found:
        found |= more
    return found


# --------------------------------------------------------------------------------------------------------- pronunciations
needs_engine = pytest.mark.skipif(not find_spec("soundswallower"), reason="soundswallower is not installed")


@pytest.fixture(scope="module")
def decoder():
    library = import_module("soundswallower")
    return library.Decoder(hmm=library.get_model_path("fr-fr"), samprate=8000, loglevel="FATAL")


@needs_engine
@pytest.mark.parametrize("kind", ["digits", "matricule", "letter", "yes_no"])
def test_every_word_of_every_standing_grammar_has_a_pronunciation(decoder, kind):
    words = word_graph(Grammar(kind)).words()
    assert not [word for word in words if decoder.lookup_word(word) is None and word not in pronunciations.ADDED]


def test_added_pronunciations_use_the_phones_of_the_model():
    for word, sounds in pronunciations.ADDED.items():
        assert sounds, word
        assert {phone for sound in sounds for phone in sound.split()} <= set(pronunciations.PHONES), word


@pytest.mark.parametrize(("word", "phones"), [
    ("bouaké", "bb ou aa kk ei"), ("ticket", "tt ii kk kk ee"), ("solde", "ss oo ll dd"),
    ("mutation", "mm uu tt aa ss yy on"), ("wxyzt", "ww kk ss ii zz"), ("123", ""),
])
def test_a_word_of_a_menu_is_pronounced_by_rule(word, phones):
    assert pronunciations.guess(word) == phones
