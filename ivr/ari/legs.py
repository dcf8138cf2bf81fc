"""The agents' side of telephony: their legs, and who talks with whom, performed by Asterisk.

Orders say what is to be, not what is to be changed: told twice, or after a leg has died, they do no harm. A leg that is
missing is skipped, because its end is told by its own event. Nobody is ever left without a bridge by a failure here but by
the end of the call.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ivr.ari import names
from ivr.ari.client import AriClient
from ivr.ari.errors import AriConflict, AriError, AriNotFound, AriTimeout, AriUnreachable
from ivr.core.commands import Prompt
from ivr.core.offers import LegGone, PersonLost
from ivr.core.orders import Aside, DialOut, PauseRecording, RecordTalk, Ring, SayToLeg, Spy, StopDialling, Together
from ivr.ports import Clock, Emit, TelephonyLost

RING_BEYOND: Final = 1
"""Seconds that Asterisk lets a phone ring beyond the distributor's own time-out, which so decides first."""

ENTRY_TIMEOUT: Final = 2.0
"""Seconds that a snoop may take to enter the application."""

LAST_WORDS: Final = 15
"""Seconds after which Asterisk hangs up a channel that is to hear its last words, whatever has become of them."""

TRANSFERS_ARE_OURS: Final = {"PJSIP_TRANSFER_HANDLING()": "ari-only"}
"""Asterisk tells us of a REFER instead of sending the caller away by itself (`ivr.phone_keys`)."""

HOLD_MUSIC: Final = "attente"
CENTRE: Final = "1364"


class Desk(Protocol):
    """Where events about agents' legs go (`ivr.distributor`)."""

    def post(self, event: Any) -> None: ...


