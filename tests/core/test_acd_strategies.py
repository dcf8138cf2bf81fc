"""Who is offered first: each strategy as rows, the lot as a law, and new strategies while people wait."""

from itertools import pairwise
from math import sqrt

import pytest
from desk import desk

from ivr.core.queueing import Rules

NAMES = ("Awa", "Sery", "Adjoua")


def asked(room, *callers):
    """Who is offered each of these callers."""
    return [room.caller(name).joins().offered_to for name in callers]


def served(room, name, agent, seconds):
    """A caller comes, talks so long with this agent, and the wrap-up passes."""
    caller = room.caller(name).joins()
    assert caller.offered_to == agent
    room[agent].answers()
    room.after(seconds)[agent].hangs_up()
    return room.after(1.5)


def centre(strategy, *agents, **ranks):
    room = desk(general=Rules(strategy=strategy, wrap_up=1.0))
    for name in agents:
        room.agent(name, ranks={"general": ranks[name]} if name in ranks else None).after(10)
    return room


def test_longest_idle_who_waits_longest_comes_first():
    room = served(centre("longest_idle", *NAMES), "Yao", "Awa", 5)
    assert asked(room, "Koffi", "Ibrahim", "Fanta") == ["Sery", "Adjoua", "Awa"]


def test_fewest_calls_who_had_fewer_comes_first_however_long_they_were():
    room = centre("fewest_calls", "Awa", "Sery")
    for caller, agent, seconds in [("Yao", "Awa", 5), ("Issa", "Sery", 500), ("Aya", "Awa", 5)]:
        served(room, caller, agent, seconds)
    assert asked(room, "Koffi", "Ibrahim") == ["Sery", "Awa"]


def test_fewest_calls_starts_anew_with_the_working_day():
    room = served(centre("fewest_calls", "Awa", "Sery"), "Yao", "Awa", 5)
    room["Awa"].signs_out().is_ready()
    assert room["Awa"].it.calls == 0
    assert asked(room, "Koffi") == ["Sery"]  # none had a call: the longest idle


def test_least_occupied_who_worked_less_comes_first():
    room = centre("least_occupied", "Awa", "Sery")
    for caller, agent, seconds in [("Yao", "Awa", 300), ("Issa", "Sery", 60), ("Aya", "Sery", 60)]:
        served(room, caller, agent, seconds)
    assert asked(room, "Koffi", "Ibrahim") == ["Sery", "Awa"]


def test_least_occupied_work_done_hours_ago_counts_less_than_a_little_work_now():
    room = served(centre("least_occupied", "Awa", "Sery"), "Yao", "Awa", 300)
    served(room.after(4 * 3600), "Issa", "Sery", 60)
    assert asked(room, "Koffi", "Ibrahim") == ["Awa", "Sery"]


def test_round_robin_goes_in_turn_and_a_pause_costs_no_turn():
    room = centre("round_robin", *NAMES)
    for caller, agent in [("Yao", "Awa"), ("Issa", "Sery"), ("Aya", "Adjoua")]:
        served(room, caller, agent, 5)
    room["Awa"].pauses().is_ready()
    served(room, "Konan", "Awa", 5)
    room["Sery"].signs_out()
    served(room, "Salif", "Adjoua", 5)
    room["Sery"].is_ready()
    assert asked(room, "Koffi", "Ibrahim", "Fanta") == ["Sery", "Awa", "Adjoua"]


def test_round_robin_whoever_did_not_answer_had_a_turn():
    room = centre("round_robin", *NAMES)
    koffi = room.caller("Koffi").joins()
    room["Awa"].does_not_answer()
    assert koffi.offered_to == "Sery"
    room.after(6)
    assert asked(room, "Yao", "Ibrahim") == ["Adjoua", "Awa"]


def test_linear_always_in_the_order_of_the_ranks():
    room = centre("linear", *NAMES, Awa=3, Sery=1, Adjoua=2)
    for caller in ("Yao", "Issa", "Aya"):
        served(room, caller, "Sery", 5)
    assert asked(room, "Koffi", "Ibrahim", "Fanta") == ["Sery", "Adjoua", "Awa"]


def test_linear_a_rank_changed_at_work_counts_for_the_next_caller():
    room = centre("linear", "Awa", "Sery", Awa=2, Sery=1)
    room.agent("Awa", ranks={"general": 0})
    assert asked(room, "Koffi") == ["Awa"]


def drawn(shares, times):
    """Who is drawn, so many times, all being free each time."""
    room = centre("random", *shares, **shares)
    winners = []
    for number in range(times):
        caller = room.caller(f"caller-{number}").joins()
        winners.append(caller.offered_to)
        caller.leaves()
        del room.timers[:]
    return winners


@pytest.mark.parametrize("shares", [{"Awa": 2, "Sery": 1}, {"Awa": 1, "Sery": 2, "Adjoua": 2}, {"Awa": 1, "Sery": 1}])
def test_random_gives_each_its_share_within_the_chance_of_a_fair_lot(shares):
    winners = drawn(shares, 3000)
    for name, share in shares.items():
        fair = share / sum(shares.values())
        assert abs(winners.count(name) - 3000 * fair) < 4 * sqrt(3000 * fair * (1 - fair))


def test_random_the_draws_do_not_depend_on_the_one_before():
    winners = drawn({"Awa": 1, "Sery": 1}, 3000)
    repeated = sum(one == other for one, other in pairwise(winners))
    assert abs(repeated - 1499.5) < 4 * sqrt(2999) / 2


def test_random_draws_the_same_in_a_replay():
    shares = {"Awa": 2, "Sery": 1, "Adjoua": 1}
    assert drawn(shares, 200) == drawn(shares, 200)


def test_given_a_thousand_pauses_then_no_thousand_tickets_are_kept():
    room = centre("round_robin", "Awa", "Sery")
    for _ in range(1000):
        room["Awa"].pauses().is_ready()
    assert sum(map(len, room.acd.floor.lines["general"].free.values())) < 100
    assert asked(room, "Koffi", "Yao") == ["Sery", "Awa"]


def test_random_a_share_of_nothing_is_drawn_when_there_is_nobody_else():
    room = centre("random", "Awa", "Sery", Awa=0, Sery=1)
    assert asked(room, "Koffi", "Yao") == ["Sery", "Awa"]


@pytest.mark.parametrize(("strategy", "first"), [("longest_idle", "Awa"), ("linear", "Adjoua"), ("fewest_calls", "Sery")])
def test_given_another_strategy_at_work_then_it_counts_for_the_next_caller(strategy, first):
    room = centre("round_robin", *NAMES, Adjoua=0)
    for caller, agent in [("Yao", "Awa"), ("Issa", "Sery"), ("Aya", "Adjoua"), ("Konan", "Awa")]:
        served(room, caller, agent, 5)
    room["Sery"].signs_out().is_ready()
    room["Adjoua"].pauses().is_ready()
    room.publish(general=Rules(strategy=strategy))
    assert asked(room, "Koffi") == [first]
