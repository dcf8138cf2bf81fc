"""Random walks of the real distributor through an unruly world (`unruly`), which checks everything after every event.

A failure prints its seed: ``WALK_SEED=17 pytest tests/core/test_acd_walks.py`` walks that one again. ``WALK_EVENTS`` sets
the length of the whole. Every rule of the core is also removed in turn (`mutants`), to show that the walk finds what it is
for; ``python -m tests.explorer --mutants`` prints the table of docs/proof.md.
"""

import os
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from mutants import MUTANTS, removed
from unruly import APPROVED, Opened, Published, Walk, state_of
from unruly.checks import everybody_is_known
from unruly.moves import MOVES
from unruly.walking import A_WALK, found_after, walk

from ivr.core.acd import HANDLERS, Acd

EVENTS = int(os.environ.get("WALK_EVENTS", "100000"))
CHUNKS = 8
SEED = os.environ.get("WALK_SEED")

ENOUGH = 1_000_000
"""Events within which a missing rule must be found."""


@pytest.mark.parametrize("chunk", range(1 if SEED else CHUNKS))
def test_in_an_unruly_world_every_rule_holds_after_every_event(chunk):
    told, seed = 0, int(SEED or 1364 + chunk)
    while told < (1 if SEED else EVENTS / CHUNKS):
        told += walk(seed).events
        seed += CHUNKS


def test_the_walk_visits_everything_that_can_happen():
    activities, told, ordered, ends = set(), set(), set(), set()
    for seed in range(12):
        visit = Walk(Random(seed), keeps=True)
        while visit.events < A_WALK:
            visit.moves()
            activities |= {agent.activity for agent in visit.world.acd.agents.values()}
            ends |= {(offer.kind, offer.end) for offer in visit.world.acd.offers.values()}
        told |= {type(event) for event in visit.world.told}
        ordered |= {type(order).__name__ for answer in visit.world.answers for order in answer}
    assert activities == {
        "idle", "reserved", "ringing", "answered", "talking", "hold", "consulting", "wrap_up", "resting",
    }
    assert not set(HANDLERS) - told, f"never told: {set(HANDLERS) - told}"
    assert {"consult", "supervise", "callback", "call"} == {kind for kind, _ in ends}
    assert ordered == {
        "Ring", "DropLeg", "Together", "Aside", "Spy", "RecordTalk", "PauseRecording", "SayToLeg", "DialOut", "StopDialling",
        "Tell", "Wake", "KeepWish", "KeepCallback", "NotDone", "Stayed", "Worked", "Spent",
    }


def test_the_same_events_give_the_same_orders_and_the_same_state():
    visit = walk(17, keeps=True)
    acd = None
    for event, answer in zip(visit.world.told, visit.world.answers, strict=True):
        if isinstance(event, Opened):
            acd = Acd(event.rules, APPROVED)
        elif isinstance(event, Published):
            assert acd.publish(event.rules, event.at) == answer
        else:
            assert acd.handle(event) == answer
    assert state_of(acd) == state_of(visit.world.acd)


RARE = {
    "whoever_listens_stays_with_the_agent_who_left", "whoever_has_talked_is_reported_again", "supervision_is_not_stopped",
    "whoever_never_gets_a_bridge_waits_for_it", "a_hang_up_is_ordered_once",
}
"""Rules whose absence shows once in a hundred thousand events, or more rarely."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in RARE else ()) for name in MUTANTS])
def test_when_a_rule_is_removed_the_walk_finds_it(name):
    with removed(name):
        found = found_after(ENOUGH)
    assert found is not None, f"{name}: the walk does not find that this rule is missing"
    print(f"{name}: after {found[0]} events: {found[1]}")


# ------------------------------------------------------------------------------------------------------- hypothesis shrinks
class UnrulyDay(RuleBasedStateMachine):
    """The same world with the moves chosen by hypothesis, which shrinks what it finds to the shortest story."""

    def __init__(self):
        super().__init__()
        self.day = Walk(Random(0))

    @rule(which=some.sampled_from(MOVES), seed=some.integers(0, 7))
    def something_happens(self, which, seed):
        self.day.dice.seed(seed)
        which(self.day)

    @invariant()
    def everybody_is_known(self):
        everybody_is_known(self.day.world)

    def teardown(self):
        self.day.falls_quiet()


UnrulyDay.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None, derandomize=True)
TestUnrulyDay = UnrulyDay.TestCase
