"""Calls a second with the full journal, against the same service without it.

Both services run side by side, each with its own Asterisk, and take the same load in turn. The two cores are the limit, so
calls a second are what the processor time of a call allows: that is measured, and at a fixed rate both must complete all
calls. The short call (two keys in four seconds) writes most a second: the worst case for the journal.
"""

from __future__ import annotations

import argparse
import asyncio
from statistics import median

from benchmarks.cpu_per_call_vs_dialplan import LOOP, SHORT_KEYS, Load, Side, one_round
from benchmarks.results import keep
from benchmarks.rig import rig


async def main(quick: bool) -> None:
    rounds, calls, rate = (2, 100, 20) if quick else (6, 400, 25)
    with_journal, without = Side([], []), Side([], [])
    async with rig(LOOP) as full, rig(LOOP, journal=False) as bare:
        for made in (full, bare):
            await one_round(made, "1364", Side([], []), Load(rate, 50, 6, SHORT_KEYS, hangs_up=False))
        for turn in range(rounds):
            sides = [(full, with_journal), (bare, without)]
            for made, side in sides if turn % 2 else reversed(sides):
                await one_round(made, "1364", side, Load(rate, calls, 6, SHORT_KEYS, hangs_up=False))
    ratio = without.total / with_journal.total
    pairs = [
        (b + y) / (a + x) for a, x, b, y in
        zip(with_journal.asterisk, with_journal.application, without.asterisk, without.application, strict=True)
    ]
    keep(
        "journal_on_vs_off", round(ratio, 3), "ratio of calls/s", ">= 0.95", met=ratio >= 0.95,
        how=f"processor time of Asterisk and application a call without the journal's entries over that with them, so the "
            f"ratio of the calls/s that the same cores sustain; calls of 3.5 s with two keys, {rate} calls/s, all completed "
            f"on both sides, {rounds} alternating rounds of {calls}, two services side by side",
        note="open and close of a call are written on both sides; a call like this journals six groups of entries, one "
             "transaction each when few calls are up, shared ones when many are",
        with_journal=str(with_journal), without=str(without), rounds=[round(pair, 3) for pair in pairs],
        median_of_rounds=round(median(pairs), 3),
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
