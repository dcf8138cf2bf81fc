"""Callbacks: the place of somebody who does not wait on the line."""

from datetime import UTC, datetime

import pytest
from desk import desk

from ivr.core.hours import Calendar
from ivr.core.messages import AgentAnswered
from ivr.core.offering import BRIDGE_WITHIN, REST_AFTER_MISS
from ivr.core.offers import CallbackKept
from ivr.core.orders import DialOut, Ring, Stayed, StopDialling
from ivr.core.queueing import Rules

NUMBER = "0700000101"
RULES = Rules(wrap_up=1.0, spacing=900.0, tries=3, dial=30.0, lasting=86400.0, when_empty="wait")
MONDAY = datetime(2026, 3, 9, tzinfo=UTC).timestamp()


def asked(**more):
    """Mariam has asked to be called back; nobody is there yet."""
    room = desk(general=RULES, **more).agent("Awa", ready=False)
    return room, room["Awa"], room.called("mariam").asks()


def dialling(**more):
    """Awa has answered: Mariam's number is being called."""
    room, awa, mariam = asked(**more)
    awa.is_ready().phone_rings().answers()
    return room, awa, mariam


# --------------------------------------------------------------------------------------------------------------- the place
def test_given_callers_and_a_callback_then_each_is_offered_at_its_place():
    room = desk(general=RULES).agent("Awa", ready=False)
    room.caller("Koffi").joins()
    room.after(5).called("mariam").asks()
    room.after(5).caller("Yao").joins()
    room["Awa"].is_ready()
    served = []
    for _ in range(3):
        served.append(room.ordered(Ring)[-1].call)
        room["Awa"].answers()
        if served[-1] == "mariam":
            room.called("mariam").picks_up()
        room["Awa"].hangs_up()
        room.after(2)
    assert served == ["Koffi", "mariam", "Yao"]


def test_given_a_place_kept_from_before_then_it_counts_among_those_who_wait_on_the_line():
    room = desk(general=RULES).agent("Awa", ready=False)
    koffi = room.caller("Koffi").joins()
    mariam = room.called("mariam").asks(since=900.0)
    assert (mariam.caller.ahead, koffi.ahead) == (0, 1)


def test_given_two_free_agents_and_two_callbacks_then_each_has_one():
    room = desk(general=RULES).agent("Awa").agent("Sery")
    first, second = room.called("mariam").asks(), room.called("fanta", "0700000102").asks()
    assert [first.caller.offered_to, second.caller.offered_to] == ["Awa", "Sery"]
    third = room.called("issa", "0700000103").asks()
    assert third.caller.waits


# ---------------------------------------------------------------------------------------------------------- a callback's way
def test_given_a_free_agent_then_the_agent_first_and_the_person_when_the_agent_has_answered():
    room, awa, mariam = asked()
    awa.is_ready().phone_rings()
    assert [(ring.call, ring.agent, ring.kind) for ring in room.ordered(Ring)] == [("mariam", "Awa", "callback")]
    assert mariam.dialled == 0
    awa.answers()
    assert room.ordered(DialOut) == [DialOut("mariam", NUMBER, 1, 30.0)]
    assert mariam.caller.told == []  # there is nobody to be told


def test_given_the_person_answers_then_they_talk_and_the_callback_is_done():
    room, awa, mariam = dialling()
    room.after(12)
    call = mariam.picks_up()
    assert call.told == [AgentAnswered(1012.0, 1, "mariam.o1000.1", "Awa")]
    assert (call.talks_with, call.hears, mariam.kept) == ("Awa", ["Awa"], [("done", 1)])
    assert room.ordered(Stayed) == [
        Stayed("mariam-call", "general", 1000.0, 1000.0, 1012.0, "answered", "", "Awa", 0, callback=True)]
    room.after(60)
    awa.hangs_up()
    room.after(2)
    assert [(each.kind, each.end, each.talked) for each in room.work("Awa")] == [("callback", "accepted", 60.0)]
    assert (call.entry, room.acd.callbacks) == (None, {})


