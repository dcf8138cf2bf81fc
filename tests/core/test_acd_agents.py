"""Agents at work: pauses, wrap-ups, calls of their own, misses; several queues."""

import pytest
from desk import desk

from ivr.core.duty import MOST_WRAP_UP
from ivr.core.messages import AgentLeft
from ivr.core.offering import REST_AFTER_MISS
from ivr.core.offers import BusyOver, WrapUpDone
from ivr.core.orders import KeepWish
from ivr.core.queueing import Rules

NO_WRAP_UP = "Aucun travail après appel n'est en cours."


def talking(**rules):
    """Awa talks with Koffi."""
    room = desk(**rules).agent("Awa")
    koffi = room.caller("Koffi").joins()
    return room, room["Awa"].phone_rings().answers(), koffi


def wrapping_up(seconds=30.0):
    room, awa, _ = talking(general=Rules(wrap_up=seconds))
    return room, awa.hangs_up()


# ----------------------------------------------------------------------------------------------------------------- wrap-up
def test_given_a_wrap_up_done_early_then_the_next_caller_comes_at_once():
    room, awa = wrapping_up()
    yao = room.caller("Yao").joins()
    room.after(7)
    awa.has_finished()
    assert yao.offered_to == "Awa"
    assert [each.wrapped for each in room.work("Awa")] == [7.0]


def test_given_more_time_then_the_wrap_up_ends_so_much_later():
    room, awa = wrapping_up()
    room.after(20)
    awa.needs_more_time(60.0)
    assert room.after(69)["Awa"].state == "wrap_up"
    assert room.after(2)["Awa"].state == "ready"


def test_given_more_time_twice_then_both_count():
    room, awa = wrapping_up()
    awa.needs_more_time(60.0).needs_more_time(60.0)
    assert room.after(149)["Awa"].state == "wrap_up"
    assert room.after(2)["Awa"].state == "ready"


def test_given_more_time_without_end_then_there_is_an_end():
    room, awa = wrapping_up()
    awa.needs_more_time(3 * MOST_WRAP_UP)
    assert awa.refused == []
    awa.needs_more_time()
    assert awa.refused == ["Le travail après appel ne peut pas durer davantage : mettez-vous en pause."]
    assert room.after(MOST_WRAP_UP - 1)["Awa"].state == "wrap_up"
    assert room.after(2)["Awa"].state == "ready"


def test_given_less_than_no_time_then_the_wrap_up_is_not_shortened():
    room, awa = wrapping_up()
    awa.needs_more_time(-20.0)
    assert room.after(29)["Awa"].state == "wrap_up"


def test_given_a_wrap_up_done_early_when_its_timer_fires_in_the_next_one_then_that_one_goes_on():
    room, awa = wrapping_up()
    room.after(5)
    awa.has_finished()
    room.caller("Yao").joins()
    awa.answers()
    room.after(15)
    awa.hangs_up()
    assert room.after(12)["Awa"].state == "wrap_up"
    assert room.after(19)["Awa"].state == "ready"


@pytest.mark.parametrize("asks", ["has_finished", "needs_more_time"])
def test_given_no_wrap_up_when_it_is_to_end_or_to_last_then_said_so(asks):
    _room, awa, koffi = talking()
    getattr(awa, asks)()
    assert (awa.refused, koffi.talks_with) == ([NO_WRAP_UP], "Awa")


def test_given_words_of_somebody_unknown_then_said_so():
    room = desk()
    room.tell(WrapUpDone(1.0, "Personne"))
    assert room.refused("Personne") == [NO_WRAP_UP]
    assert room.tell(BusyOver(1.0, "Personne", 0.0)) == []


# -------------------------------------------------------------------------------------------------- pauses, their own calls
@pytest.mark.parametrize("busy", ["reserved", "ringing", "answered", "talking", "hold", "wrap_up"])
def test_given_a_pause_with_a_reason_while_busy_then_it_begins_after_and_keeps_its_reason(busy):
    steps = {"reserved": 0, "ringing": 1, "answered": 2, "talking": 3, "hold": 4, "wrap_up": 5}[busy]
    room = desk(general=Rules(wrap_up=1.0), slow_lines=True).agent("Awa")
    room.caller("Koffi").joins()
    for step in ("phone_rings", "answers", "is_bridged", "holds", "hangs_up")[:steps]:
        getattr(room["Awa"], step)()
    room["Awa"].pauses("formation")
    assert room["Awa"].state == busy
    assert room.ordered(KeepWish)[-1] == KeepWish("Awa", "paused", "formation")
    for step in ("phone_rings", "answers", "is_bridged", "holds", "hangs_up")[steps:]:
        getattr(room["Awa"], step)()
    room.after(2)
    assert (room["Awa"].state, room["Awa"].it.reason) == ("paused", "formation")


