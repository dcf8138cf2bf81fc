"""A caller may hang up at any moment: each call has its one outcome, and nothing goes on after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.core.commands import Play
from ivr.core.messages import DigitReceived, PlayFinished
from ivr.core.record import OUTCOMES, fold
from tests.personas import AWA, KOFFI
from tests.phone import Phone, moment, phone


def in_a_request() -> Phone:
    return phone().interrupt("31").press("1").press("#")


def followed(key: str = "") -> Phone:
    """Koffi has heard where his request stands."""
    return phone().press("1").press("2").press("2026000017").press(KOFFI.code).hear().press(key)


def contacted() -> Phone:
    """No message, and the number of the call."""
    return in_a_request().press("1").press("2").press("1")


STAGES: dict[str, tuple[Callable[[], Phone], str]] = {
    "welcome": (phone, "MUET"),
    "notice": (lambda: phone().wait(5), "MUET"),
    "main menu": (lambda: phone().hear(), "MUET"),
    "a submenu": (lambda: phone().press("2"), "ABANDON_SVI"),
    "an information": (lambda: phone().press("4").press("1"), "ABANDON_SVI"),
    "after the information": (lambda: phone().press("4").press("1").hear(), "INFO_DONNEE"),
    "the matricule": (lambda: phone().interrupt("25").press("1").press("000"), "INFO_DONNEE"),
    "the confirmation": (lambda: in_a_request().hear(), "INFO_DONNEE"),
    "the offer of a message": (lambda: in_a_request().press("1"), "INFO_DONNEE"),
    "the message of a request": (lambda: in_a_request().press("1").press("1").hear().wait(5), "MESSAGE_VOCAL"),
    "the number to reach": (lambda: in_a_request().press("1").press("2"), "INFO_DONNEE"),
    "the reference being told": (contacted, "REQUETE_CREEE"),
    "the reference told": (lambda: contacted().hear(), "REQUETE_CREEE"),
    "another message": (lambda: followed("2").hear().wait(5), "REQUETE_COMPLETEE"),
    "the message joined": (lambda: followed("2").hear().wait(5).interrupt("#"), "REQUETE_COMPLETEE"),
    "a contest": (lambda: followed("4").hear(), "STATUT_LU_SVI"),
    "a reminder": (lambda: followed("4").press("1"), "REQUETE_COMPLETEE"),
    "the rights": (lambda: phone().interrupt("9").hear(), "ABANDON_SVI"),
    "a status": (lambda: phone().press("1").press("2").press("2026000017").press(KOFFI.code), "ABANDON_SVI"),
    "after a status": (lambda: phone().press("1").press("2").press("2026000017").press(KOFFI.code).hear(), "STATUT_LU_SVI"),
    "the beep": (lambda: phone(at="sunday 10:00").press("3"), "HORS_HORAIRES"),
    "the message": (lambda: phone(at="sunday 10:00").press("3").hear().wait(5), "MESSAGE_VOCAL"),
    "the queue": (lambda: phone().press("0").hear().wait(9), "ABANDON_FILE"),
    "the ringing": (lambda: phone().press("0").hear().agent_rings(AWA), "ABANDON_FILE"),
    "the conversation": (lambda: phone().press("0").hear().agent_answers(AWA).wait(30), "TRANSFERE"),
    "the survey": (lambda: phone().press("0").hear().agent_answers(AWA).agent_leaves(), "TRANSFERE"),
    "the callback": (lambda: phone().press("0").hear().interrupt("1").hear(), "ABANDON_FILE"),
    "the callback kept": (lambda: phone().press("0").hear().interrupt("1").press("1"), "RAPPEL_PROGRAMME"),
    "closed": (lambda: phone(at="sunday 10:00").wait(8), "HORS_HORAIRES"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_hanging_up_leaves_one_outcome_and_silence(stage: str) -> None:
    reach, outcome = STAGES[stage]
    call = reach().hang_up()
    assert call.record.outcome == outcome
    assert call.record.cause == "caller"
    assert not call.live or all(each.undo() is None for each in call.live.values())
    before = len(call.outputs)
    call.event(DigitReceived(call.now, "1")).event(PlayFinished(call.now, 1))
    assert len(call.outputs) == before


@pytest.mark.parametrize("stage", STAGES)
def test_dying_with_the_switch_is_told_by_the_journal_alone(stage: str) -> None:
    call = STAGES[stage][0]()
    if call.over:
        return
    record = fold(call.journal, cut_at=call.now + 5)
    assert record.cause == "cut"
    assert record.ended_at == pytest.approx(call.now + 5)
    assert record.outcome in dict(OUTCOMES)


def test_the_first_outcome_stays() -> None:
    call = phone().hear().hang_up()
    call.hang_up("cut")
    assert call.record.cause == "caller"


def test_a_second_beginning_is_no_news() -> None:
    call = phone().press("2").hear()
    before = len(call.outputs)
    call.event(call.journal[0])
    assert len(call.outputs) == before


def test_a_stale_echo_reaches_nobody() -> None:
    call = phone().interrupt("2").hear()
    first = call.commands(Play)[0]
    before = list(call.outputs)
    call.event(PlayFinished(call.now, first.ref)).event(PlayFinished(call.now, 10_000))
    assert call.outputs == before


def test_time_is_what_the_events_say() -> None:
    call = phone(at="2026-11-23 10:00").hang_up()
    assert call.record.started_at == moment("monday 10:00")
