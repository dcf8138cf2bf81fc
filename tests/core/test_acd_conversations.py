"""Between people who talk: hold, consultation, attended transfer, conference, recording."""

import pytest
from desk import desk

from ivr.core.messages import AgentChanged, AgentHeld, AgentLeft
from ivr.core.orders import DropLeg, PauseRecording, RecordTalk, SayToLeg
from ivr.core.queueing import Rules

OFFER, GUEST = "Koffi.o1.1", "Koffi.o1.2"
NUMBER = "0700000101"


def talking(*others, **more):
    """Awa talks with Koffi; the others are free."""
    room = desk(approved=(NUMBER,), **more).agent("Awa")
    koffi = room.caller("Koffi").joins()
    room["Awa"].phone_rings().answers()
    for name in others:
        room.agent(name)
    return room, room["Awa"], koffi


def consulting(target="agent:Sery", *, answered=True, **more):
    """Awa has asked Sery, or somebody outside, about Koffi."""
    room, awa, koffi = talking("Sery", **more)
    awa.consults(target)
    guest = room.outside(target.partition(":")[2]).phone_rings()
    return room, awa, koffi, guest.answers() if answered else guest


# -------------------------------------------------------------------------------------------------------------------- hold
def test_given_a_hold_then_the_caller_hears_music_until_the_agent_is_back():
    room, awa, koffi = talking()
    room.after(10)
    assert (awa.holds().state, koffi.hears) == ("hold", [])
    room.after(7)
    assert koffi.told[-1] == AgentHeld(1010.0, 1, OFFER, on=True)
    assert (awa.resumes().state, koffi.hears) == ("talking", ["Awa"])
    assert koffi.told[-1] == AgentHeld(1017.0, 1, OFFER, on=False)
    room.after(3)
    awa.hangs_up()
    room.after(31)
    assert [(each.talked, each.held, each.wrapped) for each in room.work("Awa")] == [(13.0, 7.0, 30.0)]


def test_given_a_hold_when_the_agent_hangs_up_then_the_hold_ends_there():
    room, awa, koffi = talking()
    awa.holds()
    room.after(5)
    assert (awa.hangs_up().state, koffi.entry) == ("wrap_up", None)
    awa.has_finished()
    assert [(each.talked, each.held) for each in room.work("Awa")] == [(0.0, 5.0)]


@pytest.mark.parametrize(("ask", "why"), [
    ("resumes", "L'appelant n'est pas en attente."),
    ("completes", "Aucune consultation n'est en cours."),
    ("confers", "Vous n'êtes pas en conversation avec un appelant."),
    ("pauses_recording", "Cet appel n'est pas enregistré."),
])
def test_given_a_conversation_when_what_is_asked_makes_no_sense_then_said_so_and_it_goes_on(ask, why):
    _room, awa, koffi = talking()
    getattr(awa, ask)()
    assert (awa.refused, koffi.talks_with, koffi.hears) == ([why], "Awa", ["Awa"])


@pytest.mark.parametrize("ask", ["holds", "resumes", "completes", "confers", "pauses_recording"])
def test_given_nobody_to_talk_with_then_said_so(ask):
    room = desk().agent("Awa")
    assert getattr(room["Awa"], ask)().refused == ["Vous n'êtes pas en conversation avec un appelant."]


# ------------------------------------------------------------------------------------------------------------ consultation
def test_given_a_consultation_then_the_two_talk_apart_and_the_caller_hears_music():
    _, awa, koffi, sery = consulting()
    assert (awa.state, sery.state) == ("consulting", "talking")
    assert (koffi.hears, koffi.aside) == ([], ["Awa", "Sery"])
    assert koffi.talks_with == "Awa"


def test_given_a_consultation_when_taken_back_then_the_colleague_is_let_go_and_nothing_was_lost():
    room, awa, koffi, sery = consulting()
    room.after(20)
    awa.resumes()
    assert (awa.state, koffi.hears, koffi.aside, sery.state) == ("talking", ["Awa"], [], "ready")
    assert [(each.kind, each.end, each.talked) for each in room.work("Sery")] == [("consult", "accepted", 20.0)]


def test_given_a_phone_that_rings_for_a_consultation_when_taken_back_then_it_stops_without_a_miss():
    _, awa, koffi, sery = consulting(answered=False)
    awa.resumes()
    assert (koffi.hears, sery.state, sery.it.misses) == (["Awa"], "ready", 0)


