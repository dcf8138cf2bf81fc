"""The call core's commands, performed by Asterisk; Asterisk's events, handed to sessions and distributor.

Commands of one call arrive one at a time, in order (`ivr.session`); this file keeps them so and knows no state of its own:
every id in Asterisk is derived from the call's (`ivr.ari.names`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ivr.ari import names
from ivr.ari.client import AriClient
from ivr.ari.errors import AriConflict, AriError, AriNotFound, AriTimeout, AriUnreachable
from ivr.ari.generated import Channel
from ivr.core.messages import (
    Answer,
    Command,
    CommandFailed,
    Connect,
    Connected,
    Hangup,
    Play,
    Prompt,
    Record,
    Started,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
)
from ivr.core.offers import LegBridged, LegGone, Ring
from ivr.ports import Clock, Emit, TelephonyLost

RING_BEYOND: Final = 1
"""Seconds that Asterisk lets a phone ring beyond the distributor's own time-out, which so decides first."""

SILENCE_ENDS_RECORDING: Final = 6


class Desk(Protocol):
    """Where events about agents' legs go (`ivr.distributor`)."""

    def post(self, event: Any) -> None: ...


class Sounds(Protocol):
    """Where sounds come from (`ivr.prompts`): absolute paths without extension."""

    def sounds(self, prompt: Prompt) -> tuple[str, ...]: ...


@dataclass(slots=True)
class AriTelephony:
    """Implements `ivr.ports.Telephony` on one Asterisk. ``emit`` and ``desk`` receive what happens."""

    ari: AriClient
    sounds: Sounds
    clock: Clock
    emit: Emit
    desk: Desk

    async def perform(self, call: str, command: Command) -> None:
        """One command. What Asterisk refuses becomes `CommandFailed`; raises `TelephonyLost` when it cannot be reached."""
        performer = PERFORMERS.get(type(command))
        if performer is None:
            raise TypeError(f"telephony has no {type(command).__name__}")
        try:
            await performer(self, call, command)
        except (AriUnreachable, AriTimeout) as error:
            raise TelephonyLost(str(error)) from error
        except AriError as error:
            if isinstance(command, Started):
                self.emit(call, CommandFailed(self.clock.now(), command.ref, type(command).__name__, error.reason))

    async def _answer(self, call: str, _command: Answer) -> None:
        await self.ari.channels_answer(call)

    async def _hangup(self, call: str, _command: Hangup) -> None:
        await self.hang_up(call)

    async def _play(self, call: str, command: Play) -> None:
        media = [f"sound:{path}" for prompt in command.prompts for path in self.sounds.sounds(prompt)]
        await self.ari.channels_play_with_id(call, names.playback(call, command.ref), media=media)

    async def _stop_play(self, call: str, command: StopPlay) -> None:
        with contextlib.suppress(AriNotFound):  # it ended by itself meanwhile
            await self.ari.playbacks_stop(names.playback(call, command.ref))

    async def _start_music(self, call: str, command: StartMusic) -> None:
        await self.ari.channels_start_moh(call, mohClass=command.music)

    async def _stop_music(self, call: str, _command: StopMusic) -> None:
        with contextlib.suppress(AriNotFound, AriConflict):
            await self.ari.channels_stop_moh(call)

    async def _record(self, call: str, command: Record) -> None:
        await self.ari.channels_record(
            call, name=names.playback(call, command.ref), format="wav", maxDurationSeconds=command.seconds,
            maxSilenceSeconds=SILENCE_ENDS_RECORDING, ifExists="overwrite", beep=True, terminateOn="none",
        )

    async def _stop_recording(self, call: str, command: StopRecording) -> None:
        with contextlib.suppress(AriNotFound, AriConflict):
            await self.ari.recordings_stop(names.playback(call, command.ref))

    async def _connect(self, call: str, command: Connect) -> None:
        """Bridge caller and agent. When it cannot be done the leg is dropped, and its end says the rest."""
        bridge = names.bridge(call)
        try:
            await self.part(bridge)  # of an earlier conversation, which ended while we were away
            await self.ari.bridges_create_with_id(bridge, type="mixing", name=bridge)
            await self.ari.bridges_add_channel(bridge, channel=[call, names.leg(command.offer)])
        except AriError as error:
            if isinstance(error, AriUnreachable | AriTimeout):
                raise
            await self.drop(command.offer)
            return
        now = self.clock.now()
        self.desk.post(LegBridged(now, command.offer))
        self.emit(call, Connected(now, command.ref, command.offer))

    async def part(self, bridge: str) -> None:
        """End a conversation's bridge, if it is still there; who is left in it goes on as a call or a leg."""
        with contextlib.suppress(AriNotFound):
            await self.ari.bridges_destroy(bridge)

    # -------------------------------------------------------------------------------------------------------- agents' legs
    async def ring(self, order: Ring) -> None:
        """Call the agent's phone. Whatever goes wrong becomes `LegGone`: an offer always ends."""
        try:
            await self.ari.channels_originate_with_id(
                names.leg(order.offer), endpoint=f"PJSIP/{order.agent}", app=self.ari.app, appArgs="leg",
                callerId=caller_id(order), timeout=round(order.seconds) + RING_BEYOND,
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

    async def hang_up(self, channel: str) -> None:
        with contextlib.suppress(AriNotFound):
            await self.ari.channels_hangup(channel)

    # ------------------------------------------------------------------------------------------------------- taking stock
    async def channels(self) -> dict[str, Channel]:
        """The channels that exist, by id."""
        return {channel.id: channel for channel in await self.ari.channels_list()}

    async def clear_bridges(self, living: set[str]) -> None:
        """Destroy the bridges of calls that are no more, and all taps: they are made anew when somebody listens."""
        for bridge in await self.ari.bridges_list():
            call = names.call_of_bridge(bridge.id)
            if call is not None and (call not in living or bridge.id.startswith(names.TAP_BRIDGE)):
                with contextlib.suppress(AriNotFound):
                    await self.ari.bridges_destroy(bridge.id)

    async def reachable_agents(self) -> set[str]:
        endpoints = await self.ari.endpoints_list_by_tech("PJSIP")
        return {endpoint.resource for endpoint in endpoints if endpoint.state == "online"}

    async def admit(self, most: int) -> None:
        """How many calls Asterisk may let in (see extensions.conf): a refusal there costs almost nothing."""
        try:
            await self.ari.asterisk_set_global_var(variable="ADMIT", value=str(most))
        except AriError as error:
            raise TelephonyLost(str(error)) from error


def caller_id(order: Ring) -> str:
    """What the agent's phone shows: the queue and the caller's number."""
    number = str(order.facts.get("caller") or "anonyme")
    return f'"1364 {order.queue}" <{number}>'


PERFORMERS: Final[dict[type[Command], Callable[[AriTelephony, str, Any], Awaitable[None]]]] = {
    Answer: AriTelephony._answer,  # noqa: SLF001 - the table of what this class does
    Hangup: AriTelephony._hangup,  # noqa: SLF001
    Play: AriTelephony._play,  # noqa: SLF001
    StopPlay: AriTelephony._stop_play,  # noqa: SLF001
    StartMusic: AriTelephony._start_music,  # noqa: SLF001
    StopMusic: AriTelephony._stop_music,  # noqa: SLF001
    Record: AriTelephony._record,  # noqa: SLF001
    StopRecording: AriTelephony._stop_recording,  # noqa: SLF001
    Connect: AriTelephony._connect,  # noqa: SLF001
}
