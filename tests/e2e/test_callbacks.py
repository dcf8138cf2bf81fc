"""People who are called back: in their place, the agent first, and never twice once they have talked. Koffi's telephone is
one that we can call."""

from __future__ import annotations

import pytest

from tests.e2e.talks import ask_for_an_agent, hang_up, hears, over, people, segments, talk, works

pytestmark = pytest.mark.e2e
CENTRE = {"agents": ("awa", "serge"), "brief": True}
QUICK = {"when_empty": "wait", "spacing": 1, "tries": 2, "dial": 5}


async def asks_to_be_called_back(centre, koffi):
    """Koffi waits, presses 1, confirms his number and hangs up."""
    await ask_for_an_agent(centre, koffi)
    await centre.at_node("file_general")
    await koffi.press("1")
    await centre.heard(koffi, "rappel.confirmer_numero", telephone=koffi.account)
    await koffi.press("1")
    await centre.heard(koffi, "rappel.enregistre")
    await koffi.hang_up()
    record = await centre.record(koffi)
    assert (record["outcome"], record["callback"]) == ("RAPPEL_PROGRAMME", koffi.account)
    assert [each["state"] for each in centre.callbacks(koffi)] == ["open"]


async def is_with(centre, koffi, awa):
    """Koffi has been called, knows who calls, and does not want to hear it again."""
    await koffi.press("5")
    await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["outside"]))


async def becomes(centre, koffi, state, patience=12):
    await centre.wait(
        lambda: [each["state"] for each in centre.callbacks(koffi)][-1:] == [state], patience, f"the callback is not {state}"
    )


async def test_given_koffi_is_to_be_called_back_when_awa_is_free_then_her_phone_rings_first_and_they_talk(centre):
    await centre.ruled(general=QUICK)
    async with people(centre, "outside", "other", "awa", outside={"answer_after": 0.05}) as (koffi, adjoua, awa):
        await asks_to_be_called_back(centre, koffi)
        await ask_for_an_agent(centre, adjoua)
        await centre.at_node("file_general")
        await awa.behave(answer_after=None)
        await centre.on_duty(awa)
        await awa.until("ringing")
        assert koffi.happened("ringing") == 0, "the agent comes first"
        assert koffi.account in awa.caller, "and Koffi before Adjoua, who came after him"
        await awa.answer()
        await koffi.until("connected", 10)
        await centre.heard(koffi, "rappel.appel_sortant_court")
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["outside"]))
        await becomes(centre, koffi, "done")
        await hang_up(adjoua)
        await awa.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await koffi.press("4")
        await centre.heard(koffi, "enquete.merci")
        await over(centre, koffi)
        record = await centre.record(koffi)
        [row] = centre.callbacks(koffi)
        assert record["fulfils"] == str(row["id"])
        assert (record["outcome"], record["satisfaction"], segments(record)) == ("TRANSFERE", 4, [("awa", "")])
        assert [each["kind"] for each in await works(centre, record["id"], 1)] == ["callback"]


async def test_given_koffi_does_not_answer_when_he_has_been_tried_often_enough_then_somebody_has_the_work(centre):
    await centre.ruled(general=QUICK)
    async with people(centre, "outside", "awa", outside={"refuse": 486}) as (koffi, awa):
        await asks_to_be_called_back(centre, koffi)
        await centre.on_duty(awa)
        await becomes(centre, koffi, "expired", 20)
        assert koffi.happened("ringing") == awa.happened("connected") == 2
        [row] = centre.callbacks(koffi)
        assert row["tries"] == 2
        items = centre.rows("SELECT kind, queue, state FROM work_items WHERE number = ?", koffi.account)
        assert items == [{"kind": "callback_expired", "queue": "general", "state": "open"}]
        await centre.agent_is("awa", "ready")
        assert (await centre.agent("awa"))["misses"] == 0


async def test_given_koffi_is_to_be_called_back_when_he_calls_again_then_he_has_his_place_and_is_not_called(centre):
    await centre.ruled(general=QUICK)
    async with people(centre, "outside", "other", "awa") as (koffi, adjoua, awa):
        await asks_to_be_called_back(centre, koffi)
        await ask_for_an_agent(centre, adjoua)
        await centre.at_node("file_general")
        await ask_for_an_agent(centre, koffi)
        await becomes(centre, koffi, "called_again")
        await centre.on_duty(awa)
        await hears(centre, koffi=(koffi, ["awa"]))
        await hang_up(adjoua)
        await over(centre, koffi, awa)
        await centre.agent_is("awa", "ready")
        assert koffi.happened("ringing") == 0
        assert (await centre.status())["callbacks"] == []


