"""Waiting for an agent, talking, and what comes after."""

from __future__ import annotations

import pytest

from ivr.core.commands import Connect, LeaveQueue, Play, SetTimer, StartMusic, StopMusic
from ivr.core.messages import AgentAnswered, CommandFailed
from tests.personas import AWA, SERGE
from tests.phone import Phone, phone


def waiting() -> Phone:
    return phone().press("0").hear()


def test_the_caller_hears_music_and_the_place() -> None:
    call = waiting()
    call.ahead = 3
    call.wait(4)
    assert call.commands(StartMusic)
    assert call.args("file.position") == {"nombre_avant": 3}


def test_the_place_that_is_said_never_gets_worse() -> None:
    call = waiting()
    said = []
    for ahead in (3, 5, 2, 4, 0, 1):
        call.ahead = ahead
        call.wait(45)
        said.append([name for name in call.heard() if name.startswith("file.")][-1])
    assert [prompt.args["nombre_avant"] for prompt in call.prompts if prompt.id == "file.position"] == [3, 2]
    assert said == [
        "file.position", "file.patienter_1", "file.position", "file.patienter_1", "file.suivant", "file.patienter_1",
    ]


def test_a_callback_is_offered_after_each_announcement_but_the_first() -> None:
    call = waiting().wait(10)
    assert "rappel.proposer" not in call.heard()
    assert call.wait(100).heard().count("rappel.proposer") == 2


def test_keys_typed_before_the_queue_are_no_score_after_it() -> None:
    call = phone().interrupt("05").hear().agent_answers(AWA).agent_leaves().hear()
    assert call.node == "enquete"
    assert call.record.satisfaction is None


def test_an_agent_answers_they_talk_and_the_caller_gives_a_score() -> None:
    call = waiting().wait(20).agent_answers(AWA)
    assert call.commands(Connect)
    assert [type(each).__name__ for each in call.live.values()] == ["Enqueue"]
    call.wait(60).agent_leaves().press("5").hear()
    assert call.last(2) == ["enquete.merci", "fin.au_revoir"]
    record = call.record
    assert (record.outcome, record.agent, record.satisfaction, record.cause) == ("TRANSFERE", AWA, 5, "us")
    assert record.talked == pytest.approx(61, abs=2)
    assert record.waited == pytest.approx(24, abs=2)


def test_nothing_is_played_and_no_key_does_anything_while_they_talk() -> None:
    call = waiting().wait(4).agent_answers(AWA)
    before = len(call.outputs)
    call.interrupt("0123456789*#").wait(900)
    assert call.outputs[before:] == []
    assert call.call.typed == []


def test_an_agent_who_does_not_answer_changes_nothing_for_the_caller() -> None:
    call = waiting().wait(4).agent_rings(AWA)
    before = len(call.outputs)
    call.agent_leaves(requeued=True)
    assert call.outputs[before:] == []
    assert not call.agent_answers(SERGE).record.ended_at
    assert call.record.agent == SERGE


def test_an_agent_lost_before_talking_puts_the_caller_back_with_the_music() -> None:
    call = waiting()
    call.agent_answers(AWA)
    assert len(call.commands(StopMusic)) == 1
    call.agent_leaves(requeued=True)
    assert len(call.commands(StartMusic)) == 2
    assert call.queue.since == call.record.queued_at


@pytest.mark.parametrize("reason", ["full", "empty", "unknown"])
def test_a_queue_that_refuses_leads_to_a_callback(reason: str) -> None:
    call = waiting().queue_refuses(reason).hear()
    assert call.last(2) == ["file.aucun_agent", "rappel.confirmer_numero"]
    assert call.press("1").hang_up().record.outcome == "RAPPEL_PROGRAMME"


def test_a_command_of_the_queue_that_fails_is_a_refusal() -> None:
    call = waiting()
    call.event(CommandFailed(call.tick(1), call.queue.ref, "Enqueue", "no distributor")).hear()
    assert call.node == "rappel"


def test_a_bridge_that_cannot_be_made_leaves_the_queue() -> None:
    call = waiting().agent_rings(AWA)
    ref = call.queue.ref
    call.event(CommandFailed(call.tick(1), ref, "Connect", "no bridge")).hear()
    assert [each.ref for each in call.commands(LeaveQueue)] == [ref]
    assert call.node == "rappel"


def test_after_ten_minutes_a_callback_is_offered_and_patience_keeps_the_place() -> None:
    call = waiting()
    since = call.queue.since
    call.wait(601).hear()
    assert call.last(2) == ["rappel.proposer", "hors_horaires.message"]
    call.silence()
    assert call.queue.since == since
    assert max(each.seconds for each in call.commands(SetTimer)[-3:]) == 600
    assert call.hang_up().record.waited == pytest.approx(call.now - since, abs=1)


def test_key_one_while_waiting_asks_to_be_called_back() -> None:
    call = waiting().wait(30).interrupt("1").press("1").hear()
    assert call.store.callbacks[0].queue == "general"
    assert call.hang_up().record.outcome == "RAPPEL_PROGRAMME"


def test_a_second_wait_in_one_call_is_a_new_one() -> None:
    call = waiting().agent_answers(AWA).wait(30).agent_leaves().hear()
    call.press("0").hear()
    assert call.record.queued_at == call.queue.since
    call.wait(10).agent_answers(SERGE).wait(5)
    record = call.hang_up().record
    assert record.waited == pytest.approx(14, abs=2)
    assert record.talked == pytest.approx(36, abs=3)


def test_hanging_up_in_the_queue_is_an_abandoned_wait() -> None:
    record = waiting().wait(50).hang_up().record
    assert (record.outcome, record.queue) == ("ABANDON_FILE", "general")
    assert record.waited == pytest.approx(50, abs=1)


def test_a_score_out_of_range_is_asked_once_more_then_forgotten() -> None:
    call = waiting().agent_answers(AWA).agent_leaves().press("9").press("8").hear()
    assert call.heard().count("enquete.note_invalide") == 1
    assert call.record.satisfaction is None
    assert call.over


def test_the_place_is_said_over_silence_never_over_another_prompt() -> None:
    call = waiting().wait(3600)
    assert len(call.commands(Play)) > 20


def test_an_answer_told_twice_makes_one_bridge() -> None:
    call = waiting().agent_answers(AWA)
    call.event(AgentAnswered(call.tick(0.1), call.queue.ref, call.offer, AWA))
    assert len(call.commands(Connect)) == 1


@pytest.mark.parametrize(("key", "node"), [("1", "rappel"), ("3", "message")])
def test_who_has_waited_too_long_may_be_called_back_or_leave_a_message(key: str, node: str) -> None:
    call = phone().press("0").hear().queue_refuses("long").hear()
    assert call.node == "rappel_ou_attente"
    assert call.press(key).hear().node == node
