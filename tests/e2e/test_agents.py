"""Agents who refuse, don't answer or are gone; two callers for one agent; what agents dial to say what they want."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


async def talk_to(centre, caller, agent):
    """The agent answers this caller, who then hangs up."""
    await agent.until("connected", 15)
    await centre.agent_is(agent.account, "talking")
    await caller.hang_up()
    await agent.until("ended")


async def ask_for_an_agent(caller):
    await caller.dial("1364")
    await caller.until("connected")
    await caller.press("0")


async def test_given_awa_refuses_when_koffi_waits_then_serge_gets_him(centre):
    async with (
        centre.desk("awa", refuse=486) as awa, centre.desk("serge", answer_after=0.2) as serge, centre.caller() as koffi,
    ):
        await centre.ready(awa)
        await centre.ready(serge)
        await ask_for_an_agent(koffi)
        await talk_to(centre, koffi, serge)
        record = await centre.record(koffi)
        assert awa.happened("ringing") == 1
    assert (record["outcome"], record["agent"]) == ("TRANSFERE", "serge")


async def test_given_awa_does_not_answer_when_it_has_rung_long_enough_then_serge_gets_the_call(centre):
    async with centre.desk("awa") as awa, centre.desk("serge", answer_after=0.2) as serge, centre.caller() as koffi:
        await centre.ready(awa)
        await ask_for_an_agent(koffi)
        await awa.until("ringing", 10)
        await centre.ready(serge)
        await awa.until("ended", 10)
        await talk_to(centre, koffi, serge)
        record = await centre.record(koffi)
    assert (record["outcome"], record["agent"]) == ("TRANSFERE", "serge")
    assert record["waited"] > 3.5


async def test_given_awa_s_telephone_has_vanished_when_koffi_waits_then_serge_gets_him(centre):
    async with centre.desk("awa") as awa, centre.desk("serge", answer_after=0.2) as serge, centre.caller() as koffi:
        await centre.ready(awa)
        await awa.vanish()
        await ask_for_an_agent(koffi)
        await centre.at_node("file_general")
        await centre.ready(serge)
        await talk_to(centre, koffi, serge)
        record = await centre.record(koffi)
    assert (record["outcome"], record["agent"]) == ("TRANSFERE", "serge")


async def test_given_one_agent_and_two_callers_when_she_is_free_again_then_the_second_is_served(centre):
    async with centre.desk("awa", answer_after=0.2) as awa, centre.caller() as koffi, centre.caller() as adjoua:
        await centre.ready(awa)
        await ask_for_an_agent(koffi)
        await awa.until("connected", 15)
        await ask_for_an_agent(adjoua)
        await centre.at_node("file_general", number=2)
        await centre.heard(adjoua, "file.suivant", 20)
        await koffi.hang_up()
        await awa.until("ended")
        await talk_to(centre, adjoua, awa)
        first, second = await centre.record(koffi), await centre.record(adjoua)
    assert [each["outcome"] for each in (first, second)] == ["TRANSFERE", "TRANSFERE"]
    assert second["connected_at"] is None
    assert second["waited"] > first["waited"]


async def test_given_three_callers_when_the_agent_comes_then_they_are_served_in_order(centre):
    async with (
        centre.desk("awa", refuse=486) as awa, centre.caller() as one, centre.caller() as two, centre.caller() as three,
    ):
        await centre.ready(awa)
        for number, caller in enumerate((one, two, three), 1):
            await ask_for_an_agent(caller)
            await centre.at_node("file_general", number=number)
        await awa.behave(answer_after=0.2)
        served = []
        for _ in range(3):
            await awa.until("ringing", 20)
            served.append(next(caller for caller in (one, two, three) if caller.account in awa.caller))
            await talk_to(centre, served[-1], awa)
        assert served == [one, two, three]
        for caller in served:
            assert (await centre.record(caller))["outcome"] == "TRANSFERE"


@pytest.mark.parametrize(("code", "state", "confirmation"), [
    ("*11", "ready", "agent.reprise"), ("*12", "paused", "agent.pause"), ("*10", "offline", "agent.deconnecte"),
])
async def test_given_a_code_when_awa_dials_it_then_it_counts_and_is_confirmed(centre, code, state, confirmation):
    async with centre.desk("awa") as awa:
        await awa.register()
        await centre.wish("awa", "ready" if state != "ready" else "offline")
        await awa.dial(code)
        await awa.until("connected")
        await centre.agent_is("awa", state)
        await centre.heard(awa, confirmation)
        await awa.until("ended", 10)
        wish = centre.rows("SELECT wish FROM agents WHERE id = 'awa'")
        assert wish == [{"wish": state}]


async def test_given_koffi_was_served_when_he_asks_again_then_he_is_served_again_and_no_bridge_is_left(centre):
    async with centre.desk("awa", answer_after=0.2) as awa, centre.caller() as koffi:
        await centre.ready(awa)
        await ask_for_an_agent(koffi)
        for _ in range(2):
            await awa.until("connected", 15)
            await centre.agent_is("awa", "talking")
            await awa.hang_up()
            await centre.heard(koffi, "fin.agent_parti")
            await koffi.press("0")
        await talk_to(centre, koffi, awa)
        assert (await centre.record(koffi))["outcome"] == "TRANSFERE"
    assert "br-" not in centre.asterisk_says("bridge show all")
