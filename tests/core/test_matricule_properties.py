"""For any matricule and any way of saying it, the truth is among the readings; and nothing ever raises."""

from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from ivr.core import french
from ivr.core.matricule import MAX_READINGS, Complete, Invalid, parse_matricule, spoken, spoken_digits, spoken_letter

DIGIT_WORDS = ("zéro", *french.UNITS)
LANGUAGES = ("fr", "fr_CH", "fr_BE")
WORDS = sorted(
    {
        *french.digit_vocabulary(), *french.letter_vocabulary(), *french.FILLERS, *french.CORRECTIONS,
        "34", "00", "304231", "7", ",", "-", "blabla",
    }
)


@st.composite
def said_groups(draw):
    """(six digits, the groups as said): digit by digit, pairs, hundreds, thousands, double, triple, « fois »."""
    digits, groups = "", []
    while len(digits) < 6:
        part, said = draw(st.one_of(one_digit(), cardinal(), repeated()))
        if len(digits) + len(part) <= 6:
            digits, groups = digits + part, [*groups, said]
    return digits, groups


@st.composite
def one_digit(draw):
    digit = draw(st.integers(0, 9))
    return str(digit), DIGIT_WORDS[digit]


@st.composite
def cardinal(draw):
    number = draw(st.integers(10, 99) | st.integers(100, 999) | st.integers(1000, 999_999))
    said = num2words(number, lang=draw(st.sampled_from(LANGUAGES)))
    return str(number), said.replace("-", draw(st.sampled_from(["-", " "])))


@st.composite
def repeated(draw):
    digit, times = draw(st.integers(0, 9)), draw(st.sampled_from([(2, "double"), (3, "triple"), (2, "deux fois")]))
    return str(digit) * times[0], f"{times[1]} {DIGIT_WORDS[digit]}"


@st.composite
def said_letter(draw):
    letter = draw(st.sampled_from(sorted(french.LETTER_NAMES)))
    name = draw(st.sampled_from(french.LETTER_NAMES[letter]))
    word = draw(st.sampled_from(french.ALPHABETS[letter]))
    return letter, draw(st.sampled_from([name, f"{name} comme {word}", word, f"la lettre {name}"]))


def well_formed(readings, pattern_length):
    scores = [reading.score for reading in readings]
    names = [reading.matricule for reading in readings]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert sum(scores) <= 1 + 1e-9
    assert len(names) == len(set(names)) <= MAX_READINGS
    assert all(len(name) in pattern_length for name in names)


@settings(max_examples=400, deadline=None)
@given(said_groups(), said_letter())
def test_given_pauses_between_the_groups_then_the_truth_comes_first(number, letter):
    match = spoken(f"{', '.join(number[1])}, {letter[1]}")
    assert isinstance(match, Complete)
    assert match.readings[0].matricule == number[0] + letter[0]


@settings(max_examples=400, deadline=None)
@given(said_groups(), said_letter())
def test_given_no_pause_at_all_then_the_truth_is_among_the_readings(number, letter):
    match = spoken(f"{' '.join(number[1])} {letter[1]}".replace("-", " "))
    assert isinstance(match, Complete)
    assert number[0] + letter[0] in [reading.matricule for reading in match.readings]


@given(st.text("0123456789", min_size=6, max_size=6), said_letter())
def test_given_digit_by_digit_then_the_truth_comes_first(digits, letter):
    match = spoken(" ".join(DIGIT_WORDS[int(digit)] for digit in digits) + " " + letter[1])
    assert isinstance(match, Complete)
    assert match.readings[0].matricule == digits + letter[0]


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_whatever_is_said_readings_are_well_formed_ranked_and_unique(words):
    match = spoken(words)
    if isinstance(match, Complete):
        well_formed(match.readings, {7})
        assert match.readings
        assert all(parse_matricule(reading.matricule) == reading.matricule for reading in match.readings)
    elif not isinstance(match, Invalid):
        well_formed(match.readings, range(1, 7))
    digits = spoken_digits(words)
    if not isinstance(digits, Invalid):
        well_formed(digits.readings, {6} if isinstance(digits, Complete) else range(1, 7))
    well_formed(spoken_letter(words), {1})
    assert spoken(words) == match
