"""Two switches with a caller and agents in front of them: the fake one, whose time we move, and the real one."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager

import soundfile

from ivr.ari import names
from ivr.ari.client import AriClient
from ivr.ari.events import Hooks
from ivr.ari.fake import FakeAsterisk
from ivr.ari.fake_legs import MUSIC
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import (
    Arrived,
    Farewell,
    ForCall,
    ForDesk,
    OwnAnswered,
    OwnDialed,
    OwnOver,
    Parted,
    TapEntered,
    translate,
)
from ivr.clock import SystemClock
from ivr.demo.plain_agent import Telephone
from ivr.demo.softphone import Softphone
from ivr.own_calls import OwnCalls
from tests.ari.live_asterisk import AWA, KOFFI, SERGE, installation
from tests.e2e.tones import tone

RING = 2.0
OUTSIDE = "0700000101"
OFFERS = {"awa": "call-1.o9.1", "serge": "call-1.o9.2", OUTSIDE: "call-1.o9.3"}
TONES = {"koffi": 500, "awa": 800, "serge": 1100}
"""Hertz: what each says, over and over."""

WINDOW, AUDIBLE, LOUD = 0.4, 0.15, 0.01
"""Seconds that are judged, the share of one who is heard, the level of something."""


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
        self.told, self.called = Told(), []
        self.fake = FakeAsterisk(self.told.emit, self.told, arrived=self.called.append)
        self.telephony = self.fake
        self.call = "call-1"

    async def call_in(self):
        self.fake.call_in(self.call)

    async def agent(self, manner, who="awa"):
        self.fake.phones[who] = manner

    async def outside(self, manner):
        self.fake.phones[OUTSIDE] = manner

    async def no_trunk(self):
        self.fake.trunk = ""

    async def press(self, key):
        self.fake.press(self.call, key)

    async def hang_up(self):
        self.fake.caller_hangs_up(self.call)

    async def person_hangs_up(self):
        self.fake.caller_hangs_up(self.called[0].call)

    async def agent_hangs_up(self, who="awa"):
        self.fake.agent_hangs_up(OFFERS[who])

    async def until(self, name, count=1):
        await self._wait(lambda: len(self.told.of(name)) >= count, f"no {name}")
        return self.told.of(name)[-1]

    async def arrival(self):
        await self._wait(lambda: self.called, "nobody arrived")
        return self.called[0]

    async def hears(self, who, *whom):
        channels = {"koffi": self.call, MUSIC: MUSIC, **{agent: names.leg(offer) for agent, offer in OFFERS.items()}}
        assert self.fake.hears(channels[who]) == {channels[each] for each in whom}

    async def talk_for(self, seconds):
        self.fake.advance(seconds)

    async def recorded(self, name):
        return self.fake.talks[name].seconds

    async def _wait(self, true, otherwise):
        for _ in range(200):
            if true():
                return
            self.fake.advance(0.1)
        raise AssertionError(f"{otherwise}: {self.told.names()}")


class RealSwitch:
    """Everything real: Asterisk, the telephones, the client. What the service does with an event is done here, too."""

    def __init__(self, plan, folder, sound):
        self.plan, self.folder, self.sound = plan, folder, sound
        self.told, self.called = Told(), []
        self.call, self.phones = "", {}
        self.clock, self._tasks = SystemClock(), set()

    @asynccontextmanager
    async def up(self):
        hooks = Hooks(on_event=self._happened)
        ari = AriClient(self.plan.ari_url.removesuffix("/ari"), "cruc", self.plan.ari_secret, "cruc", hooks=hooks)
        async with AsyncExitStack() as self._stack:
            await self._stack.enter_async_context(ari)
            await self.phone(KOFFI)
            await ari.connected(10)
            self.telephony = AriTelephony(ari, self, self.clock, self.told.emit, self.told, self.plan.trunk)
            extensions = {agent.number: agent.id for agent in self.plan.of_kind("agent")}
            self.own_calls = OwnCalls(self.telephony, lambda: extensions)
            yield self

    async def phone(self, account):
        """The telephone of this account, made when it is first needed."""
        if account.id not in self.phones:
            microphone = tone(self.folder, TONES[account.id])
            phone = Softphone(account.id, account.secret, self.plan.sip_port, microphone=microphone, folder=self.folder)
            self.phones[account.id] = await self._stack.enter_async_context(phone)
        return self.phones[account.id]

    def sounds(self, _prompt):
        return (str(self.sound),)

    def _happened(self, event):
        for meaning in translate(event, self.clock.now()):
            match meaning:
                case Arrived(callback=""):
                    self.call = meaning.call
                case Arrived():
                    self.called.append(meaning)
                case ForCall() | ForDesk():
                    self.told.post(meaning.event)
                case TapEntered():
                    self.telephony.entered(meaning.channel)
                case Parted():
                    self._do(self.telephony.part(meaning.bridge))
                case Farewell():
                    self._do(self.telephony.hang_up(meaning.channel))
                case OwnDialed() | OwnAnswered() | OwnOver():
                    self._do(self.own_calls.happened(meaning))

    def _do(self, work):
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def call_in(self):
        await self.phones["koffi"].dial("1364")
        await self._wait(lambda: self.call, "no call arrived")

    async def agent(self, manner, who="awa"):
        if manner == "unregistered":
            return
        phone = await self.phone({"awa": AWA, "serge": SERGE}[who])
        await phone.register()
        await phone.behave(answer_after=0.0 if manner == "answers" else None, refuse=486 if manner == "refuses" else None)
        if manner == "vanished":
            await phone.vanish()

    async def outside(self, manner):
        """A telephone behind the operator's exchange, in this process: whatever number is called reaches it."""
        host, port = self.plan.of_kind("trunk")[0].contact.split(":")
        telephone = Telephone({
            "account": OUTSIDE, "secret": None, "address": host, "port": self.plan.sip_port,
            "microphone": str(tone(self.folder, 1400)), "heard": str(self.folder / "outside.wav"),
            "answer_after": 0.0 if manner == "answers" else None, "refuse": 486 if manner == "refuses" else None,
        })
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: telephone.wire, local_addr=(host, int(port)))
        self._stack.callback(transport.close)
        self._stack.push_async_callback(telephone.close)
        self.person = telephone

    async def no_trunk(self):
        self.telephony.trunk = ""

    async def press(self, key):
        await self.phones["koffi"].press(key)

    async def hang_up(self):
        await self.phones["koffi"].hang_up()

    async def person_hangs_up(self):
        self.person.hang_up()

    async def agent_hangs_up(self, who="awa"):
        await self.phones[who].hang_up()

    async def until(self, name, count=1):
        await self._wait(lambda: len(self.told.of(name)) >= count, f"no {name}")
        return self.told.of(name)[-1]

    async def arrival(self):
        await self._wait(lambda: self.called, "nobody arrived")
        return self.called[0]

    async def hears(self, who, *whom):
        """Judged by the sound: these voices and no other, from now on."""
        heard = self.phones[who].heard
        from_now = heard.seconds + WINDOW

        def as_expected():
            return heard.seconds >= from_now and self._voices(heard) == set(whom)

        await self._wait(as_expected, lambda: f"{who} hears {self._voices(heard)}, not {set(whom)}")

    def _voices(self, heard):
        since = max(0.0, heard.seconds - WINDOW)
        voices = {who for who, hertz in TONES.items() if heard.tone(hertz, since) > AUDIBLE}
        loud = (heard.levels(since) > LOUD).any()
        return voices or ({MUSIC} if loud else set())

    async def talk_for(self, seconds):
        heard = self.phones["koffi"].heard
        until = heard.seconds + seconds
        await self._wait(lambda: heard.seconds >= until, "the caller hears nothing")

    async def recorded(self, name):
        """Its length in seconds, once it is whole."""
        file = self.plan.run_dir / "spool" / "recording" / f"{name}.wav"
        await self._wait(lambda: soundfile.info(file).duration, f"{file.name} is empty")
        return soundfile.info(file).duration

    async def _wait(self, true, otherwise):
        end = time.monotonic() + 10
        while not true():
            assert time.monotonic() < end, f"{otherwise() if callable(otherwise) else otherwise}: {self.told.names()}"
            await asyncio.sleep(0.02)


@asynccontextmanager
async def real_switch(asterisk, folder):
    sound = installation().sounds_dir / "fr" / "digits" / "1"
    async with RealSwitch(asterisk.plan, folder, sound).up() as switch:
        yield switch
