"""Hundreds of agents at work on one node: each caller served once, in order, by somebody ready; how soon, at what cost.

The telephones are registered and nobody is ready. As many callers as agents join one queue; then one agent after another
gets ready, while as many callers again arrive, so that all agents talk and as many callers wait. Each agent hangs up after
some seconds and takes the next. Matches are measured at the telephones (from ready, or from the own BYE, to the INVITE);
what was right is counted there, by SIPp, in the store's records and in the distributor's own reports.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.desks import Desk, Talk, desks, p99, told
from benchmarks.match_to_invite_vs_app_queue import WAIT
from benchmarks.results import keep
from benchmarks.rig import Rig, rig
from benchmarks.sipp import Callers, Outcome
from ivr.control import ask
from ivr.core.orders import Stayed, Worked
from storage import Agent, Store

QUEUES = "queues:\n  general: {label: general, ring: 20, wrap_up: 0, most: 5000, when_empty: wait, empty_after: 3600}\n"
SHORTEST, LONGEST = 18.0, 27.0
"""Seconds of a talk: so short that the agents take ten times as many calls as people do, and shorter than the silence that
ends a call (30 s): an agent sends one packet."""

MOST_TALK = 0.9
"""Share of the agents that must have talked at one moment: else they were not at work together."""

SOUND_EVERY = 10.0
"""Seconds between two packets of a caller: enough to be known to live. What is measured here is not sound."""


@dataclass
class Run:
    """What one day of so many agents was. ``wrong``: what must not be → how often, only what there was."""

    agents: int
    callers: int
    seconds: float
    talks: list[Talk]
    outcome: Outcome
    most_talking: int
    asterisk: float
    application: float
    wrong: dict[str, int]

    @property
    def served(self) -> int:
        return len({talk.caller for talk in self.talks if talk.begun})

    def matches(self, first: bool) -> list[float]:
        """Milliseconds to the INVITE of the agents' ``first`` talks (from ready), or of the others (from their own BYE)."""
        seen: set[str] = set()
        found = []
        for talk in sorted(self.talks, key=lambda talk: talk.invited):
            if (talk.agent not in seen) == first and talk.free_since:
                found.append(talk.waited)
            seen.add(talk.agent)
        return found


async def get_ready(made: Rig, found: Sequence[Desk], rate: float) -> None:
    """One after another says so at the service's control socket."""
    start = time.monotonic()
    asked = []
    for n, desk in enumerate(found):
        await asyncio.sleep(max(0.0, start + n / rate - time.monotonic()))
        desk.free_since = time.time()
        asked.append(asyncio.create_task(ask(made.home, "POST", f"/agents/{desk.account}/wish", wish="ready")))
    await asyncio.gather(*asked)


async def work(made: Rig, found: Sequence[Desk], rate: float) -> Run:
    agents = len(found)
    callers = Callers(made, "1364", rate=rate, calls=2 * agents, held=120, keys=(), hangs_up=False, every=SOUND_EVERY,
                      patience=2 * agents / rate + 2 * LONGEST + 120)
    before, start = made.spent(), time.time()
    calling = asyncio.create_task(callers.run())
    await asyncio.sleep(agents / rate)
    await get_ready(made, found, rate)
    outcome = await calling
    await made.no_calls()
    seconds = time.time() - start
    asterisk, application = ((now - then) / seconds for now, then in zip(made.spent(), before, strict=True))
    talks = [talk for desk in found for talk in desk.talks]
    numbers = callers.numbers
    seen = {**seen_at_telephones(found, numbers), **heard_by_callers(outcome), **await kept(made, numbers)}
    wrong = {what: times for what, times in seen.items() if times}
    return Run(agents, 2 * agents, seconds, talks, outcome, most_at_once(talks), asterisk, application, wrong)


def most_at_once(talks: Sequence[Talk]) -> int:
    steps = sorted((at, change) for talk in talks if talk.begun for at, change in ((talk.begun, 1), (talk.ended, -1)))
    now = most = 0
    for _at, change in steps:
        now += change
        most = max(most, now)
    return most


