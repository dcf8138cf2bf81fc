"""Supervisors: listen, whisper, barge in, take over; and what becomes of them when the conversation changes or ends."""

import pytest
from desk import desk

from ivr.core.messages import AgentChanged
from ivr.core.orders import Ring, Spy, Together
from ivr.core.queueing import Rules

OFFER, SPY = "Koffi.o1.1", "Koffi.o1.2"
MODES = ("listen", "whisper", "barge", "take_over")


def supervised(mode="listen", *, answered=True, **more):
    """Awa talks with Koffi, and Aya, who is paused, has asked to supervise."""
    room = desk(**more).agent("Awa").agent("Aya", ready=False)
    koffi = room.caller("Koffi").joins()
    room["Awa"].answers()
    room["Aya"].supervises("Koffi", mode).phone_rings()
    if answered:
        room["Aya"].answers()
    return room, room["Awa"], room["Aya"], koffi


@pytest.mark.parametrize("mode", MODES)
def test_given_a_supervisor_asks_then_the_phone_rings_and_the_conversation_knows_nothing_of_it(mode):
    room, _awa, aya, koffi = supervised(mode, answered=False)
    assert room.ordered(Ring)[-1] == Ring(SPY, "Aya", "Koffi", "general", 20.0, {}, "supervise")
    assert (aya.state, koffi.hears, koffi.talks_with) == ("ringing", ["Awa"], "Awa")


@pytest.mark.parametrize(("mode", "whisper"), [("listen", False), ("whisper", True)])
def test_given_a_supervisor_listens_or_whispers_then_through_the_leg_of_the_agent(mode, whisper):
    room, _awa, aya, koffi = supervised(mode)
    assert room.ordered(Spy) == [Spy("Koffi", SPY, OFFER, whisper)]
    assert (koffi.hears, aya.state) == (["Awa"], "talking")


def test_given_a_supervisor_barges_in_then_all_three_hear_each_other():
    _, _awa, _aya, koffi = supervised("barge")
    assert (koffi.hears, koffi.talks_with) == (["Awa", "Aya"], "Awa")


def test_given_a_supervisor_takes_over_then_the_agent_is_in_wrap_up_and_the_call_is_the_supervisors():
    room, awa, aya, koffi = supervised("take_over")
    assert (koffi.talks_with, koffi.hears, awa.state) == ("Aya", ["Aya"], "wrap_up")
    assert koffi.told[-1] == AgentChanged(1000.0, 1, SPY, "Aya")
    room.after(60)
    assert aya.hangs_up().state == "wrap_up"
    aya.has_finished()
    assert [(each.kind, each.talked) for each in room.work("Aya")] == [("call", 60.0)]
    assert aya.state == "offline"


@pytest.mark.parametrize(("before", "after", "hears"), [
    ("listen", "barge", ["Awa", "Aya"]), ("whisper", "barge", ["Awa", "Aya"]), ("barge", "listen", ["Awa"]),
    ("barge", "whisper", ["Awa"]), ("listen", "take_over", ["Aya"]), ("barge", "take_over", ["Aya"]),
    ("listen", "whisper", ["Awa"]), ("barge", "barge", ["Awa", "Aya"]),
])
def test_given_another_mode_then_it_counts_at_once(before, after, hears):
    room, _awa, aya, koffi = supervised(before)
    aya.supervises("Koffi", after)
    assert koffi.hears == hears
    spying = room.spies.get(SPY, Spy("Koffi", SPY, ""))
    assert (spying.on, spying.whisper) == (OFFER if after in {"listen", "whisper"} else "", after == "whisper")


def test_given_another_mode_while_the_phone_rings_then_it_counts_from_the_answer():
    _, _awa, aya, koffi = supervised("listen", answered=False)
    aya.supervises("Koffi", "barge").answers()
    assert koffi.hears == ["Awa", "Aya"]


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
@pytest.mark.parametrize("ends", ["stops", "hangs_up"])
def test_given_a_supervisor_who_goes_then_the_conversation_goes_on(mode, ends):
    room, awa, aya, koffi = supervised(mode)
    room.after(30)
    if ends == "stops":
        aya.supervises("Koffi", "stop")
    else:
        aya.hangs_up()
    assert (koffi.hears, awa.state, aya.state) == (["Awa"], "talking", "offline")
    assert [(each.kind, each.talked, each.wrapped) for each in room.work("Aya")] == [("supervise", 30.0, 0.0)]
    assert mode == "barge" or room.spies[SPY].on == ""


