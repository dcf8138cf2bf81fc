"""The application was restarted: living callers come back in any order, some of them in the middle of a conversation."""

import pytest
from desk import desk

from ivr.core.messages import AgentLeft
from ivr.core.offering import REST_AFTER_MISS
from ivr.core.offers import CallerJoined, LegAnswered, LegGone
from ivr.core.orders import DropLeg, Ring
from ivr.core.queueing import Rules

OFFER = "Koffi.o1.1"


def test_given_a_restart_when_a_conversation_comes_back_then_it_is_adopted_and_ends_as_any_other():
    room = desk().agent("Awa")
    koffi = room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    assert (koffi.talks_with, room.ordered(Ring)) == ("Awa", [])
    assert room["Awa"].hangs_up().state == "wrap_up"
    assert koffi.heard == ["AgentLeft"]


def test_given_a_restart_when_the_adopted_caller_hangs_up_then_the_agent_goes_to_wrap_up():
    room = desk().agent("Awa")
    room.caller("Koffi").comes_back_talking(OFFER, "Awa").leaves()
    assert room["Awa"].state == "wrap_up"


def test_given_a_restart_when_waiting_callers_come_back_in_disorder_then_their_places_are_kept():
    room = desk().agent("Sery").after(600)
    room.caller("Ibrahim").joins()
    yao = room.caller("Yao").joins(since=1200.0)
    koffi = room.caller("Koffi").joins(since=1100.0)
    adjoua = room.caller("Adjoua").joins(since=1300.0)
    assert [each.ahead for each in (koffi, yao, adjoua)] == [0, 1, 2]


@pytest.mark.parametrize("phone", ["", "phone_rings", "answers"])
def test_given_a_restart_when_a_waiting_caller_comes_back_before_a_conversation_then_its_offer_is_withdrawn(phone):
    room = desk(slow_lines=True).agent("Awa")
    yao = room.caller("Yao").joins()
    if phone:
        getattr(room["Awa"], phone)()
    koffi = room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    assert (koffi.talks_with, yao.waits) == ("Awa", True)
    assert DropLeg("Yao.o1.1") in room.orders
    assert yao.told[-1] == AgentLeft(room.now, 1, "Yao.o1.1", requeued=True)
    assert [(each.offer, each.end) for each in room.work("Awa")] == [("Yao.o1.1", "cancelled")]
    assert room.tell(LegAnswered(room.now, "Yao.o1.1")) == [DropLeg("Yao.o1.1")]
    assert room.tell(LegGone(room.now, "Yao.o1.1", "ended")) == []
    assert room["Awa"].state == "talking"


def test_given_a_restart_when_the_busy_phone_refuses_before_the_conversation_comes_back_then_it_goes_on():
    room = desk().agent("Awa")
    yao = room.caller("Yao").joins()
    room["Awa"].refuses()
    koffi = room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    room.after(REST_AFTER_MISS + 1)
    assert (koffi.talks_with, yao.waits) == ("Awa", True)


def test_given_a_restart_when_the_agent_was_removed_meanwhile_then_the_conversation_goes_on():
    room = desk()
    koffi = room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    assert koffi.talks_with == "Awa"
    room.leg_gone(OFFER, "ended")
    assert koffi.told == [AgentLeft(room.now, 1, OFFER, requeued=False)]


def test_given_two_conversations_that_claim_one_agent_then_the_second_caller_waits_and_its_leg_is_dropped():
    room = desk(slow_lines=True).agent("Awa")
    koffi = room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    yao = room.caller("Yao").comes_back_talking("Yao.o1.1", "Awa", since=900.0)
    assert (koffi.talks_with, yao.waits) == ("Awa", True)
    assert DropLeg("Yao.o1.1") in room.orders
    assert yao.told[-1] == AgentLeft(room.now, 1, "Yao.o1.1", requeued=True)


def test_given_an_adoption_told_twice_then_there_is_one_conversation():
    room = desk(slow_lines=True).agent("Awa")
    koffi = room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    room.orders.clear()
    room.tell(CallerJoined(room.now, "Koffi", 1, "general", 0, 1000.0, {}, OFFER, "Awa"))
    assert (room.orders, koffi.talks_with) == ([], "Awa")


def test_given_a_restart_when_the_settings_lost_the_queue_then_the_adopted_conversation_ends_well():
    room = desk(paie=Rules()).agent("Awa", "general")
    room.caller("Koffi").comes_back_talking(OFFER, "Awa")
    assert room["Awa"].hangs_up().state == "wrap_up"
