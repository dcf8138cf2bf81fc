"""The races of a call centre, each with its rule. Lines are slow where it matters: a leg told to go takes its time.

| race | the tests that hold it |
|---|---|
| the caller leaves while the phone rings | `agent_is_free_only_when_the_leg_is_gone`, `no_miss_is_charged` |
| the caller leaves before the leg exists | `leg_is_dropped_as_soon_as_it_exists`, `its_leg_is_created_then_it_is_dropped` |
| the agent answers at the instant of the time-out | `answers_at_that_instant`, `ring_timer_fires_at_that_instant` |
| the agent answers and hangs up before the bridge | `hung_up_before_the_bridge`, `the_others_still_ring` |
| two agents answer | `first_wins_and_the_second_is_let_go`, `others_ring_on_until_the_two_are_together` |
| two calls to one agent | `two_callers_join_at_once`, `two_agents_come_at_once` |
| a transfer, the agent leaves first | `wrap_up_begins_when_that_leg_is_gone`, `a_part_and_a_wrap_up_of_its_own` |
| the one consulted answers after the caller left | `told_so_in_words`, `answers_just_then_then_hung_up` |
| a pause pressed while reserved or ringing | `pause_is_pressed_then_it_begins_after`, `begins_after_and_keeps_its_reason` |
| the console or the telephone is lost in a call | `the_conversation_goes_on`, `agent_vanishes` |
| the application is killed | `conversation_comes_back`, `come_back_in_disorder`, `a_former_life`, `at_its_place_with` |
| the clock jumps | `the_wall_clock_is_set` |
"""

import re
from pathlib import Path

import pytest
from desk import desk

from ivr.core.messages import AgentLeft
from ivr.core.offering import BRIDGE_WITHIN, HANG_UP_AGAIN, REST_AFTER_MISS
from ivr.core.offers import AgentRemoved, AgentSet, CallerJoined, LegAnswered, LegBridged, LegGone, LegRinging, RingTimedOut
from ivr.core.orders import DropLeg, Ring, Stayed
from ivr.core.queueing import Rules

OFFER = "Koffi.o1.1"


def ringing(**rules):
    """Awa's phone rings for Koffi, on slow lines."""
    room = desk(slow_lines=True, **rules).agent("Awa")
    koffi = room.caller("Koffi").joins()
    return room, room["Awa"].phone_rings(), koffi


# ------------------------------------------------------------------------------------------------------- the caller leaves
def test_given_a_ringing_phone_when_the_caller_leaves_then_the_agent_is_free_only_when_the_leg_is_gone():
    room, awa, koffi = ringing()
    koffi.leaves()
    assert [order for order in room.orders if isinstance(order, DropLeg | Stayed)] == [
        DropLeg(OFFER), Stayed("Koffi", "general", 1000.0, 1000.0, 1000.0, "abandoned", "abandoned")]
    yao = room.caller("Yao").joins()
    assert (awa.state, yao.waits) == ("ringing", True)
    awa.line_is_clear()
    assert yao.offered_to == "Awa"
    assert awa.it.misses == 0


def test_given_no_leg_yet_when_the_caller_leaves_then_the_leg_is_dropped_as_soon_as_it_exists():
    room = desk(slow_lines=True).agent("Awa")
    room.caller("Koffi").joins().leaves()
    assert room.tell(LegRinging(room.now, OFFER)) == [DropLeg(OFFER)]
    assert room["Awa"].state == "reserved"
    assert room["Awa"].line_is_clear().state == "ready"


def test_given_an_offer_long_forgotten_when_its_leg_is_created_then_it_is_dropped():
    room = desk(slow_lines=True).agent("Awa")
    room.caller("Koffi").joins().leaves()
    room["Awa"].line_is_clear()
    assert room.tell(LegAnswered(room.now, OFFER)) == [DropLeg(OFFER)]
    assert room["Awa"].state == "ready"


def test_given_an_answer_when_the_caller_leaves_before_the_bridge_then_the_agent_is_freed_without_wrap_up():
    _, awa, koffi = ringing()
    awa.answers()
    koffi.leaves()
    assert awa.line_is_clear().state == "ready"
    assert awa.it.misses == 0