# ------------------------------------------------------------------------------------------------------ what was not right
def seen_at_telephones(found: Sequence[Desk], numbers: Sequence[str]) -> dict[str, int]:
    talks = [talk for desk in found for talk in desk.talks]
    times = Counter(talk.caller for talk in talks if talk.begun)
    return {
        "callers not served": sum(times[number] == 0 for number in numbers),
        "callers served twice": sum(times[number] > 1 for number in numbers),
        "calls of nobody": len(times.keys() - set(numbers)),
        "agents rung in a conversation": sum(desk.clashes for desk in found),
        "agents rung without being ready": sum(not talk.free_since for talk in talks),
        "conversations cut": sum(talk.cut for talk in talks),
        "answers that came to nothing": sum(not talk.begun for talk in talks),
    }


def heard_by_callers(outcome: Outcome) -> dict[str, int]:
    return {"calls failed at SIPp": outcome.failed, "calls refused": outcome.refused,
            "calls answered and not ended": outcome.answered - outcome.ended}


async def kept(made: Rig, numbers: Sequence[str]) -> dict[str, int]:
    """From the store: the records, and the order in which the distributor made its offers."""
    store = made.store()
    try:
        rows = [row for row in await store.list_calls(limit=100000) if row.caller in set(numbers)]
        outcomes = Counter(row.outcome for row in rows)
        return {
            "records missing or doubled": abs(len(rows) - len(numbers)),
            "records with another outcome": len(rows) - outcomes["TRANSFERE"],
            **await in_order(store),
        }
    finally:
        await store.close()


async def in_order(store: Store) -> dict[str, int]:
    """Offers sorted by their moment must be sorted by when their callers came."""
    reports = await store.reports(0.0, time.time() + 60)
    stays = {each.call: each for each in reports if isinstance(each, Stayed)}
    offers = sorted((each for each in reports if isinstance(each, Worked)), key=lambda each: each.at)
    since = [(each.at, stays[each.call].since) for each in offers if each.call in stays]
    return {
        "stays not answered": sum(each.end != "answered" for each in stays.values()),
        "offers not accepted": sum(each.end != "accepted" for each in offers),
        "offers of unknown calls": len(offers) - len(since),
        "offers out of order": sum(later[1] < former[1] and later[0] > former[0] for former, later in pairwise(since)),
    }


async def day(agents: int, rate: float) -> Run:
    staff = [Agent(f"agent{n}", f"Agent {n}", str(10000 + n), "", ("general",)) for n in range(agents)]
    async with (
        rig(WAIT, queues=QUEUES, agents=staff, max_calls=2 * agents + 100) as made,
        desks(made, [agent.id for agent in staff], lambda: random.uniform(SHORTEST, LONGEST)) as found,
    ):
        return await work(made, list(found.values()), rate)


async def main(quick: bool) -> None:
    agents, rate = (60, 6.0) if quick else (500, 20.0)
    load = os.getloadavg()[0]
    run = await day(agents, rate)
    freed, ready = run.matches(first=False), run.matches(first=True)
    right = not run.wrong and run.served == run.callers and run.most_talking >= MOST_TALK * agents
    keep(
        "agents_on_one_node", agents if right else 0, "agents", ">= 500, assignments right", met=right and agents >= 500,
        how=f"{agents} registered telephones and {run.callers} SIPp callers in one queue, {rate:g} arriving and as many "
            f"agents getting ready a second; talks of {SHORTEST:g} to {LONGEST:g} s, no wrap-up; callers hear music and "
            "send little sound; SIPp and the telephones share the cores",
        note="0 when there is anything in `wrong`: callers not served exactly once, agents rung in a conversation or not "
             "ready, offers out of order, calls lost, records that say otherwise",
        wrong=run.wrong, served=run.served, most_talking_at_once=run.most_talking, seconds=round(run.seconds, 1),
        match_after_hangup=told(freed), match_after_ready=told(ready), p99_ms=round(p99([*freed, *ready]), 1),
        cores_used=f"Asterisk {run.asterisk:.2f}, application {run.application:.2f}, "
                   f"SIPp {run.outcome.cpu / run.seconds:.2f}",
        load_average_before=round(load, 2),
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
