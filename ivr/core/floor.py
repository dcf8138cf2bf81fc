"""Who waits and who is free, kept so that the next pair is found at once, however many they are.

Each queue has a `Line`: its free agents by what they can do (one heap for each set of skills, ordered by the strategy) and
its waiting callers by what they need (one heap for each `Need`, ordered by the place). An agent who becomes free looks at
the head of each heap of callers it can take; a caller who comes looks at the head of each heap of agents who can take it.
What leaves a heap is not searched for: it loses its ticket, and is thrown away when it comes up.

Rule 1: between two events nobody waits who could be served: `pairs` is called after every event and ends with that.

Rule 2: in one queue the earlier place comes first, a priority being minutes of waiting given in advance. Between queues the
larger score does: weight x minutes waited + priority. Both orders are by time alone, so nobody starves.

Rule 3: of the agents able to take a caller the first by (what the caller prefers, the queue's strategy) is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf

from ivr.core.agent import Agent
from ivr.core.line import Line, WaitHeap
from ivr.core.offers import Skills
from ivr.core.queueing import ANYBODY, Entry, Rules
from ivr.core.strategy import RANDOM, RING_ALL, STRATEGIES

FREE_HEAP_SLACK = 64
"""Thrown-away tickets are swept when a heap has twice as many entries as the queue has agents, and these more."""

FALLBACK = Rules()
"""For a queue that was taken out of the dialplans while somebody was still in it."""

NOBODY: tuple[tuple[Entry, Agent], ...] = ()


@dataclass(slots=True, eq=False)
class Floor:
    """All queues. Whoever changes an agent calls `settle` after it; whoever changes an entry, `queue` or `unqueue`."""

    lines: dict[str, Line] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    freed: list[Agent] = field(default_factory=list)
    arrived: list[Entry] = field(default_factory=list)
    reserved: dict[str, dict[str, WaitHeap]] = field(default_factory=dict)
    tickets: Iterator[int] = field(default_factory=lambda: count(1))

    # ------------------------------------------------------------------------------------------------------------- rules
    def rule(self, rules: Mapping[str, Rules]) -> None:
        """New rules. Who waits stays, and everybody is looked at again; a queue that is gone keeps its last rules while
        somebody waits in it."""
        for name, each in rules.items():
            if name in self.lines:
                self.lines[name].rules = each
            else:
                self.lines[name] = Line(each)
        for name in [name for name, line in self.lines.items() if name not in rules and not line.waiting]:
            del self.lines[name]
        for line in self.lines.values():
            line.members = line.signed_in = 0
            line.free.clear()
            line.drawn = 0.0
        for agent in self.agents.values():
            self._count(agent)
            self._free(agent)

    def _count(self, agent: Agent) -> None:
        for queue in agent.queues:
            if queue in self.lines:
                self.lines[queue].members += 1
                self.lines[queue].signed_in += agent.counted

    # ------------------------------------------------------------------------------------------------------------ agents
    def add(self, agent: Agent) -> None:
        self.agents[agent.id] = agent
        for queue in agent.queues:
            if queue in self.lines:
                self.lines[queue].members += 1

    def reassign(self, agent: Agent, queues: tuple[str, ...], skills: Skills) -> None:
        """The agent serves other queues, or can do other things."""
        self._sign(agent, signed=False)
        agent.ticket = 0
        for queue in agent.queues:
            if queue in self.lines:
                self.lines[queue].members -= 1
        agent.queues, agent.skills = queues, skills
        for queue in queues:
            if queue in self.lines:
                self.lines[queue].members += 1
        self.settle(agent)

    def settle(self, agent: Agent) -> None:
        """The agent has changed: free or not, signed in or not."""
        signed = agent.wish == "ready" and agent.reachable
        if signed != agent.counted:
            self._sign(agent, signed=signed)
        if agent.activity != "idle" or not signed or agent.own:
            agent.ticket = 0
        elif not agent.ticket:
            self._free(agent)

    def _sign(self, agent: Agent, *, signed: bool) -> None:
        if signed == agent.counted:
            return
        agent.counted = signed
        for queue in agent.queues:
            line = self.lines.get(queue)
            if line is not None:
                line.signed_in += 1 if signed else -1
                if line.signed_in:
                    line.deserted = None

    def _free(self, agent: Agent) -> None:
        """Into the heap of each of its queues, if free."""
        if not agent.takes_offers:
            return
        agent.ticket = ticket = next(self.tickets)
        name, skills, lines = agent.id, agent.skills, self.lines
        for queue in agent.queues:
            line = lines.get(queue)
            if line is None:
                continue
            first, second = STRATEGIES[line.rules.strategy](agent, queue)
            heap = line.free.get(skills)
            if heap is None:
                heap = line.free[skills] = []
            heappush(heap, (line.drawn + first, second, name, ticket, agent))
            if len(heap) > 2 * line.members + FREE_HEAP_SLACK:
                heap[:] = [item for item in heap if item[4].ticket == item[3]]
                heapify(heap)
        self.freed.append(agent)

    # ----------------------------------------------------------------------------------------------------------- callers
    def queue(self, entry: Entry) -> None:
        """The caller waits, or waits for somebody else than before."""
        line = self.lines.get(entry.queue)
        if line is None:  # taken out of the dialplans while this caller was being offered, or talked
            line = self.lines[entry.queue] = Line(FALLBACK)
            for agent in self.agents.values():
                line.members += entry.queue in agent.queues
                line.signed_in += entry.queue in agent.queues and agent.counted
                self._free(agent)
        entry.ticket = next(self.tickets)
        line.waiting[entry.key] = entry
        if line.ringing_all:
            line.ringing_all.pop(entry.key, None)
        self.arrived.append(entry)

    def _line_up(self, entry: Entry) -> None:
        """Nobody is free for this caller: into the lane of its need, where those who become free look."""
        if not entry.ticket:
            return
        need = entry.need
        if need.agent:
            heap = self.reserved.setdefault(need.agent, {}).setdefault(entry.queue, [])
        else:
            heap = self.lines[entry.queue].lanes.setdefault(need, [])
        heappush(heap, (entry.order, entry.key, entry.ticket, entry))

    def ring_on(self, entry: Entry) -> None:
        """The one who had answered is gone, others ring: whoever came in between rings as well."""
        self.freed += [agent for agent in self.agents.values() if agent.ticket and entry.queue in agent.queues]

    def unqueue(self, entry: Entry) -> bool:
        """The caller waits no more. Says whether all were ringing for it: those who become free ring no more."""
        waited, entry.ticket = entry.ticket, 0
        line = self.lines.get(entry.queue)
        if line is None or (not waited and not line.ringing_all):
            return False
        line.waiting.pop(entry.key, None)
        if not line.waiting:  # then every ticket in its lanes is an old one
            line.lanes.clear()
        return bool(line.ringing_all) and line.ringing_all.pop(entry.key, None) is not None

    def ring_all(self, entry: Entry) -> None:
        """All who become free from now on ring for this caller too, under whatever key."""
        line = self.lines.get(entry.queue)
        if line is not None:
            line.ringing_all[entry.key] = entry

    def score(self, entry: Entry, at: float) -> float:
        return self.lines[entry.queue].rules.weight * (at - entry.order)

    # ------------------------------------------------------------------------------------------------------- the matching
    def pairs(self, at: float) -> Iterable[tuple[Entry, Agent]]:
        """Who is offered whom, one after the other. The taker reserves each (`unqueue`, `settle`) before asking for the
        next; for a caller of a queue that rings all, all who are free come one after the other. Nearly always one caller
        has come or one agent is free: then nothing needs ranking."""
        freed, arrived = self.freed, self.arrived
        self.freed, self.arrived = [], []
        if not freed and len(arrived) == 1:
            takers = self._takers(arrived[0])
            if not takers:
                self._line_up(arrived[0])
            return takers
        for entry in arrived:
            self._line_up(entry)
        if not arrived and len(freed) == 1:
            return self._taken_by(freed[0], at)
        return self._ranked(freed, arrived, at)

    def _taken_by(self, agent: Agent, at: float) -> Iterator[tuple[Entry, Agent]]:
        first = self._first_for(agent, at) if agent.ticket else None
        if first is not None:
            yield from self._takers(first)
        yield from self._joins_the_ringing(agent)

    def _ranked(self, freed: list[Agent], arrived: list[Entry], at: float) -> Iterator[tuple[Entry, Agent]]:
        ranked: list[tuple[float, str, int, Entry, Agent | None]] = []
        for turn, entry in enumerate(arrived):
            if entry.ticket:
                ranked.append((-self.score(entry, at), entry.key, turn, entry, None))
        heapify(ranked)
        for turn, agent in enumerate(freed, len(arrived)):
            self._rank(ranked, agent, at, turn)
        while ranked:
            _, _, turn, entry, asker = heappop(ranked)
            if entry.ticket:
                yield from self._takers(entry)
            if asker is not None:
                self._rank(ranked, asker, at, turn)
        for agent in freed:
            yield from self._joins_the_ringing(agent)

    def _rank(self, ranked: list[tuple[float, str, int, Entry, Agent | None]], agent: Agent, at: float, turn: int) -> None:
        entry = self._first_for(agent, at) if agent.ticket else None
        if entry is not None:
            heappush(ranked, (-self.score(entry, at), entry.key, turn, entry, agent))

    def _takers(self, entry: Entry) -> Iterable[tuple[Entry, Agent]]:
        agent = self._best_for(entry) if entry.ticket else None
        if agent is None:
            return NOBODY
        if self.lines[entry.queue].rules.strategy != RING_ALL:
            return ((entry, agent),)
        return self._all_takers(entry, agent)

    def _all_takers(self, entry: Entry, agent: Agent | None) -> Iterator[tuple[Entry, Agent]]:
        while agent is not None:
            yield entry, agent
            self.lines[entry.queue].ringing_all[entry.key] = entry
            agent = self._best_for(entry)

    def _joins_the_ringing(self, agent: Agent) -> Iterator[tuple[Entry, Agent]]:
        """Somebody who becomes free while all others of the queue ring rings too."""
        for queue in agent.queues:
            line = self.lines.get(queue)
            if line is None or not line.ringing_all or not agent.ticket:
                continue
            for entry in sorted(line.ringing_all.values(), key=lambda each: (each.order, each.key)):
                if entry.winner is None and self.able(entry, agent):
                    yield entry, agent
                    break

    def able(self, entry: Entry, agent: Agent) -> bool:
        """May this agent take this caller, once free?"""
        need = entry.need
        if need.agent:
            return need.agent == agent.id
        return entry.queue in agent.queues and self.lines[entry.queue].fit(need, agent.skills) is not None

    def _best_for(self, entry: Entry) -> Agent | None:
        need = entry.need
        if need.agent:
            agent = self.agents.get(need.agent)
            return agent if agent is not None and agent.ticket else None
        line = self.lines[entry.queue]
        best: tuple[int, float, float, str, int, Agent] | None = None
        for skills, heap in line.free.items():
            while heap and heap[0][4].ticket != heap[0][3]:
                heappop(heap)
            if not heap:
                continue
            liked = 0 if need is ANYBODY else line.fit(need, skills)
            if liked is None:
                continue
            first = (-liked, *heap[0])
            if best is None or first < best:
                best = first
        if best is None:
            return None
        if line.rules.strategy == RANDOM and line.drawn < best[1] < inf:
            line.drawn = best[1]
        return best[5]

    def _first_for(self, agent: Agent, at: float) -> Entry | None:
        best: Entry | None = None
        most = 0.0
        for queue in agent.queues:
            line = self.lines.get(queue)
            if line is None or not line.waiting:
                continue
            weight = line.rules.weight
            for need, heap in line.lanes.items():
                if need is not ANYBODY and line.fit(need, agent.skills) is None:
                    continue
                entry = _head(heap)
                if entry is not None:
                    score = weight * (at - entry.order)
                    if best is None or score > most or (score == most and entry.key < best.key):
                        best, most = entry, score
        if self.reserved and agent.id in self.reserved:
            return self._reserved_for(agent.id, best, most, at)
        return best

    def _reserved_for(self, agent: str, best: Entry | None, most: float, at: float) -> Entry | None:
        """Somebody who waits for this agent alone, in whatever queue, unless another one has the larger score."""
        heads = [entry for heap in self.reserved[agent].values() if (entry := _head(heap)) is not None]
        if not heads:
            del self.reserved[agent]
            return best
        first = min(heads, key=lambda entry: (-self.score(entry, at), entry.key))
        return first if best is None or (-self.score(first, at), first.key) < (-most, best.key) else best


def _head(heap: WaitHeap) -> Entry | None:
    """The first who still waits; tickets of those who do not are thrown away."""
    while heap:
        _, _, ticket, entry = heap[0]
        if entry.ticket == ticket:
            return entry
        heappop(heap)
    return None
