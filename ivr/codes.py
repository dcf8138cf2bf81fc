"""What agents dial from their phones: *11 ready, *12 pause, *13 resume, *10 sign out; each is confirmed in words."""

from __future__ import annotations

import asyncio
from typing import Final

from ivr.ari import names
from ivr.ari.errors import AriError
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import CodeDialed
from ivr.core.agent import Wish
from ivr.core.commands import Prompt
from ivr.core.offers import WishChanged
from ivr.distributor import Distributor

CODES: Final[dict[str, tuple[Wish, str, str]]] = {
    "*10": ("offline", "", "agent.deconnecte"),
    "*11": ("ready", "", "agent.reprise"),
    "*12": ("paused", "code du poste", "agent.pause"),
    "*13": ("ready", "", "agent.reprise"),
}
"""Code → wish, reason, prompt."""

TIME_TO_HEAR: Final = 4.0


async def answer_code(telephony: AriTelephony, distributor: Distributor, dialed: CodeDialed, now: float) -> None:
    """Do it, say it, hang up. An unknown agent or code hears that it is wrong."""
    wish, reason, prompt = CODES.get(dialed.code, ("offline", "", "agent.code_invalide"))
    if dialed.agent not in distributor.acd.agents:
        prompt = "agent.code_invalide"
    elif dialed.code in CODES:
        distributor.post(WishChanged(now, dialed.agent, wish, reason))
    media = [f"sound:{path}" for path in telephony.sounds.sounds(Prompt(prompt))]
    try:
        await telephony.ari.channels_answer(dialed.channel)
        await telephony.ari.channels_play_with_id(dialed.channel, names.playback(dialed.channel, 0), media=media)
        await asyncio.sleep(TIME_TO_HEAR)
        await telephony.hang_up(dialed.channel)
    except AriError:
        # The agent hung up first: the wish counts all the same.
        return
