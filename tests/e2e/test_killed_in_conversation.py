"""The application dies while people hold, consult, confer, listen or are being transferred. Afterwards the caller talks with
the agent, or waits for one; nobody is left with music or alone; no channel and no bridge is left in the end."""

from __future__ import annotations

import pytest

from tests.e2e.talks import MUSIC, ask_for_an_agent, bridges, hang_up, hears, over, people, segments, talk, works

pytestmark = pytest.mark.e2e
OUTSIDE = "0700000190"
CENTRE = {"agents": ("awa", "serge", "mariam"), "brief": True, "approved": (OUTSIDE,)}
TWO = ("caller", "awa", "serge")


async def back_in_talk(centre, koffi, awa, *others):
    """They talk again as if nothing had been, the others are gone, and it ends like any conversation."""
    await centre.agent_is("awa", "talking")
    await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
    for other in others:
        await other.until("ended")
        await centre.agent_is(other.account, "ready")
    await over(centre, koffi, awa)
    await centre.agent_is("awa", "ready")
    record = await centre.record(koffi)
    assert (record["outcome"], segments(record)) == ("TRANSFERE", [("awa", "")])
    assert [each["agent"] for each in await works(centre, record["id"], 1)][-1] == "awa"


async def test_given_koffi_is_on_hold_when_the_application_dies_then_he_talks_with_awa_again(centre):
    async with people(centre, "caller", "awa", signed_in=["awa"]) as (koffi, awa):
        await talk(centre, koffi, awa)
        await centre.act("awa", "hold")
        await hears(centre, koffi=(koffi, [MUSIC]), awa=(awa, []))
        await centre.die_and_come_back()
        await back_in_talk(centre, koffi, awa)


async def test_given_awa_consults_serge_when_the_application_dies_then_she_is_back_with_koffi(centre):
    async with people(centre, *TWO, signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await hears(centre, koffi=(koffi, [MUSIC]), awa=(awa, ["serge"]), serge=(serge, ["awa"]))
        await centre.die_and_come_back()
        await back_in_talk(centre, koffi, awa, serge)


async def test_given_a_conference_when_the_application_dies_then_koffi_goes_on_with_awa(centre):
    async with people(centre, *TWO, signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await centre.agent_is("serge", "talking")
        await centre.act("awa", "conference")
        await hears(centre, koffi=(koffi, ["awa", "serge"]))
        await centre.die_and_come_back()
        await back_in_talk(centre, koffi, awa, serge)


@pytest.mark.parametrize("mode", ["whisper", "barge"])
async def test_given_mariam_supervises_when_the_application_dies_then_she_is_let_go(centre, mode):
    async with people(centre, "caller", "awa", "mariam", signed_in=["awa"]) as (koffi, awa, mariam):
        await talk(centre, koffi, awa)
        await centre.ready(mariam)
        [call] = (await centre.status())["calls"]
        await centre.act("mariam", "supervise", call=call["call"], mode=mode)
        await hears(centre, awa=(awa, ["caller", "mariam"]))
        await centre.die_and_come_back()
        await back_in_talk(centre, koffi, awa, mariam)


async def test_given_awa_s_phone_rings_when_the_application_dies_then_it_rings_again_and_that_is_no_miss(centre):
    async with people(centre, "caller", "awa", signed_in=["awa"], awa={"answer_after": None}) as (koffi, awa):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 15)
        await awa.behave(answer_after=0.05)
        await centre.die_and_come_back()
        await awa.until("ended")
        await awa.until("connected")
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        assert (await centre.agent("awa"))["misses"] == 0
        await over(centre, koffi, awa)


async def test_given_serge_is_rung_for_a_transfer_when_the_application_dies_then_koffi_still_gets_somebody(centre):
    async with people(centre, *TWO, signed_in=["awa"], serge={"answer_after": None}) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "transfer", to="agent:serge")
        await awa.until("ended")
        await serge.until("ringing")
        await serge.behave(answer_after=0.05)
        await centre.die_and_come_back()
        await centre.wait(lambda: serge.happened("connected") + awa.happened("connected") == 2, 15, "nobody has Koffi")
        await centre.wait(lambda: len(bridges(centre)) == 1, 5, "not one bridge")
        await over(centre, koffi)
        record = await centre.record(koffi)
        assert segments(record)[0] == ("awa", "agent:serge")
        assert len(record["segments"]) == 2


