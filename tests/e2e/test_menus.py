"""Callers who say nothing, press anything, or don't want to be recorded."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e]


async def test_given_a_caller_who_does_nothing_when_three_tries_are_over_then_an_agent_answers(centre):
    async with centre.caller() as koffi, centre.desk("awa", answer_after=0.1) as awa:
        await centre.ready(awa)
        await koffi.dial("1364")
        await koffi.until("connected")
        await centre.heard(koffi, "principal.silence_1", 40)
        await centre.heard(koffi, "principal.silence_2", 40)
        await centre.heard(koffi, "essais.agent", 40)
        await awa.until("connected", 20)
        await centre.agent_is("awa", "talking")
        await awa.hang_up()
        await koffi.until("ended", 30)
        record = await centre.record(koffi)
    assert (record["outcome"], record["inputs"], record["agent"]) == ("TRANSFERE", 0, "awa")


async def test_given_a_caller_who_presses_nonsense_when_three_tries_are_over_then_an_agent_answers(centre):
    async with centre.caller() as koffi, centre.desk("awa", answer_after=0.1) as awa:
        await centre.ready(awa)
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("8")
        await centre.heard(koffi, "principal.incompris_1")
        await koffi.press("7")
        await centre.heard(koffi, "principal.incompris_2")
        await koffi.press("6")
        await centre.heard(koffi, "essais.agent")
        await awa.until("connected", 20)
        await centre.agent_is("awa", "talking")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert (record["outcome"], record["inputs"]) == ("TRANSFERE", 3)


async def test_given_nobody_signed_in_when_koffi_asks_for_an_agent_then_his_number_is_kept(centre):
    async with centre.caller() as koffi:
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("0")
        await centre.heard(koffi, "file.aucun_agent")
        await koffi.press("1")
        await centre.heard(koffi, "rappel.enregistre", 20)
        await koffi.hang_up()
        record = await centre.record(koffi)
        assert [each["state"] for each in centre.callbacks(koffi)] == ["open"]
    assert (record["outcome"], record["callback"]) == ("RAPPEL_PROGRAMME", koffi.account)


async def test_given_key_9_when_koffi_refuses_to_be_recorded_then_his_record_says_so(centre):
    async with centre.caller() as koffi:
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("9")
        await centre.heard(koffi, "droits.intro")
        await koffi.press("1")
        await centre.heard(koffi, "droits.refus_enregistre")
        await centre.at_node("principal")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert record["recording_refused"] is True
    assert record["outcome"] == "ABANDON_SVI"
