"""The application dies and comes back: the journal rebuilds the call, and its question is asked again."""

from __future__ import annotations

import pytest

from ivr.core.commands import Connect, Enqueue, Hangup, LeaveQueue, Play, StopMusic, StopPlay
from ivr.core.messages import Resumed
from tests.personas import AWA, KOFFI, YAO
from tests.phone import Phone, phone


def since(call: Phone, before: int) -> list[str]:
    return [type(each).__name__ for each in call.outputs[before:] if type(each).__name__ != "Noted"]


def test_in_a_menu_the_menu_is_said_again() -> None:
    call = phone().press("2").hear()
    before = len(call.prompts)
    call.application_dies_and_comes_back().hear()
    assert call.node == "carriere"
    assert call.heard()[before] == "carriere.intro"
    assert call.press("1").hear().node == "attestations"


def test_while_a_prompt_plays_it_is_stopped_before_it_is_said_again() -> None:
    call = phone().press("2")
    before = len(call.outputs)
    call.application_dies_and_comes_back()
    assert since(call, before)[:3] == ["Answer", "StopPlay", "Play"]


def test_a_call_taken_and_not_yet_answered_is_answered_by_the_next_life() -> None:
    """The journal knew it, the switch did not: answering twice does nothing, never answering loses the caller."""
    call = phone()
    before = len(call.outputs)
    call.application_dies_and_comes_back()
    assert since(call, before)[0] == "Answer"


def test_in_the_middle_of_a_matricule_it_is_asked_again_from_its_start() -> None:
    call = phone().interrupt("25").press("1").press("000")
    call.application_dies_and_comes_back().press("0001239").hear()
    assert call.args("matricule.confirmer") == {"matricule": KOFFI.matricule}


def test_keys_typed_before_the_death_are_not_used_after_it() -> None:
    call = phone().interrupt("21").interrupt("33")
    call.application_dies_and_comes_back()
    assert call.call.typed == []
    call.hang_up()


def test_in_the_queue_the_place_is_kept() -> None:
    call = phone().press("0").hear().wait(120)
    place, before = call.queue.since, len(call.outputs)
    call.application_dies_and_comes_back()
    assert call.queue.since == place
    assert "LeaveQueue" in since(call, before)
    assert not [each for each in call.outputs[before:] if isinstance(each, Play)]
    assert call.agent_answers(AWA).hang_up().record.waited == pytest.approx(126, abs=3)


def test_while_talking_nobody_notices() -> None:
    call = phone().press("0").hear().agent_answers(AWA).wait(30)
    before = len(call.outputs)
    call.application_dies_and_comes_back()
    assert since(call, before) == ["Enqueue"]
    assert call.queue.offer == call.offer
    call.wait(30).agent_leaves().press("4").hear()
    assert call.record.talked == pytest.approx(64, abs=3)
    assert (call.record.outcome, call.record.satisfaction) == ("TRANSFERE", 4)


def test_ringing_at_the_death_waits_again_at_the_same_place() -> None:
    call = phone().press("0").hear().wait(10).agent_rings(AWA)
    place = call.queue.since
    call.application_dies_and_comes_back()
    assert (call.queue.since, call.queue.offer) == (place, "")


def confirmed() -> Phone:
    """A pay slip, without a matricule; the subject is confirmed, a message offered."""
    return phone().interrupt("31").press("1").press("#").press("1").hear()


def test_a_request_registered_before_the_death_is_not_doubled() -> None:
    call = confirmed().press("2").hear()
    key = "enregistrement:SOL-BULLETIN:0"
    call.store.drafts[key] = {"key": key, "category": "SOL-BULLETIN"}  # written, and the answer died with the application
    call.application_dies_and_comes_back().press("1").hear()
    assert list(call.store.drafts) == [key]
    assert call.args("requete.enregistree") == {"reference": "REQ-2026-000001"}


def test_a_number_being_told_at_the_death_is_told_again_and_nothing_is_registered_twice() -> None:
    call = confirmed().press("2").press("1")
    before = len(call.prompts)
    call.application_dies_and_comes_back().hear()
    assert call.heard()[before] == "requete.enregistree"
    assert len(call.store.drafts) == 1
    assert call.record.request == "REQ-2026-000001"


def test_a_message_being_offered_at_the_death_is_offered_again() -> None:
    call = confirmed().application_dies_and_comes_back().hear()
    assert call.last() == ["requete.offre_message"]


def told_koffi(*keys: str) -> Phone:
    call = phone().press("1").press("2").press("2026000017").press(KOFFI.code).hear()
    for key in keys:
        call.press(key)
    return call


def test_a_status_being_told_at_the_death_is_told_again() -> None:
    call = phone().press("1").press("2").press("2026000017").press(KOFFI.code)
    call.application_dies_and_comes_back().hear()
    assert call.heard().count("suivi.entete") == 2
    assert call.node == "suivi_suite"


def test_a_reminder_whose_answer_died_is_asked_again_of_the_store_which_knows_it() -> None:
    call = told_koffi("4").press("1")
    assert [each.act for each in call.store.advances] == ["remind"]
    call.application_dies_and_comes_back().hear()
    assert [(each.act, each.reference) for each in call.store.advances] == [("remind", "REQ-2026-000017")] * 2
    assert call.node == "autre_demande"


def test_a_message_joined_before_the_death_is_joined_once_more_under_the_same_name() -> None:
    call = told_koffi("2").hear().wait(8).interrupt("#")
    call.application_dies_and_comes_back().hear()
    assert {each.said["voice_note"] for each in call.store.advances} == {"message-1"}
    assert call.last(2) == ["suivi.complement_enregistre", "fin.autre_demande"]


def test_a_hang_up_that_died_with_the_application_is_ordered_again() -> None:
    call = phone(YAO, at="sunday 03:00")
    call.obedient = False
    call.silence(7)
    assert (call.node, call.over) == (None, False)
    call.application_dies_and_comes_back()
    assert len(call.commands(Hangup)) == 2
    call.hang_up()


def test_each_death_is_harmless() -> None:
    call = phone()
    for step in ("2", "1", "1", "1"):
        call.application_dies_and_comes_back().press(step)
    for _ in range(5):
        call.application_dies_and_comes_back()
    call.press("0001239").application_dies_and_comes_back().hear()
    assert call.node == "requete_matricule"
    call.press("0001239").press("1")
    for key in ("1", "2", "1"):
        call.application_dies_and_comes_back().press(key)
    call.application_dies_and_comes_back().hear()
    assert len(call.store.drafts) == 1
    assert call.hang_up().record.outcome == "REQUETE_CREEE"


def test_the_link_to_the_switch_lost_and_back_begins_the_wait_again_in_place() -> None:
    """The same process lives on: the distributor forgets the former entry, then takes the new one at the same place."""
    call = phone().press("0").hear().wait(60)
    place, former = call.queue.since, call.queue.ref
    call.event(Resumed(call.tick(1)))
    assert [each.ref for each in call.commands(LeaveQueue)] == [former]
    assert [each.since for each in call.commands(Enqueue)] == [place, place]
    assert call.commands(StopMusic)
    assert not call.commands(Connect)
    assert len(call.commands(StopPlay)) <= len(call.commands(Play))
