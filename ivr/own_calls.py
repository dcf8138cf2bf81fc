"""Agents who dial a colleague: the colleague's phone rings, the two talk, and the one goes when the other has gone.

No state is kept: the colleague's channel is named after the one that dialled (`ivr.ari.names`), and each event says what
is to be done next. That the two are busy meanwhile, the distributor is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ivr.ari import names
from ivr.ari.errors import AriError
from ivr.ari.legs import AriLegs
from ivr.ari.translate import OwnAnswered, OwnCall, OwnDialed, OwnOver
from ivr.core.commands import Prompt
from ivr.core.offers import OwnCallBegan, OwnCallEnded
from ivr.ports import TelephonyLost

RINGS: Final = 30
"""Seconds that a colleague's phone rings."""

NOBODY: Final = Prompt("agent.code_invalide")
NO_ANSWER: Final = Prompt("agent.injoignable")


@dataclass(frozen=True, slots=True)
class OwnCalls:
    """``extensions``: what can be dialled → whose phone it is."""

    telephony: AriLegs
    extensions: Callable[[], Mapping[str, str]]

    async def happened(self, what: OwnCall) -> None:
        """Go on with the call that this is about; what is gone meanwhile has told its own end."""
        try:
            match what:
                case OwnDialed():
                    await self._dialled(what)
                case OwnAnswered():
                    await self._join(what.channel)
                case OwnOver():
                    await self._over(what)
        except (AriError, TelephonyLost):
            return

    async def _dialled(self, dialled: OwnDialed) -> None:
        colleague = self.extensions().get(dialled.target)
        if colleague is None or colleague == dialled.agent:
            await self._say_and_end(dialled.channel, NOBODY)
        elif await self._ring(dialled, colleague):
            await self.telephony.ari.channels_ring(dialled.channel)
        else:
            await self._say_and_end(dialled.channel, NO_ANSWER)

    async def _ring(self, dialled: OwnDialed, colleague: str) -> bool:
        phones, channel = self.telephony, names.own(dialled.channel)
        phones.desk.post(OwnCallBegan(phones.clock.now(), colleague, channel))
        try:
            await phones.ari.channels_originate_with_id(
                channel, endpoint=f"PJSIP/{colleague}", app=phones.ari.app, appArgs="own", timeout=RINGS,
                callerId=f'"{dialled.agent}" <{self._extension(dialled.agent)}>',
            )
        except AriError:
            phones.desk.post(OwnCallEnded(phones.clock.now(), colleague, channel))
            return False
        return True

    def _extension(self, agent: str) -> str:
        return next((dialled for dialled, whose in self.extensions().items() if whose == agent), agent)

    async def _join(self, channel: str) -> None:
        caller, bridge, ari = names.other_end(channel), names.own_bridge(channel), self.telephony.ari
        try:
            await ari.channels_answer(caller)
            await ari.bridges_create_with_id(bridge, type="mixing", name=bridge)
            await ari.bridges_add_channel(bridge, channel=[caller, channel])
        except AriError:
            await self.telephony.hang_up(channel)
            raise

    async def _over(self, over: OwnOver) -> None:
        if over.talked:
            await self.telephony.hang_up(names.other_end(over.channel))
            await self.telephony.part(names.own_bridge(over.channel))
        else:
            await self._say_and_end(names.other_end(over.channel), NO_ANSWER)

    async def _say_and_end(self, caller: str, words: Prompt) -> None:
        await self.telephony.ari.channels_answer(caller)
        if not await self.telephony.farewell(caller, words):
            await self.telephony.hang_up(caller)
