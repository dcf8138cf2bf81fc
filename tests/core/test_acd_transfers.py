"""The blind transfer: the agent leaves at once; the caller waits, at the old place, or is never left with music for ever."""

import pytest
from desk import desk

from ivr.core.conversation import TRANSFER_PATIENCE
from ivr.core.messages import AgentLeft, QueueChanged
from ivr.core.queueing import Rules

OFFER, NUMBER = "Koffi.o1.1", "0700000101"


def talking(**rules):
    """Awa talks with Koffi for two minutes; Sery serves another queue."""
    rules = rules or {"solde": Rules(wrap_up=5.0), "paie": Rules(wrap_up=5.0)}
    room = desk(approved=(NUMBER,), **rules).agent("Awa", "solde")
    koffi = room.caller("Koffi").joins("solde")
    room["Awa"].answers()
    return room.after(120), room["Awa"], koffi


def test_given_a_transfer_to_a_queue_then_the_caller_waits_there_at_the_old_place():
    room, awa, koffi = talking()
    room.agent("Sery", "paie")
    room.caller("Ibrahim").joins("paie")
    yao = room.caller("Yao").joins("paie")
    awa.transfers_to("queue:paie")
    assert (awa.state, koffi.queue, koffi.ahead, yao.ahead) == ("wrap_up", "paie", 0, 1)
    assert koffi.told[-2:] == [
        AgentLeft(1120.0, 1, OFFER, requeued=True, to="queue:paie"), QueueChanged(1120.0, 1, "paie")]


def test_given_a_transfer_then_both_agents_have_a_part_of_their_own_and_both_queues_a_stay():
    room, awa, _koffi = talking()
    room.agent("Sery", "paie")
    awa.transfers_to("queue:paie")
    room.after(4)["Sery"].answers()
    room.after(60)["Sery"].hangs_up()
    room.after(10)
    assert [(each.talked, each.wrapped, each.queue) for each in room.work("Awa")] == [(120.0, 5.0, "solde")]
    assert [(each.talked, each.wrapped, each.queue) for each in room.work("Sery")] == [(60.0, 5.0, "paie")]
    assert room.stays() == [("Koffi", "solde", "answered", ""), ("Koffi", "paie", "answered", "")]


def test_given_a_transfer_to_the_same_queue_then_another_agent_or_after_the_wrap_up_the_same():
    room, awa, koffi = talking()
    awa.transfers_to("queue:solde")
    assert koffi.waits
    assert "QueueChanged" not in koffi.heard
    room.after(6)
    assert koffi.offered_to == "Awa"


def test_given_a_transfer_after_a_long_talk_then_the_talk_is_no_waiting():
    room, awa, koffi = talking(solde=Rules(), paie=Rules(longest=100.0, when_empty="wait"))
    awa.transfers_to("queue:paie")
    room.after(99)
    assert koffi.waits
    room.after(2)
    assert koffi.heard[-1] == "QueueRefused"


def test_given_a_transfer_to_a_queue_where_nobody_is_then_the_caller_is_told_after_a_while():
    room, awa, koffi = talking()
    awa.transfers_to("queue:paie")
    room.after(61)
    assert koffi.heard[-1] == "QueueRefused"
    assert room.stays()[-1] == ("Koffi", "paie", "flow_out", "empty")


def test_given_a_transfer_to_a_free_agent_then_that_phone_rings_whatever_its_queues():
    room, awa, koffi = talking()
    room.agent("Sery", "paie")
    awa.transfers_to("agent:Sery")
    assert koffi.offered_to == "Sery"
    room["Sery"].answers()
    assert (koffi.talks_with, koffi.queue) == ("Sery", "solde")


@pytest.mark.parametrize("comes", [True, False])
def test_given_a_transfer_to_a_busy_agent_then_waited_for_so_long_then_anybody(comes):
    room, awa, koffi = talking()
    room.agent("Sery", "paie")
    room.caller("Yao").joins("paie")
    room["Sery"].answers()
    room.agent("Adjoua", "solde")
    awa.transfers_to("agent:Sery")
    room.after(TRANSFER_PATIENCE - 6)
    assert koffi.waits
    if comes:
        room["Sery"].hangs_up()
        room.after(5.5)
        assert koffi.offered_to == "Sery"
    else:
        room.after(7)
        assert koffi.offered_to == "Adjoua"


@pytest.mark.parametrize("end", ["refuses", "does_not_answer", "vanishes"])
def test_given_a_transfer_to_an_agent_who_does_not_take_it_then_that_agent_again_and_then_anybody(end):
    room, awa, koffi = talking()
    room.agent("Sery", "paie")
    awa.transfers_to("agent:Sery")
    getattr(room["Sery"].phone_rings(), end)()
    assert koffi.waits
    room["Sery"].pauses()
    room.after(TRANSFER_PATIENCE + 1)
    assert koffi.offered_to == "Awa"


def test_given_a_transfer_to_an_approved_number_then_they_talk_until_one_hangs_up():
    room, awa, koffi = talking()
    awa.transfers_to(f"number:{NUMBER}")
    assert koffi.told[-1] == AgentLeft(1120.0, 1, OFFER, requeued=True, to=f"number:{NUMBER}")
    assert (koffi.rings, awa.state) == ([NUMBER], "wrap_up")
    room.outside(NUMBER).phone_rings().answers()
    assert (koffi.talks_with, koffi.hears) == (NUMBER, [NUMBER])
    koffi.leaves()
    assert room.legs == {}
    assert len(room.stays()) == 1


def test_given_a_number_that_does_not_answer_then_the_caller_waits_again():
    room, awa, koffi = talking()
    awa.transfers_to(f"number:{NUMBER}")
    room.outside(NUMBER).does_not_answer()
    assert koffi.waits
    room.after(6)
    assert koffi.offered_to == "Awa"


@pytest.mark.parametrize(("target", "why"), [
    ("queue:nulle", "La file nulle n'existe pas."),
    ("agent:Adjoua", "Adjoua n'est pas connecté."),
    ("agent:Awa", "Ce destinataire n'existe pas."),
    ("agent:Personne", "Ce destinataire n'existe pas."),
    ("number:0700000102", "Ce numéro n'est pas autorisé."),
    ("Sery", "Ce destinataire n'existe pas."),
])
def test_given_a_transfer_that_cannot_be_then_said_so_and_nothing_changes(target, why):
    room, awa, koffi = talking()
    room.agent("Adjoua", "paie", ready=False)
    room.orders.clear()
    awa.transfers_to(target)
    assert (awa.refused, koffi.talks_with, koffi.hears, len(room.orders)) == ([why], "Awa", ["Awa"], 1)


def test_given_a_consultation_under_way_when_transferred_blindly_then_said_so():
    room, awa, koffi = talking()
    room.agent("Sery", "paie")
    awa.consults("agent:Sery")
    awa.transfers_to("queue:paie")
    assert awa.refused == ["Vous n'êtes pas en conversation avec un appelant."]
    room["Sery"].answers()
    awa.confers().transfers_to("queue:paie")
    assert awa.refused[1:] == ["Terminez d'abord la consultation en cours."]
    assert koffi.hears == ["Awa", "Sery"]


def test_given_a_caller_on_hold_when_transferred_then_the_hold_ends_with_the_part_of_that_agent():
    room, awa, _koffi = talking()
    awa.holds()
    room.after(30)
    awa.transfers_to("queue:solde")
    room.after(6)
    assert [(each.talked, each.held) for each in room.work("Awa")] == [(120.0, 30.0)]
