"""From an agent's own hang-up, with callers waiting, to the next INVITE at that agent: our distributor and app_queue.

Both have as many agents and as many callers who wait, on one Asterisk, in alternating rounds. The clock starts when the
agent's BYE leaves the telephone and stops at the kernel's time of arrival of the next INVITE, so all of Asterisk is in both
figures. app_queue is as quick as its settings let it be; its default `retry` is measured beside.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from benchmarks.desks import Desk, desks, p99, told
from benchmarks.results import keep
from benchmarks.rig import Rig, rig
from benchmarks.sipp import Callers
from storage import Agent

WAIT = Path(__file__).with_name("attente.yaml")
QUEUES = "queues:\n  general: {label: general, ring: 20, wrap_up: 0, most: 100, when_empty: wait}\n"
EACH = 4
"""Agents a side."""

WAITING = 8
"""Callers who wait beside those who talk: there is always one when an agent becomes free."""

SHORTEST, LONGEST = 0.6, 1.4
"""Seconds of a talk, at random: nobody's polling may fall into step with it."""

OURS, THEIRS, DEFAULTS = "1364", "1365", "1366"

APP_QUEUE = """
[general]
persistentmembers = no
shared_lastcall = yes

[quick](!)
strategy = leastrecent
timeout = 20
wrapuptime = 0
autofill = yes
ringinuse = no
musicclass = attente

[quickest](quick)
retry = 1
{members}

[usual](quick)
{members}
"""

DIALPLAN = """
[from-trunk](+)
exten => 1365,1,Answer()
 same => n,Queue(quickest)
 same => n,Hangup()
exten => 1366,1,Answer()
 same => n,Queue(usual)
 same => n,Hangup()
"""


def staff() -> list[Agent]:
    """Ours work for our queue; theirs are known as telephones only."""
    ours = [Agent(f"awa{n}", f"Awa {n}", str(2000 + n), "", ("general",), wish="ready") for n in range(EACH)]
    return [*ours, *(Agent(f"serge{n}", f"Serge {n}", str(3000 + n), "", ()) for n in range(EACH))]


async def load_app_queue(made: Rig) -> None:
    members = "\n".join(f"member => PJSIP/serge{n}" for n in range(EACH))
    (made.asterisk.plan.etc / "queues.conf").write_text(APP_QUEUE.format(members=members))
    said = await made.asterisk.cli("module load app_queue.so")
    if "quickest" not in await made.asterisk.cli("queue show"):
        raise RuntimeError(f"app_queue does not run: {said}")
    await made.add_dialplan(DIALPLAN)


async def round_of(made: Rig, found: Iterable[Desk], number: str, calls: int) -> list[float]:
    """So many callers, one after another has ended; milliseconds from each hang-up to the next INVITE."""
    before = {desk.account: len(desk.talks) for desk in found}
    for desk in found:
        desk.free_since = 0.0
    callers = Callers(made, number, rate=100, calls=calls, held=60, keys=(), hangs_up=False, at_most=EACH + WAITING,
                      patience=calls * 5 + 60)
    outcome = await callers.run()
    await made.no_calls()
    talks = [talk for desk in found for talk in desk.talks[before[desk.account]:]]
    if outcome.failed or len(talks) != calls - outcome.refused or any(desk.clashes for desk in found):
        raise RuntimeError(f"{number}: {len(talks)} of {calls} callers served, {outcome}")
    if outcome.refused:  # other work on the cores made the service late, and its admission careful
        print(f"    {number}: {outcome.refused} of {calls} calls refused", flush=True)
    return [talk.waited for talk in talks if talk.free_since]


async def measure(rounds: int, calls: int) -> dict[str, list[float]]:
    """{number: milliseconds}."""
    heard: dict[str, list[float]] = {OURS: [], THEIRS: [], DEFAULTS: []}
    async with rig(WAIT, queues=QUEUES, agents=staff()) as made:
        await load_app_queue(made)
        accounts = [agent.id for agent in staff()]
        async with desks(made, accounts, lambda: random.uniform(SHORTEST, LONGEST)) as everybody:
            ours, theirs = ([everybody[name] for name in accounts[start:start + EACH]] for start in (0, EACH))
            for number, of in (*[(OURS, ours), (THEIRS, theirs)] * rounds, (DEFAULTS, theirs)):
                heard[number] += await round_of(made, of, number, calls)
                print(f"    {number}: {told(heard[number])}", flush=True)
    return heard


async def main(quick: bool) -> None:
    rounds, calls = (1, 40) if quick else (4, 120)
    load = os.getloadavg()[0]
    heard = await measure(rounds, calls)
    ours, theirs = heard[OURS], heard[THEIRS]
    ratio = median(ours) / median(theirs)
    keep(
        "match_to_invite_vs_app_queue", round(ratio, 4), "ratio of medians", "<= 0.2 and p99 <= 50 ms",
        met=ratio <= 0.2 and p99(ours) <= 50,
        how=f"an agent's own BYE, with callers waiting, to the next INVITE at that agent, kernel time of arrival; {EACH} "
            f"agents and {WAITING} waiting callers a side, talks of {SHORTEST} to {LONGEST} s, no wrap-up, {len(ours)} "
            f"matches through our queue and {len(theirs)} through app_queue (leastrecent, autofill, wrapuptime 0, retry 1), "
            f"{rounds} alternating rounds on one Asterisk, beside which SIPp and the telephones run",
        note="app_queue lets each waiting caller look every second whether its turn has come; we are told of the hang-up, "
             "and order the call by REST",
        service=told(ours), app_queue=told(theirs), app_queue_default_retry=told(heard[DEFAULTS]),
        p99_ms=round(p99(ours), 1), ratio_of_p99=round(p99(ours) / p99(theirs), 4),
        load_average_before=round(load, 2),
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
