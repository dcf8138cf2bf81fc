"""Record the golden traces anew from the real Asterisk: ``python -m tests.e2e.record_golden``, a minute.

They are read by tests/ari/test_translate.py. Look at the difference before keeping it: Asterisk has changed its mind, or we.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.e2e.centre import Centre
from tests.e2e.trace import comparable

GOLDEN = Path(__file__).parents[1] / "ari" / "golden"


async def hangs_up_while_something_is_said(centre):
    async with centre.caller() as koffi:
        await koffi.dial("1364")
        await koffi.until("connected")
        await centre.heard(koffi, "accueil.bienvenue")
        await koffi.hang_up()
        await centre.record(koffi)


async def types_and_asks_for_an_agent(centre, **agent):
    async with centre.caller() as koffi, centre.desk("awa", **agent) as awa:
        await centre.ready(awa)
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("70")
        await awa.until("ringing", 15)
        yield koffi, awa


async def agent_talks_and_hangs_up(centre):
    async for koffi, awa in types_and_asks_for_an_agent(centre, answer_after=0.2):
        await centre.agent_is("awa", "talking")
        await awa.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await koffi.hang_up()
        await centre.record(koffi)


async def agent_refuses(centre):
    async for koffi, _awa in types_and_asks_for_an_agent(centre, refuse=486):
        await centre.agent_is("awa", "resting")
        await koffi.hang_up()
        await centre.record(koffi)


async def agent_does_not_answer(centre):
    async for koffi, awa in types_and_asks_for_an_agent(centre):
        await awa.until("ended", 10)
        await koffi.hang_up()
        await centre.record(koffi)


async def agent_dials_a_code(centre):
    async with centre.desk("awa") as awa:
        await awa.register()
        await awa.dial("*11")
        await centre.agent_is("awa", "ready")
        await awa.until("ended", 10)


SCENARIOS = (
    hangs_up_while_something_is_said, agent_talks_and_hangs_up, agent_refuses, agent_does_not_answer, agent_dials_a_code,
)


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for scenario in SCENARIOS:
        centre = Centre(traced=True)
        try:
            centre.start()
            centre.trace.write_text("")
            asyncio.run(scenario(centre))
            lines = comparable(centre.trace)
        finally:
            centre.close()
        file = GOLDEN / f"{scenario.__name__}.json"
        file.write_text("[\n" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n]\n")
        print(f"{file.name}: {len(lines)} lines")


if __name__ == "__main__":
    main()