@pytest.mark.parametrize("mode", ["listen", "barge"])
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("ends", ["caller", "agent"])
def test_given_the_conversation_ends_then_the_supervisor_is_let_go(mode, answered, ends):
    room, awa, aya, koffi = supervised(mode, answered=answered)
    if ends == "caller":
        koffi.leaves()
    else:
        awa.hangs_up()
    assert (aya.state, aya.it.misses, room.legs) == ("offline", 0, {})


@pytest.mark.parametrize("end", ["refuses", "does_not_answer", "presses_refuse"])
def test_given_a_supervisor_who_does_not_pick_up_then_no_miss_and_no_pause(end):
    _room, _awa, aya, koffi = supervised("listen", answered=False, general=Rules(misses=1))
    getattr(aya, end)()
    assert (aya.state, aya.it.misses, aya.it.wish, koffi.hears) == ("offline", 0, "offline", ["Awa"])


def test_given_a_transfer_then_the_supervisor_is_let_go_with_the_conversation():
    _room, awa, aya, koffi = supervised("listen")
    awa.transfers_to("queue:general")
    assert (aya.state, koffi.waits) == ("offline", True)


@pytest.mark.parametrize("mode", ["listen", "barge"])
def test_given_an_attended_transfer_then_the_supervisor_goes_on_with_the_other_agent(mode):
    room, awa, _aya, koffi = supervised(mode)
    room.agent("Sery")
    awa.consults("agent:Sery")
    room["Sery"].answers()
    awa.completes()
    if mode == "listen":
        assert (room.spies[SPY].on, koffi.hears) == (room["Sery"].leg, ["Sery"])
    else:
        assert koffi.hears == ["Aya", "Sery"]


def test_given_a_hold_when_the_agent_is_back_then_whoever_barged_in_is_too():
    _, awa, _aya, koffi = supervised("barge")
    awa.holds()
    assert koffi.hears == []
    awa.resumes()
    assert koffi.hears == ["Awa", "Aya"]


def test_given_a_hold_when_a_supervisor_barges_in_then_the_caller_is_spoken_to():
    _room, awa, aya, koffi = supervised("barge", answered=False)
    awa.holds()
    aya.answers()
    assert koffi.hears == ["Aya"]
    awa.resumes()
    assert koffi.hears == ["Awa", "Aya"]


def test_given_two_supervisors_when_one_takes_over_then_the_other_listens_on():
    room, _awa, _aya, koffi = supervised("listen")
    room.agent("Salif", ready=False)
    room["Salif"].supervises("Koffi", "take_over").answers()
    assert (koffi.talks_with, room.spies[SPY].on) == ("Salif", room["Salif"].leg)


def test_given_a_consultation_when_a_supervisor_takes_over_then_all_others_are_let_go():
    room, awa, aya, koffi = supervised("listen")
    room.agent("Sery")
    awa.consults("agent:Sery")
    room["Sery"].answers()
    aya.supervises("Koffi", "take_over")
    assert (koffi.talks_with, awa.state, room["Sery"].state, koffi.aside) == ("Aya", "wrap_up", "ready", [])


@pytest.mark.parametrize(("who", "call", "mode", "why"), [
    ("Aya", "Yao", "listen", "Cet appelant n'est pas en conversation."),
    ("Aya", "Personne", "listen", "Cet appelant n'est pas en conversation."),
    ("Aya", "Koffi", "stop", "Vous n'écoutez pas cet appel."),
    ("Awa", "Koffi", "listen", "Votre poste n'est pas libre."),
    ("Personne", "Koffi", "listen", "Votre poste n'est pas libre."),
])
def test_given_a_supervision_that_cannot_be_then_said_so_and_nothing_changes(who, call, mode, why):
    room = desk().agent("Awa").agent("Aya", ready=False)
    koffi = room.caller("Koffi").joins()
    room["Awa"].answers()
    room.caller("Yao").joins()
    room.orders.clear()
    room.outside(who).supervises(call, mode)
    assert (room.refused(who), len(room.orders), koffi.hears) == ([why], 1, ["Awa"])


@pytest.mark.parametrize("trouble", ["dials_somebody", "loses_the_phone"])
def test_given_a_supervisor_whose_phone_is_taken_then_said_so(trouble):
    room = desk().agent("Awa").agent("Aya", ready=False)
    room.caller("Koffi").joins()
    room["Awa"].answers()
    getattr(room["Aya"], trouble)().supervises("Koffi", "listen")
    assert room["Aya"].refused == ["Votre poste n'est pas libre."]
    assert room.ordered(Together) == []