@pytest.mark.parametrize("end", ["refuses", "does_not_answer", "presses_refuse", "vanishes"])
def test_given_a_consultation_when_the_colleague_does_not_come_then_back_with_the_caller(end):
    _, awa, koffi, sery = consulting(answered=False)
    getattr(sery, end)()
    assert (awa.state, koffi.hears, koffi.talks_with) == ("talking", ["Awa"], "Awa")
    assert sery.state == "resting"


def test_given_a_consultation_when_the_colleague_hangs_up_then_back_with_the_caller():
    _, awa, koffi, sery = consulting()
    sery.hangs_up()
    assert (awa.state, koffi.hears, koffi.aside, sery.state) == ("talking", ["Awa"], [], "ready")


def test_given_an_approved_number_then_consulted_like_a_colleague():
    _room, awa, koffi, outside = consulting(f"number:{NUMBER}")
    assert koffi.aside == [NUMBER, "Awa"]
    outside.hangs_up()
    assert (awa.state, koffi.hears) == ("talking", ["Awa"])


@pytest.mark.parametrize(("target", "why"), [
    ("agent:Adjoua", "Adjoua n'est pas disponible."),
    ("agent:Awa", "Ce destinataire n'existe pas."),
    ("agent:Personne", "Ce destinataire n'existe pas."),
    ("number:0700000102", "Ce numéro n'est pas autorisé."),
    ("queue:general", "Ce destinataire n'existe pas."),
    ("", "Ce destinataire n'existe pas."),
])
def test_given_somebody_who_cannot_be_consulted_then_said_so_and_nothing_changes(target, why):
    room, awa, koffi = talking("Adjoua")
    room["Adjoua"].pauses()
    room.orders.clear()
    awa.consults(target)
    assert (awa.refused, awa.state, koffi.hears, len(room.orders)) == ([why], "talking", ["Awa"], 1)


def test_given_a_conference_when_another_is_to_be_consulted_then_said_so():
    _, awa, koffi, _ = consulting()
    awa.confers().consults(f"number:{NUMBER}")
    assert awa.refused == ["Une consultation est déjà en cours."]
    assert koffi.hears == ["Awa", "Sery"]


def test_given_a_consultation_when_the_caller_leaves_then_the_colleague_is_told_so_in_words():
    room, awa, koffi, sery = consulting()
    koffi.leaves()
    assert room.ordered(SayToLeg) == [SayToLeg(GUEST, "agent.appel_perdu", then_drop=True)]
    assert (awa.state, sery.state, koffi.aside) == ("wrap_up", "ready", [])


def test_given_a_colleague_told_that_the_caller_is_gone_when_that_leg_stays_then_it_is_hung_up():
    room, _, koffi, sery = consulting()
    room.slow_lines = True
    koffi.leaves()
    room.after(15)
    assert DropLeg(GUEST) in room.orders
    assert sery.line_is_clear().state == "ready"


def test_given_a_phone_that_rings_for_a_consultation_when_the_caller_leaves_then_it_stops_without_a_miss():
    room, awa, koffi, sery = consulting(answered=False)
    koffi.leaves()
    assert (awa.state, sery.state, sery.it.misses) == ("wrap_up", "ready", 0)
    assert room.ordered(SayToLeg) == []


# ------------------------------------------------------------------------------------------------------- attended transfer
def test_given_an_attended_transfer_then_each_agent_has_a_part_and_a_wrap_up_of_its_own():
    room, awa, koffi, sery = consulting()
    room.after(20)
    awa.completes()
    assert (koffi.talks_with, koffi.hears, koffi.aside) == ("Sery", ["Sery"], [])
    assert koffi.told[-1] == AgentChanged(1020.0, 1, GUEST, "Sery")
    assert (awa.state, sery.state) == ("wrap_up", "talking")
    room.after(40)
    sery.hangs_up()
    room.after(31)
    assert [(each.kind, each.talked, each.held, each.wrapped) for each in room.work("Awa")] == [("call", 0.0, 20.0, 30.0)]
    assert [(each.kind, each.talked, each.held, each.wrapped) for each in room.work("Sery")] == [("call", 60.0, 0.0, 30.0)]
    assert koffi.told[-1] == AgentLeft(1060.0, 1, GUEST, requeued=False)
    assert room.stays() == [("Koffi", "general", "answered", "")]


def test_given_a_phone_that_still_rings_when_completed_then_the_caller_is_taken_by_the_answer():
    room, awa, koffi, sery = consulting(answered=False)
    awa.completes()
    assert koffi.told[-1] == AgentLeft(1000.0, 1, OFFER, requeued=True, to="agent:Sery")
    assert (awa.state, koffi.rings) == ("wrap_up", ["Sery"])
    sery.answers()
    assert (koffi.talks_with, koffi.hears) == ("Sery", ["Sery"])
    assert room.stays() == [("Koffi", "general", "answered", "")]


