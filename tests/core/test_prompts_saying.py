"""What the caller hears for each typed value, word by word."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts.saying import KINDS, RECORDED, number, say

P, PP = "frag.pause", "frag.pause_courte"
NAMES = {
    "h": "rec:digits/oclock", "cent": "rec:digits/hundred", "mille": "rec:digits/thousand", "et": "rec:digits/et",
    "une": "frag.une", "midi": "frag.midi", "minuit": "frag.minuit", "premier": "rec:digits/h-1", "mars": "rec:digits/mon-2",
    "août": "rec:digits/mon-7", "environ": "frag.environ", "minute": "rec:minute", "minutes": "rec:minutes",
    "|": P, "/": PP,
}  # fmt: skip


def keys(words: str) -> tuple[str, ...]:
    """« 20 et une h » → sound keys: figures are recorded digits, a capital is a letter with its word."""
    found: list[str] = []
    for word in words.split():
        if word.isdecimal():
            found.append(f"rec:digits/{word}")
        elif len(word) == 1 and word.isupper():
            found += [f"rec:letters/{word.lower()}", f"frag.comme_{word.lower()}"]
        else:
            found.append(NAMES.get(word, word))
    return tuple(found)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("number", 0, "0"),
        ("number", 16, "16"),
        ("number", 21, "20 et 1"),
        ("number", 61, "60 et 1"),
        ("number", 70, "70"),
        ("number", 71, "60 et 11"),
        ("number", 77, "60 17"),
        ("number", 80, "80"),
        ("number", 81, "80 1"),
        ("number", 90, "90"),
        ("number", 91, "80 11"),
        ("number", 99, "80 19"),
        ("number", 100, "cent"),
        ("number", 201, "2 cent 1"),
        ("number", "1000", "mille"),
        ("number", 1998, "mille 9 cent 80 18"),
        ("number", 21_000, "20 et 1 mille"),
        ("number", 200_000, "2 cent mille"),
        ("number", 999_999, "9 cent 80 19 mille 9 cent 80 19"),
        ("number_feminine", 1, "une"),
        ("number_feminine", 21, "20 et une"),
        ("number_feminine", 11, "11"),
        ("number_feminine", 81, "80 une"),
        ("number_feminine", 1001, "mille une"),
        ("position", 3, "3"),
        ("time", "16:30", "16 h 30"),
        ("time", "7h30", "7 h 30"),
        ("time", dt.time(12, 0), "midi"),
        ("time", "12:15", "midi 15"),
        ("time", "00:00", "minuit"),
        ("time", "24:00", "minuit"),
        ("time", "01:00", "une h"),
        ("time", "21:01", "20 et une h une"),
        ("date", "2026-03-01", "premier mars 2 mille 20 6"),
        ("date", dt.date(2026, 8, 21), "20 et 1 août 2 mille 20 6"),
        ("day", "today", "rec:digits/today"),
        ("day", "tomorrow", "rec:digits/tomorrow"),
        ("day", "monday", "rec:digits/day-1"),
        ("day", "sunday", "rec:digits/day-0"),
        ("day", "2026-03-01", "frag.le premier mars 2 mille 20 6"),
        ("minutes", 1, "une minute"),
        ("minutes", 2, "2 minutes"),
        ("duration", 90, "environ 2 minutes"),
        ("duration", 0, "environ une minute"),
        ("duration", 3600, "environ une h"),
        ("duration", 9000, "environ 2 h 30"),
        ("days", 1, "frag.un_jour"),
        ("days", 90, "90 frag.jours"),
        ("calls", 0, "frag.aucun_appel"),
        ("calls", 1, "frag.un_appel"),
        ("calls", 2, "2 frag.appels"),
        ("letter", "x", "X"),
        ("digits", "042", "0 4 2"),
        ("matricule", "000123X", "0 0 0 | 1 2 3 | X"),
        ("matricule", "000 123-x", "0 0 0 | 1 2 3 | X"),
        ("matricule", "000123", "0 0 0 | 1 2 3"),
        ("reference", "REQ-2026-000123", "R | 2 mille 20 6 | 0 0 0 | 1 2 3"),
        ("reference", "R-2026-000123", "R | 2 mille 20 6 | 0 0 0 | 1 2 3"),
        ("tracking_code", "4821", "4 8 | 2 1"),
        ("tracking_code", "482913", "4 8 2 | 9 1 3"),
        ("code", "K7P", "K 7 P"),
        ("phone", "0712345678", "0 7 / 12 / 30 4 / 50 6 / 60 18"),
        ("phone", "+225 07 12 34 56 78", "0 7 / 12 / 30 4 / 50 6 / 60 18"),
        ("phone", "2100991170", "20 et 1 / 0 0 / 80 19 / 11 / 70"),
        ("phone", "+33123456789", "3 / 30 et 1 / 20 3 / 40 5 / 60 7 / 80 9"),
        ("phone", "1364", "13 / 60 4"),
        ("prompt", "categorie.ATT", "categorie.ATT"),
        ("sound", "1f3a-salaires", "moment:1f3a-salaires"),
    ],
)
def test_a_value_is_said_in_these_words(kind, value, words):
    assert say(kind, value) == keys(words)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", -1),
        ("number", 1_000_000),
        ("number", True),
        ("number", "²"),
        ("time", "25:00"),
        ("time", "12:60"),
        ("time", "midi"),
        ("date", "2026-02-30"),
        ("day", "lundi"),
        ("letter", "É"),
        ("matricule", "00123X"),
        ("reference", "2026000123"),
        ("tracking_code", ""),
        ("phone", "anonymous"),
        ("sound", "../../etc/passwd"),
        ("sound", ""),
        ("word", "x"),
    ],
)
def test_an_impossible_value_is_refused_in_a_sentence(kind, value):
    with pytest.raises(ValueError, match=r"(Expected|Use) .+\.$"):
        say(kind, value)


def _value_of(said: tuple[str, ...]) -> int:
    """Reads a cardinal back, the way a listener adds it up."""
    total = group = 0
    for key in said:
        word = key.removeprefix("rec:digits/")
        if word == "thousand":
            total, group = total + 1000 * max(group, 1), 0
        elif word == "hundred":
            group = max(group, 1) * 100
        elif word != "et":
            group += 1 if key == "frag.une" else int(word)
    return total + group


@given(st.integers(0, 999_999), st.booleans())
def test_every_number_can_be_understood_again(n, feminine):
    assert _value_of(number(n, feminine=feminine)) == n


@given(st.integers(0, 999_999), st.booleans())
def test_every_number_is_made_of_recorded_words(n, feminine):
    assert set(number(n, feminine=feminine)) <= {*RECORDED, "frag.une"}


def test_num2words_agrees_where_it_is_right():
    num2words = pytest.importorskip("num2words").num2words
    for n in [*range(1000), 1000, 1001, 1999, 2026, 21_000, 80_000, 71_871, 200_200, 999_999]:
        expected = num2words(n, lang="fr").replace("cents", "cent").replace("vingts", "vingt").replace("-", " ").split()
        assert " ".join(RECORDED[key] for key in number(n)).replace("-", " ").split() == expected


def test_every_kind_has_been_tried_above():
    marks = test_a_value_is_said_in_these_words.pytestmark[0].args[1]
    assert {kind for kind, _, _ in marks} == set(KINDS)
