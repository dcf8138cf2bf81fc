"""Koffi hangs up, wherever he is: his call has a record, an outcome and a request; nothing goes on for him."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


async def call(koffi):
    await koffi.dial("1364")
    await koffi.until("connected")


async def given_the_welcome(centre, koffi, awa):
    await centre.heard(koffi, "accueil.bienvenue")


async def given_the_menu(centre, koffi, awa):
    await koffi.press("7")
    await centre.at_node("principal")


async def given_the_matricule(centre, koffi, awa):
    await koffi.press("11")
    await centre.at_node("suivi_matricule")
    await koffi.press("000")


async def given_a_playback(centre, koffi, awa):
    await koffi.press("54")
    await centre.heard(koffi, "info.horaires_adresses")


async def given_the_queue(centre, koffi, awa):
    await awa.behave(refuse=486)
    await centre.ready(awa)
    await koffi.press("0")
    await awa.until("ended", 15)
    await centre.agent_is("awa", "resting")


async def given_a_ringing_agent(centre, koffi, awa):
    await centre.ready(awa)
    await koffi.press("0")
    await awa.until("ringing", 15)
    await centre.agent_is("awa", "ringing")


async def given_a_conversation(centre, koffi, awa):
    await awa.behave(answer_after=0.1)
    await centre.ready(awa)
    await koffi.press("0")
    await awa.until("connected", 15)
    await centre.agent_is("awa", "talking")


@pytest.mark.parametrize(("stage", "outcome"), [
    (given_the_welcome, "MUET"),
    (given_the_menu, "ABANDON_SVI"),
    (given_the_matricule, "ABANDON_SVI"),
    (given_a_playback, "ABANDON_SVI"),
    (given_the_queue, "ABANDON_FILE"),
    (given_a_ringing_agent, "ABANDON_FILE"),
    (given_a_conversation, "TRANSFERE"),
], ids=lambda value: getattr(value, "__name__", value))
async def test_when_koffi_hangs_up_then_his_record_says_how_far_he_came(centre, stage, outcome):
    async with centre.caller() as koffi, centre.desk("awa") as awa:
        await call(koffi)
        await stage(centre, koffi, awa)
        await koffi.hang_up()
        record = await centre.record(koffi)
        assert (record["outcome"], record["cause"]) == (outcome, "caller")
        if awa.in_call:
            await awa.until("ended")


async def test_given_a_conversation_when_awa_hangs_up_then_koffi_is_asked_for_a_score_and_may_leave(centre):
    async with centre.caller() as koffi, centre.desk("awa") as awa:
        await call(koffi)
        await given_a_conversation(centre, koffi, awa)
        await awa.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await koffi.hang_up()
        record = await centre.record(koffi)
        assert (record["outcome"], record["satisfaction"]) == ("TRANSFERE", None)
        await centre.agent_is("awa", "ready", 10)
