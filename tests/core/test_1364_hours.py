"""Closed: at night, at lunch, on holidays; and keys and tries that would lead to an agent."""

from __future__ import annotations

import pytest

from tests.personas import KOFFI, YAO
from tests.phone import phone


@pytest.mark.parametrize(("at", "said", "args"), [
    ("monday 06:59", "horaires.reouverture", {"jour": "today", "heure": "07:30"}),
    ("monday 12:30", "horaires.pause", {"heure": "13:30"}),
    ("monday 13:29", "horaires.pause", {"heure": "13:30"}),
    ("monday 16:30", "horaires.reouverture", {"jour": "tomorrow", "heure": "07:30"}),
    ("friday 20:00", "horaires.reouverture", {"jour": "monday", "heure": "07:30"}),
    ("2026-12-25 10:00", "horaires.reouverture", {"jour": "monday", "heure": "07:30"}),
])
def test_closed_says_until_when(at: str, said: str, args: dict[str, str]) -> None:
    call = phone(at=at).hear()
    assert call.args(said) == args
    assert call.node == "hors_horaires"
    assert call.hang_up().record.outcome == "HORS_HORAIRES"


def test_a_holiday_is_called_by_its_kind() -> None:
    assert "horaires.ferme_jour_ferie" in phone(at="2026-12-25 10:00").hear().heard()


@pytest.mark.parametrize("at", ["monday 07:30", "monday 12:29", "tuesday 13:30", "friday 16:29"])
def test_open_to_the_minute(at: str) -> None:
    assert phone(at=at).hear().node == "principal"


def test_a_status_can_be_read_at_night() -> None:
    call = phone(at="sunday 03:00").press("1").press("2").press("2026000017").press(KOFFI.code).hear()
    assert call.hang_up().record.outcome == "STATUT_LU_SVI"


def test_a_callback_can_be_asked_for_at_night() -> None:
    call = phone(at="sunday 03:00").press("2").press("1").hear()
    assert call.store.callbacks[0].number == KOFFI.telephone
    assert call.hang_up().record.outcome == "RAPPEL_PROGRAMME"


def test_a_message_can_be_left_at_night() -> None:
    call = phone(at="sunday 03:00").press("3").hear().wait(20).hang_up()
    assert call.record.outcome == "MESSAGE_VOCAL"


def test_zero_at_night_says_when_we_open_and_offers_a_callback() -> None:
    call = phone(at="sunday 03:00").press("0").hear()
    assert call.last(3) == ["hors_horaires.intro", "horaires.reouverture", "rappel.confirmer_numero"]


def test_hash_at_night_does_not_open_the_day_menu() -> None:
    assert phone(at="sunday 03:00").press("#").hear().node == "hors_horaires"
    assert phone(at="sunday 03:00").interrupt("9").press("#").press("#").hear().node == "hors_horaires"


def test_silence_at_night_takes_the_number_and_says_goodbye() -> None:
    call = phone(at="sunday 03:00").silence(3)
    assert [each.number for each in call.store.callbacks] == [KOFFI.telephone]
    assert call.last(2) == ["rappel.enregistre", "fin.au_revoir"]
    assert call.record.outcome == "RAPPEL_PROGRAMME"


def test_silence_at_night_with_a_withheld_number_ends() -> None:
    call = phone(YAO, at="sunday 03:00").silence(7)
    assert not call.store.callbacks
    assert call.last() == ["essais.fin"]
    assert call.over


def test_closing_time_passes_while_the_caller_chooses() -> None:
    call = phone(at="monday 16:29").hear()
    assert call.node == "principal"
    call.wait(2).hear()
    call.now += 120
    assert call.press("0").hear().node == "rappel"


def test_another_request_at_night_does_not_repeat_the_hours() -> None:
    call = phone(at="sunday 03:00").press("2").press("1").press("1").hear()
    assert call.heard().count("horaires.reouverture") == 1
    assert call.node == "hors_horaires"