def test_given_a_call_of_ones_own_then_no_offers_until_all_of_them_are_over():
    room = desk(general=Rules(when_empty="wait")).agent("Awa")
    room["Awa"].dials_somebody("own-1").dials_somebody("own-2")
    koffi = room.caller("Koffi").joins()
    assert (room["Awa"].state, koffi.waits) == ("other_call", True)
    room["Awa"].is_done_dialling("own-1")
    assert koffi.waits
    room["Awa"].is_done_dialling("own-2")
    assert koffi.offered_to == "Awa"


def test_given_a_call_of_ones_own_then_the_agent_is_still_there_for_the_queue():
    room = desk().agent("Awa")
    room["Awa"].dials_somebody()
    assert room.caller("Koffi").joins().waits


def test_given_a_call_of_ones_own_in_a_wrap_up_then_it_is_over_when_both_are():
    room, awa = wrapping_up()
    awa.dials_somebody()
    assert room.after(31)["Awa"].state == "other_call"
    assert awa.is_done_dialling().state == "ready"


# ------------------------------------------------------------------------------------------------------------------ misses
def test_given_refuse_is_pressed_then_the_leg_goes_the_caller_waits_and_a_miss_is_charged():
    room = desk(slow_lines=True).agent("Awa")
    koffi = room.caller("Koffi").joins()
    room["Awa"].phone_rings().presses_refuse()
    assert (koffi.waits, room["Awa"].state) == (True, "ringing")
    room["Awa"].line_is_clear()
    assert (room["Awa"].state, room["Awa"].it.misses) == ("resting", 1)
    assert [each.end for each in room.work("Awa")] == ["refused"]
    assert koffi.told[-1] == AgentLeft(1000.0, 1, "Koffi.o1.1", requeued=True)


@pytest.mark.parametrize("busy", [False, True])
def test_given_nothing_rings_when_refuse_is_pressed_then_said_so(busy):
    room, _awa, koffi = talking() if busy else (desk().agent("Awa"), None, None)
    room["Awa"].presses_refuse()
    assert room["Awa"].refused == ["Aucun appel ne vous est proposé."]
    assert not busy or koffi.talks_with == "Awa"


def test_given_misses_of_several_queues_then_they_count_together():
    rules = {"solde": Rules(misses=2), "paie": Rules(misses=2)}
    room = desk(**rules).agent("Awa", "solde", "paie")
    for name, queue in [("Koffi", "solde"), ("Yao", "paie")]:
        room.caller(name).joins(queue)
        room["Awa"].does_not_answer()
        room.caller(name).leaves()
        room.after(REST_AFTER_MISS)
    assert (room["Awa"].state, room["Awa"].it.reason) == ("paused", "sans réponse")


# ----------------------------------------------------------------------------------------------------------- several queues
def test_given_several_queues_then_the_wrap_up_is_the_one_of_the_call_and_holds_for_all():
    rules = {"solde": Rules(wrap_up=10.0), "paie": Rules(wrap_up=60.0)}
    room = desk(**rules).agent("Awa", "solde", "paie")
    room.caller("Koffi").joins("paie")
    room["Awa"].answers().hangs_up()
    yao = room.caller("Yao").joins("solde")
    room.after(59)
    assert yao.waits
    room.after(2)
    assert yao.offered_to == "Awa"


def test_given_equipment_down_in_a_wrap_up_then_no_offer_until_it_is_back():
    room, awa = wrapping_up()
    koffi = room.caller("Yao").joins()
    awa.loses_the_phone()
    assert room.after(31)["Awa"].state == "unreachable"
    assert koffi.waits
    awa.finds_the_phone()
    assert koffi.offered_to == "Awa"
