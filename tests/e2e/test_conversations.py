"""Between people who talk: hold, transfers of every kind, conference. Who hears whom is measured by tones."""

from __future__ import annotations

import pytest

from ivr.control import ControlRefused
from tests.e2e.talks import MUSIC, hears, over, people, segments, talk, works

pytestmark = pytest.mark.e2e
OUTSIDE = "0700000190"
CENTRE = {"agents": ("awa", "serge"), "brief": True, "approved": (OUTSIDE,)}


async def test_given_a_conversation_when_awa_holds_it_and_comes_back_then_koffi_hears_music_and_then_her(centre):
    async with people(centre, "caller", "awa", signed_in=["awa"]) as (koffi, awa):
        await talk(centre, koffi, awa)
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await centre.act("awa", "hold")
        await centre.agent_is("awa", "hold")
        await hears(centre, koffi=(koffi, [MUSIC]), awa=(awa, []))
        await centre.act("awa", "resume")
        await centre.agent_is("awa", "talking")
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await over(centre, koffi)
        record = await centre.record(koffi)
        assert segments(record) == [("awa", "")]
        assert record["segments"][0]["held"] > 0.5
        [part] = await works(centre, record["id"], 1)
        assert part["held"] == pytest.approx(record["segments"][0]["held"], abs=0.2)


@pytest.mark.parametrize("to", ["queue:solde", "agent:serge"])
async def test_given_a_conversation_when_awa_transfers_it_then_she_leaves_first_and_serge_has_koffi(centre, to):
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "transfer", to=to)
        await awa.until("ended")
        await serge.until("connected")
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await over(centre, koffi)
        record = await centre.record(koffi)
        assert (record["outcome"], segments(record)) == ("TRANSFERE", [("awa", to), ("serge", "")])
        assert record["queue"] == ("solde" if to == "queue:solde" else "general")
        parts = await works(centre, record["id"], 2)
        assert [(each["agent"], each["end"]) for each in parts] == [("awa", "accepted"), ("serge", "accepted")]
        assert all(each["wrapped"] > 0.9 for each in parts), "both have their wrap-up"


async def test_given_a_conversation_when_awa_transfers_it_to_an_outside_number_then_koffi_talks_with_it(centre):
    outside = {"outside": {"number": OUTSIDE, "answer_after": 0.05}}
    async with people(centre, "caller", "awa", "outside", signed_in=["awa"], **outside) as (koffi, awa, partner):
        await talk(centre, koffi, awa)
        with pytest.raises(ControlRefused):
            await centre.act("awa", "transfer", to="number:0700000199")
        await centre.act("awa", "transfer", to=f"number:{OUTSIDE}")
        await awa.until("ended")
        await partner.until("connected")
        await hears(centre, koffi=(koffi, ["outside"]), partner=(partner, ["caller"]))
        await partner.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await over(centre, koffi)
        record = await centre.record(koffi)
    assert segments(record) == [("awa", f"number:{OUTSIDE}"), (OUTSIDE, "")]


async def test_given_awa_consults_serge_when_she_completes_then_he_has_koffi(centre):
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await serge.until("connected")
        await hears(centre, koffi=(koffi, [MUSIC]), awa=(awa, ["serge"]), serge=(serge, ["awa"]))
        await centre.act("awa", "complete")
        await awa.until("ended")
        await centre.agent_is("awa", "wrap_up")
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await serge.hang_up()
        await over(centre, koffi)
        record = await centre.record(koffi)
        assert segments(record) == [("awa", ""), ("serge", "")]
        parts = await works(centre, record["id"], 2)
        assert {each["agent"]: each["wrapped"] > 0.9 for each in parts} == {"awa": True, "serge": True}


async def test_given_awa_consults_serge_when_she_takes_koffi_back_and_confers_then_all_three_hear_each_other(centre):
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await serge.until("connected")
        await centre.agent_is("serge", "talking")
        await centre.act("awa", "resume")
        await serge.until("ended")
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await centre.agent_is("serge", "ready")
        await centre.act("awa", "consult", to="agent:serge")
        await serge.until("connected")
        await centre.agent_is("serge", "talking")
        await centre.act("awa", "conference")
        await hears(
            centre, koffi=(koffi, ["awa", "serge"]), awa=(awa, ["caller", "serge"]), serge=(serge, ["caller", "awa"]),
        )
        await awa.hang_up()
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await over(centre, koffi)
        await serge.until("ended")
        assert segments(await centre.record(koffi)) == [("awa", ""), ("serge", "")]


async def test_given_awa_consults_serge_when_she_hangs_up_while_his_phone_rings_then_he_gets_koffi_by_answering(centre):
    slow = {"serge": {"answer_after": 1.0}}
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"], **slow) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await serge.until("ringing")
        await awa.hang_up()
        await serge.until("connected")
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await over(centre, koffi)
        assert segments(await centre.record(koffi)) == [("awa", "agent:serge"), ("serge", "")]


async def test_given_awa_consults_serge_when_koffi_gives_up_then_serge_is_told_and_both_are_free_again(centre):
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"]) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await serge.until("connected")
        await hears(centre, awa=(awa, ["serge"]), serge=(serge, ["awa"]))
        await koffi.hang_up()
        await centre.heard(serge, "agent.appel_perdu")
        await serge.until("ended")
        await awa.until("ended")
        for agent in ("awa", "serge"):
            await centre.agent_is(agent, "ready")
        await over(centre, koffi)
        assert segments(await centre.record(koffi)) == [("awa", "")]


async def test_given_awa_consults_an_outside_number_when_it_does_not_answer_then_she_is_back_with_koffi(centre):
    outside = {"outside": {"number": OUTSIDE, "refuse": 486}}
    async with people(centre, "caller", "awa", "outside", signed_in=["awa"], **outside) as (koffi, awa, partner):
        await talk(centre, koffi, awa)
        await centre.act("awa", "consult", to=f"number:{OUTSIDE}")
        await partner.until("ringing")
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await partner.behave(answer_after=0.05)
        await centre.act("awa", "consult", to=f"number:{OUTSIDE}")
        await hears(centre, koffi=(koffi, [MUSIC]), awa=(awa, ["outside"]), partner=(partner, ["awa"]))
        await awa.hang_up()
        await hears(centre, koffi=(koffi, ["outside"]), partner=(partner, ["caller"]))
        await over(centre, koffi)
        assert segments(await centre.record(koffi)) == [("awa", ""), (OUTSIDE, "")]


async def test_given_awa_consults_serge_when_koffi_gives_up_while_it_rings_then_it_stops_and_both_are_free(centre):
    rings = {"answer_after": None}
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"], serge=rings) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await centre.ready(serge)
        await centre.act("awa", "consult", to="agent:serge")
        await serge.until("ringing")
        with centre.frozen():
            await koffi.hang_up()
            await serge.answer()
            await serge.until("connected")
        await serge.until("ended")
        await awa.until("ended")
        for agent in ("awa", "serge"):
            await centre.agent_is(agent, "ready")
        assert (await centre.agent("serge"))["misses"] == 0
        await over(centre, koffi)
        assert segments(await centre.record(koffi)) == [("awa", "")]
