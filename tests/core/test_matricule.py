"""What callers press and say, and what we may have heard."""

import pytest

from ivr.core.matricule import (
    LETTERS_ON_KEY,
    Complete,
    Incomplete,
    Invalid,
    Reading,
    choose_letter,
    join,
    keypad,
    parse_matricule,
    rank,
    read_back,
    spoken,
    spoken_digits,
    spoken_letter,
)


def read(readings):
    return [reading.matricule for reading in readings]


@pytest.mark.parametrize(
    ("written", "matricule"),
    [
        ("000123X", "000123X"),
        ("000 123 x", "000123X"),
        ("000-123-X", "000123X"),
        (" 000123x ", "000123X"),
        ("00012X", None),
        ("0001234X", None),
        ("00000123X", None),  # a pupil's
        ("000123", None),
        ("X000123", None),
        ("000123XY", None),
        ("000123É", None),
        ("٠٠٠١٢٣X", None),
        ("CR 2011/09872", None),
        ("", None),
    ],
)
def test_a_written_matricule(written, matricule):
    assert parse_matricule(written) == matricule


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        ("", Incomplete(())),
        ("0001", Incomplete((Reading("0001", 1.0, "keypad"),))),
        ("000123", Incomplete((Reading("000123", 1.0, "keypad"),))),
        ("0001230", Invalid("no_letter_on_key")),
        ("0001231", Invalid("no_letter_on_key")),
        ("00012399", Invalid("too_many_digits")),
        ("000*", Invalid("not_digits")),
        ("٣", Invalid("not_digits")),
    ],
)
def test_keys_that_are_no_whole_matricule(keys, match):
    assert keypad(keys) == match


def test_the_seventh_key_gives_every_letter_it_carries():
    for key, letters in LETTERS_ON_KEY.items():
        match = keypad("000123" + key)
        assert isinstance(match, Complete)
        assert read(match.readings) == ["000123" + letter for letter in letters]
        assert sum(reading.score for reading in match.readings) == pytest.approx(1.0)


def test_the_keys_carry_the_alphabet_once():
    assert "".join(LETTERS_ON_KEY.values()) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_choosing_among_letters_by_their_place():
    assert choose_letter("WXYZ", "2") == "X"
    assert [choose_letter("ABC", key) for key in ("0", "4", "", "12", "#")] == [None] * 5


WHOLE = [
    ("trente quatre, vingt-trois, dix X comme Xavier", "342310X"),
    ("trente quatre vingt trois dix ixe", "342310X"),
    ("trois cent quatre deux cent trente et un x", "304231X"),
    ("trois cent quatre mille deux cent trente et un double vé", "304231W"),
    ("304 231 X", "304231X"),
    ("304231x", "304231X"),
    ("34 23 10, X comme Xavier.", "342310X"),
    ("3 0 4 2 3 1 x", "304231X"),
    ("zéro zéro zéro un deux trois zède", "000123Z"),
    ("double zéro zéro un deux trois K comme Korhogo", "000123K"),
    ("triple zéro cent vingt-trois ka", "000123K"),
    ("trois fois zéro cent vingt trois ka", "000123K"),
    ("trois zéros cent vingt trois ka", "000123K"),
    ("deux zéros douze trente quatre a", "001234A"),
    ("double zéro triple sept un i grec", "007771Y"),
    ("soixante et onze soixante douze quatre-vingt-dix-sept w", "717297W"),
    ("septante et un septante-deux nonante-sept w", "717297W"),
    ("huitante quatre octante quatre nonante a", "848490A"),
    ("euh alors c'est le matricule trente quatre euh zéro trois vingt deux la lettre o", "340322O"),
    ("mon matricule est le 304 231, la lettre i grec s'il vous plaît", "304231Y"),
    ("trois cent quatre tiret deux cent trente et un tiret x", "304231X"),
    ("bonjour je m'appelle Awa mon matricule est 000 123 x merci au revoir", "000123X"),
    ("304231 Bouaké", "304231B"),
    ("304231 comme Bouaké", "304231B"),
    ("304231 b comme Berthe", "304231B"),
    ("304231 H comme huit", "304231H"),
    ("304231 x comme un xylophone", "304231X"),
    ("304231 x comme euh Xavier", "304231X"),
    ("304 230 non pardon 304 231 x", "304231X"),
    ("non 304 231 x", "304231X"),
    ("304 231 y non x", "304231X"),
    ("c'est un deux trois quatre cinq six x", "123456X"),
    ("304 231, lettre x. C'est ça.", "304231X"),
    ("cent vingt-trois mille quatre cent cinquante-six gé", "123456G"),
    ("mille deux cent trente-quatre, cinquante-six, esse", "123456S"),
    ("zéro un, zéro deux, zéro trois, effe", "010203F"),
    ("quatre vingt onze soixante dix soixante et un m", "917061M"),
    ("trois zéro quatre deux trois un enne", "304231N"),
    ("304 231 w comme William voilà", "304231W"),
    ("304 231 double v", "304231W"),
    ("double zéro 1234 j comme Joseph", "001234J"),
    ("304 23 je me trompe 304 231 x", "304231X"),
    ("TROIS CENT QUATRE DEUX CENT TRENTE ET UNE X", "304231X"),
    ("quatre-vingts quatre-vingt-un quatre-vingt-deux x", "808182X"),
]