def test_given_the_caller_gone_when_the_bridge_is_reported_after_all_then_the_leg_is_dropped_again():
    room, awa, koffi = ringing()
    awa.answers()
    koffi.leaves()
    assert room.tell(LegBridged(room.now, OFFER)) == [DropLeg(OFFER)]
    assert awa.line_is_clear().state == "ready"


def test_given_a_caller_who_left_when_the_phone_is_not_answered_then_no_miss_is_charged():
    _, awa, koffi = ringing()
    koffi.leaves()
    assert awa.does_not_answer().it.misses == 0


def test_given_an_old_stay_when_its_leaving_is_told_late_then_the_new_stay_goes_on():
    room = desk().agent("Awa", ready=False).agent("Sery")
    room.caller("Ibrahim").joins()
    koffi = room.caller("Koffi").joins().leaves().joins()
    koffi.ref -= 1
    assert koffi.leaves().waits


# ------------------------------------------------------------------------------------------------------ the same told twice
def test_given_a_caller_being_offered_when_the_joining_is_told_twice_then_there_is_one_offer():
    room = desk(slow_lines=True).agent("Awa").agent("Sery")
    koffi = room.caller("Koffi").joins()
    room.tell(CallerJoined(room.now, "Koffi", koffi.ref, "general", 0, 1000.0, {}))
    assert len(room.ordered(Ring)) == 1
    assert koffi.offered_to == "Awa"


def test_given_a_caller_being_offered_when_a_new_stay_begins_then_the_old_offer_is_cancelled():
    room = desk(slow_lines=True).agent("Awa").agent("Sery")
    koffi = room.caller("Koffi").joins().joins()
    assert room.ordered(DropLeg) == [DropLeg(OFFER)]
    assert koffi.offered_to == "Sery"
    assert room["Awa"].line_is_clear().state == "ready"


@pytest.mark.parametrize("event", [LegRinging, LegAnswered, LegBridged])
def test_given_a_conversation_when_its_steps_are_told_again_then_nothing_happens(event):
    room, awa, koffi = ringing()
    awa.answers().is_bridged()
    assert room.tell(event(room.now, OFFER)) == []
    assert koffi.talks_with == "Awa"


def test_given_a_leg_reported_gone_twice_then_the_second_time_nothing_happens():
    room, awa, _ = ringing()
    awa.answers().is_bridged().hangs_up()
    assert room.tell(LegGone(room.now, OFFER, "ended")) == []
    assert awa.state == "wrap_up"


# ------------------------------------------------------------------------------------------------------- the agent is late
def test_given_a_time_out_when_the_agent_answers_at_that_instant_then_hung_up_without_a_miss_and_the_caller_waits():
    room, awa, koffi = ringing(general=Rules(ring=20.0, misses=1))
    room.after(22)
    assert koffi.waits
    assert room.tell(LegAnswered(room.now, OFFER)) == [DropLeg(OFFER)]
    awa.line_is_clear()
    assert (awa.state, awa.it.misses, awa.it.wish) == ("resting", 0, "ready")
    room.after(REST_AFTER_MISS)
    assert koffi.offered_to == "Awa"


def test_given_an_answer_when_the_ring_timer_fires_at_that_instant_then_the_answer_stands():
    room, awa, koffi = ringing()
    room.after(21.9)
    awa.answers()
    room.after(1)
    awa.is_bridged()
    assert koffi.talks_with == "Awa"
    assert room.after(60)["Awa"].state == "talking"


def test_given_an_answer_when_the_phone_is_hung_up_before_the_bridge_then_the_caller_keeps_the_place_and_no_miss():
    room, awa, koffi = ringing()
    room.after(5)
    yao = room.caller("Yao").joins()
    awa.answers().hangs_up()
    assert koffi.told[-1] == AgentLeft(room.now, 1, OFFER, requeued=True)
    assert (koffi.ahead, yao.ahead) == (0, 1)
    assert (awa.state, awa.it.misses) == ("resting", 0)
    room.after(REST_AFTER_MISS)
    assert koffi.offered_to == "Awa"


