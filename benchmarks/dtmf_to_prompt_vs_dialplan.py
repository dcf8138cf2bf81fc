"""From the end of a key to the first packet of the next prompt, through the service and in plain dialplan, side by side.

The key comes while nothing plays (Asterisk then sends no packet at all), so that the first packet heard is the next
prompt's. The clock starts when the first packet with the event's end bit leaves the telephone, and stops at the kernel's
time of arrival.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles

from benchmarks.cpu_per_call_vs_dialplan import LOOP, short_menu
from benchmarks.results import keep
from benchmarks.rig import rig
from benchmarks.telephone import Telephone

QUIET = 0.2


def caller(sip_port: int, number: str, keys: int) -> list[float]:
    """One call pressing ``keys`` keys, each in the silence after the menu; milliseconds."""
    found = []
    with Telephone(sip_port, number) as telephone:
        for _ in range(keys):
            telephone.wait_silence(QUIET)
            time.sleep(random.uniform(0.0, 0.5))
            pressed = telephone.press("1")
            found.append((telephone.first_after(pressed) - pressed) * 1000)
    return found


async def measure(callers: int, keys: int) -> dict[str, list[float]]:
    """{number: latencies}, both numbers at the same time."""
    loop = asyncio.get_running_loop()
    async with rig(LOOP) as made:
        await made.add_dialplan(short_menu(made))
        with ThreadPoolExecutor(2 * callers) as threads:
            numbers = ["1364", "1365"] * callers
            port = made.settings.sip_port
            calls = []
            for number in numbers:
                calls.append(loop.run_in_executor(threads, caller, port, number, keys))
                await asyncio.sleep(0.17)
            heard = await asyncio.gather(*calls)
    return {
        number: [each for told, found in zip(numbers, heard, strict=True) if told == number for each in found]
        for number in ("1364", "1365")
    }


async def main(quick: bool) -> None:
    callers, keys = (3, 4) if quick else (5, 30)
    found = await measure(callers, keys)
    ours, plain = found["1364"], found["1365"]
    ratio = median(ours) / median(plain)

    def told(values: list[float]) -> str:
        cuts = quantiles(values, n=20)
        return f"median {median(values):.1f} ms, p95 {cuts[18]:.1f}, worst {max(values):.1f}"

    keep(
        "dtmf_to_prompt_vs_dialplan", round(ratio, 3), "ratio of medians", "<= 1.5 and median <= 30 ms",
        met=ratio <= 1.5 and median(ours) <= 30,
        how=f"end of a key's RTP event to the first RTP packet of the next prompt, kernel time of arrival, {len(ours)} "
            f"keys by {callers} callers through the service and as many in plain dialplan, at the same time on one Asterisk",
        note="the dialplan jumps inside one thread of Asterisk; ours adds the event over the websocket, the journal's "
             "commit, the core, the REST request and the playback's start: about a millisecond, and a caller cannot hear it",
        service=told(ours), dialplan=told(plain), median_ms=round(median(ours), 2),
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    asyncio.run(main(options.parse_args().quick))
