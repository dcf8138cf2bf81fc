"""Only ordinary numbers of Côte d'Ivoire, with an allowed beginning, are called back; all ways of writing are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.callback_numbers import normalised
from ivr.config import SettingsError, load_settings
from ivr.core.verbs.typed import PREFIXES, national


@pytest.mark.parametrize("written", [
    "0700000101", "+2250700000101", "002250700000101", "07 00 00 01 01", "+225 07.00.00.01.01", "07-00-00-01-01",
])
def test_one_number_written_in_any_way_is_the_same_number(written: str) -> None:
    assert normalised(written, PREFIXES) == "0700000101"


@pytest.mark.parametrize("number", ["0100000321", "0500000456", "2120001234", "2521000001"])
def test_mobile_and_fixed_numbers_are_called_back(number: str) -> None:
    assert normalised(number, PREFIXES) == number


@pytest.mark.parametrize("number", [
    "", "anonymous", "1364", "111", "0700", "07000001011", "+33612345678", "0033612345678", "0800000000", "0201020304",
    "0000000000", "0700AWA101", "+2250700000101;ext=5", "٠٧٠٠٠٠٠١٠١", "0700000101\n0700000102", "sip:0700000101@ailleurs",
])
def test_anything_else_is_refused(number: str) -> None:
    assert normalised(number, PREFIXES) is None


def test_a_site_may_allow_fewer_beginnings() -> None:
    assert normalised("0700000101", ["05", "27"]) is None
    assert normalised("0500000456", ["05", "27"]) == "0500000456"
    assert normalised("0500000456", []) is None


@given(st.text(max_size=30) | st.from_regex(r"\+?[0-9 .()-]{0,25}", fullmatch=True))
def test_whatever_is_written_gives_ten_allowed_digits_or_nothing(written: str) -> None:
    digits = normalised(written, PREFIXES)
    assert digits is None or (len(digits) == 10 and digits[:2] in PREFIXES and normalised(digits, PREFIXES) == digits)


@pytest.mark.parametrize("number", ["0700000101", "+2250700000101", "002250700000101", "2521000001"])
def test_what_the_core_takes_of_a_caller_is_what_the_edge_allows(number: str) -> None:
    assert national(number) == normalised(number, PREFIXES)


@pytest.mark.parametrize("number", ["", "anonymous", "1364", "+33612345678", "0900000000", "07000001011", "٠٧٠٠٠٠٠١٠١"])
def test_the_core_takes_no_number_that_the_edge_would_refuse(number: str) -> None:
    assert national(number) is None


def test_the_setting_names_beginnings_of_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUC_CALLBACK_PREFIXES", '["07", "2721"]')
    assert load_settings().callback_prefixes == ("07", "2721")
    monkeypatch.setenv("CRUC_CALLBACK_PREFIXES", '["07", "08"]')
    with pytest.raises(SettingsError, match=r"'callback_prefixes\.1'|'08' begins no number"):
        load_settings()
