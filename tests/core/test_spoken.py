"""Letters, cardinals, set phrases: each table against what people say."""

import pytest
from num2words import num2words

from ivr.core import french, numbers
from ivr.core.french import digit_vocabulary, letter_vocabulary, normalise
from ivr.core.matricule import spoken_letter
from ivr.core.spoken import Kind, lexemes, spoken_menu, yes_or_no


def letters(words):
    return "".join(reading.matricule for reading in spoken_letter(words))


def cut(words):
    return [grouping.digits for grouping in numbers.groupings(lexemes(words))]


@pytest.mark.parametrize("lang", ["fr", "fr_CH", "fr_BE"])
def test_every_cardinal_below_a_thousand_is_read_as_the_oracle_writes_it(lang):
    for number in range(1000):
        words = num2words(number, lang=lang)
        for said in (words, words.replace("-", " "), normalise(words)):
            assert cut(said)[0] == str(number), said


def test_every_hundredth_cardinal_below_a_million():
    for number in range(1000, 1_000_000, 997):
        assert cut(num2words(number, lang="fr").replace("-", " "))[0] == str(number)


def test_all_groupings_of_ambiguous_words():
    assert cut("trente quatre vingt deux") == ["3422", "3082", "34202", "30422", "30802", "304202"]
    assert sorted(cut("trois cent quatre")) == ["3004", "304", "31004", "3104"]
    assert cut("quatre vingt dix sept")[0] == "97"


def test_shares_of_belief_add_up():
    assert sum(grouping.share for grouping in numbers.groupings(lexemes("trente quatre vingt deux"))) == pytest.approx(1)


def test_sixty_vingts_are_bounded_by_count():
    assert cut("vingt " * 60) == []
    assert len(cut("vingt " * 3)) == 1


@pytest.fixture
def alive(monkeypatch):
    """How many partial cuts were alive, each time they were extended by a group."""
    counts, extend = [], numbers._extend
    monkeypatch.setattr(numbers, "_extend", lambda here, *rest: (counts.append(len(here)), extend(here, *rest)))
    return counts


@pytest.mark.parametrize("word", ["vingt", "un", "et", "deux cent", "quatre vingt dix", "double zéro", "trois mille cent"])
def test_the_work_is_bounded_however_long_the_transcript(word, alive):
    for count in (10, 30, 10_000):
        cut(f"{word} " * count)
    assert len(alive) <= 1000
    assert max(alive, default=0) <= 32


def test_the_work_is_bounded_for_the_worst_words_a_search_found(alive):
    cut("et double zéro et double deux fois quatre vingt quatre mille vingt six mille zéros double trois dix")
    assert max(alive) == 14
    assert len(alive) <= 100


def test_a_regular_rhythm_is_preferred():
    whole = [digits for digits in cut("quatre cent trois zéro") if len(digits) == numbers.DIGITS]
    assert whole == ["400000", "410030"]  # 400 000, then 4 100 3 0


@pytest.mark.parametrize("letter", french.LETTER_NAMES)
def test_every_name_of_a_letter_is_heard_as_that_letter_first(letter):
    for name in french.LETTER_NAMES[letter]:
        assert letters(name)[0] == letter, name
        assert letters(f"la lettre {name}")[0] == letter, name


@pytest.mark.parametrize("letter", french.ALPHABETS)
def test_every_word_of_the_alphabets_gives_its_letter_alone(letter):
    for word in french.ALPHABETS[letter]:
        assert letters(word) == letters(f"{letter} comme {word}") == letters(f"comme {word}") == letter


def test_no_name_of_a_letter_is_claimed_twice():
    for table in (french.LETTER_NAMES, french.ALPHABETS):
        names = [normalise(name) for spoken_names in table.values() for name in spoken_names]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("b", "BDPTV"),
        ("emme", "MN"),
        ("esse", "SF"),
        ("ji", "JG"),
        ("gé", "GJ"),
        ("ixe", "X"),
        ("b comme daloa", "DB"),
        ("bé comme bateau", "B"),
        ("k comme cocody", "KC"),
        ("f comme pharmacie", "FP"),
        ("a comme hameçon", "AH"),
        ("x de xavier", "XD"),
        ("c comme c'est beau", "BC"),
        ("x pardon y", "Y"),
        ("h comme huit", "H"),
        ("bonjour", ""),
        ("", ""),
        ("comme", ""),
    ],
)
def test_a_letter_with_and_without_its_word(words, expected):
    assert letters(words) == expected


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("oui", True),
        ("Oui, c'est ça.", True),
        ("ouais ouais", True),
        ("c'est exact", True),
        ("D’accord", True),
        ("non", False),
        ("non non non", False),
        ("non ce n'est pas ça", False),
        ("ce n'est pas exact", False),
        ("pas du tout", False),
        ("c'est faux", False),
        ("oui non", None),
        ("non c'est exact", None),
        ("peut-être", None),
        ("nonante", None),
        ("", None),
    ],
)
def test_yes_or_no(words, answer):
    assert yes_or_no(words) is answer


MENU = {"1": ("requête", "enregistrer une requête"), "2": ("suivi", "suivre une requête"), "0": ("agent",), "9": ("",)}


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("je veux une requête s'il vous plaît", "1"),
        ("Je veux suivre une requête", "2"),
        ("REQUETE", "1"),
        ("un agent", "0"),
        ("agents", None),
        ("requête, suivi", None),
        ("autre chose", None),
        ("", None),
    ],
)
def test_the_longest_phrase_of_a_menu_wins(words, key):
    assert spoken_menu(words, MENU) == key


def test_a_phrase_claimed_by_two_keys_chooses_neither():
    assert spoken_menu("solde", {"1": ("solde",), "2": ("solde",)}) is None


def test_universal_commands():
    assert [spoken_menu(words, french.UNIVERSAL) for words in ("un agent", "répétez", "menu précédent")] == ["0", "*", "#"]


def test_no_hesitation_swallows_a_number():
    assert not {phrase.split()[-1] for phrase in french.FILLERS} & digit_vocabulary()


def test_normalise():
    assert normalise("L’Œuvre, C'EST-À-DIRE 10X !") == "l oeuvre c est a dire 10 x"


def test_vocabularies_are_words_that_the_parser_knows():
    assert {"zéro", "dix", "nonante", "et", "cents", "double"} <= digit_vocabulary()
    assert all(lexemes(word)[0].kind is Kind.NUMBER for word in digit_vocabulary())
    assert {"ixe", "xavier", "comme", "grec", "bouaké"} <= letter_vocabulary()
    assert all(" " not in word and word == word.lower() for word in digit_vocabulary() | letter_vocabulary())
