"""One contract for the switch, real or fake: the same orders give the same events."""

from __future__ import annotations

import pytest

from ivr.core.commands import Connect, Hangup, Play, Prompt, Record, StopPlay, StopRecording
from ivr.core.orders import Ring
from tests.contract.switches import OFFERS, RING

HELLO = (Prompt("accueil.bienvenue"),)
OFFER = OFFERS["awa"]


def ring():
    return Ring(OFFER, "awa", "call-1", "general", RING, {"caller": "0700000001"})


async def test_a_prompt_is_told_finished_by_its_ref(answered):
    await answered.telephony.perform(answered.call, Play(7, HELLO))
    assert (await answered.until("PlayFinished")).ref == 7


async def test_a_stopped_prompt_is_told_finished_once(answered):
    await answered.telephony.perform(answered.call, Play(7, HELLO * 20))
    await answered.telephony.perform(answered.call, StopPlay(7))
    await answered.until("PlayFinished")
    await answered.telephony.perform(answered.call, StopPlay(7))
    await answered.telephony.perform(answered.call, Play(8, HELLO))
    assert (await answered.until("PlayFinished", 2)).ref == 8


async def test_prompts_follow_one_another(answered):
    await answered.telephony.perform(answered.call, Play(7, HELLO))
    await answered.telephony.perform(answered.call, Play(8, HELLO))
    await answered.until("PlayFinished", 2)
    assert [each.ref for each in answered.told.of("PlayFinished")] == [7, 8]


async def test_a_key_is_told(answered):
    await answered.telephony.perform(answered.call, Play(7, HELLO))
    await answered.press("5")
    assert (await answered.until("DigitReceived")).digit == "5"


async def test_a_hang_up_is_told_before_the_end_of_the_prompt_it_cut(answered):
    await answered.telephony.perform(answered.call, Play(7, HELLO * 20))
    await answered.hang_up()
    await answered.until("CallEnded")
    await answered.until("PlayFinished")
    assert answered.told.names()[:2] == ["CallEnded", "PlayFinished"]


async def test_our_hang_up_is_an_end_like_any_other(answered):
    await answered.telephony.perform(answered.call, Hangup())
    await answered.until("CallEnded")


async def test_after_the_end_what_is_started_fails(answered):
    await answered.hang_up()
    await answered.until("CallEnded")

    async def fails(ref):
        await answered.telephony.perform(answered.call, Play(ref, HELLO))
        return await answered.until("CommandFailed")

    assert (await fails(7)).command == "Play"
    await answered.telephony.perform(answered.call, StopPlay(7))
    await answered.telephony.perform(answered.call, Hangup())


async def test_a_recording_that_is_stopped_is_told_with_its_name(answered):
    await answered.telephony.perform(answered.call, Record(7, 30))
    await answered.talk_for(1.0)  # a stop during the beep is lost on Asterisk, and silence ends it then
    await answered.telephony.perform(answered.call, StopRecording(7))
    recorded = await answered.until("Recorded")
    assert (recorded.ref, recorded.name) == (7, f"{answered.call}.7")


async def test_an_agent_who_answers_is_bridged_and_told_gone_when_she_hangs_up(answered):
    await answered.agent("answers")
    await answered.telephony.ring(ring())
    await answered.until("LegAnswered")
    await answered.telephony.perform(answered.call, Connect(9, OFFER))
    await answered.until("Connected")
    await answered.agent_hangs_up()
    assert (await answered.until("LegGone")).why == "ended"
    assert answered.told.names() == ["LegRinging", "LegAnswered", "LegBridged", "Connected", "LegGone"]


@pytest.mark.parametrize(("manner", "why"), [
    ("refuses", "refused"), ("rings", "timed_out"), ("vanished", "lost"), ("unregistered", "lost"),
])
async def test_an_offer_that_fails_is_told_gone_for_its_reason(answered, manner, why):
    await answered.agent(manner)
    await answered.telephony.ring(ring())
    assert (await answered.until("LegGone")).why == why
    assert ("LegRinging" in answered.told.names()) == (manner == "rings")


async def test_a_dropped_leg_is_told_gone_and_one_that_never_was_too(answered):
    await answered.agent("rings")
    await answered.telephony.ring(ring())
    await answered.until("LegRinging")
    await answered.telephony.drop(OFFER)
    assert (await answered.until("LegGone")).why == "ended"
    await answered.telephony.drop("call-1.o9.2")
    assert (await answered.until("LegGone", 2)).offer == "call-1.o9.2"


async def test_a_leg_that_cannot_be_bridged_is_dropped(answered):
    await answered.telephony.perform(answered.call, Connect(9, OFFER))
    assert (await answered.until("LegGone")).offer == OFFER
