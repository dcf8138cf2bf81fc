"""Two switches with a caller and an agent in front of them: the fake one, whose time we move, and the real one."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

from ivr.ari.client import AriClient
from ivr.ari.events import Hooks
from ivr.ari.fake import FakeAsterisk
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import Arrived, ForCall, ForDesk, Parted, translate
from ivr.clock import SystemClock
from ivr.demo.softphone import Softphone
from tests.ari.live_asterisk import AWA, KOFFI, installation

RING = 2.0


class Told:
    """What the switch told, about calls and about legs, by name."""

    def __init__(self):
        self.events = []

    def post(self, event):
        self.events.append(event)

    def emit(self, _call, event):
        self.events.append(event)

    def names(self):
        return [type(event).__name__ for event in self.events]

    def of(self, name):
        return [event for event in self.events if type(event).__name__ == name]


class FakeSwitch:
    def __init__(self):
        self.told = Told()
        self.fake = FakeAsterisk(self.told.emit, self.told)
        self.telephony = self.fake
        self.call = "call-1"

    async def call_in(self):
        self.fake.call_in(self.call)

    async def agent(self, manner):
        self.fake.phones["awa"] = manner

    async def press(self, key):
        self.fake.press(self.call, key)

    async def hang_up(self):
        self.fake.caller_hangs_up(self.call)

    async def agent_hangs_up(self):
        self.fake.agent_hangs_up(next(iter(self.fake.legs)))

    async def until(self, name, count=1):
        for _ in range(200):
            if len(self.told.of(name)) >= count:
                return self.told.of(name)[-1]
            self.fake.advance(0.1)
        raise AssertionError(f"no {name}: {self.told.names()}")


class RealSwitch:
    """Everything real: Asterisk, the two telephones, the client."""

    def __init__(self, plan, folder, sound):
        self.plan, self.folder, self.sound = plan, folder, sound
        self.told = Told()
        self.call = ""
        self.clock = SystemClock()

    @asynccontextmanager
    async def up(self):
        hooks = Hooks(on_event=self._happened)
        ari = AriClient(self.plan.ari_url.removesuffix("/ari"), "cruc", self.plan.ari_secret, "cruc", hooks=hooks)
        async with ari, self._phone(KOFFI) as self.koffi, self._phone(AWA) as self.awa:
            await ari.connected(10)
            self.telephony = AriTelephony(ari, self, self.clock, self.told.emit, self.told)
            yield self

    def _phone(self, account):
        return Softphone(account.id, account.secret, self.plan.sip_port, folder=self.folder)

    def sounds(self, _prompt):
        return (str(self.sound),)

    def _happened(self, event):
        for meaning in translate(event, self.clock.now()):
            match meaning:
                case Arrived():
                    self.call = meaning.call
                case ForCall() | ForDesk():
                    self.told.post(meaning.event)
                case Parted():
                    pass

    async def call_in(self):
        await self.koffi.dial("1364")
        await self._wait(lambda: self.call, "no call arrived")

    async def agent(self, manner):
        if manner == "unregistered":
            return
        await self.awa.register()
        await self.awa.behave(answer_after=0.0 if manner == "answers" else None, refuse=486 if manner == "refuses" else None)
        if manner == "vanished":
            await self.awa.vanish()

    async def press(self, key):
        await self.koffi.press(key)

    async def hang_up(self):
        await self.koffi.hang_up()

    async def agent_hangs_up(self):
        await self.awa.hang_up()

    async def until(self, name, count=1):
        await self._wait(lambda: len(self.told.of(name)) >= count, f"no {name}")
        return self.told.of(name)[-1]

    async def _wait(self, true, otherwise):
        end = time.monotonic() + 10
        while not true():
            assert time.monotonic() < end, f"{otherwise}: {self.told.names()}"
            await asyncio.sleep(0.02)


@asynccontextmanager
async def real_switch(asterisk, folder):
    sound = installation().sounds_dir / "fr" / "digits" / "1"
    async with RealSwitch(asterisk.plan, folder, sound).up() as switch:
        yield switch