@pytest.mark.parametrize(("words", "matricule"), WHOLE)
def test_given_a_whole_matricule_then_it_is_the_first_reading(words, matricule):
    match = spoken(words)
    assert isinstance(match, Complete)
    assert match.readings[0].matricule == matricule
    assert match.readings[0].score > 0.5


@pytest.mark.parametrize(
    ("words", "readings"),
    [
        ("", []),
        ("euh alors", []),
        ("304231 x non pardon", []),
        ("304", ["304"]),
        ("304 231", ["304231"]),
        ("304231 blabla", ["304231"]),
        ("304 231 x non 304 232", ["304232"]),
        ("x comme xavier", ["X"]),
        ("trente quatre", ["34", "304"]),
    ],
)
def test_given_a_part_then_what_was_heard_so_far(words, readings):
    match = spoken(words)
    assert isinstance(match, Incomplete)
    assert read(match.readings) == readings


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("bonne journée", "nothing_understood"),
        ("304 2315 x", "too_many_digits"),
        ("01 02 03 04 05", "too_many_digits"),
        ("1234567", "too_many_digits"),
    ],
)
def test_given_what_cannot_become_a_matricule_then_the_reason(words, reason):
    assert spoken(words) == Invalid(reason)


def test_an_ambiguous_grouping_yields_every_reading_and_the_natural_one_first():
    match = spoken_digits("trente quatre vingt deux dix")
    assert isinstance(match, Complete)
    assert read(match.readings) == ["342210", "308210"]


def test_a_pause_decides_between_two_groupings():
    first = [spoken_digits(f"trente{a} quatre{b} vingt deux dix").readings[0].matricule for a, b in ((",", ""), ("", ","))]
    assert first == ["308210", "342210"]


def test_a_hyphen_decides_between_two_groupings():
    assert spoken_digits("trente quatre-vingt-deux dix").readings[0].matricule == "308210"


def test_six_digits_squeezed_out_of_half_a_matricule_are_hardly_believed():
    match = spoken_digits("trente quatre vingt trois")
    assert isinstance(match, Complete)
    assert read(match.readings) == ["304203"]
    assert match.readings[0].score < 0.01
    assert spoken("trente quatre vingt trois").readings[0].matricule == "3423"


def test_an_unknown_word_among_the_digits_halves_the_belief():
    assert spoken("304 blabla 231 x").readings == (Reading("304231X", 0.5, "304 231 X"),)


def test_two_turns_joined():
    digits = spoken_digits("trente quatre vingt deux dix").readings
    joined = join(digits, spoken_letter("bé"))
    assert joined[0].matricule == "342210B"
    assert len(joined) == 2 * len("BDPTV")
    assert sum(reading.score for reading in joined) == pytest.approx(1.0)


def test_a_spoken_letter_chooses_among_the_letters_of_the_key():
    assert read(join(keypad("0001239").readings, spoken_letter("ixe"))) == ["000123X"]
    assert join(keypad("0001239").readings, spoken_letter("a")) == ()
    assert join(keypad("0001").readings, spoken_letter("a")) == ()


def test_members_of_the_directory_win_among_the_readings():
    readings = keypad("0001239").readings
    assert read(rank(readings, {"000123Y"})) == ["000123Y", "000123W", "000123X", "000123Z"]


def test_the_nearest_known_matricule_is_never_proposed():
    readings = keypad("0001239").readings
    assert read(rank(readings, {"000124W", "000123A"})) == read(readings)


def test_of_two_members_the_one_whose_number_calls_comes_first():
    readings = keypad("0001239").readings
    assert read(rank(readings, {"000123Y", "000123Z"}, likely={"000123Z", "000123W"}))[:2] == ["000123Z", "000123Y"]


def test_a_refused_candidate_is_never_offered_again():
    readings = keypad("0001239").readings
    assert read(rank((*readings, *readings), {"000123Y"}, {"000123Y", "000123W"})) == ["000123X", "000123Z"]


def test_read_back_three_and_three_then_the_letter():
    assert read_back("304231X") == ("3", "0", "4", "|", "2", "3", "1", "|", "X")
    assert read_back("3042") == ("3", "0", "4", "|", "2")
    assert read_back("") == ()
