"""What real telephones have found in the distributor, each as the shortest story, told as events (see test_acd_found)."""

from ivr.core import offering
from ivr.core.acd import Acd
from ivr.core.messages import AgentAnswered
from ivr.core.offers import (
    AgentSet,
    CallbackKept,
    CallerJoined,
    EquipmentChanged,
    LegAnswered,
    LegBridged,
    LegGone,
    RingTimedOut,
    TransferAsked,
    WishChanged,
)
from ivr.core.orders import PauseRecording, RecordTalk, StopDialling, Tell
from ivr.core.queueing import Rules

NUMBER = "0700000190"


def centre(*agents, **rules):
    acd = Acd(rules or {"general": Rules()}, frozenset({NUMBER}))
    for name in agents:
        acd.handle(AgentSet(1000.0, name, tuple(acd.rules)))
        acd.handle(EquipmentChanged(1000.0, name, reachable=True))
        acd.handle(WishChanged(1000.0, name, "ready"))
    return acd


def joins(acd, name, at=1000.0):
    return acd.handle(CallerJoined(at, name, 1, "general", 0, at, {}))


def talks(acd, offer, at=1000.0):
    answer = acd.handle(LegAnswered(at, offer))
    return answer + acd.handle(LegBridged(at, offer))


def told(orders, kind):
    return [order.event for order in orders if isinstance(order, Tell) and isinstance(order.event, kind)]


def test_an_outside_number_to_which_a_call_is_transferred_answers_and_the_call_is_told_the_number():
    acd = centre("Awa")
    joins(acd, "Koffi")
    talks(acd, "Koffi.o1.1")
    acd.handle(TransferAsked(1001.0, "Awa", f"number:{NUMBER}"))
    assert [each.agent for each in told(talks(acd, "Koffi.o1.2"), AgentAnswered)] == [NUMBER]


def test_a_person_who_refused_to_be_recorded_is_called_back_and_is_not_recorded():
    acd = centre("Awa", general=Rules(record=True))
    acd.handle(CallbackKept(1000.0, "cb", NUMBER, "general", 1000.0, facts={"recording_refused": "yes"}))
    acd.handle(LegAnswered(1001.0, "cb.o1000.1"))
    acd.handle(CallerJoined(1002.0, "out-cb.1", 1, "general", 0, 1002.0, {"recording_refused": None}, callback="cb"))
    answer = acd.handle(LegBridged(1002.0, "cb.o1000.1"))
    assert acd.entries["out-cb.1"].talking is not None
    assert not [order for order in answer if isinstance(order, RecordTalk)]


def test_a_person_answers_late_and_hears_who_calls_and_the_agent_is_still_there():
    acd = centre("Awa", general=Rules(dial=30.0, ring=20.0))
    acd.handle(CallbackKept(1000.0, "cb", NUMBER, "general", 1000.0))
    acd.handle(LegAnswered(1001.0, "cb.o1000.1"))
    acd.handle(RingTimedOut(1031.0 + offering.BRIDGE_WITHIN, "cb.o1000.1"))
    acd.handle(CallerJoined(1030.0 + offering.BRIDGE_WITHIN + 5.0, "out-cb.1", 1, "general", 0, 1002.0, {}, callback="cb"))
    assert acd.entries["out-cb.1"].winner is not None


def test_a_person_answers_the_first_try_while_the_second_is_made_and_the_second_stops():
    acd = centre("Awa", "Sery")
    acd.handle(CallbackKept(1000.0, "cb", NUMBER, "general", 1000.0))
    acd.handle(LegAnswered(1001.0, "cb.o1000.1"))
    acd.handle(LegGone(1002.0, "cb.o1000.1", "ended"))
    acd.handle(LegAnswered(1003.0, "cb.o1000.2"))
    answer = acd.handle(CallerJoined(1004.0, "out-cb.1", 1, "general", 0, 1004.0, {}, callback="cb"))
    assert StopDialling("cb", 2) in answer
    assert len(told(answer, AgentAnswered)) == 1


def test_a_recorded_call_is_transferred_and_the_first_recording_ends_there():
    acd = centre("Awa", "Sery", general=Rules(record=True))
    joins(acd, "Koffi")
    talks(acd, "Koffi.o1.1")
    answer = acd.handle(TransferAsked(1001.0, "Awa", "queue:general"))
    assert PauseRecording("Koffi", "talk-Koffi.o1.1", on=False) in answer
    assert RecordTalk("Koffi", "talk-Koffi.o1.2") in talks(acd, "Koffi.o1.2")


def test_a_recorded_call_is_left_by_the_agent_and_what_the_caller_says_then_is_not_recorded():
    acd = centre("Awa", general=Rules(record=True))
    joins(acd, "Koffi")
    talks(acd, "Koffi.o1.1")
    assert PauseRecording("Koffi", "talk-Koffi.o1.1", on=False) in acd.handle(LegGone(1009.0, "Koffi.o1.1", "ended"))
