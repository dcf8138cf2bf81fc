"""A queue in which all telephones ring: one winner, by the first answer that finds none."""

from desk import desk

from ivr.core.offering import REST_AFTER_MISS
from ivr.core.orders import DropLeg, StopDialling
from ivr.core.queueing import Rules

RING_ALL = Rules(strategy="ring_all", wrap_up=1.0)
NAMES = ("Adjoua", "Awa", "Sery")


def all_ring(*names, slow_lines=False):
    """All phones ring for Koffi."""
    room = desk(general=RING_ALL, slow_lines=slow_lines)
    for name in names or NAMES:
        room.agent(name)
    koffi = room.caller("Koffi").joins()
    for name in names or NAMES:
        room[name].phone_rings()
    return room, koffi


def test_given_free_agents_then_all_phones_ring():
    _, koffi = all_ring()
    assert sorted(koffi.rings) == list(NAMES)


def test_given_two_answers_then_the_first_wins_and_the_second_is_let_go_without_a_miss():
    room, koffi = all_ring(slow_lines=True)
    room["Awa"].answers()
    room["Sery"].answers()
    room["Awa"].is_bridged()
    assert koffi.talks_with == "Awa"
    assert koffi.heard.count("AgentAnswered") == 1
    room["Sery"].line_is_clear()
    assert (room["Sery"].state, room["Sery"].it.misses) == ("ready", 0)
    assert [each.end for each in room.work("Sery")] == ["cancelled"]


def test_given_an_answer_then_the_others_ring_on_until_the_two_are_together():
    room, koffi = all_ring(slow_lines=True)
    room["Awa"].answers()
    assert room.ordered(DropLeg) == []
    assert len(koffi.rings) == 3
    room["Awa"].is_bridged()
    assert len(room.ordered(DropLeg)) == 2
    assert room["Adjoua"].line_is_clear().state == "ready"


def test_given_the_winner_hangs_up_before_the_bridge_then_the_others_still_ring_and_one_of_them_wins():
    room, koffi = all_ring(slow_lines=True)
    room["Awa"].answers().hangs_up()
    assert (sorted(koffi.rings), room["Awa"].it.misses) == (["Adjoua", "Sery"], 0)
    room["Sery"].answers().is_bridged()
    assert koffi.talks_with == "Sery"


def test_given_all_ring_when_the_caller_leaves_then_all_are_let_go_without_a_miss():
    room, koffi = all_ring()
    koffi.leaves()
    assert [(room[name].state, room[name].it.misses) for name in NAMES] == [("ready", 0)] * 3
    assert room.stays() == [("Koffi", "general", "abandoned", "abandoned")]


def test_given_all_ring_when_somebody_comes_late_then_that_phone_rings_as_well():
    room, koffi = all_ring("Awa", "Sery")
    room.after(5).agent("Adjoua")
    assert sorted(koffi.rings) == list(NAMES)


def test_given_a_winner_when_somebody_comes_late_then_that_phone_is_left_alone():
    room, _ = all_ring("Awa", "Sery", slow_lines=True)
    room["Awa"].answers()
    assert room.agent("Adjoua")["Adjoua"].state == "ready"


def test_given_somebody_who_came_while_there_was_a_winner_when_the_winner_fails_then_that_phone_rings_too():
    room, koffi = all_ring("Awa", "Sery", slow_lines=True)
    room["Awa"].answers()
    room.agent("Adjoua")
    room["Awa"].hangs_up()
    assert sorted(koffi.rings) == ["Adjoua", "Sery"]


def test_given_one_who_does_not_answer_then_charged_and_the_others_ring_on_and_it_rings_again():
    room, koffi = all_ring()
    room["Awa"].does_not_answer()
    assert (sorted(koffi.rings), room["Awa"].it.misses, room["Awa"].state) == (["Adjoua", "Sery"], 1, "resting")
    assert "AgentLeft" not in koffi.heard
    room.after(REST_AFTER_MISS)
    assert sorted(koffi.rings) == list(NAMES)


def test_given_nobody_answers_then_waits_at_the_same_place_and_who_waits_comes_before_one_more_phone_for_who_rings():
    room, koffi = all_ring()
    yao = room.after(1).caller("Yao").joins()
    for name in NAMES:
        room[name].does_not_answer()
    assert (koffi.ahead, yao.ahead, koffi.waits) == (0, 1, True)
    room.after(REST_AFTER_MISS)
    assert (sorted(koffi.rings), yao.rings) == (["Adjoua", "Sery"], ["Awa"])


def test_given_two_callers_then_the_second_rings_everywhere_once_the_first_is_served():
    room, koffi = all_ring()
    yao = room.caller("Yao").joins()
    assert yao.waits
    room["Awa"].answers()
    assert (koffi.talks_with, sorted(yao.rings)) == ("Awa", ["Adjoua", "Sery"])


def test_given_a_callback_when_the_first_to_answer_hangs_up_then_the_person_is_called_once_for_each_try():
    room = desk(general=RING_ALL, slow_lines=True).agent("Awa").agent("Sery")
    mariam = room.called("mariam").asks()
    room["Awa"].answers()
    assert mariam.dialled == 1
    room["Awa"].hangs_up()
    assert room.ordered(StopDialling) == [StopDialling("mariam", 1)]
    assert mariam.caller.told == []
    room["Sery"].answers()
    assert mariam.dialled == 2
