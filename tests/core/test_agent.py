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
    fields = {"wish": "ready", "reachable": True, "idle_since": 100.0, **others}
    return Agent("Awa", ("general",), activity=activity, **fields)


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
@pytest.mark.parametrize("own", [set(), {"own-1"}])
def test_offers_are_taken_when_idle_ready_reachable_and_without_a_call_of_ones_own_only(activity, wish, reachable, own):
    agent = doing(activity, wish=wish, reachable=reachable, own=own)
    assert agent.takes_offers == ((activity, wish, reachable, own) == ("idle", "ready", True, set()))


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


def test_given_a_call_of_ones_own_then_that_is_the_word_unless_a_queue_has_the_agent():
    assert [doing(activity, own={"own-1"}).state for activity in ("idle", "talking")] == ["other_call", "talking"]


def test_given_a_hold_and_a_consultation_then_the_offer_stays_the_same():
    awa = doing("talking", offer="koffi.o1.1")
    for what in ("hold", "consult", "resume", "consult"):
        awa.move(what, 200.0)
        assert (awa.offer, awa.idle_since) == ("koffi.o1.1", 100.0)
    awa.move("finish", 210.0)
    assert (awa.activity, awa.offer, awa.idle_since) == ("wrap_up", "", 210.0)


def test_given_work_then_the_load_is_its_seconds_and_an_hour_later_a_third_of_them():
    awa = doing("idle")
    for at, what in [(0.0, "reserve"), (0.0, "answer"), (0.0, "bridge"), (30.0, "finish"), (60.0, "free")]:
        awa.move(what, at)
    assert awa.load == pytest.approx(60.0, rel=0.01)
    awa.move("reserve", 3660.0)
    awa.move("release", 3660.0)
    assert awa.load == pytest.approx(60.0 / 2.71828, rel=0.01)


def test_given_a_new_working_day_then_the_calls_are_counted_anew_and_a_pause_is_none():
    awa = doing("idle", calls=7)
    awa.want("paused", "repas", 200.0)
    awa.want("ready", "", 300.0)
    assert awa.calls == 7
    awa.want("offline", "", 400.0)
    awa.want("ready", "", 500.0)
    assert awa.calls == 0