def test_given_a_person_who_answers_late_then_there_is_time_for_the_bridge():
    room, awa, mariam = dialling()
    room.after(21)  # the agent's own ringing time is over in a second
    room.slow_lines = True
    call = mariam.picks_up()
    room.after(BRIDGE_WITHIN - 1)
    awa.is_bridged()
    assert call.talks_with == "Awa"


def test_given_a_bridge_that_never_comes_then_the_person_waits_as_a_caller():
    room, awa, mariam = dialling()
    room.slow_lines = True
    call = mariam.picks_up()
    room.after(BRIDGE_WITHIN + 1)
    awa.line_is_clear()
    assert call.waits


# -------------------------------------------------------------------------------------------------------------- nobody there
@pytest.mark.parametrize("why", ["busy", "no_answer", "failed"])
def test_given_the_person_is_not_reached_then_the_agent_is_free_at_once_and_the_number_is_tried_later(why):
    room, awa, mariam = dialling()
    room.after(20)
    mariam.is_lost(why)
    assert (awa.state, awa.it.misses, mariam.kept) == ("ready", 0, [("open", 1)])
    assert [(each.end, each.wrapped) for each in room.work("Awa")] == [("cancelled", 0.0)]
    room.after(899)
    assert awa.state == "ready"
    room.after(2)
    assert mariam.caller.offered_to == "Awa"


def test_given_so_many_tries_in_vain_then_it_has_expired():
    room, awa, mariam = dialling()
    for _ in range(2):
        mariam.is_lost()
        room.after(901)
        awa.answers()
    mariam.is_lost()
    assert (mariam.dialled, mariam.kept) == (3, [("open", 1), ("open", 2), ("expired", 3)])
    assert room.stays() == [("mariam", "general", "failed", "expired")]
    room.after(7200)
    assert (mariam.dialled, awa.state) == (3, "ready")


def test_given_a_loss_that_is_told_late_then_it_is_not_one_of_the_next_try():
    room, awa, mariam = dialling()
    room.agent("Sery")
    awa.hangs_up()
    room["Sery"].answers()
    assert room.ordered(DialOut)[-1].tries == 2
    mariam.is_lost("failed", tries=1)
    assert room["Sery"].state == "answered"
    mariam.is_lost("busy", tries=2)
    assert room["Sery"].state == "ready"


def test_given_a_time_after_which_it_is_not_wanted_then_it_expires_while_it_waits():
    room = desk(general=RULES).agent("Awa", ready=False)
    mariam = room.called("mariam").asks(expires=4600.0)
    room.after(3601)
    assert mariam.kept == [("expired", 0)]
    room["Awa"].is_ready()
    assert room.ordered(Ring) == []


def test_given_a_time_before_which_it_is_not_wanted_then_it_waits_for_it():
    room = desk(general=RULES).agent("Awa")
    mariam = room.called("mariam").asks(due=4600.0)
    room.after(3599)
    assert mariam.caller.entry is None
    room.after(2)
    assert mariam.caller.offered_to == "Awa"


# ----------------------------------------------------------------------------------------------------------------- the agent
@pytest.mark.parametrize("end", ["refuses", "does_not_answer"])
def test_given_the_agent_does_not_take_it_then_nobody_is_called_and_the_next_agent_is_asked(end):
    room, awa, mariam = asked()
    room.agent("Sery", ready=False)
    awa.is_ready()
    room["Sery"].is_ready()
    getattr(awa.phone_rings(), end)()
    assert (mariam.caller.offered_to, mariam.dialled, awa.it.misses) == ("Sery", 0, 1)


