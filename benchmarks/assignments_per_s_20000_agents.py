"""How fast a pair is found among 20,000 agents, and how much faster than by looking at everybody again.

Twelve queues, each agent in two of them with one of 32 sets of skills. In eight queues agents are free; in four all are busy
and 300 callers wait in each. Two kinds of events alternate: a caller comes to one of the calm queues (with a need of one of
three levels), and an agent of a crowded one becomes free.

A **decision** is all that `ivr.core.floor.Floor` does from that event to the pair being chosen and both of it reserved: the
caller or agent is put where it is found (`queue`, `settle`), the pair is chosen (`pairs`), both are taken out (`unqueue`,
`settle`). What makes the next event possible (the agent of a calm queue comes back, a crowded queue gets another caller) is
not counted. The naive rescan decides the same from plain lists: all callers by their score, for each all free agents.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Iterator
from statistics import quantiles

from benchmarks.results import keep
from ivr.core.acd import Acd
from ivr.core.agent import Agent
from ivr.core.floor import Floor
from ivr.core.line import fit
from ivr.core.offers import AgentSet, BusyOver, CallerJoined, EquipmentChanged, LegAnswered, LegBridged, LegGone, WishChanged
from ivr.core.orders import Ring
from ivr.core.queueing import ANYBODY, Entry, Need, Rules

AGENTS, WAITING = 20_000, 300
CALM = tuple(f"calm{number}" for number in range(8))
CROWDED = tuple(f"crowded{number}" for number in range(4))
RULES = {name: Rules(weight=1.0 + number % 3 / 2) for number, name in enumerate((*CALM, *CROWDED))}
NEEDS = (ANYBODY, Need("", (("solde", 1),)), Need("", (("carriere", 2),), (("solde", 2),)))
SETS = tuple(
    tuple(sorted({"solde": solde, "carriere": carriere, "concours": concours}.items()))
    for solde in range(4) for carriere in range(4) for concours in range(2)
)


class World:
    """A floor with everybody on it; time goes on by a second with each event."""

    def __init__(self) -> None:
        self.floor, self.chance, self.at, self.made = Floor(), random.Random(1364), 0.0, 0
        self.floor.rule(RULES)
        self.crowd: list[Agent] = []
        for number in range(AGENTS):
            queues = CALM if number % 3 else CROWDED
            agent = Agent(f"a{number}", tuple(self.chance.sample(queues, 2)), self.chance.choice(SETS), wish="ready",
                          reachable=True, idle_since=self.chance.random())
            self.floor.add(agent)
            if queues is CROWDED:
                agent.move("reserve", 0.0, "o")
                self.crowd.append(agent)
            self.floor.settle(agent)
        for queue in CROWDED:
            for _ in range(WAITING):
                self.floor.queue(self.caller(queue))
        list(self.floor.pairs(self.at))

    def caller(self, queue: str) -> Entry:
        self.made += 1
        self.at += 1.0
        entry = Entry(f"c{self.made}", 1, queue, 0, self.at, {}, entered=self.at, order=self.at - self.chance.random() * 60)
        entry.need = self.chance.choice(NEEDS)
        return entry

    def events(self, count: int) -> Iterator[Entry | Agent]:
        """Callers and agents, alternating; after each, the world is made ready for the next."""
        for number in range(count):
            if number % 2:
                agent = self.crowd[self.chance.randrange(len(self.crowd))]
                agent.move("release", self.at)
                yield agent
                self.floor.queue(self.caller(agent.queues[0]))
                list(self.floor.pairs(self.at))
            else:
                entry = self.caller(self.chance.choice(CALM))
                yield entry

    def decide(self, event: Entry | Agent) -> tuple[Entry, Agent] | None:
        floor = self.floor
        if isinstance(event, Agent):
            floor.settle(event)
        else:
            floor.queue(event)
        for entry, agent in floor.pairs(self.at):
            floor.unqueue(entry)
            agent.move("reserve", self.at, "o")
            floor.settle(agent)
            return entry, agent
        return None

    def undo(self, pair: tuple[Entry, Agent] | None) -> None:
        """The agent of a calm queue is free again."""
        if pair is not None and pair[1].queues[0] in CALM:
            pair[1].move("release", self.at)
            pair[1].idle_since = self.at
            self.floor.settle(pair[1])
            list(self.floor.pairs(self.at))

    def rescan(self, event: Entry | Agent) -> tuple[str, str] | None:
        """The same decision by looking at everybody: callers by score, for each the free agents who can."""
        free = [agent for agent in self.floor.agents.values() if agent.takes_offers]
        waiting = [entry for line in self.floor.lines.values() for entry in line.waiting.values()]
        if isinstance(event, Entry):
            waiting.append(event)
        waiting.sort(key=lambda entry: (-RULES[entry.queue].weight * (self.at - entry.order), entry.key))
        for entry in waiting:
            able = [(-liked, agent.idle_since, 0.0, agent.id) for agent in free if entry.queue in agent.queues
                    and (liked := fit(entry.need, agent.skills)) is not None]
            if able:
                return entry.key, min(able)[3]
        return None


def ours(count: int) -> list[float]:
    world, took = World(), []
    gc.collect()
    gc.freeze()
    for event in world.events(count):
        before = time.thread_time()
        pair = world.decide(event)
        took.append(time.thread_time() - before)
        world.undo(pair)
    return took


def naive(count: int) -> tuple[list[float], int]:
    """Seconds of each rescan, and how many chose another pair than ours (none may)."""
    world, took, different = World(), [], 0
    for event in world.events(count):
        before = time.thread_time()
        found = world.rescan(event)
        took.append(time.thread_time() - before)
        pair = world.decide(event)
        different += (found is None) != (pair is None) or (pair is not None and found != (pair[0].key, pair[1].id))
        world.undo(pair)
    return took, different


def whole_calls(count: int) -> float:
    """Calls a second through the whole distributor with as many agents: five events each, orders and reports made."""
    acd = Acd(RULES)
    for number in range(AGENTS):
        name = f"a{number}"
        acd.handle(AgentSet(0.0, name, (CALM[number % 8], CALM[(number + 3) % 8]), SETS[number % len(SETS)]))
        acd.handle(EquipmentChanged(0.0, name, reachable=True))
        acd.handle(WishChanged(0.0, name, "ready"))
    before = time.thread_time()
    for number in range(count):
        at, offer = 1.0 + number, f"c{number}.o1.1"
        orders = acd.handle(CallerJoined(at, f"c{number}", 1, CALM[number % 8], 0, at, {}))
        agent = next(order.agent for order in orders if type(order) is Ring)
        acd.handle(LegAnswered(at, offer))
        acd.handle(LegBridged(at, offer))
        acd.handle(LegGone(at, offer, "ended"))
        acd.handle(BusyOver(at + 30.0, agent, acd.agents[agent].idle_since))
    return count / (time.thread_time() - before)


def main(quick: bool) -> None:
    count, scans, calls = (20_000, 6, 20_000) if quick else (200_000, 30, 100_000)
    took = ours(count)
    slow, different = naive(scans)
    rate, scan = count / sum(took), sum(slow) / len(slow)
    cuts = quantiles(took, n=1000)
    ratio = scan * rate
    keep(
        "assignments_per_s_20000_agents", round(rate), "decisions/s", ">= 50000, p99 <= 100 us",
        met=rate >= 50_000 and cuts[989] <= 100e-6,
        how=f"processor time of {count} decisions of ivr.core.floor.Floor, from the event that makes a pair possible to the "
            f"pair chosen and reserved; {AGENTS} agents in {len(RULES)} queues with {len(SETS)} sets of skills, "
            f"{WAITING * len(CROWDED)} callers waiting, callers who come and agents who become free in turn; what prepares "
            f"the next event is not counted",
        note="whole_calls_per_s: the whole distributor (five events a call, orders, reports, accounts) with as many agents",
        p50_us=round(cuts[499] * 1e6, 1), p99_us=round(cuts[989] * 1e6, 1), p999_us=round(cuts[998] * 1e6, 1),
        whole_calls_per_s=round(whole_calls(calls)),
    )
    keep(
        "vs_naive_rescan", round(ratio), "times", ">= 500", met=ratio >= 500 and not different,
        how=f"seconds of a rescan of all callers and all agents in plain Python over those of our decision, same events, "
            f"same run, {scans} rescans",
        note="a rescan for a caller who comes looks at who waits before it; the quickest rescan found a pair at once",
        rescan_ms=round(1000 * scan, 1), quickest_rescan_ms=round(1000 * min(slow), 2),
        times_at_the_quickest=round(min(slow) * rate), other_pair_chosen=different,
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    main(options.parse_args().quick)
