"""A centre that takes calls until it is killed: says on its output each write that was acknowledged to it."""

import asyncio
import os
import sys

from ivr.core.messages import CallEnded, CallStarted, DigitReceived
from ivr.core.record import fold
from storage import open_store


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def caller(store, name):
    for n in range(10_000):
        call, at = f"{name}.{n}", 1e9 + n
        journal = [CallStarted(at, call, "+2250700000001", "1364", "v1"), *(DigitReceived(at, d) for d in "123")]
        await store.open_call(call, at, "+2250700000001", "1364", "v1")
        say("opened", call)
        for seq, event in enumerate([*journal, CallEnded(at + 1, "caller")], 1):
            await store.append(call, seq, [event])
            say("journaled", call, seq)
            if seq == 3 and n % 2:
                made = await store.register(call, {"category": "ATT-TRAVAIL", "key": "1"}, at)
                say("registered", call, made["reference"])
        say("closed", call, await store.close_call(call, fold([*journal, CallEnded(at + 1, "caller")])))


async def main(url, name):
    store = open_store(url)
    await asyncio.gather(*(caller(store, f"{name}.{n}") for n in range(8)))


asyncio.run(main(*sys.argv[1:]))
