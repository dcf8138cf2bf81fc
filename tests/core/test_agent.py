"""One agent alone: the table, what takes offers, and wishes that never interrupt."""

import itertools
import typing

import pytest

from ivr.core.agent import TRANSITIONS, Activity, Agent, IllegalMove

ACTIVITIES = typing.get_args(Activity)
MOVES = sorted({what for _, what in TRANSITIONS})
ILLEGAL = [pair for pair in itertools.product(ACTIVITIES, MOVES) if pair not in TRANSITIONS]


def doing(activity, **others):
    """Awa, ready and reachable unless told otherwise, idle since 100."""
    return Agent("Awa", ("general",), activity=activity, **{"wish": "ready", "reachable": True, "idle_since": 100.0, **others})


@pytest.mark.parametrize(("activity", "what"), ILLEGAL, ids=lambda word: word)
def test_a_move_that_is_not_in_the_table_says_so_and_changes_nothing(activity, what):
    awa = doing(activity)
    before = repr(awa)
    with pytest.raises(IllegalMove, match=f"agent Awa is {activity}: cannot {what}"):
        awa.move(what, at=200.0)
    assert repr(awa) == before


def test_every_activity_is_reached_and_left():
    assert {source for source, _ in TRANSITIONS} == set(ACTIVITIES)
    assert set(TRANSITIONS.values()) == set(ACTIVITIES)


def test_from_every_activity_there_is_a_way_back_to_idle():
    home = {"idle"}
    for _ in ACTIVITIES:
        home |= {source for (source, _), target in TRANSITIONS.items() if target in home}
    assert home == set(ACTIVITIES)


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("wish", ["ready", "paused", "offline"])
@pytest.mark.parametrize("reachable", [True, False])
def test_offers_are_taken_when_idle_ready_and_reachable_and_in_no_other_case(activity, wish, reachable):
    agent = doing(activity, wish=wish, reachable=reachable)
    assert agent.takes_offers == ((activity, wish, reachable) == ("idle", "ready", True))


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("wish", ["ready", "paused", "offline"])
def test_a_wish_never_interrupts_an_activity(activity, wish):
    awa = doing(activity, offer="koffi.o1.1")
    awa.want(wish, "", 200.0)
    assert (awa.activity, awa.offer, awa.wish) == (activity, "koffi.o1.1", wish)


@pytest.mark.parametrize("activity", ["wrap_up", "resting"])
def test_given_a_wrap_up_when_ready_is_pressed_then_its_beginning_stays_known(activity):
    awa = doing(activity, wish="paused", idle_since=150.0)
    awa.want("ready", "", 160.0)
    assert awa.idle_since == 150.0


def test_given_a_pause_when_ready_is_pressed_then_the_idle_time_starts_anew_and_misses_are_forgotten():
    awa = doing("idle", wish="paused", misses=2)
    awa.want("ready", "", 200.0)
    assert (awa.idle_since, awa.misses) == (200.0, 0)


def test_given_ready_when_ready_is_pressed_again_then_the_place_among_the_idle_is_kept():
    awa = doing("idle", misses=2)
    awa.want("ready", "", 200.0)
    assert (awa.idle_since, awa.misses) == (100.0, 2)


def test_given_an_offer_when_the_caller_gives_up_then_the_place_among_the_idle_is_kept():
    awa = doing("idle")
    for at, what in [(200.0, "reserve"), (201.0, "ring"), (210.0, "release")]:
        awa.move(what, at, "koffi.o1.1")
    assert (awa.activity, awa.idle_since, awa.offer) == ("idle", 100.0, "")


def test_given_a_conversation_when_it_and_its_wrap_up_are_over_then_idleness_begins_there():
    awa = doing("idle")
    awa.move("reserve", 200.0, "koffi.o1.1")
    for at, what in [(205.0, "answer"), (205.1, "bridge"), (300.0, "finish"), (330.0, "free")]:
        assert awa.offer == "koffi.o1.1" or what == "free"
        awa.move(what, at)
    assert (awa.activity, awa.idle_since, awa.offer) == ("idle", 330.0, "")


@pytest.mark.parametrize(("activity", "wish", "reachable", "word"), [
    ("idle", "ready", True, "ready"), ("idle", "ready", False, "unreachable"), ("idle", "paused", True, "paused"),
    ("idle", "offline", False, "offline"), ("talking", "paused", True, "talking"), ("wrap_up", "offline", False, "wrap_up"),
])
def test_the_one_word_a_person_reads(activity, wish, reachable, word):
    assert doing(activity, wish=wish, reachable=reachable).state == word
