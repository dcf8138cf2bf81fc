"""Completed calls a second when ten times more are offered than the service can take, against its own maximum.

The maximum is looked for by steps, with the same admission on. Then SIPp offers ten times as much, open loop: every call
that is not refused must be served to its end. Completions are counted by SIPp in the steady part of each run.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass

from benchmarks.cpu_per_call_vs_dialplan import LOOP, SHORT_KEYS
from benchmarks.results import keep
from benchmarks.rig import Rig, rig
from benchmarks.sipp import Callers, Outcome

SETTLING = 5
"""Seconds at the beginning of a run that don't count: the first calls find an empty house."""


@dataclass
class Run:
    rate: float
    completed: float
    outcome: Outcome
    asterisk: float
    application: float
    sipp: float

    def __str__(self) -> str:
        o = self.outcome
        late = sum(n for name, n in o.setup.items() if name.rpartition("<")[2] in {"500", "1000", "2000"} or ">=" in name)
        return (
            f"{self.rate:g}/s offered: {self.completed:.1f}/s completed, {o.answered} answered, {o.refused} refused, "
            f"{o.failed} failed, {o.answered - o.ended} dropped, {late} set up in over 200 ms, {o.retransmitted} "
            f"retransmissions; cores used: Asterisk {self.asterisk:.2f}, application {self.application:.2f}, "
            f"SIPp {self.sipp:.2f}"
        )


async def offer(made: Rig, rate: float, seconds: int) -> Run:
    callers = Callers(made, "1364", rate=rate, calls=round(rate * seconds), held=6, keys=SHORT_KEYS, hangs_up=False,
                      at_most=60000, patience=seconds + 60)
    before = made.spent()
    outcome = await callers.run()
    used = [now - start for now, start in zip(made.spent(), before, strict=True)]
    await made.no_calls(120)
    run = Run(rate, completions(callers, seconds), outcome, used[0] / seconds, used[1] / seconds, outcome.cpu / seconds)
    print(f"    {run}", flush=True)
    return run


def completions(callers: Callers, seconds: int) -> float:
    """Calls hung up by the service, a second, from the end of settling to the end of the offer."""
    seen = []
    for row in callers.rows("*counts.csv"):
        hours, minutes, rest = row["ElapsedTime"].split(":", 2)
        at = int(hours) * 3600 + int(minutes) * 60 + float(rest[:2]) + float(rest[3:6]) / 1000
        ended = sum(int(n) for key, n in row.items() if key and key.endswith("_BYE_Recv"))
        if SETTLING <= at <= seconds + 0.5:
            seen.append((at, ended))
    (first, start), (last, end) = seen[0], seen[-1]
    return (end - start) / (last - first)


async def maximum(made: Rig, seconds: int, rates: list[int]) -> Run:
    """The most calls a second completed at any rate; looks on until more offered is clearly no more completed."""
    best: Run | None = None
    for rate in rates:
        run = await offer(made, rate, seconds)
        if best is None or run.completed > best.completed:
            best = run
        elif run.completed < 0.97 * best.completed or run.outcome.refused > run.outcome.answered / 4:
            break
    assert best is not None
    return best


async def main(quick: bool) -> None:
    seconds, rates = (12, [30, 50, 70]) if quick else (20, list(range(30, 160, 10)))
    async with rig(LOOP, max_calls=300) as made:
        await offer(made, 5, 8)
        best = await maximum(made, seconds, rates)
        flood = await offer(made, 10 * best.rate, seconds)
        after = await offer(made, best.rate, seconds)
    ratio = flood.completed / best.completed
    dropped = flood.outcome.answered - flood.outcome.ended
    keep(
        "goodput_10x_overload", round(ratio, 3), "ratio", ">= 0.90", met=ratio >= 0.90 and not dropped,
        how=f"calls completed a second while ten times the best rate is offered for {seconds} s, over the most completed at "
            f"any rate, found by steps of {rates[1] - rates[0]}/s with the same admission; calls of 3.5 s with two keys, "
            f"SIPp open loop with retransmissions, everything on the same cores",
        note="a refusal costs Asterisk a SIP transaction and a channel, and SIPp shares the cores",
        maximum=str(best), overload=str(flood), afterwards=str(after), accepted_and_dropped=dropped,
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
