"""Calls that nobody took are work for somebody: one item and one request a person, closed when the person was served."""

from __future__ import annotations

import pytest

from tests.e2e.talks import ask_for_an_agent, over, people, talk

pytestmark = pytest.mark.e2e
CENTRE = {"brief": True, "rules": {"general": {"when_empty": "wait"}}}


def items(centre, phone):
    return centre.rows(
        "SELECT kind, queue, calls, state, outcome, call, last_call, request FROM work_items WHERE number = ?", phone.account
    )


def requests(centre, phone):
    """The requests of this person's calls: (reference, status), one a request."""
    rows = centre.rows(
        "SELECT DISTINCT reference, status FROM requests JOIN calls ON calls.request = reference WHERE caller = ? "
        "ORDER BY reference", phone.account,
    )
    return [(row["reference"], row["status"]) for row in rows]


async def gives_up(centre, koffi):
    await ask_for_an_agent(centre, koffi)
    await centre.at_node("file_general")
    await koffi.hang_up()
    record = await centre.record(koffi)
    assert record["outcome"] == "ABANDON_FILE"
    return record["id"]


async def test_given_koffi_gives_up_twice_when_he_is_served_then_his_one_item_is_closed(centre):
    async with people(centre, "caller", "awa") as (koffi, awa):
        first = await gives_up(centre, koffi)
        [item] = items(centre, koffi)
        assert (item["kind"], item["queue"], item["calls"], item["state"]) == ("abandoned", "general", 1, "open")
        second = await gives_up(centre, koffi)
        [item] = items(centre, koffi)
        assert (item["calls"], item["call"], item["last_call"]) == (2, first, second)
        assert requests(centre, koffi) == [(item["request"], "registered")]
        await centre.ready(awa)
        await talk(centre, koffi, awa)
        await over(centre, koffi, awa)
        await centre.record(koffi)
        [item] = items(centre, koffi)
        assert (item["state"], item["outcome"]) == ("closed", "servi_depuis")
        assert [status for _, status in requests(centre, koffi)] == ["closed", "acknowledged"]


@pytest.mark.parametrize(("why", "rules", "kind"), [("closed", {"hours": "nuit"}, "closed"), ("full", {"most": 1}, "full")])
async def test_given_the_queue_does_not_take_koffi_when_he_hangs_up_then_it_is_work_of_that_kind(centre, why, rules, kind):
    async with people(centre, "caller", "other") as (koffi, adjoua):
        if why == "full":
            await ask_for_an_agent(centre, adjoua)
            await centre.at_node("file_general")
        await centre.ruled(general={"when_empty": "wait", **rules})
        await ask_for_an_agent(centre, koffi)
        await centre.at_node("file_fermee", "rappel")
        await koffi.hang_up()
        assert (await centre.record(koffi))["queue_refused"] == why
        [item] = items(centre, koffi)
        assert (item["kind"], item["state"]) == (kind, "open")
        assert requests(centre, koffi) == [(item["request"], "registered")]
        await adjoua.hang_up()
        await centre.ruled(general={"when_empty": "wait"})


async def test_given_awa_hangs_up_on_koffi_when_he_is_gone_then_he_was_served(centre):
    async with people(centre, "caller", "awa", signed_in=["awa"]) as (koffi, awa):
        await talk(centre, koffi, awa)
        await awa.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await over(centre, koffi)
        assert (await centre.record(koffi))["outcome"] == "TRANSFERE"
        assert items(centre, koffi) == []


async def test_given_koffi_is_to_be_called_back_when_he_has_hung_up_then_there_is_no_item_beside(centre):
    async with people(centre, "caller") as (koffi,):
        await ask_for_an_agent(centre, koffi)
        await centre.at_node("file_general")
        await koffi.press("1")
        await centre.heard(koffi, "rappel.confirmer_numero", telephone=koffi.account)
        await koffi.press("1")
        await centre.heard(koffi, "rappel.enregistre")
        await koffi.hang_up()
        assert (await centre.record(koffi))["outcome"] == "RAPPEL_PROGRAMME"
        assert items(centre, koffi) == []
        assert [status for _, status in requests(centre, koffi)] == ["registered"]
