"""Record the golden traces of conversations anew from the real Asterisk: ``python -m tests.contract.record_golden``.

They are read by tests/ari/test_translate.py, like those of whole calls (`tests.e2e.record_golden`).
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import msgspec

from ivr.core.commands import Answer, Connect
from ivr.core.orders import DialOut, RecordTalk, Ring, SayToLeg, Spy, Together
from tests.ari.live_asterisk import AWA, KOFFI, SERGE, installation, outside_trunk, plan_in, running
from tests.contract.switches import OFFERS, OUTSIDE, RING, RealSwitch
from tests.e2e.record_golden import GOLDEN
from tests.e2e.trace import comparable

DIAL = DialOut("cb-12", OUTSIDE, 1, RING)


async def person_called_back_answers(switch):
    await switch.outside("answers")
    await switch.telephony.dial_out(DIAL)
    await switch.telephony.perform((await switch.arrival()).call, Answer())
    await switch.person_hangs_up()
    await switch.until("CallEnded")


async def person_called_back_is_busy(switch):
    await switch.outside("refuses")
    await switch.telephony.dial_out(DIAL)
    await switch.until("PersonLost")


async def person_called_back_does_not_answer(switch):
    await switch.outside("rings")
    await switch.telephony.dial_out(DIAL)
    await switch.until("PersonLost")


async def agent_dials_a_colleague(switch):
    await switch.agent("answers", "awa")
    await switch.agent("answers", "serge")
    await switch.phones["awa"].dial(SERGE.number)
    await switch.hears("awa", "serge")
    await switch.agent_hangs_up("serge")
    await switch.until("OwnCallEnded", 2)


async def supervisor_whispers_and_the_caller_goes(switch):
    await switch.call_in()
    await switch.telephony.perform(switch.call, Answer())
    for number, (who, kind) in enumerate({"awa": "call", "serge": "supervise"}.items(), 1):
        await switch.agent("answers", who)
        await switch.telephony.ring(Ring(OFFERS[who], who, switch.call, "general", RING, {}, kind))
        await switch.until("LegAnswered", number)
    await switch.telephony.perform(switch.call, Connect(9, OFFERS["awa"]))
    await switch.telephony.record_talk(RecordTalk(switch.call, f"talk-{OFFERS['awa']}"))
    await switch.telephony.spy(Spy(switch.call, OFFERS["serge"], OFFERS["awa"], whisper=True))
    await switch.telephony.together(Together(switch.call, ()))
    await switch.hang_up()
    await switch.telephony.say_to_leg(SayToLeg(OFFERS["awa"], "agent.appel_perdu", then_drop=True))
    await switch.telephony.spy(Spy(switch.call, OFFERS["serge"], ""))
    await switch.telephony.drop(OFFERS["serge"])
    await switch.until("LegGone", 2)


SCENARIOS = (
    person_called_back_answers, person_called_back_is_busy, person_called_back_does_not_answer, agent_dials_a_colleague,
    supervisor_whispers_and_the_caller_goes,
)


class Traced(RealSwitch):
    """Keeps what is asked and what is told, line by line."""

    def trace_to(self, file):
        self.out = file.open("w")
        asked = self.telephony.ari.request

        async def request(method, path, query=None, body=None):
            line = {"ask": f"{method} {path}", **({"query": query} if query else {})}
            self.out.write(json.dumps(line, default=str) + "\n")
            return await asked(method, path, query, body)

        self.telephony.ari.request = request

    def _happened(self, event):
        self.out.write(msgspec.json.encode(event).decode() + "\n")
        super()._happened(event)


async def recorded(plan, scenario, folder):
    trace = folder / "trace.jsonl"
    async with Traced(plan, folder, installation().sounds_dir / "fr" / "digits" / "1").up() as switch:
        switch.trace_to(trace)
        await scenario(switch)
        switch.out.close()
        switch.out = (folder / "afterwards").open("w")
    switch.out.close()
    return comparable(trace)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with running(plan_in(folder / "run", accounts=(AWA, SERGE, KOFFI, outside_trunk()))) as asterisk:
            for scenario in SCENARIOS:
                lines = asyncio.run(recorded(asterisk.plan, scenario, Path(tempfile.mkdtemp(dir=folder))))
                file = GOLDEN / f"{scenario.__name__}.json"
                file.write_text("[\n" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n]\n")
                print(f"{file.name}: {len(lines)} lines")


if __name__ == "__main__":
    main()
