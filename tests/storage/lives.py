"""Lives of the busy centre: begun, killed, and what must be there afterwards."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from ivr.core.messages import CallStarted
from ivr.core.record import fold

HERE = Path(__file__).parent


def lived_and_killed(url, life, acknowledged, kill=None):
    """Start a centre, let it acknowledge some writes, have it or something else killed, and return every line it got out."""
    root = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    command = [sys.executable, str(HERE / "busy_centre.py"), url, f"life{life}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=root) as centre:
        lines = [centre.stdout.readline() for _ in range(acknowledged)]
        if kill:
            kill()
        centre.send_signal(signal.SIGKILL)
        lines += centre.stdout.readlines()
    assert centre.returncode == -signal.SIGKILL
    return [line.split() for line in lines if line.endswith("\n")]


async def everything_told_is_kept(store, told):
    for what, call, *more in told:
        kept = await store.call(call)
        assert kept is not None, (what, call)
        if what == "journaled":
            assert len(await store.events(call)) >= int(more[0])
        if what == "registered":
            assert (await store.request(more[0])).request.call == call
        if what == "closed":
            assert kept.call.request == more[0]
            assert kept.record == fold(await store.events(call))


async def every_call_can_be_swept(store):
    """What the service does at its next start: the orphans are folded and closed as cut. One that was killed between its
    record and its first entry has no journal."""
    for call in await store.open_calls():
        row = (await store.call(call)).call
        began = CallStarted(row.started_at, call, row.caller, row.dialed, row.flow)
        await store.close_call(call, fold(await store.events(call) or [began]))
    assert await store.open_calls() == ()
