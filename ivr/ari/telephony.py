"""The call core's commands, performed by Asterisk; Asterisk's events, handed to sessions and distributor.

Commands of one call arrive one at a time, in order (`ivr.session`); this file keeps them so and knows no state of its own:
every id in Asterisk is derived from the call's (`ivr.ari.names`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from ivr.ari import names
from ivr.ari.errors import AriConflict, AriError, AriNotFound, AriTimeout, AriUnreachable
from ivr.ari.generated import Channel
from ivr.ari.legs import AriLegs
from ivr.core.commands import (
    Answer,
    Command,
    Connect,
    Hangup,
    Play,
    Record,
    Started,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
)
from ivr.core.messages import CommandFailed, Connected
from ivr.core.offers import LegBridged
from ivr.ports import TelephonyLost

SILENCE_ENDS_RECORDING: Final = 6


@dataclass(slots=True)
class AriTelephony(AriLegs):
    """Implements `ivr.ports.Telephony` and `ivr.distributor.Legs` on one Asterisk. ``emit`` and ``desk`` receive what
    happens."""

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
        await self.end_hold(call)
        media = [sound for prompt in command.prompts for sound in self._media(prompt)]
        await self.ari.channels_play_with_id(call, names.playback(call, command.ref), media=media)

    async def _stop_play(self, call: str, command: StopPlay) -> None:
        with contextlib.suppress(AriNotFound):  # it ended by itself meanwhile
            await self.ari.playbacks_stop(names.playback(call, command.ref))

    async def _start_music(self, call: str, command: StartMusic) -> None:
        await self.end_hold(call)
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
        try:
            inside = await self.share(call, (command.offer,))
        except AriError:  # refused: by an Asterisk that is going down, or full
            inside = set()
        if names.leg(command.offer) not in inside:
            await self.drop(command.offer)
            return
        now = self.clock.now()
        self.desk.post(LegBridged(now, command.offer))
        self.emit(call, Connected(now, command.ref, command.offer))

    # ------------------------------------------------------------------------------------------------------- taking stock
    async def channels(self) -> dict[str, Channel]:
        """The channels that exist, by id."""
        return {channel.id: channel for channel in await self.ari.channels_list()}

    async def called_back(self) -> set[str]:
        """The callbacks whose persons we have called and who are on the line."""
        up = [names.callback_of(name) for name, channel in (await self.channels()).items() if channel.state == "Up"]
        return {called[0] for called in up if called is not None}

    async def clear_bridges(self, living: set[str]) -> None:
        """Destroy the bridges of calls that are no more, and those that are made anew when somebody needs them."""
        for bridge in await self.ari.bridges_list():
            call = names.call_of_bridge(bridge.id)
            if bridge.id.startswith(names.PASSING) or (call is not None and call not in living):
                await self.part(bridge.id)

    async def reachable_agents(self) -> set[str]:
        endpoints = await self.ari.endpoints_list_by_tech("PJSIP")
        return {endpoint.resource for endpoint in endpoints if endpoint.state == "online"}

    async def admit(self, most: int) -> None:
        """How many calls Asterisk may let in (see extensions.conf): a refusal there costs almost nothing."""
        try:
            await self.ari.asterisk_set_global_var(variable="ADMIT", value=str(most))
        except AriError as error:
            raise TelephonyLost(str(error)) from error


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
