"""The distributor on a calm day: joining, order, choice of the agent, answer, conversation, wrap-up."""

from desk import desk

from ivr.core.messages import AgentAnswered, AgentLeft, AgentRinging, QueueRefused
from ivr.core.offers import BusyOver, EquipmentChanged, LegRinging, WishChanged
from ivr.core.orders import DropLeg, Ring, Wake
from ivr.core.queueing import Place, Rules


def test_given_a_ready_agent_when_a_caller_joins_then_the_phone_rings_they_talk_and_part():
    room = desk().agent("Awa")
    koffi = room.caller("Koffi").joins()
    assert koffi.offered_to == "Awa"
    assert room["Awa"].state == "reserved"
    assert room["Awa"].phone_rings().state == "ringing"
    assert room["Awa"].answers().state == "talking"
    assert koffi.talks_with == "Awa"
    assert room["Awa"].hangs_up().state == "wrap_up"
    assert koffi.entry is None
    offer = "Koffi.o1.1"
    assert koffi.told == [
        AgentRinging(1000.0, 1, offer, "Awa"),
        AgentAnswered(1000.0, 1, offer, "Awa"),
        AgentLeft(1000.0, 1, offer, requeued=False),
    ]


def test_given_a_phone_that_answers_without_ringing_then_they_talk_all_the_same():
    room = desk().agent("Awa")
    koffi = room.caller("Koffi").joins()
    room["Awa"].answers()
    assert koffi.talks_with == "Awa"


def test_given_a_conversation_when_the_caller_hangs_up_then_the_leg_is_dropped_and_wrap_up_begins():
    room = desk(slow_lines=True).agent("Awa")
    koffi = room.caller("Koffi").joins()
    room["Awa"].answers().is_bridged()
    koffi.leaves()
    assert room.ordered(DropLeg)[-1] == DropLeg("Koffi.o1.1")
    assert room["Awa"].state == "talking"
    assert room["Awa"].line_is_clear().state == "wrap_up"
    assert "AgentLeft" not in koffi.heard


def test_given_wrap_up_when_its_time_is_over_then_the_next_caller_is_offered():
    room = desk(general=Rules(wrap_up=30.0)).agent("Awa")
    room.caller("Koffi").joins()
    room["Awa"].answers()
    sery = room.caller("Sery").joins()
    room["Awa"].hangs_up()
    assert sery.waits
    assert room.after(29.9)["Awa"].state == "wrap_up"
    assert room.after(0.2)["Awa"].state == "reserved"
    assert sery.offered_to == "Awa"


def test_given_a_pause_in_a_call_when_ready_is_pressed_in_wrap_up_then_the_wrap_up_still_ends():
    room = desk(general=Rules(wrap_up=30.0)).agent("Awa")
    room.caller("Koffi").joins()
    room["Awa"].answers().pauses()
    room["Awa"].hangs_up()
    room.after(10)["Awa"].is_ready()
    assert room["Awa"].state == "wrap_up"
    assert room.after(20.1)["Awa"].state == "ready"


def test_given_an_old_wrap_up_timer_when_it_fires_in_a_later_wrap_up_then_it_is_dropped():
    room = desk(general=Rules(wrap_up=30.0)).agent("Awa")
    stale = []
    for name in ("Koffi", "Sery"):
        room.caller(name).joins()
        room["Awa"].answers()
        room.after(5)["Awa"].hangs_up()
        stale.append(room.timers[-1][2])
        room.after(0 if name == "Sery" else 31)
    first = next(order.event for order in room.ordered(Wake) if isinstance(order.event, BusyOver))
    room.tell(type(stale[0])(room.now, "Awa", first.since))
    assert room["Awa"].state == "wrap_up"


def test_given_callers_waiting_when_an_agent_comes_then_first_come_is_first_served():
    room = desk().agent("Awa", ready=False).agent("Sery")
    room.caller("Ibrahim").joins()
    koffi = room.caller("Koffi").joins()
    room.after(1)
    yao = room.caller("Yao").joins()
    assert (koffi.ahead, yao.ahead) == (0, 1)
    room["Awa"].is_ready()
    assert koffi.offered_to == "Awa"
    assert yao.waits
    assert yao.ahead == 0


def test_given_a_priority_of_two_minutes_then_it_overtakes_one_minute_of_waiting_and_not_three():
    room = desk().agent("Sery")
    room.caller("Ibrahim").joins()
    room["Sery"].answers()
    first = room.caller("Adjoua").joins()
    room.after(120)
    second = room.caller("Koffi").joins()
    room.after(60)
    urgent = room.caller("Yao").joins(priority=2)
    assert [each.ahead for each in (first, urgent, second)] == [0, 1, 2]


def test_given_several_idle_agents_then_the_longest_idle_is_chosen_first():
    room = desk()
    for name in ("Awa", "Sery", "Adjoua"):
        room.agent(name).after(10)
    assert [room.caller(name).joins().offered_to for name in ("Koffi", "Yao", "Ibrahim")] == ["Awa", "Sery", "Adjoua"]


def test_given_equal_idle_times_then_the_choice_is_always_the_same():
    assert desk().agent("Sery").agent("Awa").caller("Koffi").joins().offered_to == "Awa"


def test_given_a_caller_who_gives_up_while_the_phone_rings_then_the_agent_stays_the_longest_idle():
    room = desk().agent("Awa").after(10).agent("Sery").after(10)
    koffi = room.caller("Koffi").joins()
    room["Awa"].phone_rings()
    koffi.leaves()
    assert room.caller("Yao").joins().offered_to == "Awa"