async def test_given_koffi_was_transferred_outside_when_the_application_dies_then_they_go_on_without_an_agent(centre):
    outside = {"outside": {"number": OUTSIDE, "answer_after": 0.05}}
    async with people(centre, "caller", "awa", "outside", signed_in=["awa"], **outside) as (koffi, awa, partner):
        await talk(centre, koffi, awa)
        await centre.act("awa", "transfer", to=f"number:{OUTSIDE}")
        await hears(centre, koffi=(koffi, ["outside"]), partner=(partner, ["caller"]))
        await centre.die_and_come_back()
        await hears(centre, koffi=(koffi, ["outside"]), partner=(partner, ["caller"]))
        assert {each["agent"] for each in (await centre.status())["agents"]} == set(centre.agents)
        await over(centre, koffi, partner)
        assert segments(await centre.record(koffi)) == [("awa", f"number:{OUTSIDE}"), (OUTSIDE, "")]


async def test_given_serge_was_handed_koffi_when_the_application_dies_then_they_go_on(centre):
    async with people(centre, *TWO, signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await centre.agent_is("serge", "talking")
        await centre.act("awa", "complete")
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await centre.die_and_come_back()
        await centre.agent_is("serge", "talking")
        await centre.agent_is("awa", "ready")
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await over(centre, koffi, serge)
        record = await centre.record(koffi)
        assert segments(record) == [("awa", ""), ("serge", "")]
        assert "serge" in [each["agent"] for each in await works(centre, record["id"], 1)]


async def test_given_a_consultation_ends_while_the_application_is_dead_when_it_is_back_then_nobody_is_stuck(centre):
    async with people(centre, *TWO, signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await hears(centre, awa=(awa, ["serge"]))
        centre.kill()
        await awa.hang_up()
        await centre.restart()
        await serge.until("ended")
        for agent in ("awa", "serge"):
            await centre.agent_is(agent, "ready")
        await hang_up(koffi)
        await over(centre, koffi)
        assert segments(await centre.record(koffi)) == [("awa", "")]


async def test_given_awa_talks_with_serge_when_the_application_dies_then_both_are_free(centre):
    async with people(centre, "awa", "serge", signed_in=["awa", "serge"]) as (awa, serge):
        await awa.dial("102")
        await serge.until("connected")
        await awa.until("connected")
        await centre.die_and_come_back()
        await over(centre, awa, serge)
        for agent in ("awa", "serge"):
            await centre.agent_is(agent, "ready")


# --------------------------------------------------------------------------------------------------------------- own calls
async def test_given_awa_dials_serge_then_both_are_busy_for_callers_and_talk(centre):
    async with people(centre, "caller", "awa", "serge", signed_in=["awa", "serge"]) as (koffi, awa, serge):
        await awa.dial("102")
        await serge.until("connected")
        await awa.until("connected")
        await hears(centre, awa=(awa, ["serge"]), serge=(serge, ["awa"]))
        for agent in ("awa", "serge"):
            await centre.agent_is(agent, "other_call", 2)
        await ask_for_an_agent(centre, koffi)
        await centre.at_node("file_general")
        await hears(centre, koffi=(koffi, [MUSIC]), awa=(awa, ["serge"]), serge=(serge, ["awa"]))
        await serge.hang_up()
        await awa.until("ended")
        await centre.wait(lambda: serge.happened("connected") + awa.happened("connected") == 3, 10, "nobody gets Koffi")
        await over(centre, koffi)