def test_given_an_answer_when_no_bridge_comes_then_the_caller_waits_again():
    room, awa, koffi = ringing()
    room.after(3)
    awa.answers()
    room.after(BRIDGE_WITHIN - 0.1)
    assert not koffi.waits
    room.after(0.2)
    assert koffi.waits
    assert room.ordered(DropLeg) == [DropLeg(OFFER)]
    awa.line_is_clear()
    assert (awa.state, awa.it.misses) == ("resting", 0)


def test_given_an_answer_late_in_the_ringing_then_the_bridge_has_its_full_time():
    room, awa, koffi = ringing()
    room.after(21.9)
    awa.answers()
    room.after(BRIDGE_WITHIN - 0.2)
    assert not room.ordered(DropLeg)
    room.after(0.3)
    assert koffi.waits


# ------------------------------------------------------------------------------------------------------- two for one agent
def test_given_one_agent_when_two_callers_join_at_once_then_one_is_offered_and_the_other_waits():
    room = desk(slow_lines=True).agent("Awa")
    koffi, yao = room.caller("Koffi").joins(), room.caller("Yao").joins()
    assert (koffi.offered_to, yao.waits) == ("Awa", True)
    room["Awa"].phone_rings().answers().is_bridged()
    assert yao.waits
    assert len(room.ordered(Ring)) == 1


def test_given_one_caller_when_two_agents_come_at_once_then_one_phone_rings():
    room = desk(slow_lines=True).agent("Awa", ready=False).agent("Sery", ready=False).agent("Adjoua")
    room.caller("Ibrahim").joins()
    koffi = room.caller("Koffi").joins()
    room["Awa"].is_ready()
    room["Sery"].is_ready()
    assert (koffi.offered_to, room["Sery"].state) == ("Awa", "ready")


# ------------------------------------------------------------------------------------------------------------------ pauses
@pytest.mark.parametrize("busy", ["reserved", "ringing", "talking"])
def test_given_a_busy_agent_when_pause_is_pressed_then_it_begins_after(busy):
    room = desk(general=Rules(wrap_up=1.0)).agent("Awa")
    koffi, awa = room.caller("Koffi").joins(), room["Awa"]
    if busy != "reserved":
        awa.phone_rings()
    if busy == "talking":
        awa.answers()
    yao = room.caller("Yao").joins()
    awa.pauses("repas")
    assert awa.state == busy
    if busy != "talking":
        awa.answers()
    assert koffi.talks_with == "Awa"
    awa.hangs_up()
    room.after(2)
    assert (awa.state, awa.it.reason, yao.waits) == ("paused", "repas", True)


# -------------------------------------------------------------------------------------------------------- agents vanish
def test_given_a_ringing_phone_that_vanishes_then_the_caller_waits_at_the_same_place():
    room, awa, koffi = ringing(general=Rules(when_empty="wait"))
    room.after(5)
    yao = room.caller("Yao").joins()
    awa.loses_the_phone().vanishes()
    assert (koffi.ahead, yao.ahead, awa.state) == (0, 1, "resting")
    room.after(60)
    assert (koffi.waits, awa.state) == (True, "unreachable")


def test_given_a_conversation_when_the_agent_vanishes_then_the_caller_goes_on_with_the_flow():
    room, awa, koffi = ringing()
    awa.answers().is_bridged().vanishes()
    assert koffi.told[-1] == AgentLeft(room.now, 1, OFFER, requeued=False)
    assert (koffi.entry, awa.state) == (None, "wrap_up")


def test_given_a_conversation_when_the_agent_is_removed_then_it_goes_on_and_nothing_comes_after():
    room, awa, koffi = ringing(general=Rules(wrap_up=1.0))
    awa.answers().is_bridged()
    room.tell(AgentRemoved(room.now, "Awa"))
    assert koffi.talks_with == "Awa"
    koffi.leaves()
    awa.line_is_clear()
    room.after(2)
    assert awa.state == "offline"


