"""Offers that nobody takes: misses are counted, phones rest, and whoever misses too many is paused."""

import pytest
from desk import desk

from ivr.core.messages import AgentLeft
from ivr.core.offering import REST_AFTER_MISS
from ivr.core.orders import DropLeg, Ring
from ivr.core.queueing import Rules

OFFER = "Koffi.o1.1"


def ringing(**rules):
    """Awa's phone rings for Koffi, on slow lines."""
    room = desk(slow_lines=True, **rules).agent("Awa")
    koffi = room.caller("Koffi").joins()
    return room, room["Awa"].phone_rings(), koffi


def test_given_a_phone_that_is_not_answered_then_it_rests_and_the_next_agent_is_offered():
    room = desk().agent("Awa").after(1).agent("Sery")
    koffi = room.caller("Koffi").joins()
    room["Awa"].phone_rings().does_not_answer()
    assert (koffi.offered_to, room["Awa"].state) == ("Sery", "resting")
    assert koffi.told[-1] == AgentLeft(room.now, 1, OFFER, requeued=True)


def test_given_a_switch_that_says_nothing_when_the_ringing_is_too_long_then_it_is_ended_here():
    room, awa, koffi = ringing(general=Rules(ring=20.0))
    room.after(21.9)
    assert awa.state == "ringing"
    room.after(0.2)
    assert koffi.waits
    assert room.ordered(DropLeg) == [DropLeg(OFFER)]
    assert awa.line_is_clear().it.misses == 1


@pytest.mark.parametrize("miss", ["refuses", "does_not_answer"])
def test_given_three_misses_in_a_row_then_paused_for_no_answer_and_the_caller_keeps_waiting(miss):
    room = desk(general=Rules(misses=3)).agent("Awa")
    koffi, awa = room.caller("Koffi").joins(), room["Awa"]
    for _ in range(3):
        assert koffi.offered_to == "Awa"
        getattr(awa.phone_rings(), miss)()
        room.after(REST_AFTER_MISS)
    assert (awa.state, awa.it.reason, koffi.waits) == ("paused", "sans réponse", True)
    assert awa.wishes_kept()[-1] == ("paused", "sans réponse")
    assert awa.is_ready().it.misses == 0
    assert koffi.offered_to == "Awa"


def test_given_two_misses_when_a_call_is_taken_then_they_are_forgotten():
    room = desk(general=Rules(misses=3, wrap_up=1.0)).agent("Awa")
    room.caller("Koffi").joins()
    for _ in range(2):
        room["Awa"].does_not_answer()
        room.after(REST_AFTER_MISS)
    assert room["Awa"].it.misses == 2
    assert room["Awa"].answers().it.misses == 0


@pytest.mark.parametrize("end", ["refuses", "does_not_answer", "vanishes"])
def test_given_an_offer_that_fails_at_once_then_the_phone_is_never_rung_in_a_hot_loop(end):
    room = desk(general=Rules(misses=99)).agent("Awa")
    room.caller("Koffi").joins()
    for seconds in range(61):
        if room["Awa"].state == "reserved":
            getattr(room["Awa"], end)()
        assert len(room.ordered(Ring)) == 1 + seconds // REST_AFTER_MISS
        room.after(1)


def test_given_a_phone_that_cannot_be_called_then_the_agent_rests_and_is_never_paused_for_it():
    room = desk(general=Rules(misses=1)).agent("Awa")
    koffi, awa = room.caller("Koffi").joins(), room["Awa"].vanishes()
    assert (awa.state, awa.it.wish, awa.it.misses, koffi.waits) == ("resting", "ready", 0, True)


def test_given_a_signed_out_agent_when_the_last_phone_call_is_missed_then_signed_out_it_stays():
    room = desk(general=Rules(misses=1)).agent("Awa")
    room.caller("Koffi").joins()
    room["Awa"].phone_rings().signs_out().does_not_answer()
    assert room.after(REST_AFTER_MISS)["Awa"].state == "offline"
    assert room["Awa"].wishes_kept()[-1] == ("offline", "")


def test_given_a_pause_with_a_reason_when_the_ringing_call_is_missed_then_the_reason_stays():
    room = desk(general=Rules(misses=1)).agent("Awa")
    room.caller("Koffi").joins()
    room["Awa"].phone_rings().pauses("repas").does_not_answer()
    assert (room["Awa"].it.wish, room["Awa"].it.reason) == ("paused", "repas")
