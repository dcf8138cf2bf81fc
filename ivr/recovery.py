"""After a death, ours or Asterisk's: take stock of what lives, adopt it, close what does not.

* A channel with an open record is adopted: its journal is replayed and its question asked again.
* A channel without a record (we died between its arrival and its first line) begins as a new call.
* An open record without a channel is closed from its journal.
* An agent's leg whose conversation is over, and every bridge of a call that is no more, are hung up.
* Calls that came while nobody listened are in the spool: each gets its record and a callback.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from ivr.ari import names
from ivr.ari.asterisk.away import AwayCall, calls_while_away
from ivr.ari.generated import Channel
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import Arrived, arrived, national
from ivr.core.flow import Flow
from ivr.core.messages import CallEnded, CallStarted, Event, Noted, Resumed
from ivr.core.offers import LegGone, OwnCallEnded, PersonLost
from ivr.house import House
from ivr.ports import AlreadyOpen
from ivr.session import Session
from ivr.sessions import Sessions, close_orphan

log = structlog.get_logger()


@dataclass(slots=True)
class Recovery:
    """What to do after a death. ``spool`` is where the dialplan wrote the calls that nobody took."""

    house: House
    sessions: Sessions
    telephony: AriTelephony
    spool: Path

    async def at_start(self, begin: Callable[[Arrived], None], sign_in: Callable[[], Awaitable[None]]) -> dict[str, int]:
        """Everything above; returns what was found, for the log. ``sign_in`` makes agents ready: no phone rings any more for
        our former life then, those who talk are known to, and nobody has asked for an agent yet."""
        channels = await self.telephony.channels()
        callers = {name: channel for name, channel in channels.items() if _is_call(channel)}
        found = {"adopted": 0, "closed": 0, "new": 0, "away": 0}
        opened = set(await self.house.journal.open_calls())
        for call in opened - set(callers):
            await close_orphan(self.house.journal, call, self.house.clock.now())
            found["closed"] += 1
        adopted = [await self._rebuilt(call, callers[call]) for call in sorted(opened & set(callers))]
        talking = {session.id: session.call.record.offer or "" for session in adopted if _talks(session)}
        await self._clear(channels, set(callers), set(talking.values()))
        await self._talk_on([session for session in adopted if session.id in talking])
        self._tell_lost_legs(set(channels), talking.values())
        await sign_in()
        for session in adopted:
            if session.id not in talking:
                self.sessions.run(session)
        found["adopted"] = len(adopted)
        for call in set(callers) - opened:
            begin(arrived(callers[call], self.house.clock.now()))
            found["new"] += 1
        found["away"] = await self.take_spool()
        return found

    async def after_silence(self) -> None:
        """The event stream was lost and is back: tell what ended meanwhile, ask again what may have been missed."""
        now = self.house.clock.now()
        channels = await self.telephony.channels()
        for session in list(self.sessions):
            if session.id not in channels:
                session.inbox.put_nowait(CallEnded(now, "cut"))
            elif session.call.record.connected_at is None:
                session.inbox.put_nowait(Resumed(now))
        for offer in list(self.house.distributor.acd.offers):
            if names.leg(offer) not in channels:
                self.house.distributor.post(LegGone(now, offer, "lost"))
        for event in self._unseen(set(channels), now):
            self.house.distributor.post(event)

    def _unseen(self, channels: set[str], now: float) -> Iterator[Event]:
        """Agents' own calls and persons being called back that ended while nobody looked."""
        acd = self.house.distributor.acd
        for agent in acd.agents.values():
            yield from (OwnCallEnded(now, agent.id, channel) for channel in agent.own - channels)
        for entry in acd.callbacks.values():
            if entry.dialling and names.out(entry.callback, entry.tries) not in channels:
                yield PersonLost(now, entry.callback, "failed", entry.tries)

    async def _rebuilt(self, call: str, channel: Channel) -> Session:
        """The call as its journal tells it, not yet running. It begins anew when it cannot be replayed: no first entry, no
        flow, or an entry on which the core fails, which must not keep all other calls from being taken up."""
        entries = await self.house.journal.events(call)
        flow = await self._flow(entries)
        if flow is not None:
            try:
                return Session.adopt(self.house, call, flow, entries)
            except Exception:
                log.exception("call_not_replayed", call=call)
        found = arrived(channel, self.house.clock.now())
        started = CallStarted(found.at, call, found.caller, found.dialed, self.house.flow().version, found.callback)
        return Session.begin(self.house, started, after=len(entries))

    async def _talk_on(self, sessions: Sequence[Session]) -> None:
        """Returns when each has told the distributor who is busy with it."""
        for session in sessions:
            self.sessions.run(session)
        for session in sessions:
            await session.ready.wait()

    async def _flow(self, entries: Sequence[Event]) -> Flow | None:
        first = entries[0] if entries else None
        return await self.house.flow_of(first.flow) if isinstance(first, CallStarted) else None

    async def _clear(self, channels: dict[str, Channel], callers: set[str], talking: set[str]) -> None:
        """Hang up whom nobody waits for: agents who were being offered or consulted, persons who were being called back."""
        for name in channels:
            offer = names.offer_of(name)
            if offer is not None and offer in talking:
                continue
            if name.startswith((*names.OURS, names.OUT)) and name not in callers:
                await self.telephony.hang_up(name)
        await self.telephony.clear_bridges(callers)

    def _tell_lost_legs(self, channels: set[str], talking: Iterable[str]) -> None:
        for offer in talking:
            if names.leg(offer) not in channels:
                self.house.distributor.post(LegGone(self.house.clock.now(), offer, "ended"))

    async def take_spool(self) -> int:
        """Calls that heard the message while we were away: a record and a callback for each, then forget the file."""
        taken = 0
        for away in calls_while_away(self.spool):
            await self._keep(away)
            away.forget()
            taken += 1
        return taken

    async def _keep(self, away: AwayCall) -> None:
        journal, at = self.house.journal, float(away.at)
        caller = national(away.caller)
        entries: list[Event] = [
            CallStarted(at, away.channel_id, caller, away.dialled, self.house.flow().version),
            Noted(at, "node", "application_absente"),
        ]
        if caller:
            await self.house.requests.register_callback(away.channel_id, caller, "", "application_absente", at)
            entries += [Noted(at, "callback", caller), Noted(at, "goal", "RAPPEL_PROGRAMME")]
        try:
            await journal.open_call(away.channel_id, at, caller, away.dialled, self.house.flow().version)
            await journal.append(away.channel_id, 0, [*entries, CallEnded(at, "cut")])
        except AlreadyOpen:
            log.info("spool_taken_before", call=away.channel_id)
        await close_orphan(journal, away.channel_id, at)


def _talks(session: Session) -> bool:
    return session.call.record.connected_at is not None


def _is_call(channel: Channel) -> bool:
    """A caller in our application: its dialplan application is Stasis with the argument of 1364's context, or ours when we
    have called and somebody has answered."""
    if names.callback_of(channel.id):
        return channel.state == "Up"
    return names.is_caller(channel.id) and channel.dialplan.app_name == "Stasis" and ",call" in channel.dialplan.app_data

