"""The service as `cruc run` runs it, with two things more: cues for the scripted recogniser, from <home>/cues.json, and a
trace of what passes between it and Asterisk where <home>/trace.jsonl exists.

`python -m tests.e2e.serve`, with CRUC_SETTINGS in the environment. SIGTERM lets go of the calls; Asterisk stays.
"""

from __future__ import annotations

import asyncio
import json
import signal

from ivr.config import load_settings
from ivr.running import running
from ivr.speech.scripted import Cue, Scripted
from tests.e2e.trace import keep_trace


async def main() -> None:
    settings = load_settings()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if (settings.var / "trace.jsonl").exists():
        keep_trace(settings.var / "trace.jsonl")
    async with running(settings) as (service, _control):
        if isinstance(service.recognizer, Scripted):
            cues = json.loads((settings.var / "cues.json").read_text())
            service.recognizer.script.extend(Cue(kind, tuple(words)) for kind, *words in cues)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