def test_given_a_completed_transfer_when_the_colleague_does_not_answer_then_the_caller_waits_at_the_old_place():
    room, awa, koffi, sery = consulting(answered=False, general=Rules(longest=600.0))
    koffi.entry.since = 350.0
    room.after(15)
    awa.completes()
    sery.does_not_answer()
    room.after(1)
    assert (koffi.waits, koffi.entry.since) == (True, 350.0)  # the time spent talking is no waiting
    room.after(30)
    assert koffi.offered_to == "Awa"


@pytest.mark.parametrize("answered", [True, False])
def test_given_a_consultation_when_the_agent_hangs_up_then_the_colleague_gets_the_caller(answered):
    _, awa, koffi, sery = consulting(answered=answered)
    awa.hangs_up()
    assert (awa.state, koffi.rings) == ("wrap_up", [] if answered else ["Sery"])
    if not answered:
        sery.answers()
    assert (koffi.talks_with, koffi.hears) == ("Sery", ["Sery"])


def test_given_a_number_when_completed_then_the_caller_talks_with_it_until_it_hangs_up():
    _room, awa, koffi, outside = consulting(f"number:{NUMBER}")
    awa.completes()
    assert koffi.told[-1] == AgentChanged(1000.0, 1, GUEST, "", NUMBER)
    assert (koffi.talks_with, awa.state) == (NUMBER, "wrap_up")
    outside.hangs_up()
    assert koffi.told[-1] == AgentLeft(1000.0, 1, GUEST, requeued=False)
    assert koffi.entry is None


# -------------------------------------------------------------------------------------------------------------- conference
def in_conference():
    room, awa, koffi, sery = consulting()
    awa.confers()
    return room, awa, koffi, sery


def test_given_a_conference_then_all_three_hear_each_other():
    _, awa, koffi, sery = in_conference()
    assert (koffi.hears, koffi.aside) == (["Awa", "Sery"], [])
    assert (awa.state, sery.state) == ("talking", "talking")


def test_given_a_conference_before_the_colleague_has_answered_then_said_so():
    _, awa, _koffi, _ = consulting(answered=False)
    assert awa.confers().refused == ["Votre correspondant n'a pas encore répondu."]


def test_given_a_conference_when_it_is_to_be_held_then_said_so():
    _, awa, koffi, _ = in_conference()
    assert awa.holds().refused == ["Une conférence ne peut pas être mise en attente."]
    assert koffi.hears == ["Awa", "Sery"]


def test_given_a_conference_when_the_caller_leaves_then_it_is_over_for_all():
    _, awa, koffi, sery = in_conference()
    koffi.leaves()
    assert (awa.state, sery.state) == ("wrap_up", "ready")


@pytest.mark.parametrize("leaves", ["hangs_up", "completes"])
def test_given_a_conference_when_the_agent_leaves_then_the_two_others_go_on(leaves):
    _, awa, koffi, sery = in_conference()
    getattr(awa, leaves)()
    assert (koffi.talks_with, koffi.hears, awa.state) == ("Sery", ["Sery"], "wrap_up")
    assert sery.hangs_up().state == "wrap_up"


@pytest.mark.parametrize("leaves", [True, False])
def test_given_a_conference_when_the_colleague_leaves_or_is_let_go_then_the_two_others_go_on(leaves):
    _, awa, koffi, sery = in_conference()
    if leaves:
        sery.hangs_up()
    else:
        awa.resumes()
    assert (koffi.talks_with, koffi.hears, sery.state, awa.state) == ("Awa", ["Awa"], "ready", "talking")


# --------------------------------------------------------------------------------------------------------------- recording
def test_given_a_queue_that_records_then_the_recording_begins_with_the_conversation_and_can_be_paused():
    room, awa, _ = talking(general=Rules(record=True))
    assert room.ordered(RecordTalk) == [RecordTalk("Koffi", f"talk-{OFFER}")]
    awa.pauses_recording().pauses_recording(on=True)
    assert [order.on for order in room.ordered(PauseRecording)] == [False, True]


def test_given_a_caller_who_has_refused_then_nothing_is_recorded():
    room = desk(general=Rules(record=True)).agent("Awa")
    room.caller("Koffi").joins(recording_refused="oui")
    room["Awa"].answers().pauses_recording()
    assert room.ordered(RecordTalk) == []
    assert room["Awa"].refused == ["Cet appel n'est pas enregistré."]
