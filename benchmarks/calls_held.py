"""How many simultaneous calls are held with prompts and keys, none failed, and the sound that they hear still even.

SIPp holds the calls (each sends RTP all the time and presses a key every 6.5 seconds; four fifths of the time a prompt
plays); four telephones among them measure the jitter by the kernel's time of arrival. Steps of one minute each, until one
fails.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles

from benchmarks.cpu_per_call_vs_dialplan import LOOP
from benchmarks.results import keep
from benchmarks.rig import Rig, rig
from benchmarks.sipp import Callers, Outcome
from benchmarks.telephone import Telephone
from ivr.core.messages import DigitReceived

BETWEEN_KEYS = 6.5
LISTENERS = 4
PAUSE = 0.5
"""Seconds without a packet that are the silence between two prompts, and no jitter."""


@dataclass
class Step:
    calls: int
    outcome: Outcome
    jitter: float
    worst: float
    keys_lost: int
    cores: tuple[float, float, float]

    @property
    def good(self) -> bool:
        o = self.outcome
        return not o.failed and o.ended == o.offered and not self.keys_lost and self.jitter < 20

    def __str__(self) -> str:
        asterisk, application, sipp = self.cores
        return (
            f"{self.calls} calls: {self.outcome.failed} failed, {self.outcome.offered - self.outcome.ended} not ended well, "
            f"{self.keys_lost} keys lost, jitter p99 {self.jitter:.1f} ms, worst {self.worst:.0f} ms; cores used: Asterisk "
            f"{asterisk:.2f}, application {application:.2f}, SIPp {sipp:.2f}"
        )


async def listen(telephone: Telephone, seconds: float) -> None:
    """Stay in the menu, pressing a key in each silence after it."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(BETWEEN_KEYS)
        await asyncio.to_thread(telephone.press, "1")


def jitter(telephone: Telephone, since: float) -> list[float]:
    """|interval - 20 ms| of packets that follow each other within a prompt, in ms."""
    times = [at for at, _number, _sound in telephone.arrivals if at > since]
    return [abs(later - one - 0.02) * 1000 for one, later in pairwise(times) if later - one < PAUSE]


async def hold(made: Rig, calls: int, minute: float) -> Step:
    ramp = calls / 20
    held = ramp + minute
    keys = [(3 + n * BETWEEN_KEYS, "1") for n in range(int((held - 6) / BETWEEN_KEYS))]
    callers = Callers(made, "1364", rate=20, calls=calls - LISTENERS, held=held, keys=keys)
    load = asyncio.create_task(callers.run())
    await asyncio.sleep(ramp)
    start = made.spent()
    with contextlib.ExitStack() as stack:
        telephones = [
            stack.enter_context(Telephone(made.settings.sip_port, "1364"))
            for _ in range(LISTENERS)
        ]
        since = telephones[-1].last_heard
        await asyncio.gather(*(listen(telephone, minute - 5) for telephone in telephones))
        used = [now - then for now, then in zip(made.spent(), start, strict=True)]
        spread = [each for telephone in telephones for each in jitter(telephone, since)]
    outcome = await load
    await made.no_calls()
    lost = await keys_lost(made, callers.numbers, len(keys))
    cuts = quantiles(spread, n=100)
    cores = (used[0] / minute, used[1] / minute, outcome.cpu / (held + ramp))
    return Step(calls, outcome, cuts[98], max(spread), lost, cores)


async def keys_lost(made: Rig, numbers: list[str], each: int) -> int:
    """Keys that callers pressed and the application did not hear."""
    store = made.store()
    try:
        heard = 0
        wanted = set(numbers)
        for row in await store.list_calls(limit=100000):
            if row.caller in wanted:
                heard += sum(isinstance(event, DigitReceived) for event in await store.events(row.id))
        return len(numbers) * each - heard
    finally:
        await store.close()


async def main(quick: bool) -> None:
    minute, sizes = (20.0, [100, 250]) if quick else (60.0, [200, 250, 300, 350, 400])
    steps: list[Step] = []
    async with rig(LOOP, max_calls=1000) as made:
        for calls in sizes:
            steps.append(await hold(made, calls, minute))
            print(f"    {steps[-1]}", flush=True)
            if not steps[-1].good:
                break
    good = [step for step in steps if step.good]
    value = good[-1].calls if good else 0
    keep(
        "calls_held", value, "simultaneous calls", ">= 250", met=value >= 250,
        how=f"the largest step held for {minute:.0f} s with 0 failed, every key heard by the application and p99 jitter "
            f"under 20 ms at {LISTENERS} telephones; each call sends 50 packets a second and a key every {BETWEEN_KEYS} s, "
            f"a prompt plays four fifths of the time; SIPp shares the cores",
        note="Asterisk's sending and receiving of sound takes most; SIPp's share is in each step",
        steps=[str(step) for step in steps],
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