# ---------------------------------------------------------------------------------------------------------- lost reports
@pytest.mark.parametrize("stage", ["ringing", "talking"])
def test_given_a_leg_told_to_go_when_the_report_is_lost_then_it_is_told_again_and_the_agent_comes_free(stage):
    room, awa, koffi = ringing(general=Rules(wrap_up=1.0))
    if stage == "talking":
        awa.answers().is_bridged()
        room.after(60)
    koffi.leaves()
    del room.legs[OFFER]
    room.after(HANG_UP_AGAIN + 2)
    assert awa.state == "ready"


def test_given_an_order_to_go_that_was_lost_then_it_is_repeated_until_the_leg_is_gone():
    room, awa, koffi = ringing()
    koffi.leaves()
    room.after(3.5 * HANG_UP_AGAIN)
    assert room.orders.count(DropLeg(OFFER)) == 4
    awa.line_is_clear()
    room.after(60)
    assert room.orders.count(DropLeg(OFFER)) == 4


def test_given_a_timer_of_an_offer_long_over_then_it_orders_nothing():
    assert desk().agent("Awa").tell(RingTimedOut(1.0, OFFER)) == []


def test_given_queues_that_change_while_the_phone_rings_then_the_offer_goes_on():
    room, awa, koffi = ringing()
    room.tell(AgentSet(room.now, "Awa", ("paie",)))
    awa.answers().is_bridged()
    assert koffi.talks_with == "Awa"


# --------------------------------------------------------------------------------------------------------------- transfers
@pytest.mark.parametrize("target", ["queue:general", "agent:Sery"])
def test_given_a_transfer_then_the_wrap_up_begins_when_that_leg_is_gone_and_the_caller_is_not_kept_waiting_for_it(target):
    room, awa, koffi = ringing(general=Rules(wrap_up=10.0))
    room.agent("Sery")
    awa.answers().is_bridged().transfers_to(target)
    assert (awa.state, koffi.offered_to) == ("talking", "Sery")
    room.after(3)
    room["Sery"].answers().is_bridged()
    assert awa.line_is_clear().state == "wrap_up"
    assert koffi.talks_with == "Sery"
    assert room.after(9)["Awa"].state == "wrap_up"
    assert room.after(2)["Awa"].state == "ready"


def test_given_an_attended_transfer_when_the_first_leg_is_gone_after_the_second_then_each_has_its_own_wrap_up():
    room, awa, koffi = ringing(general=Rules(wrap_up=10.0))
    room.agent("Sery")
    awa.answers().is_bridged().consults("agent:Sery")
    room["Sery"].answers()
    awa.completes()
    koffi.leaves()
    room["Sery"].line_is_clear()
    room.after(3)
    awa.line_is_clear()
    assert (room["Sery"].state, awa.state) == ("wrap_up", "wrap_up")
    room.after(8)
    assert (room["Sery"].state, awa.state) == ("ready", "wrap_up")


def test_given_the_caller_leaves_while_a_colleague_is_called_when_the_colleague_answers_just_then_then_hung_up_and_no_miss():
    room, awa, koffi = ringing()
    room.agent("Sery")
    awa.answers().is_bridged().consults("agent:Sery")
    sery = room["Sery"].phone_rings()
    guest = sery.leg
    koffi.leaves()
    assert room.tell(LegAnswered(room.now, guest)) == [DropLeg(guest)]
    assert (sery.line_is_clear().state, sery.it.misses) == ("ready", 0)
    assert [(each.end, each.talked) for each in room.work("Sery")] == [("cancelled", 0.0)]


def test_every_race_of_the_table_has_a_test_that_is_there():
    stories = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))
    tests = re.findall(r"^(?:async )?def (test_\w+)", stories, re.MULTILINE)
    rows = [line.split("|")[2] for line in (__doc__ or "").splitlines() if line.count("|") == 3][2:]
    assert len(rows) == 12
    for named in re.findall(r"`(\w+)`", "".join(rows)):
        assert [test for test in tests if named in test], f"no test is called ...{named}..."
