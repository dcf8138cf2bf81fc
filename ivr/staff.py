"""Who works here, as the running service knows it: agents and their telephones, and the callbacks that wait for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ivr.ari.asterisk.configure import write_accounts
from ivr.ari.asterisk.process import AsteriskProcess
from ivr.ari.telephony import AriTelephony
from ivr.config import Settings
from ivr.core.intervals import interval_of
from ivr.core.offering import DIAL_BEYOND
from ivr.core.offers import AgentRemoved, AgentSet, CallbackKept, CallbackWithdrawn, EquipmentChanged, WishChanged
from ivr.distributor import Distributor
from ivr.ports import Clock
from ivr.site import sip_accounts
from storage import Store

MOST_CALLBACKS = 100_000
"""Callbacks taken up at a start: all of them, or something is very wrong."""


@dataclass(slots=True)
class Staff:
    """``extensions``: what an agent may dial → whose telephone it is."""

    settings: Settings
    store: Store
    distributor: Distributor
    telephony: AriTelephony
    asterisk: AsteriskProcess
    clock: Clock
    extensions: Mapping[str, str] = field(default_factory=dict)

    async def load(self) -> None:
        """Who works here, and who is to be called back, from the store."""
        await self._load_agents()
        await self.load_callbacks(await self.telephony.called_back() | set(await self.telephony.channels()))

    async def sign_in(self) -> None:
        """What the agents want, from the store, and where their phones are, from Asterisk: calls are offered from now on."""
        for agent in await self.store.list_agents():
            if agent.wish in {"ready", "paused"}:
                wish = WishChanged(self.clock.now(), agent.id, agent.wish, agent.reason or "")  # type: ignore[arg-type]
                self.distributor.post(wish)
        await self.look_for_phones()

    async def load_day(self) -> None:
        """The figures of today go on from where a former life left them."""
        now = self.clock.now()
        today = self.distributor.today
        today.rules = self.distributor.acd.rules
        day = interval_of(now, "day")
        today.begin(now, await self.store.reports(day.since, now))

    async def _load_agents(self) -> None:
        now, agents = self.clock.now(), await self.store.list_agents()
        for agent in agents:
            skills = tuple(sorted(agent.skills.items()))
            self.distributor.post(AgentSet(now, agent.id, tuple(agent.queues), skills, dict(agent.ranks)))
        self.extensions = {agent.extension: agent.id for agent in agents if agent.extension}

    async def look_for_phones(self) -> None:
        reachable = await self.telephony.reachable_agents()
        for agent in await self.store.list_agents():
            self.distributor.post(EquipmentChanged(self.clock.now(), agent.id, agent.id in reachable))

    async def load_callbacks(self, on_the_line: Collection[str] = ()) -> None:
        """Those that are open take their places again; those that somebody closed leave theirs. Whose callback or call
        is ``on_the_line`` since a former life is busy: nobody is called twice at once."""
        now, known = self.clock.now(), set(self.distributor.acd.callbacks)
        queues = self.distributor.acd.rules
        for row in await self.store.list_callbacks("open", MOST_CALLBACKS):
            known.discard(str(row.id))
            queue = row.queue if row.queue in queues else next(iter(queues))
            busy = str(row.id) in on_the_line or row.call in on_the_line
            due = now + DIAL_BEYOND if busy else row.due or 0.0
            self.distributor.post(CallbackKept(
                now, str(row.id), row.number, queue, row.since or row.created_at, row.priority or 0, (), row.facts or {},
                row.tries or 0, due, row.expires or 0.0,
            ))
        for gone in known:
            self.distributor.post(CallbackWithdrawn(now, gone, "closed"))

    async def reload(self) -> int:
        """Agents added, changed or removed in the store count from now on, their telephones included; calls go on.

        Raises `AsteriskError`, `StoreUnavailable`, or ValueError for an account that cannot be written.
        """
        plan = replace(self.asterisk.plan, accounts=await sip_accounts(self.settings, self.store))
        write_accounts(plan)
        self.asterisk.plan = plan
        await self.asterisk.reload("res_pjsip.so")
        known = {agent.id for agent in await self.store.list_agents()}
        for gone in set(self.distributor.acd.agents) - known:
            self.distributor.post(AgentRemoved(self.clock.now(), gone))
        await self.load()
        await self.sign_in()
        return len(known)