async def test_given_awa_s_phone_rings_for_koffi_when_he_asks_to_be_called_back_then_it_stops_until_he_is(centre):
    await centre.ruled(general=QUICK)
    outside, rings = {"answer_after": 0.05}, {"answer_after": None}
    async with people(centre, "outside", "awa", signed_in=["awa"], outside=outside, awa=rings) as (koffi, awa):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 10)
        await koffi.press("1")
        await awa.until("ended")
        await centre.agent_is("awa", "ready")
        await centre.heard(koffi, "rappel.confirmer_numero", telephone=koffi.account)
        await awa.behave(answer_after=0.05)
        await koffi.press("1")
        await centre.heard(koffi, "rappel.enregistre")
        await centre.agent_is("awa", "ready")
        await koffi.hang_up()
        await koffi.until("connected", 10)
        await is_with(centre, koffi, awa)
        assert [each["tries"] for each in centre.callbacks(koffi)] == [1], "he was called while he was on the line"
        await over(centre, koffi, awa)
        assert (await centre.agent("awa"))["misses"] == 0


async def test_given_koffi_answers_and_hangs_up_before_the_agent_is_there_then_he_is_tried_again(centre):
    await centre.ruled(general=QUICK)
    async with people(centre, "outside", "awa") as (koffi, awa):
        await asks_to_be_called_back(centre, koffi)
        await centre.on_duty(awa)
        await koffi.until("ringing", 10)
        with centre.frozen():
            await koffi.answer()
            await koffi.until("connected")
            await koffi.hang_up()
        await koffi.until("ringing", 10)
        await koffi.answer()
        await koffi.until("connected")
        await is_with(centre, koffi, awa)
        await over(centre, koffi, awa)
        await becomes(centre, koffi, "done")


# ------------------------------------------------------------------------------------------------------ the application dies
@pytest.mark.parametrize("when", ["waits", "rings the agent", "rings Koffi", "tells him who calls", "talks"])
async def test_given_a_callback_when_the_application_dies_then_koffi_is_called_and_talks_once(centre, when):
    await centre.ruled(general=QUICK)
    async with people(centre, "outside", "awa", awa={"answer_after": None}) as (koffi, awa):
        await asks_to_be_called_back(centre, koffi)
        if when != "waits":
            await centre.on_duty(awa)
            await awa.until("ringing")
        if when not in {"waits", "rings the agent"}:
            await awa.answer()
            await koffi.until("ringing", 10)
        if when == "tells him who calls":
            await koffi.answer()
            await koffi.until("connected")
            await centre.at_node("rappel_sortant")
        if when == "talks":
            await koffi.answer()
            await koffi.until("connected")
            await is_with(centre, koffi, awa)
        await awa.behave(answer_after=0.05)
        await koffi.behave(answer_after=0.05)
        await centre.die_and_come_back()
        if when == "waits":
            await centre.on_duty(awa)
        await centre.wait(lambda: koffi.happened("connected") == 2, 15, "Koffi is not called")  # the first was his own call
        await is_with(centre, koffi, awa)
        await becomes(centre, koffi, "done")
        await over(centre, koffi, awa)
        await centre.agent_is("awa", "ready")
        [row] = centre.callbacks(koffi)
        assert row["tries"] == (2 if when == "rings Koffi" else 1)
        assert (await centre.status())["callbacks"] == []
        assert koffi.happened("connected") == 2, "called again after they had talked"
        record = await centre.record(koffi)
        assert (record["outcome"], segments(record)) == ("TRANSFERE", [("awa", "")])


async def test_given_koffi_s_callback_ends_while_the_application_is_dead_when_it_is_back_then_he_is_not_called_again(centre):
    await centre.ruled(general=QUICK)
    async with people(centre, "outside", "awa", outside={"answer_after": 0.05}) as (koffi, awa):
        await asks_to_be_called_back(centre, koffi)
        await centre.on_duty(awa)
        await koffi.until("connected")
        await is_with(centre, koffi, awa)
        centre.kill()
        await koffi.hang_up()
        await centre.restart()
        await awa.until("ended")
        await centre.agent_is("awa", "ready")
        await becomes(centre, koffi, "done")
        assert (await centre.status())["callbacks"] == []
        assert koffi.happened("connected") == 2
        await talk(centre, koffi, awa)
        await over(centre, koffi, awa)
