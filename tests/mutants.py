"""Every rule of the distributor, removed in turn: what walks and the explorer must find (`MUTANTS`, by name).

A mutant replaces functions of the core wherever they are known by name, for as long as `removed` lasts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ivr.core import acd, callbacks, conversation, duty, joining, offering, supervision, waiting
from ivr.core.agent import Agent
from ivr.core.floor import Floor
from ivr.core.offers import LegGone
from ivr.core.orders import DropLeg, KeepWish, Spent, Together, Wake

Mutant = Callable[[], list[tuple[object, object]]]
"""Gives (function of the core, what it is replaced by) pairs."""

MUTANTS: dict[str, Mutant] = {}


def mutant(make: Mutant) -> Mutant:
    MUTANTS[make.__name__] = make
    return make


@contextmanager
def removed(name: str) -> Iterator[None]:
    """While this lasts, the core is without that rule."""
    undo: list[tuple[object, str, object]] = []
    handlers = dict(acd.HANDLERS)
    try:
        for old, new in MUTANTS[name]():
            places = [module for key, module in sys.modules.items() if key.startswith("ivr.core") and module is not None]
            for place in (*places, Floor, Agent):
                for word, value in list(vars(place).items()):
                    if value is old:
                        undo.append((place, word, value))
                        setattr(place, word, new)
            acd.HANDLERS.update({event: new for event, value in acd.HANDLERS.items() if value is old})
        assert undo, f"{name} replaces nothing"
        yield
    finally:
        acd.HANDLERS.update(handlers)
        for place, word, value in reversed(undo):
            setattr(place, word, value)


def nothing(*_args, **_more):
    return None


def without(function, kind):
    """The function, less the orders of this kind that it gives."""
    def does(state, *args, **more):
        before = len(state.out)
        result = function(state, *args, **more)
        state.out[before:] = [order for order in state.out[before:] if not isinstance(order, kind)]
        return result
    return function, does


# ---------------------------------------------------------------------------------------------------- the life of an offer
@mutant
def free_before_the_leg_is_gone():
    drop = offering.drop

    def does(state, made, end, at):
        drop(state, made, end, at)
        offering.leg_gone(state, LegGone(at, made.id, "ended"))
    return [(drop, does)]


@mutant
def a_leg_of_an_offer_that_is_over_is_kept():
    live = offering._live

    def does(state, name):
        made = state.offers.get(name)
        return None if made is not None and made.dropped else live(state, name)
    return [(live, does)]


@mutant
def a_leg_of_an_offer_unknown_is_kept():
    live = offering._live
    return [(live, lambda state, name: live(state, name) if name in state.offers else None)]


@mutant
def a_hang_up_is_ordered_once():
    return [without(offering._hang_up, Wake)]


@mutant
def a_hang_up_is_not_ordered():
    return [without(offering._hang_up, DropLeg)]


@mutant
def whoever_never_gets_a_bridge_waits_for_it():
    return [(offering._await_bridge, nothing)]


@mutant
def the_ringing_never_times_out():
    return [without(offering.ring, Wake)]


@mutant
def the_place_is_lost_when_an_offer_fails():
    requeue = offering.requeue

    def does(state, entry, made, at, to=""):
        entry.since = at
        requeue(state, entry, made, at, to)
    return [(requeue, does)]


@mutant
def nobody_looks_at_who_waits_again():
    requeue = offering.requeue

    def does(state, *args):
        requeue(state, *args)
        state.floor.arrived.clear()
    return [(requeue, does)]


@mutant
def the_second_answer_wins_too():
    answered = offering.answered

    def does(state, event):
        made = state.offers.get(event.offer)
        entry = made.entry if made is not None else None
        if entry is not None and made in entry.offers and made.stage == "ringing":
            entry.winner = None
        answered(state, event)
    return [(answered, does)]


@mutant
def losers_keep_ringing():
    bridged = offering.bridged

    def does(state, event):
        made = state.offers.get(event.offer)
        if made is not None and made.stage == "answered" and made.entry.winner is made:
            made.entry.offers = [made]
        bridged(state, event)
    return [(bridged, does)]


@mutant
def who_becomes_free_does_not_ring_along():
    return [(Floor._joins_the_ringing, lambda *_: iter(()))]


@mutant
def a_late_answer_is_a_miss():
    answered = offering.answered

    def does(state, event):
        made = state.offers.get(event.offer)
        if made is None or not made.dropped:
            answered(state, event)
        else:
            state.out.append(DropLeg(event.offer))
    return [(answered, does)]


@mutant
def a_cancelled_offer_is_a_miss():
    release = offering._release

    def does(state, made, at):
        release(state, made, at)
        agent = state.agents.get(made.agent)
        if made.end == "cancelled" and agent is not None:
            duty.charge(state, agent, state.rules_of(made.queue), at)
    return [(release, does)]


@mutant
def nothing_is_a_miss():
    return [(duty.charge, nothing)]


@mutant
def an_adopted_agent_keeps_its_offer():
    return [(offering._withdraw, nothing)]


# --------------------------------------------------------------------------------------------------------- coming and going
@mutant
def a_joining_told_twice_is_two():
    join = joining.join

    def does(state, event):
        state.entries.pop(event.call, None)
        join(state, event)
    return [(join, does)]


@mutant
def a_leaving_of_a_former_stay_counts():
    leave = joining.leave

    def does(state, event):
        entry = state.entries.get(event.call)
        leave(state, replace(event, ref=entry.ref) if entry is not None else event)
    return [(leave, does)]


@mutant
def the_phone_rings_on_when_the_caller_has_gone():
    forget = joining.forget

    def does(state, entry, at, why):
        if entry.winner is None:
            entry.offers = []
        forget(state, entry, at, why)
    return [(forget, does)]


@mutant
def a_move_is_not_reported():
    report = waiting.report_stay

    def does(state, entry, at, end, why=""):
        if why != "moved":
            report(state, entry, at, end, why)
    return [(report, does)]


@mutant
def whoever_has_talked_is_reported_again():
    turn_away = waiting.turn_away

    def does(state, entry, at, why):
        entry.served = False
        turn_away(state, entry, at, why)
    return [(turn_away, does)]


@mutant
def needs_never_relax():
    return [(waiting._settle_for_less, nothing)]


@mutant
def nobody_looks_at_the_time():
    return [(waiting.wake, nothing)]


@mutant
def new_rules_do_not_count_for_those_who_wait():
    return [(waiting.ruled_anew, nothing)]


@mutant
def a_deserted_queue_keeps_its_callers():
    return [(waiting.watch_desertion, nothing)]


@mutant
def minutes_given_in_advance_are_lost():
    return [(waiting._order, lambda entry, _rules: entry.since)]


# ----------------------------------------------------------------------------------------------------------------- the floor
@mutant
def the_last_comes_first():
    line_up = Floor._line_up

    def does(floor, entry):
        entry.order = -entry.order
        line_up(floor, entry)
        entry.order = -entry.order
    return [(line_up, does)]


@mutant
def tickets_are_not_looked_at():
    from ivr.core import floor
    return [(floor._head, lambda heap: heap[0][3] if heap else None)]


@mutant
def levels_of_skill_do_not_count():
    from ivr.core import line
    return [(line.fit, lambda need, skills: sum(name in dict(skills) for name, _level in need.prefers))]


def although(**fields):
    """An agent takes offers as if these fields were so."""
    settle, free = Floor.settle, Floor._free

    def pretending(function):
        def does(floor, agent):
            was = {name: getattr(agent, name) for name in fields}
            for name, value in fields.items():
                setattr(agent, name, value)
            function(floor, agent)
            for name, value in was.items():
                setattr(agent, name, value)
        return function, does
    return [pretending(settle), pretending(free)]


@mutant
def a_call_of_its_own_does_not_keep_an_agent():
    return although(own=frozenset())


@mutant
def an_unreachable_phone_is_rung():
    return although(reachable=True)


@mutant
def a_pause_is_not_heeded():
    return although(wish="ready")


@mutant
def who_waits_for_one_agent_is_overtaken():
    return [(Floor._reserved_for, lambda _floor, _agent, best, *_: best)]


# ----------------------------------------------------------------------------------------------------------------- agents
@mutant
def a_stale_timer_ends_a_wrap_up():
    over = duty.busy_over

    def does(state, event):
        agent = state.agents.get(event.agent)
        if agent is not None and agent.activity in {"wrap_up", "resting"} and agent.idle_since != event.since:
            agent.busy_until, event = event.at, replace(event, since=agent.idle_since)
        over(state, event)
    return [(over, does)]


@mutant
def more_time_is_not_given():
    over = duty.busy_over

    def does(state, event):
        agent = state.agents.get(event.agent)
        if agent is not None and agent.activity == "wrap_up" and agent.idle_since == event.since:
            agent.busy_until = event.at
        over(state, event)
    return [(over, does)]


@mutant
def ready_begins_the_wrap_up_anew():
    want = Agent.want

    def does(agent, wish, reason, at):
        want(agent, wish, reason, at)
        if wish == "ready":
            agent.idle_since = at
    return [(want, does)]


@mutant
def nobody_ends_a_wrap_up():
    return [without(duty.busy, Wake)]


@mutant
def a_pause_interrupts():
    wish = duty.wish

    def does(state, event):
        wish(state, event)
        agent = state.agents[event.agent]
        if event.wish == "paused" and agent.activity in {"reserved", "ringing"}:
            duty.move(state, agent, "release", event.at)
    return [(wish, does)]


@mutant
def a_pause_for_misses_is_not_remembered():
    return [without(duty._want, KeepWish)]


@mutant
def work_is_not_written_down():
    report = duty.report_work
    return [(report, lambda state, offer, at: report(state, offer, at) if offer.end != "cancelled" else None)]


@mutant
def time_is_not_written_down():
    return [without(duty.settle, Spent)]


# ----------------------------------------------------------------------------------------------------------- conversations
@mutant
def a_hold_without_music():
    return [without(conversation._put_on_hold, Together)]


@mutant
def music_for_ever():
    def does(_state, entry, made, _at):
        if made is entry.guest:
            entry.guest, entry.conference = None, False
    return [(conversation.guest_left, does)]


@mutant
def the_guest_is_forgotten_when_the_agent_goes():
    left = conversation.agent_left

    def does(state, entry, made, at):
        entry.guest = None
        left(state, entry, made, at)
    return [(left, does)]


@mutant
def the_guest_rings_on_when_the_caller_has_gone():
    return [(conversation.dissolve, supervision.dismiss)]


@mutant
def a_guest_let_go_is_kept():
    return [(conversation.let_guest_go, nothing)]


@mutant
def a_refused_wish_does_something():
    consult = conversation.consult

    def does(state, event):
        agent = state.agents.get(event.agent)
        if agent is not None and agent.activity == "talking":
            conversation.hold(state, event)
        consult(state, event)
    return [(consult, does)]


@mutant
def supervision_outlives_the_conversation():
    return [(supervision.dismiss, nothing)]


@mutant
def whoever_listens_stays_with_the_agent_who_left():
    return [(supervision.follow, nothing)]


@mutant
def supervision_is_not_stopped():
    return [(supervision.stop, nothing)]


# --------------------------------------------------------------------------------------------------------------- callbacks
@mutant
def a_callback_is_never_done():
    return [(callbacks.connected, nothing)]


@mutant
def dialling_goes_on_without_an_agent():
    return [(callbacks.stop_dialling, nothing)]


@mutant
def the_person_called_back_is_somebody_else():
    return [(callbacks.attach, lambda *_: False)]


@mutant
def a_loss_told_late_is_one_of_the_next_try():
    lost = callbacks.person_lost
    return [(lost, lambda state, event: lost(state, replace(event, tries=0)))]


@mutant
def tries_are_not_counted():
    again = callbacks._again

    def does(state, entry, at):
        entry.tries = 0
        again(state, entry, at)
    return [(again, does)]


@mutant
def whoever_calls_again_is_called_back_as_well():
    return [(callbacks.called_again, nothing)]


@mutant
def a_callback_withdrawn_goes_on():
    return [(callbacks.withdrawn, nothing)]
