"""The information of the moment: heard by everybody after the notice, by those of a queue before it; once, and skippable."""

from __future__ import annotations

from tests.personas import KOFFI
from tests.phone import Phone, dialplan, moment, phone

SALARIES = "1f3a-salaires"


def with_moment(queue: str = "", at: str = "monday 10:00") -> Phone:
    """Koffi calls while a message is said."""
    call = Phone(dialplan().flow, KOFFI, moment(at))
    call.store.moments[queue] = SALARIES
    return call.dial()


def test_every_caller_hears_it_after_the_notice() -> None:
    call = with_moment().hear()
    at = call.heard().index("info.moment")
    assert call.heard()[at - 1 : at + 2] == ["accueil.droits", "info.moment", "principal.suivi"]
    assert call.args("info.moment") == {"sound": SALARIES}


def test_it_is_heard_when_the_centre_is_closed_too() -> None:
    assert "info.moment" in with_moment(at="sunday 10:00").hear().heard()


def test_nothing_is_said_when_there_is_none() -> None:
    call = phone().hear()
    assert "info.moment" not in call.heard()
    assert [each.what for each in call.store.lookups] == ["moment"]


def test_a_store_that_does_not_answer_takes_nothing_from_the_call() -> None:
    call = Phone(dialplan().flow, KOFFI, moment("monday 10:00"))
    call.store_is_lost().dial().hear()
    assert "info.moment" not in call.heard()
    assert call.node == "principal"


def while_it_is_said(queue: str = "") -> Phone:
    call = with_moment(queue)
    while "info.moment" not in call.heard():
        call.wait(0.5)
    return call


def test_a_key_skips_it_and_counts() -> None:
    assert while_it_is_said().interrupt("3").hear().node == "solde"


def test_keys_typed_before_it_skip_it() -> None:
    call = with_moment().interrupt("3").hear()
    assert call.node == "solde"
    assert "info.moment" not in call.heard()


def test_nine_leads_to_the_rights_while_it_is_said() -> None:
    assert while_it_is_said().interrupt("9").hear().node == "droits"


def test_star_says_it_again() -> None:
    assert while_it_is_said().interrupt("*").hear().heard().count("info.moment") == 2


def test_the_message_of_a_queue_is_heard_by_those_who_will_wait_in_it_only() -> None:
    call = with_moment("solde").press("3").hear()
    assert "info.moment" not in call.heard()
    call.press("3").hear()
    assert "info.moment" in call.heard()
    assert call.queue.queue == "solde"
    assert "info.moment" not in with_moment("solde").press("0").hear().heard()


def test_a_message_is_told_once_in_a_call() -> None:
    call = with_moment()
    call.store.moments["general"] = SALARIES
    call.press("0").hear()
    assert call.queue.queue == "general"
    assert call.heard().count("info.moment") == 1


def test_zero_goes_to_the_queue_while_the_message_of_the_queue_is_said() -> None:
    call = phone()
    call.store.moments["general"] = SALARIES
    call.press("0")
    while "info.moment" not in call.heard():
        call.wait(0.5)
    assert call.interrupt("5").hear().queue.queue == "general"