class Sounds(Protocol):
    """Where sounds come from (`ivr.prompts`): absolute paths without extension."""

    def sounds(self, prompt: Prompt) -> tuple[str, ...]: ...


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Raises `TelephonyLost` when Asterisk cannot be reached."""
    try:
        yield
    except (AriUnreachable, AriTimeout) as error:
        raise TelephonyLost(str(error)) from error


@contextlib.contextmanager
def unless_gone() -> Iterator[None]:
    """What is refused here concerns something that ended a moment ago: its end is told by itself."""
    try:
        with reaching():
            yield
    except AriError:
        return


@dataclass(slots=True)
class AriLegs:
    """Implements `ivr.distributor.Legs` on one Asterisk. ``trunk`` is the endpoint through which outside numbers are
    called; '' when there is none. ``_on_hold``: the calls whose bridge plays music because we told it to."""

    ari: AriClient
    sounds: Sounds
    clock: Clock
    emit: Emit
    desk: Desk
    trunk: str = ""
    _on_hold: set[str] = field(default_factory=set)
    _entered: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=itertools.count)

    # ---------------------------------------------------------------------------------------------------------- one leg
    async def ring(self, order: Ring) -> None:
        """Call the agent's phone, or the outside number. Whatever goes wrong becomes `LegGone`: an offer always ends."""
        endpoint = self._outside(order.number) if order.number else f"PJSIP/{order.agent}"
        try:
            if not endpoint:
                raise AriNotFound(0, "POST", "/channels", "no trunk")
            await self.ari.channels_originate_with_id(
                names.leg(order.offer), endpoint=endpoint, app=self.ari.app, appArgs="leg",
                callerId=caller_id(order), timeout=round(order.seconds) + RING_BEYOND, variables=TRANSFERS_ARE_OURS,
            )
        except AriError:
            self.desk.post(LegGone(self.clock.now(), order.offer, "lost"))

    async def drop(self, offer: str) -> None:
        """Hang the agent's leg up. One that does not exist is reported gone, so that nobody waits for its end."""
        try:
            await self.ari.channels_hangup(names.leg(offer))
        except AriNotFound:
            self.desk.post(LegGone(self.clock.now(), offer, "ended"))
        except AriError as error:
            raise TelephonyLost(str(error)) from error

    async def say_to_leg(self, order: SayToLeg) -> None:
        """To the leg alone: what is played to a channel does not reach its bridge."""
        leg, prompt = names.leg(order.offer), Prompt(order.prompt)
        if not order.then_drop:
            with unless_gone():
                await self.ari.channels_play_with_id(leg, names.said(leg, order.prompt), media=self._media(prompt))
        elif not await self.farewell(leg, prompt):
            await self.drop(order.offer)

    async def farewell(self, channel: str, prompt: Prompt) -> bool:
        """Say this; the end of it is told as `ivr.ari.translate.Farewell`, which is the time to hang up. False when it
        cannot be said."""
        try:
            with reaching():
                await self.ari.channels_set_channel_var(channel, variable="TIMEOUT(absolute)", value=str(LAST_WORDS))
                await self.ari.channels_play_with_id(channel, names.farewell(channel), media=self._media(prompt))
        except AriError:
            return False
        return True

    async def hang_up(self, channel: str) -> None:
        with contextlib.suppress(AriNotFound):
            await self.ari.channels_hangup(channel)

    def _media(self, prompt: Prompt) -> list[str]:
        return [f"sound:{path}" for path in self.sounds.sounds(prompt)]

    # ------------------------------------------------------------------------------------------------- who talks with whom
    async def together(self, order: Together) -> None:
        with unless_gone():
            await self.share(order.call, order.legs)

    async def share(self, call: str, offers: Sequence[str]) -> set[str]:
        """The caller and exactly these legs in the call's bridge, or the caller and music. Returns the channels that are
        there in the end; none when the caller is gone, and then no bridge is left."""
        bridge = names.bridge(call)
        with reaching():
            inside = await self._members(bridge)
            if offers and inside:
                await self._stop_hold_music(call)
            inside = await self._make(bridge, inside, [call, *map(names.leg, offers)])
            if call not in inside:
                await self.part(bridge)
                return set()
            if not offers:
                with unless_gone():
                    await self.ari.bridges_start_moh(bridge, mohClass=HOLD_MUSIC)
                    self._on_hold.add(call)
        return inside

    async def _stop_hold_music(self, call: str) -> None:
        self._on_hold.discard(call)
        with unless_gone():  # 409 where no music plays
            await self.ari.bridges_stop_moh(names.bridge(call))

    async def end_hold(self, call: str) -> None:
        """The flow has the caller again, as when the agent has gone during the hold: no music between its sentences."""
        if call in self._on_hold:
            await self._stop_hold_music(call)

    async def aside(self, order: Aside) -> None:
        bridge = names.aside(order.call)
        with unless_gone():
            if order.legs:
                await self._make(bridge, await self._members(bridge), [*map(names.leg, order.legs)])
            else:
                await self.part(bridge)

    async def part(self, bridge: str) -> None:
        """End a bridge, if it is still there; who is left in it goes on as a call or a leg. They are taken out before: a
        prompt to a channel that a dying bridge lets go a moment later is lost, and its end never told."""
        self._on_hold.discard(names.call_of_bridge(bridge) or "")
        with contextlib.suppress(AriNotFound, AriConflict):  # two may end it at once
            left = (await self.ari.bridges_get(bridge)).channels
            with contextlib.suppress(AriError):
                await self.ari.bridges_remove_channel(bridge, channel=left)
            await self.ari.bridges_destroy(bridge)

    async def _members(self, bridge: str) -> set[str]:
        """Who is in this bridge, which is made when it is missing."""
        try:
            return set((await self.ari.bridges_get(bridge)).channels)
        except AriNotFound:
            await self.ari.bridges_create_with_id(bridge, type="mixing", name=bridge)
            return set()

    async def _make(self, bridge: str, inside: set[str], wanted: Sequence[str]) -> set[str]:
        """Exactly these, but for those that do not exist any more. One who is in another bridge leaves it."""
        for other in inside.difference(wanted):
            with unless_gone():
                await self.ari.bridges_remove_channel(bridge, channel=[other])
        there = inside.intersection(wanted)
        for channel in wanted:
            if channel not in there:
                with unless_gone():
                    await self.ari.bridges_add_channel(bridge, channel=[channel])
                    there.add(channel)
        return there

    # -------------------------------------------------------------------------------------------------------- supervision
    def entered(self, channel: str) -> None:
        """Told by the event stream: this channel is in the application."""
        waiting = self._entered.get(channel)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def spy(self, order: Spy) -> None:
        """Another mode or another agent is another snoop: the new one is there before the old one goes."""
        bridge = names.spy_bridge(order.offer)
        with unless_gone():
            if not order.on:
                await self._stop_spying(bridge)
                return
            before = await self._members(bridge)
            snoop = await self._snoop(order)
            await self._make(bridge, before, [names.leg(order.offer), *([snoop] if snoop else [])])
            for old in before:
                if old.startswith(names.SPY):
                    await self.hang_up(old)

    async def _snoop(self, order: Spy) -> str:
        """A new snoop in the application; '' when the leg that it was to hear is gone."""
        snoop = names.spy(order.offer, next(self._count))
        entered = self._entered[snoop] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ENTRY_TIMEOUT):
                await self.ari.channels_snoop_channel_with_id(
                    names.leg(order.on), snoop, app=self.ari.app, spy="both", whisper="out" if order.whisper else "none"
                )
                await entered  # before that it cannot be put into a bridge
        except TimeoutError:
            await self.hang_up(snoop)
            return ""
        except AriError as error:
            if isinstance(error, AriUnreachable | AriTimeout):
                raise
            return ""
        finally:
            del self._entered[snoop]
        return snoop

    async def _stop_spying(self, bridge: str) -> None:
        with contextlib.suppress(AriNotFound):
            for channel in (await self.ari.bridges_get(bridge)).channels:
                if channel.startswith(names.SPY):
                    await self.hang_up(channel)
        await self.part(bridge)

    # --------------------------------------------------------------------------------------------------------- recording
    async def record_talk(self, order: RecordTalk) -> None:
        """All that is heard in the call's bridge, music included, until the bridge ends."""
        with unless_gone():
            await self.ari.bridges_record(
                names.bridge(order.call), name=order.name, format="wav", ifExists="overwrite", beep=False, terminateOn="none"
            )

    async def pause_recording(self, order: PauseRecording) -> None:
        """Pause it (``on`` false, as in `RecordingAsked`) or go on. What is said in a pause is not kept, not as silence
        either."""
        with unless_gone():
            if order.on:
                await self.ari.recordings_unpause(order.name)
            else:
                await self.ari.recordings_pause(order.name)

    # ----------------------------------------------------------------------------------------------------------- callbacks
    async def dial_out(self, order: DialOut) -> None:
        """What comes of it is told as an arriving call, or as `PersonLost`."""
        endpoint = self._outside(order.number)
        try:
            if not endpoint:
                raise AriNotFound(0, "POST", "/channels", "no trunk")
            await self.ari.channels_originate_with_id(
                names.out(order.callback, order.tries), endpoint=endpoint, app=self.ari.app,
                appArgs=f"callback,{order.callback},{order.number}", callerId=f'"{CENTRE}" <{CENTRE}>',
                timeout=round(order.seconds),
            )
        except AriError:
            self.desk.post(PersonLost(self.clock.now(), order.callback, "failed", order.tries))

    async def stop_dialling(self, order: StopDialling) -> None:
        """One who has answered meanwhile is a call, and stays."""
        channel = names.out(order.callback, order.tries)
        with unless_gone():
            if (await self.ari.channels_get(channel)).state != "Up":
                await self.hang_up(channel)

    def _outside(self, number: str) -> str:
        """The endpoint of an outside number; '' when there is no way out."""
        return f"PJSIP/{number}@{self.trunk}" if self.trunk else ""


def caller_id(order: Ring) -> str:
    """What the phone shows: what the call is, and whose number it is about; outside the house, that of the centre."""
    what = {"callback": f"Rappel {CENTRE}", "consult": "Consultation", "supervise": "Écoute"}.get(order.kind)
    about = str(order.facts.get("caller") or "anonyme")
    return f'"{what or f"{CENTRE} {order.queue}"}" <{CENTRE if order.number else about}>'
