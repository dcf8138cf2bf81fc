"""The transfer key of an agent's telephone: a REFER, which Asterisk hands to us instead of acting on it.

Left to itself Asterisk would send the caller into the dialplan, out of our hands, with nobody's record. So it asks
(`PJSIP_TRANSFER_HANDLING=ari-only` on every leg), and the key does what `cruc agent transfer` does; the telephone is told
how it went. The hold key needs nothing here: it is an event of the leg (`ivr.ari.translate`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from ivr.ari.errors import AriError
from ivr.ari.names import offer_of
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import TransferPressed
from ivr.core.offers import TransferAsked
from ivr.distributor import Distributor

log = structlog.get_logger()

DONE: Final = "channel_answered"
DECLINED: Final = "channel_declined"


@dataclass(frozen=True, slots=True)
class PhoneKeys:
    """``extensions``: what can be dialled → whose telephone it is."""

    telephony: AriTelephony
    distributor: Distributor
    extensions: Callable[[], Mapping[str, str]]

    async def transfer(self, pressed: TransferPressed) -> None:
        """Do it, and tell the telephone, whose leg is not dropped before it was told. An attended one (to another call of
        that telephone) is declined: the two calls are joined by `cruc agent consult` and `complete`."""
        told = asyncio.Event()
        self.distributor.first(offer_of(pressed.channel) or "", told.wait)
        try:
            why = await self._asked(pressed)
            await self.telephony.ari.channels_transfer_progress(pressed.channel, states=DECLINED if why else DONE)
        except AriError:
            log.info("transfer_not_told", agent=pressed.agent)  # the agent has hung up first
        finally:
            told.set()

    async def _asked(self, pressed: TransferPressed) -> str:
        to = self.target(pressed.destination)
        if not to:
            return "no destination"
        return await self.distributor.ask(TransferAsked(self.distributor.clock.now(), pressed.agent, to))

    def target(self, destination: str) -> str:
        """An extension is an agent, a queue's name that queue, other digits an outside number."""
        name = destination.partition("@")[0].removeprefix("sip:")
        if name in self.extensions():
            return f"agent:{self.extensions()[name]}"
        if name in self.distributor.acd.floor.lines:
            return f"queue:{name}"
        return f"number:{name}" if name.isdigit() else ""
