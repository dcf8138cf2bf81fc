"""One contract for every store: a callback and what comes of it are in one request, which ends when nobody is to call."""

import pytest
from call_requests import (
    AT_HOME,
    BACK,
    FIRST,
    SECOND,
    act,
    callback,
    checked,
    ends_fulfilling,
    items,
    outcomes,
    references,
    request,
    status,
    waiting,
)
from stores import AWA, KONE, MONDAY, QUEUED, SERVED, begin, live

from ivr.core.messages import Recorded

pytestmark = pytest.mark.asyncio


async def test_a_lost_call_of_who_waits_for_a_callback_is_written_into_the_callbacks_request(store):
    kept, reference = await waiting(store)
    assert (await live(store, "2", QUEUED, start=MONDAY + 60))[1] == reference
    assert await outcomes(store) == [("1", "RAPPEL_PROGRAMME"), ("2", "ABANDON_FILE")]
    assert await items(store) == ()
    assert [(str(row.id), row.request) for row in await store.list_callbacks()] == [(kept, reference)]


async def test_a_second_call_asks_for_the_same_callback_then_it_is_one_request(store):
    _, reference = await waiting(store)
    await begin(store, "2")
    await callback(store, "2")
    assert (await live(store, "2", *BACK, start=MONDAY + 60))[1] == reference


async def test_hidden_she_asks_for_the_callback_of_her_number_again_then_it_is_one_request(store):
    _, reference = await waiting(store)
    await begin(store, "2", "")
    await callback(store, "2")
    assert (await live(store, "2", *BACK, caller="", start=MONDAY + 60))[1] == reference


async def test_who_has_an_item_leaves_a_callback_then_both_are_about_one_request(store):
    await live(store, "0", QUEUED)
    kept, reference = await waiting(store)
    assert reference == FIRST
    await store.close_work(1, "joint", "koffi", MONDAY + 90)
    assert await status(store) == "registered"
    await store.close_callback(kept, "done", "koffi", MONDAY + 91, "joint")
    assert await status(store) == "closed"


async def test_talked_with_at_last_then_the_agent_has_the_request_of_the_callback(store):
    kept, reference = await waiting(store)
    await store.keep_callback(kept, "done", 1, 0.0, MONDAY + 302)
    assert await ends_fulfilling(store, "2", kept, *SERVED) == reference
    assert (await outcomes(store))[-1] == ("2", "TRANSFERE")
    assert ((await store.request(FIRST)).history[-1].who, await status(store)) == ("serge", "acknowledged")


async def test_called_back_she_went_before_the_agent_was_there_then_it_waits_on(store):
    kept, reference = await waiting(store)
    assert await ends_fulfilling(store, "2", kept, QUEUED) == reference
    assert (await items(store), await status(store)) == ((), "registered")


async def test_a_callback_without_a_call_gets_the_request_of_the_call_that_fulfils_it(store):
    kept = await callback(store, "cruc 1.0")
    assert await ends_fulfilling(store, "2", kept, QUEUED) == FIRST
    assert [row.request for row in await store.list_callbacks()] == [FIRST]
    await store.keep_callback(kept, "done", 2, 0.0, MONDAY + 600)
    assert await ends_fulfilling(store, "3", kept, *SERVED) == FIRST


async def test_a_callback_without_a_call_is_fulfilled_at_once_then_it_knows_the_request(store):
    kept = await callback(store, "cruc 1.0")
    await store.keep_callback(kept, "done", 1, 0.0, MONDAY + 302)
    assert await ends_fulfilling(store, "2", kept, *SERVED) == FIRST
    assert [row.request for row in await store.list_callbacks(None)] == [FIRST]


async def test_one_without_a_call_expires_of_who_has_an_item_then_no_request_is_made(store):
    await live(store, "1", QUEUED)
    await store.keep_callback(await callback(store, "cruc 1.0"), "expired", 3, 0.0, MONDAY + 600)
    assert ([item.calls for item in await items(store)], len(await references(store))) == ([2], 1)


async def test_it_expired_then_its_request_is_the_items(store):
    kept, reference = await waiting(store, "1", KONE)
    for _again in range(2):
        await store.keep_callback(kept, "expired", 3, 0.0, MONDAY + 600)
    item, = await items(store)
    assert (item.kind, item.request, await status(store)) == ("callback_expired", reference, "registered")
    await store.close_work(item.id, "joint", "koffi", MONDAY + 700)
    assert await status(store) == "closed"


@pytest.mark.parametrize("call", ["cruc 1.0", "1"])
async def test_one_expires_that_no_ended_call_left_then_the_item_gets_a_request(store, call):
    if call == "1":
        await begin(store, "1")
    await store.keep_callback(await callback(store, call), "expired", 3, 0.0, MONDAY + 600)
    item, = await items(store)
    made = await request(store, item.request)
    assert (made.call, made.phone, made.category, made.status) == (None, AWA, "INF-GENERALE", "registered")
    if call == "1":
        assert (await live(store, "1", *BACK))[1] == item.request


