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


def test_a_request_registered_before_the_death_is_not_doubled() -> None:
    call = phone().interrupt("31").press("1").press("#").hear()
    key = "enregistrement:SOL-BULLETIN:0"
    call.store.drafts[key] = {"key": key, "category": "SOL-BULLETIN"}  # written, and the answer died with the application
    call.application_dies_and_comes_back().press("1").hear()
    assert list(call.store.drafts) == [key]
    assert call.args("requete.enregistree") == {"reference": "REQ-2026-000001"}


def test_a_request_told_before_the_death_can_be_heard_again_only_by_asking() -> None:
    call = phone().interrupt("31").press("1").press("#").press("1")
    call.application_dies_and_comes_back()
    assert call.record.request == "REQ-2026-000001"
    call.hang_up()


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
    call.press("0001239").press("1").press("1").hear()
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
