"""Every interleaving of small call centres, taken through the real distributor (`explorer`).

A violation prints the shortest way to it as a story, and a token that tells it again. ``python -m tests.explorer`` goes as
far as one likes.
"""

import pytest
from explorer.copying import copied, key_of
from explorer.mutants import WHERE, found
from explorer.search import Search, Violation, story
from explorer.worlds import SETTINGS, begin, make, moves
from mutants import removed
from unruly import state_of

RACES = [(world, name) for world, names in WHERE.items() for name in names]
QUICK = {"small", "consult", "supervision", "callback"}
"""Worlds in which a missing rule is seen at once."""


@pytest.mark.slow
def test_one_caller_and_one_agent_do_whatever_they_can_with_one_fault_of_each_kind_and_every_rule_holds():
    explored = Search("small", 60).run()
    print(explored)
    assert explored.whole
    assert explored.states > 1000


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "small"])
def test_a_small_world_is_explored_as_far_as_a_moment_allows_and_every_rule_holds(name):
    print(Search(name, 60, 1500).run())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "small"])
def test_a_small_world_is_explored_as_far_as_a_minute_allows_and_every_rule_holds(name):
    print(f"{name}: {Search(name, 60, 100_000).run()}")


@pytest.mark.parametrize(("world", "name"), [each for each in RACES if each[0] in QUICK])
def test_a_rule_is_removed_and_the_explorer_finds_the_shortest_way_to_see_it(world, name):
    violation = found(world, name)
    assert violation is not None, f"{name} is not found in {world}"
    print(f"{name}: {violation.steps} moves in {world}: {violation.what}")


@pytest.mark.slow
@pytest.mark.parametrize(("world", "name"), [each for each in RACES if each[0] not in QUICK])
def test_a_rule_is_removed_and_the_explorer_finds_it_in_a_larger_world(world, name):
    test_a_rule_is_removed_and_the_explorer_finds_the_shortest_way_to_see_it(world, name)


def test_a_violation_is_told_as_a_story_and_its_token_tells_it_again():
    with removed("the_phone_rings_on_when_the_caller_has_gone"):
        with pytest.raises(Violation) as caught:
            Search("small", 60).run()
        assert story(caught.value.token) in str(caught.value)
    assert "leaves Koffi" in story(caught.value.token)
    assert "quiet is reached" in story(caught.value.token)


def test_a_copy_is_the_same_and_shares_nothing_that_changes():
    setting = SETTINGS["consult"]
    world = begin(setting)
    make(world, ("presses", "consult", "Awa", "agent:Sery"))
    before, again = state_of(world.acd), copied(world)
    assert state_of(again.acd) == before
    assert key_of(again) == key_of(world)
    for move in moves(world, setting):
        make(copied(world), move)
    assert state_of(world.acd) == before