async def test_one_expires_of_who_has_an_item_then_there_is_no_second_request(store):
    kept, reference = await waiting(store)
    await live(store, "2", KONE, QUEUED, caller=AT_HOME, start=MONDAY + 60)
    assert [item.request for item in await items(store)] == [SECOND]
    told = await store.register_callback("9", AWA, "general", "full", MONDAY + 70, facts={"matricule": "000123X"})
    assert told["callback"] == kept
    await live(store, "3", KONE, QUEUED, caller=AT_HOME, start=MONDAY + 80)
    await store.keep_callback(kept, "expired", 3, 0.0, MONDAY + 600)
    assert {item.request for item in await items(store, "open")} == {reference, SECOND}
    await live(store, "4", KONE, QUEUED, start=MONDAY + 700)
    one, other = await items(store)
    assert {one.state, other.state} == {"open", "closed"}
    assert {await status(store), await status(store, SECOND)} == {"registered", "merged"}


@pytest.mark.parametrize(("state", "ends"), [("cancelled", "cancelled"), ("called_again", "closed"), ("done", "registered")])
async def test_the_distributor_ends_a_callback_then_its_request_ends_unless_they_are_talking(store, state, ends):
    kept, _ = await waiting(store)
    await store.keep_callback(kept, state, 1, 0.0, MONDAY + 60)
    assert await status(store) == ends


@pytest.mark.parametrize(("state", "outcome", "ends", "why"), [
    ("done", "joint", "closed", "joint"), ("done", None, "closed", "rappel effectué"),
    ("cancelled", None, "cancelled", "rappel annulé"),
])
async def test_a_callback_ended_by_hand_ends_its_request(store, state, outcome, ends, why):
    kept, _ = await waiting(store)
    await store.close_callback(kept, state, "koffi", MONDAY + 60, outcome)
    last = (await store.request(FIRST)).history[-1]
    assert (await status(store), last.who, last.why) == (ends, "koffi", why)


async def test_she_called_again_and_was_lost_then_that_call_is_work(store):
    kept, _ = await waiting(store)
    await begin(store, "2", at=MONDAY + 60)
    await store.keep_callback(kept, "called_again", 0, 0.0, MONDAY + 61)
    assert (await live(store, "2", QUEUED, start=MONDAY + 60))[1] == SECOND
    assert [(item.call, item.request) for item in await items(store)] == [("2", SECOND)]


async def test_somebody_has_a_lost_call_called_back_then_the_callback_is_about_its_request(store):
    await live(store, "1", QUEUED)
    kept = await callback(store, "1", at=MONDAY + 90)
    assert [row.request for row in await store.list_callbacks()] == [FIRST]
    await store.keep_callback(kept, "done", 1, 0.0, MONDAY + 302)
    assert await ends_fulfilling(store, "2", kept, *SERVED) == FIRST
    item, = await items(store)
    assert (item.outcome, await status(store), len(await references(store))) == ("servi_depuis", "acknowledged", 1)


@pytest.mark.parametrize(("state", "ends"), [("done", "closed"), ("cancelled", "closed"), ("expired", "registered")])
async def test_a_callback_ends_while_she_is_on_the_line_then_her_call_leaves_no_other_work(store, state, ends):
    await begin(store, "1")
    kept = await callback(store, "1")
    if state == "expired":
        await store.keep_callback(kept, state, 3, 0.0, MONDAY + 1)
    else:
        await store.close_callback(kept, state, "koffi", MONDAY + 1)
    _, reference = await live(store, "1", *BACK)
    assert await status(store, reference) == ends
    await checked(store)


async def test_the_request_ends_while_the_callback_waits_then_what_comes_of_it_is_in_a_new_one(store):
    kept, _ = await waiting(store)
    await act(store, "settle")
    assert (await live(store, "2", QUEUED, start=MONDAY + 900))[1] == SECOND
    assert [row.request for row in await store.list_callbacks()] == [SECOND]
    await store.keep_callback(kept, "expired", 3, 0.0, MONDAY + 999)
    assert [item.request for item in await items(store, "open")] == [SECOND]


async def test_a_voice_message_of_a_call_written_into_another_request_is_kept_with_it(store):
    await live(store, "1", QUEUED)
    await live(store, "2", Recorded(0, 1, "rec-2", 12.0), QUEUED, cause="bug", start=MONDAY + 60)
    assert [(file.kind, file.name, file.call) for file in (await store.request(FIRST)).files] == [("voice", "rec-2", "2")]
