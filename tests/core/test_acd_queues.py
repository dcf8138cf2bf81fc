"""What a queue's rules do: who is taken, for how long, between which queues; and what a supervisor moves by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from desk import desk
from hypothesis import given
from hypothesis import strategies as some

from ivr.core.hours import Calendar, SpecialDay
from ivr.core.messages import QueueChanged, QueueRefused
from ivr.core.orders import Ring
from ivr.core.queueing import Place, Rules

WEEKDAY = Calendar((((450, 990),),) * 5 + ((), ()))
MONDAY = datetime(2026, 3, 9, tzinfo=UTC).timestamp()


def busy(**rules):
    """Awa is the only one, and talks with Ibrahim."""
    room = desk(**rules or {"general": Rules()}).agent("Awa", *rules or ("general",))
    room.caller("Ibrahim").joins(next(iter(rules or ("general",))))
    room["Awa"].answers()
    return room


# ---------------------------------------------------------------------------------------------------------- between queues
def test_given_weights_then_a_minute_counts_for_more_in_the_heavy_queue():
    room = busy(solde=Rules(weight=1.0), paie=Rules(weight=3.0, wrap_up=1.0))
    yao = room.caller("Yao").joins("solde")
    koffi = room.after(50).caller("Koffi").joins("paie")
    room.after(20)["Awa"].hangs_up()
    room.after(31)
    assert koffi.offered_to == "Awa"
    assert yao.waits


def test_given_a_priority_then_its_minutes_are_the_same_whatever_the_weight():
    room = busy(paie=Rules(weight=3.0))
    yao = room.caller("Yao").joins("paie")
    koffi = room.after(19).caller("Koffi").joins("paie", priority=1)
    assert (koffi.ahead, yao.ahead) == (0, 1)  # a minute in advance is twenty seconds waited at weight 3
    assert room.after(2).caller("Issa").joins("paie", priority=1).ahead == 2


@given(some.integers(1, 10), some.integers(1, 10), some.integers(1, 6))
def test_whatever_the_weights_nobody_starves(light, heavy, backlog):
    """One agent, one minute a call, and one more caller each minute in the other queue: its line never gets shorter."""
    rules = Rules(wrap_up=0.0, weight=heavy)
    room = busy(paie=rules, solde=Rules(weight=light))
    for number in range(backlog):
        room.caller(f"paie-{number}").joins("paie")
    koffi = room.caller("Koffi").joins("solde")
    for minute in range(1, 120):
        room.caller(f"paie-later-{minute}").joins("paie")
        room["Awa"].hangs_up()
        room.after(0)["Awa"].answers()
        if koffi.talks_with:
            break
        room.after(60)
    assert minute <= (backlog + 1) * heavy / light + 2


@given(some.lists(some.tuples(some.booleans(), some.integers(0, 900), some.integers(0, 5)), min_size=1, max_size=12))
def test_whoever_waits_on_the_line_or_to_be_called_back_is_offered_in_the_order_of_the_places(waiting):
    room = desk(general=Rules(wrap_up=0.0, when_empty="wait")).agent("Awa", ready=False)
    for number, (on_the_line, since, priority) in enumerate(waiting):
        place = float(since)
        if on_the_line:
            room.caller(f"{number:02}").joins(since=place, priority=priority)
        else:
            room.called(f"{number:02}", f"0700000{number:03}").asks(since=place, priority=priority)
    room["Awa"].is_ready()
    for _ in waiting:
        room["Awa"].answers()
        if (called := room.ordered(Ring)[-1]).kind == "callback":
            room.called(called.call).picks_up()
        room["Awa"].hangs_up()
        room.after(0)
    places = [since - 60 * priority for _, since, priority in waiting]
    in_order = sorted(range(len(places)), key=lambda each: (places[each], each))
    assert [int(ring.call) for ring in room.ordered(Ring)] == in_order


# ------------------------------------------------------------------------------------------------------------- being taken
def test_given_most_then_those_who_ring_do_not_count_and_one_too_many_is_refused():
    room = busy(general=Rules(most=2))
    taken = [room.caller(name).joins().waits for name in ("Koffi", "Yao", "Issa")]
    assert taken == [True, True, False]
    assert room.stays()[-1] == ("Issa", "general", "refused", "full")


@pytest.mark.parametrize("since", [900.0, 994.0])
def test_given_somebody_who_has_waited_before_then_never_refused_for_want_of_room_or_agents(since):
    room = desk(general=Rules(most=1)).agent("Awa", ready=False)
    room.caller("Yao").joins(since=since)
    assert room.caller("Koffi").joins(since=since).waits


def test_given_the_way_from_the_call_to_here_takes_a_moment_then_that_is_no_waiting():
    room = desk().agent("Awa", ready=False)
    assert room.caller("Koffi").joins(since=room.now - 0.02).told == [QueueRefused(1000.0, 1, "empty")]


def paced(**rules):
    """A queue that knows its pace: ten calls of a minute."""
    room = desk(**rules).agent("Awa", *rules)
    for number in range(10):
        room.caller(f"before-{number}").joins(next(iter(rules)))
        room["Awa"].answers()
        room.after(60)["Awa"].hangs_up()
        room.after(1)["Awa"].has_finished()
    room.caller("Ibrahim").joins(next(iter(rules)))
    room["Awa"].answers()
    return room


def test_given_a_known_pace_then_the_wait_to_come_is_told():
    room = paced(general=Rules(callback_after=90.0))
    koffi, yao = room.caller("Koffi").joins(), room.caller("Yao").joins()
    first, second = room.acd.place("Koffi"), room.acd.place("Yao")
    assert (first.ahead, second.ahead, second.agents, second.callback_after) == (0, 1, 1, 90.0)
    assert 40.0 < first.wait < second.wait < 240.0
    assert koffi.waits
    assert yao.waits


def test_given_beyond_then_a_caller_whose_wait_would_be_longer_is_refused():
    room = paced(general=Rules(beyond=90.0))
    assert room.caller("Koffi").joins().waits
    assert room.caller("Yao").joins().told == [QueueRefused(room.now, 1, "beyond")]


def test_given_beyond_and_no_known_pace_then_nobody_is_refused_for_it():
    room = busy(general=Rules(beyond=1.0))
    assert room.caller("Koffi").joins().waits
    assert room.acd.place("Koffi") == Place(0, 1, None, 120.0)


def test_given_longest_then_the_call_is_told_and_goes_on_elsewhere():
    room = busy(general=Rules(longest=300.0))
    koffi = room.caller("Koffi").joins()
    room.after(299)
    assert koffi.waits
    room.after(2)
    assert koffi.told == [QueueRefused(1300.0, 1, "long")]
    assert room.stays()[-1] == ("Koffi", "general", "flow_out", "long")


def test_given_longest_is_over_while_a_phone_rings_then_an_answer_still_counts_and_a_refusal_does_not_help():
    room = desk(general=Rules(longest=300.0, ring=60.0)).agent("Awa")
    koffi, yao = (room.caller(name).joins(since=705.0) for name in ("Koffi", "Yao"))
    room.after(10)["Awa"].refuses()
    room.after(0)
    assert koffi.heard[-1] == yao.heard[-1] == "QueueRefused"
    fanta = room.caller("Fanta").joins(since=715.0)
    room.after(16)["Awa"].answers()
    assert fanta.talks_with == "Awa"


# ---------------------------------------------------------------------------------------------------------------- overflow
def test_given_a_full_queue_with_an_overflow_then_the_caller_is_in_the_other_one():
    room = busy(solde=Rules(most=1, overflow="paie"), paie=Rules(most=1))
    koffi, yao, issa = (room.caller(name).joins("solde") for name in ("Koffi", "Yao", "Issa"))
    assert (koffi.queue, yao.queue, issa.queue) == ("solde", "paie", "")
    assert yao.told == [QueueChanged(1000.0, 1, "paie")]
    assert issa.told == [QueueRefused(1000.0, 1, "full")]  # the other one is full as well: nobody is sent round
    assert room.stays()[-2:] == [("Yao", "solde", "flow_out", "full"), ("Issa", "solde", "refused", "full")]


def test_given_overflow_after_then_the_caller_moves_and_keeps_the_place():
    room = busy(solde=Rules(overflow="paie", overflow_after=60.0), paie=Rules())
    koffi = room.caller("Koffi").joins("solde")
    yao = room.after(30).caller("Yao").joins("paie")
    room.after(31)
    assert (koffi.queue, koffi.ahead, yao.ahead) == ("paie", 0, 1)
    assert koffi.told == [QueueChanged(1060.0, 1, "paie")]
    assert room.stays()[-1] == ("Koffi", "solde", "flow_out", "overflow")


# ------------------------------------------------------------------------------------------------------------ nobody there
@pytest.mark.parametrize(("kind", "queue", "told"), [
    ("refuse", "", [QueueRefused(1000.0, 1, "empty")]),
    ("wait", "solde", []),
    ("overflow", "paie", [QueueChanged(1000.0, 1, "paie")]),
])
def test_given_nobody_signed_in_then_what_the_queue_says_happens_to_those_who_come(kind, queue, told):
    room = desk(solde=Rules(when_empty=kind, overflow="paie"), paie=Rules()).agent("Awa", "paie")
    room.caller("Ibrahim").joins("paie")
    koffi = room.caller("Koffi").joins("solde")
    assert (koffi.queue, koffi.told) == (queue, told)


@pytest.mark.parametrize(("kind", "queue"), [("refuse", ""), ("wait", "solde"), ("overflow", "paie")])
def test_given_the_last_agent_signs_out_then_those_who_wait_are_told_after_a_while(kind, queue):
    room = busy(solde=Rules(when_empty=kind, overflow="paie", empty_after=60.0), paie=Rules())
    koffi = room.caller("Koffi").joins("solde")
    room.agent("Sery", "paie")
    room.caller("Yao").joins("paie")
    room["Awa"].signs_out()
    room.after(59)
    assert koffi.queue == "solde"
    room.after(2)
    assert koffi.queue == queue


def test_given_an_empty_queue_when_somebody_comes_back_in_time_then_nobody_is_sent_away():
    room = busy(general=Rules(empty_after=60.0))
    koffi = room.caller("Koffi").joins()
    room["Awa"].signs_out()
    room.after(59)["Awa"].is_ready()
    room.after(5)["Awa"].signs_out()
    room.after(59)
    assert koffi.waits
    room.after(2)
    assert koffi.told == [QueueRefused(1124.0, 1, "empty")]


def test_given_the_only_agent_is_taken_out_of_the_queue_then_those_who_wait_are_told_after_a_while():
    room = busy(solde=Rules(empty_after=60.0), paie=Rules())
    koffi = room.caller("Koffi").joins("solde")
    room.agent("Awa", "paie")
    room.after(61)
    assert koffi.told == [QueueRefused(1060.0, 1, "empty")]


def test_given_an_agent_put_into_a_queue_then_whoever_waits_there_is_offered():
    room = busy(solde=Rules()).agent("Sery", "paie")
    koffi = room.caller("Koffi").joins("solde")
    assert koffi.waits
    room.agent("Sery", "solde")
    assert koffi.offered_to == "Sery"


# ------------------------------------------------------------------------------------------------------------------- hours
@pytest.mark.parametrize(("hour", "taken"), [(7.4, False), (7.5, True), (16.4, True), (16.5, False)])
def test_a_queue_takes_callers_in_its_own_hours(hour, taken):
    room = desk(general=Rules(hours=WEEKDAY), paie=Rules())
    room.now = MONDAY + 3600 * hour
    koffi = room.agent("Awa").caller("Koffi").joins()
    assert bool(koffi.offered_to) == taken
    assert taken or koffi.told == [QueueRefused(room.now, 1, "closed")]


def test_a_holiday_closes_one_queue_and_not_the_other():
    holiday = replace(WEEKDAY, special={date(2026, 3, 9): SpecialDay("fête")})
    room = desk(solde=Rules(hours=holiday), paie=Rules(hours=WEEKDAY))
    room.now = MONDAY + 36000
    room.agent("Awa", "solde", "paie")
    assert room.caller("Koffi").joins("solde").told == [QueueRefused(room.now, 1, "closed")]
    assert room.caller("Yao").joins("paie").offered_to == "Awa"


# ----------------------------------------------------------------------------------------------------------------- by hand
def test_given_a_caller_moved_to_another_queue_then_its_waiting_counts_there():
    room = busy(solde=Rules(), paie=Rules())
    koffi = room.caller("Koffi").joins("solde")
    yao = room.after(10).caller("Yao").joins("paie")
    koffi.is_moved("paie")
    assert (koffi.queue, koffi.ahead, yao.ahead) == ("paie", 0, 1)
    assert koffi.told == [QueueChanged(1010.0, 1, "paie")]
    assert room.stays()[-1] == ("Koffi", "solde", "flow_out", "moved")


def test_given_a_caller_put_first_then_first_it_stays_even_when_an_agent_does_not_answer():
    room = busy(general=Rules(wrap_up=1.0))
    yao, koffi = room.caller("Yao").joins(since=900.0), room.after(5).caller("Koffi").joins()
    koffi.is_moved(front=True)
    assert (koffi.ahead, yao.ahead) == (0, 1)
    room["Awa"].hangs_up()
    room.after(2)
    assert koffi.offered_to == "Awa"
    room["Awa"].does_not_answer()
    assert (koffi.ahead, yao.ahead) == (0, 1)


@pytest.mark.parametrize(("who", "queue", "why"), [
    ("Ibrahim", "paie", "Cet appelant n'attend pas : il ne peut pas être déplacé."),
    ("Personne", "paie", "Cet appelant n'attend pas : il ne peut pas être déplacé."),
    ("Koffi", "nulle", "La file nulle n'existe pas."),
])
def test_given_somebody_who_cannot_be_moved_then_said_why_and_nothing_changes(who, queue, why):
    room = busy(solde=Rules(), paie=Rules())
    koffi = room.caller("Koffi").joins("solde")
    room.caller(who).is_moved(queue)
    assert room.refused(who) == [why]
    assert (koffi.queue, room.caller("Ibrahim").talks_with) == ("solde", "Awa")


# --------------------------------------------------------------------------------------------------------------- new rules
def test_given_new_limits_while_somebody_waits_then_they_count_for_that_wait():
    room = busy(general=Rules(when_empty="wait"))
    koffi, yao = room.caller("Koffi").joins(), room.caller("Yao").joins(priority=1, since=1010.0)
    room.after(30)
    room.publish(general=Rules(longest=100.0, weight=6.0))
    assert (koffi.ahead, yao.ahead) == (0, 1)  # the minute in advance is worth ten seconds now
    room.after(71)
    assert koffi.heard == ["QueueRefused"]


def test_given_a_queue_taken_away_while_a_phone_rings_for_it_then_nobody_is_lost():
    room = desk(solde=Rules(), paie=Rules()).agent("Awa", "solde")
    koffi = room.caller("Koffi").joins("solde")
    room.publish(paie=Rules())
    room["Awa"].refuses()
    assert koffi.waits
    room.after(6)
    assert koffi.offered_to == "Awa"
    room["Awa"].answers()
    assert koffi.talks_with == "Awa"


def test_given_a_queue_taken_away_while_somebody_talks_when_transferred_then_still_served():
    room = desk(solde=Rules(), paie=Rules()).agent("Awa", "solde", "paie").agent("Sery", "solde")
    koffi = room.caller("Koffi").joins("solde")
    room["Awa"].answers()
    room.publish(paie=Rules())
    room["Awa"].transfers_to("agent:Sery")
    assert koffi.offered_to == "Sery"
    room["Sery"].answers()
    assert koffi.talks_with == "Sery"
