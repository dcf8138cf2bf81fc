"""The hold and transfer keys of an agent's own telephone do what the commands do; a caller's do nothing."""

from __future__ import annotations

import sys

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.version_info >= (3, 13), reason="pjsua2 has no build for 3.13")]


async def talking(centre, caller, agent):
    await caller.dial("1364")
    await caller.until("connected")
    await caller.press("0")
    await agent.until("connected", 15)
    await centre.agent_is(agent.account, "talking")


async def test_given_a_conversation_when_awa_presses_hold_and_again_then_koffi_hears_music_and_talks_again(centre):
    async with centre.desk("awa", answer_after=0.2) as awa, centre.caller() as koffi:
        await centre.ready(awa)
        await talking(centre, koffi, awa)
        await awa.hold()
        await centre.agent_is("awa", "hold")
        await awa.hold(on=False)
        await centre.agent_is("awa", "talking")
        await koffi.hang_up()
        record = await centre.record(koffi)
    [segment] = record["segments"]
    assert segment["agent"] == "awa"
    assert segment["held"] > 0


@pytest.mark.parametrize(("destination", "segments"), [("102", ["awa", "serge"]), ("solde", ["awa", "serge"])])
async def test_given_a_conversation_when_awa_presses_transfer_then_serge_gets_koffi_and_the_record_has_both(
    centre, destination, segments,
):
    async with (
        centre.desk("awa", answer_after=0.2) as awa, centre.desk("serge", answer_after=0.2) as serge,
        centre.caller() as koffi,
    ):
        await centre.ready(awa)
        await talking(centre, koffi, awa)
        await centre.ready(serge)
        await awa.transfer(destination)
        await serge.until("connected", 15)
        await centre.agent_is("serge", "talking")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert [each["agent"] for each in record["segments"]] == segments


async def test_given_a_conversation_when_awa_transfers_to_nowhere_then_it_is_declined_and_they_go_on_talking(centre):
    async with centre.desk("awa", answer_after=0.2) as awa, centre.caller() as koffi:
        await centre.ready(awa)
        await talking(centre, koffi, awa)
        assert await awa.transfer("0700000999") >= 400
        await centre.agent_is("awa", "talking")
        await koffi.hang_up()
        assert [each["agent"] for each in (await centre.record(koffi))["segments"]] == ["awa"]


async def test_given_a_caller_when_he_transfers_us_away_then_it_is_refused_and_the_call_goes_on(centre):
    async with centre.desk("awa", answer_after=0.2) as awa, centre.caller() as koffi:
        await centre.ready(awa)
        await talking(centre, koffi, awa)
        assert await koffi.transfer("0700000999") >= 400
        await centre.agent_is("awa", "talking")
        await koffi.hang_up()
        assert (await centre.record(koffi))["outcome"] == "TRANSFERE"