def test_given_the_agent_hangs_up_while_the_number_is_called_then_that_stops_and_it_waits_again():
    room, awa, mariam = dialling()
    awa.hangs_up()
    assert room.ordered(StopDialling) == [StopDialling("mariam", 1)]
    assert (mariam.caller.waits, awa.state, awa.it.misses) == (True, "resting", 0)
    room.after(REST_AFTER_MISS)
    assert mariam.caller.offered_to == "Awa"


def test_given_the_agent_hangs_up_when_the_person_answers_just_then_then_a_caller_at_the_same_place():
    room, awa, mariam = dialling()
    awa.hangs_up()
    room.after(1)
    yao = room.caller("Yao").joins(since=1000.5)
    call = mariam.picks_up()
    assert (call.ahead, yao.ahead, call.waits) == (0, 1, True)
    room.after(REST_AFTER_MISS)
    awa.answers()
    assert (call.talks_with, mariam.kept[-1][0]) == ("Awa", "done")


def test_given_the_person_answers_while_the_next_agent_is_being_asked_then_that_one_gets_the_caller():
    room, awa, mariam = dialling()
    room.agent("Sery")
    awa.hangs_up()
    call = mariam.picks_up()
    assert call.offered_to == "Sery"
    room["Sery"].answers()
    assert (call.talks_with, mariam.dialled) == ("Sery", 1)


def test_given_the_person_hangs_up_before_the_bridge_then_as_good_as_not_reached():
    room, awa, mariam = dialling()
    room.slow_lines = True
    mariam.picks_up().leaves()
    awa.line_is_clear()
    assert (awa.state, awa.it.misses, mariam.kept) == ("ready", 0, [("open", 1)])
    assert room.stays() == []  # its stay goes on
    room.after(901)
    assert mariam.caller.offered_to == "Awa"


# ------------------------------------------------------------------------------------------------ they call, or want no more
@pytest.mark.parametrize("stage", ["waiting", "ringing", "dialling"])
def test_given_an_open_callback_when_the_person_calls_then_the_place_is_theirs_and_nobody_calls_back(stage):
    room, awa, mariam = dialling() if stage == "dialling" else asked()
    if stage == "ringing":
        awa.is_ready()
    yao = room.after(10).caller("Yao").joins()
    call = room.after(10).caller("Mariam").joins(caller=NUMBER)
    assert call.entry.since == 1000.0
    assert (mariam.kept[-1][0], room.acd.callbacks) == ("called_again", {})
    assert ("mariam", "general", "flow_out", "called_again") in room.stays()
    assert len(room.ordered(StopDialling)) == (stage == "dialling")
    awa.is_ready()
    assert (call.offered_to or yao.offered_to) == "Awa"
    assert stage != "waiting" or call.offered_to == "Awa"


def test_given_a_call_about_another_queue_then_the_callback_stays():
    room = desk(general=RULES, paie=RULES).agent("Awa", ready=False)
    mariam = room.called("mariam").asks()
    assert room.after(5).caller("Mariam").joins("paie", caller=NUMBER).entry.since == 1005.0
    assert mariam.caller.waits


@pytest.mark.parametrize("stage", ["waiting", "ringing", "dialling"])
def test_given_a_callback_closed_by_hand_then_nobody_is_called_and_the_agent_is_free(stage):
    room, awa, mariam = dialling() if stage == "dialling" else asked()
    if stage == "ringing":
        awa.is_ready().phone_rings()
    mariam.is_withdrawn("cancelled")
    assert len(room.ordered(StopDialling)) == (stage == "dialling")
    assert (room.stays(), mariam.kept, room.legs) == ([("mariam", "general", "flow_out", "cancelled")], [], {})
    assert awa.is_ready().state == "ready"
    mariam.is_lost()
    room.after(3600)
    assert (room.acd.callbacks, awa.state, awa.it.misses) == ({}, "ready", 0)


