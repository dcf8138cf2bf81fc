"""Completed calls a second when ten times more are offered than the service can take, against its own maximum.

The maximum is looked for by steps, with the same admission on (the default number of calls in progress). Then SIPp offers
ten times as much, open loop: every call that is not refused must be served to its end. Completions are counted by SIPp in
the steady part of each run. Calls last 15 s; calls of 3.5 s, where what is paid once a call is all, are measured beside.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass

from benchmarks.cpu_per_call_vs_dialplan import LOOP, SHORT_KEYS
from benchmarks.results import keep
from benchmarks.rig import Rig, rig
from benchmarks.sipp import Callers, Outcome

KEYS = ((3.0, "1"), (8.5, "1"), (14.0, "2"))


@dataclass(frozen=True)
class Kind:
    """A kind of call. ``settling``: seconds at the beginning of a run that don't count, as the house fills.

    ``wave``: how long a call lasts. In a flood the house fills at once and empties at once, in waves: only whole ones count.
    """

    keys: tuple[tuple[float, str], ...]
    settling: int
    wave: float


MAX_CALLS = 300  # as the settings have it by default
LONG, SHORT = Kind(KEYS, 18, 15.5), Kind(SHORT_KEYS, 5, 4.0)


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


async def offer(made: Rig, kind: Kind, rate: float, waves: int) -> Run:
    seconds = kind.settling + round(waves * kind.wave)
    callers = Callers(made, "1364", rate=rate, calls=round(rate * seconds), held=kind.keys[-1][0] + 3, keys=kind.keys,
                      hangs_up=False, at_most=60000, patience=seconds + 60)
    before = made.spent()
    outcome = await callers.run()
    used = [now - start for now, start in zip(made.spent(), before, strict=True)]
    await made.no_calls(120)
    completed = completions(callers, kind.settling, seconds)
    run = Run(rate, completed, outcome, used[0] / seconds, used[1] / seconds, outcome.cpu / seconds)
    print(f"    {run}", flush=True)
    return run


def completions(callers: Callers, settling: int, seconds: int) -> float:
    """Calls hung up by the service, a second, from the end of settling to the end of the offer."""
    seen = []
    for row in callers.rows("*counts.csv"):
        hours, minutes, rest = row["ElapsedTime"].split(":", 2)
        at = int(hours) * 3600 + int(minutes) * 60 + float(rest[:2]) + float(rest[3:6]) / 1000
        ended = sum(int(n) for key, n in row.items() if key and key.endswith("_BYE_Recv"))
        if settling <= at <= seconds + 0.5:
            seen.append((at, ended))
    (first, start), (last, end) = seen[0], seen[-1]
    return (end - start) / (last - first)


async def maximum(made: Rig, kind: Kind, waves: int, rates: list[int]) -> Run:
    """The most calls a second completed at any rate; looks on until more offered is clearly no more completed."""
    best: Run | None = None
    for rate in rates:
        run = await offer(made, kind, rate, waves)
        if best is None or run.completed > best.completed:
            best = run
        elif run.completed < 0.97 * best.completed or run.outcome.refused > run.outcome.answered / 4:
            break
    assert best is not None
    return best


async def flooded(kind: Kind, waves: int, rates: list[int]) -> tuple[Run, Run, Run]:
    """The best run, the one at ten times its rate completed, and one at the best rate right after the flood."""
    async with rig(LOOP, max_calls=MAX_CALLS) as made:
        await offer(made, SHORT, 5, 1)
        best = await maximum(made, kind, waves, rates)
        flood = await offer(made, kind, round(10 * best.completed), waves)
        return best, flood, await offer(made, kind, best.rate, waves)


async def main(quick: bool) -> None:
    waves = 1 if quick else 2
    rates, short_rates = ([15, 22], [40, 60]) if quick else ([10, 15, 20, 25, 30], [30, 40, 50, 60, 70, 80, 90])
    best, flood, after = await flooded(LONG, waves, rates)
    print("    short calls:", flush=True)
    short_best, short_flood, _after = await flooded(SHORT, 4 * waves, short_rates)
    ratio = flood.completed / best.completed
    dropped = flood.outcome.answered - flood.outcome.ended
    keep(
        "goodput_10x_overload", round(ratio, 3), "ratio", ">= 0.90", met=ratio >= 0.90 and not dropped,
        how=f"calls completed a second while ten times the most is offered, over the most completed at any rate, found by "
            f"steps with the same admission of {MAX_CALLS} calls; calls of 15 s with three keys, {waves} times as long "
            f"counted once the house is full, SIPp open loop with retransmissions, everything on the same cores",
        note="a refusal costs Asterisk a SIP transaction, a channel and a thread, about a millisecond, and SIPp shares the "
             "cores: with very short calls the flood of refusals alone takes what the calls would need",
        maximum=str(best), overload=str(flood), afterwards=str(after), accepted_and_dropped=dropped,
        short_calls=round(short_flood.completed / short_best.completed, 3), short_calls_maximum=str(short_best),
        short_calls_overload=str(short_flood),
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
