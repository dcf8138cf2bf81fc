"""As much of `ivr.app.Service` as the control asks for: distributor, queues and sessions are the real ones. `Room` is a
centre at work: its store is real, its telephony the fake Asterisk, and its time is moved by hand."""

import asyncio
from types import SimpleNamespace

from ivr.ari.fake import FakeAsterisk
from ivr.clock import SystemClock
from ivr.config import Settings
from ivr.core.acd import Acd
from ivr.core.messages import AgentAnswered
from ivr.core.offers import AgentSet, CallerJoined, CallerLeft, EquipmentChanged, LegBridged, WishChanged
from ivr.core.queueing import Rules
from ivr.desk_memory import DeskMemory
from ivr.distributor import Distributor
from ivr.sessions import Sessions
from ivr.speech.scripted import Absent
from ivr.staff import Staff
from storage import Agent, open_store


class Centre:
    """As much of `ivr.app.Service` as the control asks for."""

    def __init__(self, home):
        self.settings = Settings(home=home)
        self.clock = SystemClock()
        self.kept, self.admitted, self.fault = [], [], None
        desk = Distributor(Acd({"general": Rules(label="Accueil général")}), lambda *_: None, self.clock, self)
        self.house = SimpleNamespace(distributor=desk)
        self.staff = self
        self.sessions = Sessions()
        self.limit = SimpleNamespace(most=300, now=300)
        self.telephony = SimpleNamespace(admit=self._admit)
        self.dialplan = SimpleNamespace(
            flow=SimpleNamespace(version="v1"), queues={"general": SimpleNamespace(label="Accueil général")},
        )
        self.asterisk = SimpleNamespace(installation=SimpleNamespace(version="22.10.1"), pid=1)
        self.recognizer = Absent()

    async def keep_wish(self, order):
        self.kept.append((order.agent, order.wish, order.reason))

    async def keep_reports(self, reports):
        self.reports = reports

    async def load_callbacks(self):
        self.loaded = True

    async def _admit(self, most):
        self.admitted.append(most)

    async def reload(self):
        if self.fault:
            raise self.fault
        return 1

    async def publish(self):
        if self.fault:
            raise self.fault
        return "v2"

    def spawn(self, work):
        self.task = asyncio.create_task(work)


class Room(Centre):
    """Two queues in which one may wait for nobody; an agent's telephone answers unless told otherwise."""

    def __init__(self, home):
        super().__init__(home)
        self.extensions = {}
        self.store = open_store(self.settings.store_url)
        self.switch = FakeAsterisk(self._told, None)
        self.switch._now = SystemClock().now()
        self.clock = SimpleNamespace(now=self.switch.now, drift=0.0)
        rules = {
            "general": Rules(label="Accueil général", record=True, when_empty="wait"),
            "solde": Rules(label="Solde", level=30.0, when_empty="wait", relax=((60.0, ()),)),
        }
        self.desk = Distributor(Acd(rules), self._told, self.clock, DeskMemory(self.store, self.clock), self.switch)
        self.desk.today.rules = rules
        self.switch.desk = self.house.distributor = self.desk
        self.staff = Staff(self.settings, self.store, self.desk, None, None, self.clock)

    def _told(self, _call, event):
        if isinstance(event, AgentAnswered):
            self.desk.post(LegBridged(event.at, event.offer))

    async def settled(self):
        """All that follows from what was told has happened."""
        for _ in range(30):
            await asyncio.sleep(0)
            self.switch.advance(0)

    async def agent(self, name, *queues, phone="answers", wish="ready"):
        extension = self.extensions.setdefault(name, str(101 + len(self.extensions)))
        await self.store.put_agent(Agent(name, name.title(), extension, name, queues))
        self.switch.phones[name] = phone
        now = self.clock.now()
        for event in (AgentSet(now, name, queues), EquipmentChanged(now, name, True), WishChanged(now, name, wish)):
            self.desk.post(event)
        await self.settled()

    async def caller(self, call, queue="general", number="0700000101", **more):
        self.switch.call_in(call)
        now = self.clock.now()
        self.desk.post(CallerJoined(now, call, 1, queue, 0, now, {"caller": number}, **more))
        await self.settled()

    async def leaves(self, call):
        self.desk.post(CallerLeft(self.clock.now(), call, 1))
        await self.settled()

    async def after(self, seconds):
        self.switch.advance(seconds)
        await self.settled()

    def state(self, name):
        return self.desk.acd.agents[name].state
