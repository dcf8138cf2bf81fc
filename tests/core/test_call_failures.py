"""What fails around a call: each command may, and the call goes on or ends well."""

from __future__ import annotations

import pytest

from ivr.core import call as machine
from ivr.core.call import Call, FlowLoop, replay
from ivr.core.commands import Listen, Play, Record
from ivr.core.flow import World
from ivr.core.messages import CallEnded, CallStarted, CommandFailed, DigitReceived, Resumed
from ivr.core.verbs.status import told
from ivr.core.verbs.tell import closed_prompts, relative_day
from ivr.dialplan import parse_flow
from tests.phone import Phone, dialplan, known_prompts, moment, phone


def fails(call: Phone, kind: type) -> Phone:
    started = next(each for each in call.live.values() if isinstance(each, kind))
    return call.event(CommandFailed(call.tick(0.1), started.ref, kind.__name__, "no"))


def test_a_prompt_that_cannot_be_played_is_over() -> None:
    call = fails(phone(), Play)
    assert call.node == "notice"
    assert fails(call, Play).node == "principal"


def test_a_listening_that_cannot_begin_leaves_the_keypad() -> None:
    call = fails(phone().interrupt("25").press("1").hear(), Listen)
    assert call.press("0001239").hear().last() == ["matricule.confirmer"]
    assert len(call.commands(Listen)) == 1


def test_a_recording_that_cannot_begin_is_no_message() -> None:
    call = phone().interrupt("531").hear().press("1").hear()
    fails(fails(call, Record).hear(), Record).hear()
    assert call.last(2) == ["messagerie.vide", "fin.autre_demande"]
    assert call.hang_up().record.voice_message is None


def test_keys_pressed_while_the_store_is_asked_answer_the_next_question() -> None:
    flow = dialplan().flow
    call = Call(flow)
    call.handle(CallStarted(moment("monday 10:00"), "call-1", "0700000123", "1364", flow.version))
    call._steps = flow.nodes["recherche_par_code"].run(call)
    next(call._steps)
    call.handle(DigitReceived(moment("monday 10:00") + 1, "*"))
    assert call.typed == ["*"]


def test_what_comes_before_the_beginning_or_after_the_end_is_nothing() -> None:
    flow = dialplan().flow
    assert Call(flow).handle(DigitReceived(1.0, "1")) == []
    ended, _ = replay(flow, [CallStarted(1.0, "c", "", "1364", "v"), CallEnded(2.0, "caller")])
    assert ended.handle(Resumed(3.0)) == []


def test_a_flow_that_goes_round_without_waiting_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator refuses it; were it wrong, the call ends as a bug and not the whole house."""
    text = "flow: f\nstart: a\nstart_menu: m\nfallback: z\nnodes:\n"
    text += "  a: {verb: branch, fact: call, cases: {x: m}, default: a}\n"
    text += "  m: {verb: menu, choices: {'1': {next: z}}}\n  z: {verb: hangup}\n"
    monkeypatch.setattr("ivr.core.flow_checks._check_cycles", lambda *_: None)
    call = Call(parse_flow(text, World(known_prompts())))
    with pytest.raises(FlowLoop, match=f"{machine.MAX_SILENT_STEPS} nodes"):
        call.handle(CallStarted(1.0, "c", "", "1364", "v"))


def test_an_unknown_status_is_told_as_unknown() -> None:
    prompts = told({"reference": "REQ-2026-000001", "date": "2026-11-02", "category": "ATT", "status": "?"})
    assert [each.id for each in prompts] == ["suivi.entete", "suivi.objet", "suivi.statut_inconnu"]


def test_an_exceptional_day_and_a_calendar_without_end_have_their_words() -> None:
    calendar = dialplan().calendars["cruc"]
    opening = calendar.at(moment("sunday 10:00"))
    assert opening.reopens
    assert relative_day(opening.reopens, moment("2026-11-10 10:00")) == "2026-11-30"
    exceptional = type(opening)(open=False, reason="exception", reopens=opening.reopens)
    assert closed_prompts(exceptional, moment("sunday 10:00"))[0].args == {"date": "2026-11-30", "heure": "07:30"}
    assert [each.id for each in closed_prompts(type(opening)(open=False), 0.0)] == ["hors_horaires.intro"]