def test_given_agents_of_another_queue_then_the_caller_waits_for_one_of_this_queue():
    room = desk(general=Rules(), paie=Rules()).agent("Awa", "paie").agent("Sery", "general", "paie")
    first, second = room.caller("Koffi").joins("general"), room.caller("Yao").joins("general")
    assert first.offered_to == "Sery"
    assert second.waits
    assert room["Awa"].state == "ready"
    assert room.caller("Ibrahim").joins("paie").offered_to == "Awa"


def test_given_a_caller_without_agent_when_a_later_one_has_one_then_the_later_one_is_served_meanwhile():
    room = desk(general=Rules(), paie=Rules()).agent("Sery", "general").agent("Awa", "paie", ready=False)
    room.caller("Ibrahim").joins("general")
    general = room.caller("Koffi").joins("general")
    room["Awa"].is_ready()
    assert room.caller("Yao").joins("paie").offered_to == "Awa"
    assert general.waits


def test_given_nobody_signed_in_then_the_queue_refuses_as_empty():
    koffi = desk().agent("Awa", ready=False).caller("Koffi").joins()
    assert koffi.told == [QueueRefused(1000.0, 1, "empty")]
    assert koffi.entry is None


def test_given_the_only_agent_unreachable_then_the_queue_refuses_as_empty():
    room = desk().agent("Awa")
    room["Awa"].loses_the_phone()
    assert room.caller("Koffi").joins().told == [QueueRefused(1000.0, 1, "empty")]


def test_given_the_only_agent_talking_then_the_queue_takes_the_caller():
    room = desk().agent("Awa")
    room.caller("Koffi").joins()
    room["Awa"].answers()
    assert room.caller("Yao").joins().waits


def test_given_a_full_queue_then_it_refuses_and_ringing_callers_do_not_fill_it():
    room = desk(general=Rules(most=1)).agent("Awa")
    assert room.caller("Koffi").joins().offered_to == "Awa"
    assert room.caller("Yao").joins().waits
    assert room.caller("Ibrahim").joins().told == [QueueRefused(1000.0, 1, "full")]


def test_given_a_queue_that_does_not_exist_then_it_is_unknown():
    assert desk().agent("Awa", "nulle").caller("Koffi").joins("nulle").told == [QueueRefused(1000.0, 1, "unknown")]


def test_given_a_caller_refused_when_leaving_later_then_nothing_happens():
    room = desk()
    koffi = room.caller("Koffi").joins()
    room.orders.clear()
    koffi.leaves()
    assert room.orders == []


def test_the_offer_says_what_the_phone_and_the_console_need():
    room = desk(general=Rules(ring=15.0)).agent("Awa")
    room.caller("Koffi").joins()
    [ring] = room.ordered(Ring)
    assert ring == Ring("Koffi.o1.1", "Awa", "Koffi", "general", 15.0, {})


def test_given_a_signed_out_agent_when_talking_ends_then_offline_and_no_more_calls():
    room = desk(general=Rules(wrap_up=1.0)).agent("Awa")
    koffi = room.caller("Koffi").joins()
    room["Awa"].answers()
    yao = room.caller("Yao").joins()
    room["Awa"].signs_out()
    assert koffi.talks_with == "Awa"
    room["Awa"].hangs_up()
    assert room.after(2)["Awa"].state == "offline"
    assert yao.waits


def test_given_the_equipment_lost_and_back_then_offers_stop_and_start_again():
    room = desk().agent("Awa").agent("Sery")
    room["Awa"].loses_the_phone()
    assert room["Awa"].state == "unreachable"
    assert room.caller("Koffi").joins().offered_to == "Sery"
    yao = room.caller("Yao").joins()
    assert yao.waits
    room["Awa"].finds_the_phone()
    assert yao.offered_to == "Awa"


def test_given_the_equipment_lost_in_a_conversation_then_the_conversation_goes_on():
    room = desk().agent("Awa")
    koffi = room.caller("Koffi").joins()
    room["Awa"].answers().loses_the_phone()
    assert koffi.talks_with == "Awa"


def test_given_an_agent_known_anew_with_other_queues_then_a_caller_of_those_is_offered():
    room = desk(general=Rules(), paie=Rules()).agent("Awa", "general").agent("Sery", "paie")
    room.caller("Ibrahim").joins("paie")
    koffi = room.caller("Koffi").joins("paie")
    room.agent("Awa", "general", "paie")
    assert koffi.offered_to == "Awa"


def test_wishes_are_kept_in_order_with_their_reason():
    room = desk().agent("Awa")
    room["Awa"].pauses("réunion").is_ready().signs_out()
    assert room["Awa"].wishes_kept() == [("ready", ""), ("paused", "réunion"), ("ready", ""), ("offline", "")]


def test_given_words_about_somebody_unknown_then_nothing_happens():
    room = desk()
    for event in (WishChanged(1.0, "Awa", "ready"), EquipmentChanged(1.0, "Awa", reachable=True)):
        assert room.tell(event) == []
    assert room.acd.agents == {}


def test_given_a_caller_who_is_not_there_then_the_place_is_none():
    assert desk().agent("Awa").acd.place("Koffi") == Place(0, 0, None)


def test_given_a_leg_of_a_former_life_when_it_speaks_then_it_is_hung_up():
    assert desk().tell(LegRinging(1.0, "Koffi.o9.9")) == [DropLeg("Koffi.o9.9")]
