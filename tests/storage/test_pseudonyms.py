"""Pseudonyms: the same person the same one, nobody's number in it, gone with the key. And counts that may be published."""

import re
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage import StoreError
from storage.pseudonyms import Pseudonyms, forget_key, hidden_below_five, kept_pseudonyms
from storage.retention import Term

KEY = b"k" * 32
AWA, KOFFI = "000123X", "000123Z"


def test_the_same_person_has_the_same_pseudonym_and_two_people_have_two():
    ours = Pseudonyms(KEY)
    assert ours.of_matricule(AWA) == Pseudonyms(KEY).of_matricule(AWA)
    assert len({ours.of_matricule(AWA), ours.of_matricule(KOFFI), ours.of_number(AWA)}) == 3
    assert ours.of_matricule(AWA) != Pseudonyms(b"j" * 32).of_matricule(AWA)


def test_a_person_is_told_by_matricule_or_else_by_number_and_forgotten_once():
    ours = Pseudonyms(KEY)
    assert ours.of_person(AWA, "+2250700000001") == ours.of_matricule(AWA)
    assert ours.of_person(None, "+2250700000001") == ours.of_number("+2250700000001")
    assert ours.of_person(None, None) is None
    assert ours.of_matricule(ours.of_matricule(AWA)) == ours.of_matricule(AWA)


@given(some.from_regex("[0-9]{6}[A-Z]", fullmatch=True))
def test_nobody_takes_a_pseudonym_for_a_matricule_or_a_number(matricule):
    name = Pseudonyms(KEY).of_matricule(matricule)
    assert re.fullmatch("P-[a-z2-7]{16}", name)
    assert matricule.lower() not in name


def test_a_key_is_made_once_for_its_owner_alone_and_can_be_destroyed(tmp_path):
    path = tmp_path / "secrets" / "pseudonym.key"
    name = kept_pseudonyms(path).of_matricule(AWA)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept_pseudonyms(path).of_matricule(AWA) == name
    assert forget_key(path)
    assert not forget_key(path)
    assert kept_pseudonyms(path).of_matricule(AWA) != name


@pytest.mark.parametrize("content", ["", "not hexadecimal", "abcd"])
def test_a_key_that_is_damaged_or_short_is_refused(tmp_path, content):
    (tmp_path / "key").write_text(content)
    with pytest.raises(StoreError, match="abîmée"):
        kept_pseudonyms(tmp_path / "key")


@pytest.mark.parametrize(("counts", "shown"), [
    ({}, {}),
    ({"a": 5, "b": 0}, {"a": 5, "b": 0}),
    ({"a": 4, "b": 1, "c": 9}, {"a": None, "b": None, "c": 9}),
    ({"a": 4, "b": 7, "c": 9}, {"a": None, "b": None, "c": 9}),
    ({"a": 4}, {"a": None}),
    ({"a": 4, "b": 0}, {"a": None, "b": 0}),
])
def test_cells_under_five_are_hidden_and_no_total_gives_a_lone_one_away(counts, shown):
    assert hidden_below_five(counts) == shown


@given(some.dictionaries(some.text(max_size=3), some.integers(0, 12)))
def test_nothing_between_one_and_four_is_ever_shown(counts):
    shown = hidden_below_five(counts)
    assert not any(count is not None and 0 < count < 5 for count in shown.values())
    assert shown.keys() == counts.keys()
    assert sum(count is None for count in shown.values()) != 1 or not any(shown.values())


@pytest.mark.parametrize(("term", "before"), [
    (Term(90), "2026-01-01"), (Term(1, "months"), "2026-03-01"), (Term(13, "months"), "2025-03-01"),
    (Term(2, "years"), "2024-04-01"), (Term(0), "2026-04-01"),
])
def test_a_term_is_counted_on_the_calendar(term, before):
    at = datetime(2026, 4, 1, tzinfo=UTC)
    assert datetime.fromtimestamp(term.before(at.timestamp()), UTC).date().isoformat() == before


def test_a_month_before_the_thirty_first_is_the_last_day_of_a_shorter_month():
    at = datetime(2027, 3, 31, tzinfo=UTC)
    assert datetime.fromtimestamp(Term(1, "months").before(at.timestamp()), UTC).date().isoformat() == "2027-02-28"
