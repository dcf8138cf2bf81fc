"""Words as people write them, and the words by which they are found."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.words import LONGEST, index_words, spelt, words_of


@pytest.mark.parametrize(("written", "words"), [
    ("L'œuvre de N’Guessan", ["l", "oeuvre", "de", "n", "guessan"]),
    ("KOUAMÉ-BROU Affoué", ["kouame", "brou", "affoue"]),
    ("Cæsar Straße Ǝ", ["caesar", "strasse", "e"]),
    ("nʼzi n`zi n´zi n＇zi", ["n", "zi"] * 4),
    ("Ɛlɔ Ŋan Ɲan", ["elo", "nan", "nan"]),
    ("Koua\u00admé\u200d Kouame\u0301", ["kouame", "kouame"]),
    ("n° 42/2026, 3,5 %", ["n", "42", "2026", "3", "5"]),
    ("« » — … 你好 مرحبا", []),
    ("", []),
])
def test_words_are_small_letters_and_digits_without_accents(written, words):
    assert words_of(written) == words


@pytest.mark.parametrize("written", ["N'Guessan", "N’GUESSAN", "n guessan", "N‘Guessan", "N-Guessan"])
def test_a_name_with_an_apostrophe_is_kept_in_parts_and_joined(written):
    assert {"n", "guessan", "nguessan"} <= set(index_words(written))


def test_a_name_with_a_hyphen_is_kept_in_parts_and_joined():
    assert index_words("Kouamé-Brou") == ["brou", "kouame", "kouamebrou"]


@pytest.mark.parametrize("written", [
    "0700000001", "07 00 00 00 01", "07.00.00.00.01", "07-00-00-00-01", "+2250700000001", "+225 07 00 00 00 01",
    "00225 0700000001",
])
def test_a_telephone_number_is_one_word_however_it_is_spaced(written):
    assert "0700000001" in index_words(f"rappeler au {written}, merci")


@pytest.mark.parametrize("written", ["000123X", "000123x", "000 123 X", "000-123-x", "000123 X"])
def test_a_matricule_is_one_word_however_it_is_spaced(written):
    assert "000123x" in index_words(f"matricule {written}.")


@pytest.mark.parametrize("written", ["REQ-2026-000123", "req 2026 123", "Req2026000123", "REQ-2026/123", "2026-000123"])
def test_a_reference_is_one_word_however_it_is_written(written):
    assert "2026000123" in index_words(written)


def test_nothing_else_is_taken_for_a_number_or_a_reference():
    assert [one for one in spelt("le 12 10 2026, 1 250 000 francs pour 0800000001 et 20260001234567") if one.sure] == []


def test_several_texts_are_one_list_without_doubles():
    assert index_words("Awa Koné", None, "kone awa") == ["awa", "kone"]


@given(st.text())
@example("İ")
@example("ŉ")
@example("ﬃ")
def test_any_text_gives_plain_words_that_are_all_kept(text):
    words = words_of(text)
    assert all(re.fullmatch(rf"[a-z0-9]{{1,{LONGEST}}}", word) for word in (*words, *index_words(text)))
    assert set(words) <= set(index_words(text))


@given(st.text())
def test_plain_words_are_their_own_words(text):
    assert words_of(" ".join(words_of(text))) == words_of(text)
