"""Everything that must hold after every event, judged from what the world knows.

The oracle of who is offered whom (`_expected`) is a second, naive implementation: all waiting callers against all free
agents, from `Need`, skills and queues, without a heap or a ticket.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from ivr.core.agent import LOAD_MEMORY, Agent
from ivr.core.messages import AgentLeft, Event, QueueChanged
from ivr.core.offering import BRIDGE_WITHIN, REST_AFTER_MISS
from ivr.core.offers import (
    BusyOver,
    CallbackKept,
    CallerJoined,
    EntryDue,
    LegAnswered,
    LegBridged,
    LegGone,
    LegRinging,
    RingTimedOut,
    TransferAsked,
)
from ivr.core.orders import AcdCommand, DropLeg, NotDone, Ring, Spent, Stayed, Tell, Worked
from ivr.core.queueing import Entry, Offer, Rules
from ivr.core.strategy import RING_ALL

if TYPE_CHECKING:
    from unruly.world import Person, World

SLACK = 90.0
"""Seconds by which timers may be late in a walk."""

BUSY = frozenset({"reserved", "ringing", "answered", "talking", "hold", "consulting"})
PERSONAL = ("'07000000", "'000017", "'000018")
REPORTS = (LegRinging, LegAnswered, LegBridged)


# --------------------------------------------------------------------------------------------------- what an event changes
def before(world: World, event: Event) -> tuple[object, ...]:
    """What must be remembered from before: is the offer spoken of over, is the callback somebody's, who rests until when;
    what somebody might ask in vain."""
    acd = world.acd
    offer = acd.offers.get(getattr(event, "offer", ""))
    over = offer is None or offer.dropped
    resting = None
    if not isinstance(event, CallerJoined):
        resting = [(agent, agent.activity, agent.busy_until, agent.idle_since) for agent in acd.agents.values()
                   if agent.activity in {"wrap_up", "resting"}]
    known = acd.entries.get(event.call) if isinstance(event, CallerJoined) else None
    misses = {agent.id: agent.misses for agent in acd.agents.values()}
    places = {name: entry.queue for name, entry in acd.callbacks.items() if entry.absent}
    return over, resting, (known, places), misses, offer.stage if offer else "", offer


def answer_holds(world: World, event: Event, was: tuple[object, ...], answer: list[AcdCommand]) -> None:
    over, resting, known, misses, stage, offer = was
    if any(type(order) is NotDone for order in answer):
        assert len(answer) == 1, f"refused, and yet something was done: {answer}"
    if over and isinstance(event, REPORTS):
        assert DropLeg(event.offer) in answer, f"the leg of {event.offer} rings for nobody"
    if over and offer is not None and isinstance(event, RingTimedOut):
        assert DropLeg(event.offer) in answer, f"the leg of {event.offer} is not hung up again"
    if resting:
        _rests_are_kept(world, event, resting)
    _misses_are_just(world, event, misses, stage, offer)
    _stays_are_counted(world, event, known, answer)
    _matching_is_right(world, [order for order in answer if type(order) is Ring and order.kind in {"call", "callback"}])
    if isinstance(event, EntryDue):
        _need_is_the_one_of_now(world, event)
    elif isinstance(event, CallerJoined) and not (known[0] is not None and known[0].ref == event.ref):
        _callback_is_taken_over(world, event, known[1])


def _rests_are_kept(world: World, event: Event, resting: list[tuple[Agent, str, float, float]]) -> None:
    for agent, activity, until, since in resting:
        if agent.activity == activity and agent.idle_since == since:
            continue
        if activity == "wrap_up" and type(event).__name__ == "WrapUpDone":
            continue
        assert isinstance(event, BusyOver), f"{agent.id} was freed by {event}"
        assert world.now >= until - 0.01, f"{agent.id} was freed {until - world.now} s too early"


def _misses_are_just(world: World, event: Event, misses: dict[str, int], stage: str, offer: Offer | None) -> None:
    """Only an offer that rang in vain or was refused is a miss; too many, and the agent is paused."""
    for name, count in misses.items():
        agent = world.acd.agents[name]
        if agent.misses > count:
            assert isinstance(event, LegGone), f"{name} is charged a miss by {event}"
            assert stage == "ringing", f"{name} is charged a miss, having picked up"
            assert event.offer not in world.picked, f"{name} is charged a miss, having picked up late"
            assert offer.kind != "supervise", f"{name} is charged a miss as a supervisor"
            assert offer.end in {"refused", "timed_out"}, f"{name} is charged a miss for {offer}"
            limit = world.rules[offer.queue].misses if offer.queue in world.rules else Rules().misses
            assert agent.misses < limit or agent.wish != "ready", f"{name} missed {agent.misses} calls and is ready"
    missed = isinstance(event, LegGone) and stage == "ringing" and offer.end in {"refused", "timed_out"}
    if missed and offer.agent in misses and offer.kind != "supervise":
        agent = world.acd.agents[offer.agent]
        assert agent.misses > misses[offer.agent], f"{offer.agent} missed {offer.id} and is charged nothing"
        assert agent.activity == "resting", f"{offer.agent} missed a call and does not rest {REST_AFTER_MISS} s"


def _stays_are_counted(
    world: World, event: Event, was: tuple[Entry | None, dict[str, str]], answer: list[AcdCommand],
) -> None:
    """Entered = reported + still there, by queue."""
    begun, (known, places) = world.begun, was
    for name, queue in places.items():
        entry = world.acd.callbacks.get(name)
        if entry is not None and entry.absent and entry.queue != queue:
            begun[entry.queue] += 1
    if isinstance(event, CallerJoined) and not (known is not None and known.ref == event.ref):
        entry = world.acd.entries.get(event.call)
        attached = entry is not None and event.callback and entry.callback == event.callback and not event.offer
        if attached and entry.queue != event.queue:
            begun[entry.queue] -= 1  # it was moved before: the session is told now
        if event.offer and event.callback in places and event.callback not in world.acd.callbacks:
            begun[places[event.callback]] -= 1  # its end was told in a former life
        if not attached and not (entry is not None and entry.served):
            begun[event.queue] += 1
    elif isinstance(event, CallbackKept):
        begun[event.queue] += event.callback not in world.owed
        world.owed.add(event.callback)
    for order in answer:
        if type(order) is Tell:
            if type(order.event) is QueueChanged and order.call not in places:
                begun[order.event.queue] += 1
            elif type(order.event) is AgentLeft and type(event) is TransferAsked and not order.event.to.startswith("number"):
                entry = world.acd.entries[order.call]
                if not any(type(each) is Tell and type(each.event) is QueueChanged for each in answer):
                    begun[entry.queue] += 1
        elif type(order) is Stayed:
            begun[order.queue] -= 1
    there: dict[str, int] = {}
    acd = world.acd
    for entry in acd.entries.values():
        if not entry.served:
            there[entry.queue] = there.get(entry.queue, 0) + 1
    for key, entry in acd.callbacks.items():
        if entry.absent and key not in acd.entries:
            there[entry.queue] = there.get(entry.queue, 0) + 1
    for queue, count in begun.items():
        assert count == there.get(queue, 0), f"{queue}: {count} are to be reported, {there.get(queue, 0)} are there, {event}"


def _need_is_the_one_of_now(world: World, event: EntryDue) -> None:
    entry = world.acd.entries.get(event.call)
    if entry is not None and entry.ticket and entry.ref == event.ref and entry.plan:
        assert world.now < entry.entered + entry.plan[0][0], f"{entry.key} does not settle for less"


def _callback_is_taken_over(world: World, event: CallerJoined, places: dict[str, str]) -> None:
    """Whoever is called back takes the callback over; whoever calls again is not called back on top of it."""
    entry, acd = world.acd.entries.get(event.call), world.acd
    if event.callback in places and not event.offer:
        assert entry is not None, f"{event.call} was called back, and is not there"
        assert entry.callback == event.callback, f"{event.call} was called back, and is somebody else"
    number = event.facts["caller"]
    if number and not event.offer and entry is not None and entry.ref == event.ref and entry.entered == event.at:
        meant = number, event.queue
        doubled = [name for name, each in acd.callbacks.items() if each.absent and (each.number, each.queue) == meant]
        assert not doubled, f"{event.call} waits, and is called back as well: {doubled}"


def nothing_lasts(world: World) -> None:
    """Timers have fired until now: no phone rings longer than it may, nobody listens to silence."""
    for offer in world.acd.offers.values():
        if offer.dropped or offer.stage == "talking":
            continue
        rules, since = world.acd.rules_of(offer.queue), max(offer.at, offer.answered_at, offer.joined_at)
        most = rules.ring if offer.stage == "ringing" else BRIDGE_WITHIN + rules.dial
        assert world.now <= since + most + SLACK, f"{offer.id} is {offer.stage} for {world.now - since} s"


def row_holds(world: World, row: AcdCommand) -> None:
    """Rows for the books: whole, once, and about nobody in particular."""
    kind = type(row)
    if kind is Worked:
        assert row.offer not in world.worked, f"{row.offer} is in the books twice"
        world.worked.add(row.offer)
        world.owed.discard(row.offer)
        parts = (row.rang, row.talked, row.held, row.wrapped)
        assert min(parts) >= 0.0, f"a duration below 0: {row}"
        assert sum(parts) <= row.until - row.at + 0.01, f"more work than time: {row}"
        if row.end not in {"accepted", "lost"}:
            assert row.wrapped == 0.0, f"wrap-up without a conversation: {row}"
        _spends(world, row.agent, row.until - row.at)
    elif kind is Spent:
        assert row.until > row.since, f"no time at all: {row}"
        _spends(world, row.agent, row.until - row.since)
    elif kind is Stayed:
        assert row.until >= row.entered, f"left before entering: {row}"
    if kind in {Worked, Spent, Stayed, NotDone}:
        said = repr(row)
        assert not any(word in said for word in PERSONAL), f"personal data: {said}"


def _spends(world: World, agent: str, seconds: float) -> None:
    if agent in world.staff:
        world.staff[agent].spent += seconds


# ----------------------------------------------------------------------------------------------------- who is offered whom
def _free(world: World) -> list[str]:
    """Who takes offers, by the world's own knowledge; only wrap-ups and rests are the distributor's word."""
    busy = set(world.held.values())
    agents = world.acd.agents
    return [
        name for name, person in world.staff.items()
        if _wants_calls(person) and name not in busy
        and agents[name].activity not in {"wrap_up", "resting"}
    ]


def _wants_calls(person: Person) -> bool:
    return person.wish == "ready" and person.reachable and not person.own


def eligible(entry: Entry, name: str, person: Person) -> bool:
    if entry.need.agent:
        return entry.need.agent == name
    if entry.queue not in person.queues:
        return False
    has = dict(person.skills)
    return all(has.get(skill, 0) >= level for skill, level in entry.need.skills)


def _liked(entry: Entry, person: Person) -> int:
    has = dict(person.skills)
    return sum(has.get(skill, 0) >= level for skill, level in entry.need.prefers)


KEYS = {
    "longest_idle": lambda agent, _rank, _turn: (agent.idle_since, 0.0),
    RING_ALL: lambda agent, _rank, _turn: (agent.idle_since, 0.0),
    "fewest_calls": lambda agent, _rank, _turn: (agent.calls, agent.idle_since),
    "round_robin": lambda agent, _rank, turn: (turn, agent.idle_since),
    "random": lambda _agent, _rank, _turn: (0.0, 0.0),
    "linear": lambda _agent, rank, _turn: (rank, 0.0),
    "least_occupied": lambda agent, _rank, _turn: (
        (log(agent.load) if agent.load else float("-inf")) + agent.load_at / LOAD_MEMORY, agent.idle_since,
    ),
}


def _order(world: World, entry: Entry, name: str, before_offers: dict[str, int]) -> tuple[object, ...]:
    strategy = world.acd.rules_of(entry.queue).strategy
    agent, person = world.acd.agents[name], world.staff[name]
    key = KEYS[strategy](agent, person.ranks.get(entry.queue, 1), before_offers.get(name, agent.turn))
    return -_liked(entry, person), *key, name


def _matching_is_right(world: World, rings: list[Ring]) -> None:
    """Nobody waits who could be served; and who was offered whom is what the naive rule says."""
    acd = world.acd
    waiting = [entry for entry in acd.entries.values() if entry.winner is None and not entry.offers]
    free = _free(world)
    if not rings:
        for entry in waiting:
            for name in free:
                assert not eligible(entry, name, world.staff[name]), f"{entry.key} waits while {name} takes offers"
        _all_ring(world, free, acd)
        return
    done = [(acd.offers[ring.offer].entry, ring.agent) for ring in rings]
    turns = _turns_before(world, done)
    for entry, name in done:
        assert _wants_calls(world.staff[name]), f"{name} takes no offers, and is asked for {entry.key}"
    rung = {ring.offer for ring in rings}
    fresh = {entry.key: entry for entry, _ in done if all(each.id in rung for each in entry.offers)}
    greedy = [(entry.key, name) for entry, name in done if entry.key in fresh]
    expected, left = _expected(world, [*waiting, *fresh.values()], [*free, *(name for _, name in done)], turns, greedy)
    assert greedy == expected, f"offered {greedy}, expected {expected}"
    for entry, name in done:
        key = entry.key
        if key in fresh:
            continue
        assert name in left, f"{name} rings for {key} and was needed elsewhere"
        assert acd.rules_of(acd.entries[key].queue).strategy == RING_ALL, f"{key} rings at {name} as well"
        assert eligible(acd.entries[key], name, world.staff[name]), f"{name} cannot take {key}"
    _all_ring(world, free, acd)


def _turns_before(world: World, done: list[tuple[Entry, str]]) -> dict[str, int]:
    """The turn each agent had before it was asked: what the world counted."""
    turns = {}
    for _, name in done:
        person = world.staff[name]
        turns[name], person.turn = person.turn, world.acd.agents[name].turn
    return turns


def _expected(
    world: World, waiting: list[Entry], free: list[str], turns: dict[str, int],
    done: list[tuple[str, str]],
) -> tuple[list[tuple[str, str]], set[str]]:
    """The pairs of the naive rule, and who is left free."""
    pairs: list[tuple[str, str]] = []
    left, staff = dict.fromkeys(free), world.staff
    ranked = sorted(waiting, key=lambda entry: (-_score(world, entry), entry.key))
    for entry in ranked:
        able = [name for name in left if eligible(entry, name, staff[name])]
        if not able:
            continue
        able.sort(key=lambda name: _order(world, entry, name, turns))
        if world.acd.rules_of(entry.queue).strategy == "random":
            able.sort(key=lambda name: (-_liked(entry, staff[name]), (entry.key, name) not in done))
        all_ring = world.acd.rules_of(entry.queue).strategy == RING_ALL
        for name in able if all_ring else able[:1]:
            pairs.append((entry.key, name))
            del left[name]
    return pairs, set(left)


def _score(world: World, entry: Entry) -> float:
    return world.acd.rules_of(entry.queue).weight * (world.now - entry.order)


def _all_ring(world: World, free: list[str], acd: object) -> None:
    for entry in acd.entries.values():
        if entry.offers and entry.winner is None and acd.rules_of(entry.queue).strategy == RING_ALL:
            if entry.offers[0].number or entry.need.agent or entry.offers[0].kind == "consult":
                continue
            if any(each.queue != entry.queue for each in entry.offers) or entry.served:
                continue
            for name in free:
                assert not eligible(entry, name, world.staff[name]), f"{name} is free and does not ring for {entry.key}"


# ------------------------------------------------------------------------------------------------------- what always holds
def state_holds(world: World) -> None:
    _offers_hold(world)
    _agents_hold(world)
    for entry in world.acd.entries.values():
        _entry_holds(world, entry)
    _callbacks_hold(world)


def _offers_hold(world: World) -> None:
    acd, ends, over = world.acd, world.ends, world.over
    for name in [name for name in ends if name not in acd.offers]:
        over.add(name)
        del ends[name]
    for name, offer in acd.offers.items():
        assert name not in over, f"{name} lives again"
        end = offer.end
        assert ends.get(name) in {None, end}, f"{name} had ended as {ends[name]}, and ends again as {end}"
        ends[name] = end
        if offer.dropped:
            assert end, f"{offer} is dropped without an end"
            continue
        entry = offer.entry
        if acd.entries.get(entry.key) is not entry:
            assert name in world.goodbyes, f"{name} rings for nobody"
            continue
        if offer.kind == "supervise":
            assert offer in entry.spies, f"{name} supervises without being known to"
            assert entry.winner is not None, f"{name} supervises what is over"
        elif offer.kind == "consult":
            assert entry.guest is offer, f"{name} is consulted by nobody"
        else:
            assert offer in entry.offers, f"{name} is not the caller's"


def _agents_hold(world: World) -> None:
    held = list(world.held.values())
    offers = world.acd.offers
    for name, agent in world.acd.agents.items():
        count = held.count(name)
        assert count == (agent.activity in BUSY), f"{name} is {agent.activity} and has {count} legs: {world.held}"
        if count:
            assert agent.offer in offers, f"{name} is {agent.activity} with an offer that is none: {agent.offer}"
            assert offers[agent.offer].agent == name, f"{name} has the offer of another"
        if agent.activity == "consulting":
            offer = offers[agent.offer]
            assert offer.dropped or (offer.entry.guest is not None and not offer.entry.guest.dropped), (
                f"{name} consults nobody"
            )


def _entry_holds(world: World, entry: Entry) -> None:
    stay = world.stays.get(entry.key)
    if stay is not None and stay.ref == entry.ref:
        assert entry.since == stay.place, f"{entry.key} has lost the place: {entry.since}, not {stay.place}"
        assert entry.queue == stay.queue, f"{entry.key} believes to be in {stay.queue}, not {entry.queue}"
    waits = entry.winner is None and not entry.offers
    assert bool(entry.ticket) == waits, f"{entry.key} waits: {waits}, by its ticket: {bool(entry.ticket)}"
    answered = [each.id for each in entry.offers if each.stage != "ringing" and not each.dropped]
    assert len(answered) <= 1, f"{entry.key} has two winners: {answered}"
    if waits and not world.fronted & {entry.key, stay.callback if stay is not None else ""}:
        weight = world.acd.rules_of(entry.queue).weight
        assert entry.order == entry.since - 60.0 * entry.priority / weight, f"{entry.key} is not at its place: {entry.order}"
    if waits:
        assert not entry.spies, f"{entry.key} waits and is supervised"
        assert entry.guest is None, f"{entry.key} waits and somebody is consulted"
        return
    if entry.winner is None or not entry.served:
        asked = [each for each in entry.offers if not each.dropped]
        assert len(asked) == len(entry.offers), f"{entry.key} hangs on a dropped offer"
        ring_all = world.acd.rules_of(entry.queue).strategy == RING_ALL
        assert len(asked) == 1 or ring_all, f"{entry.key} is offered to {[each.agent for each in asked]}"
    if entry.talking is not None:
        _conversation_holds(world, entry, entry.talking)


def _conversation_holds(world: World, entry: Entry, winner: Offer) -> None:
    """Who hears whom is what the state says; nobody hears music but on hold."""
    assert not winner.dropped, f"{entry.key} talks with a leg that was told to go"
    agent = world.acd.agents.get(winner.agent) if winner.agent else None
    doing = agent.activity if agent is not None else "talking"
    guest = entry.guest
    consults = guest is not None and not entry.conference
    assert not consults or doing == "consulting", f"{entry.key}: {winner.agent} has a guest, and is {doing}"
    talks_apart = guest is not None and guest.stage == "talking" and not entry.conference
    barging = {spy.id for spy in entry.spies if spy.stage == "talking" and spy.mode == "barge"}
    bridge = world.bridge.get(entry.key, set())
    if doing == "talking":
        third = {guest.id} if guest is not None and entry.conference else set()
        assert bridge == {winner.id, *third, *barging}, f"{entry.key} hears {bridge}, not {winner.id}, {third}, {barging}"
        assert not winner.held_from, f"{winner.id} talks and is on hold"
    else:
        assert bridge <= barging, f"{entry.key} is on hold and hears {bridge}"
        assert winner.held_from, f"{winner.id} holds, and the time is not counted"
    aside = world.aside.get(entry.key, set())
    assert aside == ({winner.id, guest.id} if talks_apart else set()), f"apart from {entry.key} talk {aside}"
    for spy in entry.spies:
        if spy.stage == "talking" and spy.mode in {"listen", "whisper"}:
            heard = world.spying.get(spy.id)
            assert heard == (winner.id, spy.mode == "whisper"), f"{spy.id} hears {heard}, not {winner.id}"
        else:
            assert spy.id not in world.spying, f"{spy.id} hears {world.spying[spy.id]} and does not only listen"


def _callbacks_hold(world: World) -> None:
    acd = world.acd
    for name in world.dials:
        assert name in acd.callbacks, f"{name} is closed and dialled"
        assert acd.callbacks[name].dialling, f"{name} is dialled, and the distributor does not know"
    for name in world.spying:
        spy = acd.offers.get(name)
        assert spy is not None, f"{name} hears {world.spying[name]} and is over"
        assert spy in spy.entry.spies, f"{name} hears {world.spying[name]} and does not supervise"
    for name, kept in world.store.items():
        known = name in acd.callbacks
        if kept.state != "open":
            assert not known, f"{name} is {kept.state} and still open"
            assert name not in world.dials, f"{name} is {kept.state} and dialled"
        elif known:
            dialling = acd.callbacks[name].dialling
            assert not dialling or acd.callbacks[name].winner is not None, f"{name} is dialled for nobody"


# -------------------------------------------------------------------------------------------------------------------- rest
def nobody_is_stuck(world: World) -> None:
    """The world is quiet, and an hour has passed."""
    acd = world.acd
    assert not acd.offers, f"offers for ever: {acd.offers}"
    assert not world.dials, f"dialled for ever: {world.dials}"
    for agent in acd.agents.values():
        assert agent.activity == "idle", f"{agent} is stuck"
        person = world.staff[agent.id]
        total = person.spent + world.now - agent.spell_since
        lived = world.now - person.since
        assert abs(total - lived) < 0.01, f"{agent.id}: {total} s in the books of {lived}"
    unwritten = {each for each in world.owed if each not in world.store}
    assert not unwritten, f"not in the books: {unwritten}"
    for entry in acd.entries.values():
        assert entry.ticket, f"{entry} is stuck"
        _waits_for_a_reason(world, entry)


def _waits_for_a_reason(world: World, entry: Entry) -> None:
    rules = world.acd.rules_of(entry.queue)
    waited, there = (world.now - max(since, entry.patient) for since in (entry.since, entry.entered))
    assert not entry.plan, f"{entry.key} still insists after an hour"
    assert not entry.need.agent, f"{entry.key} waits for {entry.need.agent} for ever"
    if entry.callback:
        return
    assert not rules.longest or waited < rules.longest, f"{entry.key} waits too long"
    assert not rules.overflow_after or there < rules.overflow_after, f"{entry.key} should have overflowed"
    signed = any(
        person.wish == "ready" and person.reachable and entry.queue in person.queues for person in world.staff.values()
    )
    assert signed or rules.when_empty == "wait", f"{entry.key} waits where nobody is"


def everybody_is_known(world: World) -> None:
    """Between two moves: sessions and distributor agree on who is there."""
    sessions = {name: stay.ref for name, stay in world.stays.items()}
    known = {name: entry.ref for name, entry in world.acd.entries.items() if not entry.absent}
    assert sessions == known, f"sessions know {sessions}, the distributor {known}"
    kept = {name for name, each in world.store.items() if each.state == "open"}
    assert kept == set(world.acd.callbacks), f"open in the store: {kept}; in the distributor: {set(world.acd.callbacks)}"