def test_given_the_person_is_on_the_line_when_it_is_closed_by_hand_then_a_caller_like_others():
    room, awa, mariam = dialling()
    room.slow_lines = True
    call = mariam.picks_up()
    mariam.is_withdrawn()
    assert room.stays() == []
    awa.hangs_up()
    assert call.waits
    call.leaves()
    assert (room.stays(), room.acd.callbacks) == ([("mariam-call", "general", "abandoned", "abandoned")], {})


def test_given_a_callback_closed_when_the_person_answers_after_all_then_a_caller_like_others():
    room, awa, mariam = dialling()
    mariam.is_withdrawn()
    assert mariam.picks_up().talks_with == ""
    awa.answers()
    assert room.caller("mariam-call").talks_with == "Awa"


# ---------------------------------------------------------------------------------------------------------- hours, restarts
def weekday(hour):
    """A queue open 7:30 to 16:30, on a Monday."""
    room = desk(general=Rules(hours=Calendar((((450, 990),),) * 5 + ((), ())), when_empty="wait"))
    room.now = MONDAY + hour * 3600
    return room


def test_given_a_queue_that_is_closed_then_the_callback_waits_for_its_opening():
    room = weekday(20).agent("Awa")
    mariam = room.called("mariam").asks()
    room.after(11 * 3600 + 1799)
    assert mariam.caller.entry is None
    room.after(2)
    assert mariam.caller.offered_to == "Awa"


def test_given_a_queue_that_closes_while_a_callback_waits_then_nobody_is_called_in_the_evening():
    room = weekday(16).agent("Awa", ready=False)
    mariam = room.called("mariam").asks()
    room.after(3600)
    room["Awa"].is_ready()
    assert room.ordered(Ring) == []
    room.after(14 * 3600 + 1801)
    assert mariam.caller.offered_to == "Awa"


def test_given_a_queue_that_closes_while_the_agent_is_asked_then_the_next_look_takes_the_callback_out():
    room = weekday(16).agent("Awa", ready=False)
    mariam = room.called("mariam").asks()
    room.after(1799)
    room["Awa"].is_ready().phone_rings()
    room.after(2)
    assert mariam.caller.offered_to == "Awa"
    room["Awa"].pauses().does_not_answer()
    room.after(60)
    room["Awa"].is_ready()
    assert (len(room.ordered(Ring)), room["Awa"].state) == (1, "ready")


def test_given_a_restart_then_the_callback_is_at_its_place_with_the_tries_it_had():
    room = desk(general=RULES).agent("Awa", ready=False)
    koffi = room.after(500).caller("Koffi").joins(since=1400.0)
    mariam = room.called("mariam").asks(since=1000.0, tries=2)
    room["Awa"].is_ready().answers()
    assert koffi.waits
    mariam.is_lost()
    assert mariam.kept == [("expired", 3)]


def test_given_a_restart_when_the_two_are_talking_already_then_the_callback_is_done():
    room = desk(general=RULES).agent("Awa")
    mariam = room.called("mariam").asks(due=5000.0, tries=1)
    call = room.caller("mariam-call").comes_back_talking("mariam.o1.1", "Awa", callback="mariam")
    assert (call.talks_with, mariam.kept[-1], room.acd.callbacks) == ("Awa", ("done", 1), {})


def test_given_a_callback_told_again_while_it_goes_on_then_there_is_one():
    room, _awa, mariam = dialling()
    mariam.asks()
    assert (len(room.acd.callbacks), mariam.dialled, len(room.ordered(Ring))) == (1, 1, 1)


def test_given_a_callback_to_be_tried_later_when_it_is_wanted_now_then_it_is_offered_now():
    room = desk(general=RULES).agent("Awa")
    mariam = room.called("mariam").asks(due=5000.0)
    assert room["Awa"].state == "ready"
    mariam.asks(due=0.0)
    assert room["Awa"].state == "reserved"


def test_given_a_queue_that_is_gone_then_the_callback_is_left_to_the_store():
    room = desk()
    assert room.tell(CallbackKept(1000.0, "mariam", NUMBER, "nulle", 1000.0)) == []
