"""What walks through the unruly world and the explorer have found in the distributor, each as the shortest story.

A story is told as events, without a desk: what came of a move is read from the orders.
"""

from ivr.core.acd import Acd
from ivr.core.messages import QueueChanged
from ivr.core.offers import (
    AgentSet,
    CallbackDue,
    CallbackKept,
    CallbackWithdrawn,
    CallerJoined,
    CallerLeft,
    CallerMoved,
    EntryDue,
    EquipmentChanged,
    LegAnswered,
    LegBridged,
    LegGone,
    QueueDeserted,
    TransferAsked,
    WishChanged,
    WrapUpDone,
)
from ivr.core.orders import Ring, Stayed, Tell, Wake
from ivr.core.queueing import Rules

NUMBER = "0700000101"


def centre(*agents, queues=("general",), **rules):
    acd = Acd(rules or {"general": Rules()}, frozenset({NUMBER}))
    for name in agents:
        acd.handle(AgentSet(1000.0, name, queues))
        ready(acd, name)
    return acd


def ready(acd, name):
    acd.handle(EquipmentChanged(1000.0, name, reachable=True))
    return acd.handle(WishChanged(1000.0, name, "ready"))


def joins(acd, name, queue="general", at=1000.0, **more):
    return acd.handle(CallerJoined(at, name, 1, queue, 0, more.pop("since", at), {}, **more))


def kept(acd, queue="general"):
    return acd.handle(CallbackKept(1000.0, "cb", NUMBER, queue, 1000.0))


def talks(acd, offer, at=1000.0):
    acd.handle(LegAnswered(at, offer))
    return acd.handle(LegBridged(at, offer))


def rung(orders):
    return [(order.call, order.agent) for order in orders if isinstance(order, Ring)]


def test_two_callers_wait_for_awa_alone_in_queues_of_unlike_weight_and_the_larger_score_comes_first():
    acd = centre("Awa", queues=("general", "vip"), general=Rules(sticky=600.0), vip=Rules(sticky=600.0, weight=4.0))
    joins(acd, "Aya")
    joins(acd, "Koffi", at=1001.0, sticky="Awa")
    joins(acd, "Yao", "vip", at=1002.0, sticky="Awa")
    talks(acd, "Aya.o1.1")
    acd.handle(LegGone(1050.0, "Aya.o1.1", "ended"))
    assert rung(acd.handle(WrapUpDone(1060.0, "Awa"))) == [("Yao", "Awa")]


def test_a_callback_was_moved_to_another_queue_and_the_call_that_fulfils_it_is_told_so():
    acd = centre("Awa", solde=Rules(when_empty="wait"), paie=Rules(when_empty="wait"))
    kept(acd, "solde")
    acd.handle(CallerMoved(1000.0, "cb", "paie"))
    answer = joins(acd, "cb-1", "solde", callback="cb")
    told = [order.event for order in answer if isinstance(order, Tell)]
    assert QueueChanged(1000.0, 1, "paie") in told


def test_a_person_called_back_is_on_the_line_while_all_ring_and_whoever_becomes_free_rings_too():
    acd = centre("Awa", "Sery", general=Rules(strategy="ring_all"))
    acd.handle(WishChanged(1000.0, "Sery", "paused"))
    kept(acd)
    joins(acd, "cb-1", callback="cb")
    assert rung(ready(acd, "Sery")) == [("cb-1", "Sery")]


def test_a_caller_was_answered_and_an_outside_number_was_not_and_the_stay_is_told_once():
    acd = centre("Awa", general=Rules(empty_after=60.0))
    joins(acd, "Koffi")
    talks(acd, "Koffi.o1.1")
    acd.handle(TransferAsked(1000.0, "Awa", f"number:{NUMBER}"))
    acd.handle(WishChanged(1001.0, "Awa", "offline"))
    acd.handle(LegGone(1002.0, "Koffi.o1.2", "timed_out"))
    answer = acd.handle(QueueDeserted(1062.0, "general", 1002.0))
    assert "Koffi" not in acd.entries
    assert not [order for order in answer if isinstance(order, Stayed)]


def test_a_person_called_back_hangs_up_twice_and_no_offer_has_an_id_that_another_one_had():
    acd = centre("Awa", general=Rules(spacing=1.0, tries=9))
    orders, ids = kept(acd), []
    for turn in (1, 2, 3):
        at = 1000.0 + 100.0 * turn
        ids += [order.offer for order in orders if isinstance(order, Ring)]
        acd.handle(LegAnswered(at, ids[-1]))
        joins(acd, f"cb-{turn}", at=at, callback="cb")
        acd.handle(CallerLeft(at, f"cb-{turn}", 1))
        acd.handle(LegGone(at, ids[-1], "ended"))
        orders = acd.handle(CallbackDue(at + 50.0, "cb"))
    assert len(ids) == len(set(ids)) == 3


def test_a_callback_is_withdrawn_while_the_person_waits_on_the_line_and_its_patience_is_counted_like_others():
    acd = centre(general=Rules(longest=300.0, when_empty="wait"))
    kept(acd)
    joins(acd, "cb-1", callback="cb")
    answer = acd.handle(CallbackWithdrawn(1010.0, "cb", "cancelled"))
    assert [order for order in answer if isinstance(order, Wake)] == [Wake(290.0, EntryDue(1010.0, "cb-1", 1))]


def test_a_callback_is_withdrawn_while_the_person_waits_where_nobody_is_and_the_person_is_not_kept_waiting():
    acd = centre(general=Rules(empty_after=60.0))
    kept(acd)
    joins(acd, "cb-1", callback="cb")
    acd.handle(QueueDeserted(1060.0, "general", 1000.0))
    answer = acd.handle(CallbackWithdrawn(1070.0, "cb", "cancelled"))
    assert Wake(60.0, QueueDeserted(1070.0, "general", 1070.0)) in answer


def test_a_caller_talks_with_an_outside_number_at_a_restart_and_no_agent_is_made_of_it():
    acd = centre("Awa")
    joins(acd, "Koffi", offer="Koffi.o1.2", agent=NUMBER)
    assert list(acd.agents) == ["Awa"]
    assert acd.entries["Koffi"].talking is not None
