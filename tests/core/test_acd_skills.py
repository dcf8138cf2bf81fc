"""Who may take whom: skills with levels, preferences, less with time, and the agent who knows the case."""

import pytest
from desk import desk

from ivr.core.queueing import Rules

DIOULA, PENSION = ("dioula", 1), ("pension", 3)


def centre(**rules):
    """Awa speaks Dioula well, Sery a little, Adjoua not at all; Adjoua has waited longest."""
    room = desk(general=Rules(wrap_up=1.0, **rules))
    for name, skills in [("Adjoua", ()), ("Sery", (("dioula", 1),)), ("Awa", (("dioula", 3), ("pension", 3)))]:
        room.agent(name, skills=skills).after(10)
    return room


@pytest.mark.parametrize(("level", "who"), [(1, "Sery"), (2, "Awa"), (3, "Awa")])
def test_given_a_skill_and_a_level_then_the_longest_idle_who_has_it_is_offered(level, who):
    assert centre().caller("Koffi").joins(skills=(("dioula", level),)).offered_to == who


def test_given_a_level_that_nobody_has_then_the_caller_waits_and_others_are_served():
    room = centre()
    koffi = room.caller("Koffi").joins(skills=(("dioula", 4),))
    assert koffi.waits
    assert room.caller("Yao").joins().offered_to == "Adjoua"


def test_given_the_skills_of_the_queue_and_of_the_call_then_both_are_needed():
    room = centre(skills=(DIOULA,))
    assert room.caller("Koffi").joins(skills=(PENSION,)).offered_to == "Awa"
    assert room.caller("Yao").joins().offered_to == "Sery"
    assert room.caller("Issa").joins().waits


def test_given_a_preference_then_who_has_it_comes_first_and_anybody_after():
    room = centre(prefers=(DIOULA, PENSION))
    assert [room.caller(name).joins().offered_to for name in ("Koffi", "Yao", "Issa")] == ["Awa", "Sery", "Adjoua"]


def test_given_needs_that_relax_then_less_is_enough_from_then_on():
    room = centre(skills=(("dioula", 4),), relax=((20.0, (("dioula", 1),)), (40.0, ())))
    room["Awa"].pauses()
    room["Sery"].pauses()
    koffi = room.caller("Koffi").joins()
    room.after(21)
    assert koffi.waits
    room["Sery"].is_ready()
    assert koffi.offered_to == "Sery"
    room["Sery"].pauses().does_not_answer()
    assert koffi.waits
    room.after(19)
    assert koffi.offered_to == "Adjoua"


def test_given_a_skill_learnt_while_somebody_waits_for_it_then_offered_at_once():
    room = centre()
    koffi = room.caller("Koffi").joins(skills=(("anglais", 1),))
    room.agent("Adjoua", skills=(("anglais", 2),))
    assert koffi.offered_to == "Adjoua"


def test_given_callers_with_other_needs_then_an_agent_takes_the_first_who_suits():
    room = centre()
    for name in ("Ibrahim", "Fanta", "Salif"):
        room.caller(name).joins()
    room["Sery"].phone_rings().answers()
    koffi = room.caller("Koffi").joins(skills=(("dioula", 2),))
    yao = room.after(5).caller("Yao").joins(skills=(DIOULA,))
    room["Sery"].hangs_up()
    room.after(2)
    assert (koffi.waits, yao.offered_to) == (True, "Sery")


# ------------------------------------------------------------------------------------------------- who knows the case
def test_given_the_agent_who_knows_the_case_is_free_then_that_one_at_once():
    assert centre(sticky=30.0).caller("Koffi").joins(sticky="Awa").offered_to == "Awa"


def test_given_that_agent_is_busy_then_waited_for_so_long_then_anybody():
    room = centre(sticky=30.0)
    room.caller("Ibrahim").joins(skills=(PENSION,))
    room["Awa"].answers()
    koffi = room.caller("Koffi").joins(sticky="Awa")
    room.after(29)
    assert koffi.waits
    room.after(2)
    assert koffi.offered_to == "Adjoua"


def test_given_that_agent_is_busy_when_free_in_time_then_that_one():
    room = centre(sticky=30.0)
    room.caller("Ibrahim").joins(skills=(PENSION,))
    room["Awa"].answers()
    koffi = room.caller("Koffi").joins(sticky="Awa")
    room.after(10)["Awa"].hangs_up()
    room.after(2)
    assert koffi.offered_to == "Awa"


@pytest.mark.parametrize("who", ["Awa", "Personne"])
def test_given_that_agent_is_not_there_then_anybody_at_once(who):
    room = centre(sticky=30.0)
    room["Awa"].signs_out()
    assert room.caller("Koffi").joins(sticky=who).offered_to == "Adjoua"


def test_given_a_queue_that_does_not_wait_for_anybody_then_anybody_at_once():
    assert centre().caller("Koffi").joins(sticky="Awa").offered_to == "Adjoua"


def test_given_needs_that_relax_before_the_agent_who_knows_the_case_is_given_up_then_they_relax_after_it():
    room = centre(sticky=30.0, skills=(DIOULA,), relax=((10.0, ()),))
    room.caller("Ibrahim").joins(skills=(PENSION,))
    room["Awa"].answers()
    koffi = room.caller("Koffi").joins(sticky="Awa")
    room.after(29)
    assert koffi.waits
    room.after(2)
    assert koffi.offered_to == "Adjoua"


def test_given_needs_that_relax_when_the_agent_who_knows_the_case_is_not_there_then_they_are_all_asked_first():
    room = centre(sticky=30.0, skills=(DIOULA,), relax=((10.0, ()),))
    room["Awa"].signs_out()
    assert room.caller("Koffi").joins(sticky="Awa").offered_to == "Sery"
