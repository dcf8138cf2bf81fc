"""Random walks of the real distributor through an unruly world (`unruly.Unruly`), which checks everything after every event.

A failure prints its seed: ``WALK_SEED=17 pytest tests/core/test_acd_walks.py`` walks that one again. ``WALK_EVENTS`` sets
the length of the whole. Each rule of `ivr.core.acd` is also removed in turn, to show that the walk finds what it is for.
"""

import os
from dataclasses import replace
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from unruly import QUEUES, Unruly

from ivr.core.acd import Acd
from ivr.core.offers import DropLeg, LegGone, RingTimedOut

EVENTS = int(os.environ.get("WALK_EVENTS", "100000"))
A_WALK = 1000
SEED = os.environ.get("WALK_SEED")


class Broken(Exception):
    """A rule did not hold. Says the seed and after how many events."""

    def __init__(self, seed, world):
        super().__init__(f"WALK_SEED={seed}, after {len(world.told)} events; the last: {world.told[-3:]}")
        self.events = len(world.told)


def walk(seed, events=A_WALK, make=Acd):
    """One walk of so many events, then quiet."""
    world = Unruly(Random(seed), make)
    try:
        while len(world.told) < events:
            world.moves()
        world.falls_quiet()
    except (AssertionError, LookupError, ValueError) as failure:
        raise Broken(seed, world) from failure
    return world


def test_in_an_unruly_world_every_rule_holds_after_every_event():
    told, seed = 0, int(SEED or 1364)
    while told < (1 if SEED else EVENTS):
        told += len(walk(seed).told)
        seed += 1


def test_the_walk_visits_everything_that_can_happen():
    activities, told, answers = set(), set(), set()
    for seed in range(5):
        world = Unruly(Random(seed))
        while len(world.told) < A_WALK:
            world.moves()
            activities |= {agent.activity for agent in world.acd.agents.values()}
        told |= {type(event).__name__ for event in world.told}
        answers |= {type(order).__name__ for answer in world.answers for order in answer}
    assert activities == {"idle", "reserved", "ringing", "answered", "talking", "wrap_up", "resting"}
    assert answers == {"Ring", "DropLeg", "Tell", "WakeOffer", "WakeAgent", "KeepWish"}
    assert told == {
        "CallerJoined", "CallerLeft", "AgentSet", "WishChanged", "EquipmentChanged", "LegRinging", "LegAnswered",
        "LegBridged", "LegGone", "RingTimedOut", "BusyOver",
    }


def test_the_same_events_give_the_same_state_and_the_same_orders():
    world = Unruly(Random(17))
    world.MOVES = world.MOVES[:-1]  # one life: a restart is a second Acd, with events of its own
    while len(world.told) < A_WALK:
        world.moves()
    again = Acd(QUEUES)
    assert [again.handle(event) for event in world.told] == world.answers
    assert again == world.acd


# ----------------------------------------------------------------------------------------------- every rule, removed in turn
class FreeBeforeTheLegIsGone(Acd):
    def _drop(self, offer, end):
        super()._drop(offer, end)
        self._gone(self.offers[offer.id], LegGone(self.now, offer.id, "ended"))

    def handle(self, event):
        self.now = event.at
        return super().handle(event)


class KeepsLegsOfOffersThatAreOver(Acd):
    def _too_late(self, offer, event):
        if isinstance(event, RingTimedOut):
            super()._too_late(offer, event)


class KeepsLegsOfOffersForgotten(Acd):
    def _about_nothing(self, event):
        pass


class LosesThePlace(Acd):
    def _requeue(self, offer, at):
        super()._requeue(offer, at)
        entry = self.entries.get(offer.call)
        if entry is not None and not entry.offer:
            self.entries[offer.call] = replace(entry, since=at)


class BelievesStaleTimers(Acd):
    def _busy_over(self, event):
        agent = self.agents.get(event.agent)
        if agent is not None and agent.activity in {"wrap_up", "resting"}:
            self.agents[agent.id] = agent.moved("free", at=event.at)


class HangsUpOnce(Acd):
    def _too_late(self, offer, event):
        if not isinstance(event, RingTimedOut):
            super()._too_late(offer, event)


class JoinsTwice(Acd):
    def _join(self, event):
        self.entries.pop(event.call, None)
        super()._join(event)


class ServesTheLastFirst(Acd):
    def waiting(self):
        return (replace(entry, since=-entry.since) for entry in super().waiting())

    def _offer(self, entry, agent, at):
        super()._offer(self.entries[entry.call], agent, at)


class ReadyRestartsTheWrapUp(Acd):
    def _wish(self, event):
        super()._wish(event)
        agent = self.agents.get(event.agent)
        if agent is not None and event.wish == "ready":
            self.agents[agent.id] = replace(agent, idle_since=event.at)


class NeverMatchesWhoIsRequeued(Acd):
    def _match(self, at):
        if not any(isinstance(order, DropLeg) for order in self._out):
            super()._match(at)


class ForgetsBusyTimers(Acd):
    def _busy(self, agent, seconds):
        pass


class AdoptsWithoutWithdrawing(Acd):
    def _withdraw(self, offer_id, at):
        pass


MUTANTS = Acd.__subclasses__()


def found_after(make, most=100):
    """How many events it took to see that a rule is missing, over walks one after the other, and what was seen."""
    events = 0
    for seed in range(most):
        try:
            events += len(walk(seed, make=make).told)
        except Broken as broken:
            return events + broken.events, str(broken.__cause__).splitlines()[0]
    return None


@pytest.mark.parametrize("make", MUTANTS, ids=lambda make: make.__name__)
def test_when_a_rule_is_removed_the_walk_finds_it(make):
    found = found_after(make)
    assert found is not None, f"{make.__name__}: the walk does not find that this rule is missing"
    print(f"{make.__name__}: after {found[0]} events: {found[1]}")


# ------------------------------------------------------------------------------------------------------- hypothesis shrinks
class UnrulyDay(RuleBasedStateMachine):
    """The same world with the moves chosen by hypothesis, which shrinks what it finds to the shortest story."""

    def __init__(self):
        super().__init__()
        self.world = Unruly(Random(0))

    @rule(which=some.sampled_from([move for move, _ in Unruly.MOVES]), seed=some.integers(0, 7))
    def something_happens(self, which, seed):
        self.world.dice.seed(seed)
        which(self.world)

    @invariant()
    def everybody_is_known(self):
        self.world.everybody_is_known()

    def teardown(self):
        self.world.falls_quiet()


UnrulyDay.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None, derandomize=True)
TestUnrulyDay = UnrulyDay.TestCase
