"""One contract for every store: the outcome of each call is in exactly one request, and lost calls do not double them."""

import asyncio

import pytest
from call_requests import AT_HOME, CLOSED, FIRST, SECOND, act, checked, items, made_in, outcomes, references, request, status
from stores import AWA, DELAYS, KOFFI, KONE, MONDAY, QUEUED, SERVED, YAO, begin, live, story

from ivr.core.lifecycle import ACTS
from ivr.core.messages import DigitReceived, Noted, Recorded
from ivr.core.record import fold
from storage import Rules, open_store

pytestmark = pytest.mark.asyncio


# ------------------------------------------------------------------------------------------------------------- lost calls
@pytest.mark.parametrize(("happened", "cause"), [
    ([QUEUED], "caller"), ([DigitReceived(0, "1"), CLOSED], "caller"), ([QUEUED], "bug"), ([DigitReceived(0, "1")], "cut"),
    ([Noted(0, "queue_refused", "full")], "caller"),
])
async def test_a_lost_call_is_a_request_that_stays_until_its_item_is_closed(store, happened, cause):
    record, reference = await live(store, "1", KONE, Noted(0, "category", "CAR-AVANCEMENT"), *happened, cause=cause)
    made = await request(store, reference)
    assert (made.status, made.category, made.channel, made.key, made.call) == (
        "registered", "CAR-AVANCEMENT", "phone", "call", "1",
    )
    assert [item.request for item in await items(store)] == [reference]
    assert await outcomes(store) == [("1", record.outcome)]


async def test_awa_is_lost_three_times_then_it_is_one_request_and_one_item(store):
    made = [
        await live(store, "1", QUEUED), await live(store, "2", KONE, CLOSED, start=MONDAY + 60),
        await live(store, "3", KONE, QUEUED, caller=AT_HOME, start=MONDAY + 99),
    ]
    assert [reference for _, reference in made] == [FIRST] * 3
    assert await outcomes(store) == [("1", "ABANDON_FILE"), ("2", "HORS_HORAIRES"), ("3", "ABANDON_FILE")]
    assert [(item.calls, item.request) for item in await items(store)] == [(3, FIRST)]
    assert (await store.call("3")).request.reference == FIRST
    assert len(await references(store)) == 1


async def test_nobody_can_be_called_back_then_nothing_is_left_to_do(store):
    await live(store, "1", QUEUED, caller="")
    await live(store, "2", QUEUED, Recorded(0, 1, "rec-2", 12.0), caller="", cause="bug")
    assert [await status(store), await status(store, SECOND)] == ["closed", "registered"]


async def test_a_call_that_was_not_lost_has_a_request_of_its_own_beside_the_item(store):
    await live(store, "1", QUEUED)
    _, reference = await live(store, "2", Noted(0, "goal", "INFO_DONNEE"))
    assert (reference, await status(store, SECOND), len(await items(store, "open"))) == (SECOND, "closed", 1)


async def test_two_items_turn_out_to_be_of_one_person_then_the_younger_goes_into_the_older(store):
    await live(store, "1", KONE, QUEUED, caller=AT_HOME)
    await live(store, "2", QUEUED, start=MONDAY + 10)
    await live(store, "3", QUEUED, start=MONDAY + 20)
    assert (await live(store, "4", KONE, QUEUED, start=MONDAY + 30))[1] == FIRST
    kept, gone = await items(store)
    assert (kept.state, kept.calls, kept.last_call, kept.request) == ("open", 4, "4", FIRST)
    assert (gone.state, gone.outcome, gone.closed_by, gone.note) == (
        "closed", "sans_objet", "svi", f"regroupé avec l'appel perdu {kept.id}",
    )
    doubled = await request(store, SECOND)
    assert (doubled.status, doubled.parent) == ("merged", FIRST)


async def test_one_of_two_is_behind_the_wall_then_it_is_no_duplicate(url):
    store = open_store(url, Rules(DELAYS, walled=frozenset({"DEN-FRAUDE"})))
    await live(store, "1", KONE, QUEUED, caller=AT_HOME)
    await live(store, "2", Noted(0, "category", "DEN-FRAUDE"), QUEUED, start=MONDAY + 10)
    await live(store, "3", KONE, QUEUED, start=MONDAY + 20)
    walled = await request(store, SECOND)
    assert (walled.walled, walled.status, walled.parent) == (True, "closed", None)
    await store.close()


@pytest.mark.parametrize("order", [("DEN-FRAUDE", "CAR-AVANCEMENT"), ("CAR-AVANCEMENT", "DEN-FRAUDE")])
async def test_who_is_lost_before_and_behind_the_wall_has_one_item_and_no_outcome_on_the_other_side(url, order):
    store = open_store(url, Rules(DELAYS, walled=frozenset({"DEN-FRAUDE"})))
    for n, category in enumerate(order):
        await live(store, str(n), Noted(0, "category", category), QUEUED, start=MONDAY + 60 * n)
    first, second = [await request(store, reference) for reference in (FIRST, SECOND)]
    assert (first.category, second.category) == order
    assert (first.status, second.status, first.walled) == ("registered", "closed", not second.walled)
    assert [await outcomes(store, each) for each in (FIRST, SECOND)] == [[("0", "ABANDON_FILE")], [("1", "ABANDON_FILE")]]
    item, = await items(store)
    assert (item.calls, item.request) == (2, None if first.walled else FIRST)
    await store.close_work(item.id, "joint", "koffi", MONDAY + 200)
    assert await status(store) == "closed"
    await store.close()


# ------------------------------------------------------------------------------------------- a request that the caller made
async def test_a_lost_call_is_written_into_the_request_made_in_it_and_so_is_the_item(store):
    reference = await made_in(store, "1")
    assert (await live(store, "1", KONE, QUEUED, cause="bug"))[1] == reference
    item, = await items(store)
    assert item.request == reference
    await store.close_work(item.id, "joint", "koffi", MONDAY + 90)
    assert await status(store) == "registered"


async def test_a_person_with_an_item_makes_a_request_and_is_lost_then_each_outcome_is_where_it_belongs(store):
    await live(store, "1", KONE, QUEUED)
    reference = await made_in(store, "2")
    assert (await live(store, "2", KONE, QUEUED, cause="bug", start=MONDAY + 60))[1] == reference == SECOND
    assert [(item.calls, item.request) for item in await items(store)] == [(2, FIRST)]
    assert [await outcomes(store, each) for each in (FIRST, SECOND)] == [
        [("1", "ABANDON_FILE")], [("2", "ECHEC_TECHNIQUE")],
    ]


@pytest.mark.parametrize(("end", "goes_to"), [("settle", 3), ("reject", 3), ("resolve", 3), ("merge", 1)])
async def test_the_request_named_is_over_then_a_lost_call_is_written_where_somebody_acts(store, end, goes_to):
    for call in "12":
        await made_in(store, call, matricule="000123Z", caller=KOFFI)
        await live(store, call, caller=KOFFI)
    if end == "resolve":
        await act(store, "acknowledge", SECOND)
    await act(store, end, SECOND)
    _, reference = await live(store, "3", Noted(0, "request", SECOND), QUEUED, cause="bug", start=MONDAY + 900)
    assert reference == f"REQ-2026-{goes_to:06d}"
    assert [item.request for item in await items(store, "open")] == [reference]


# ------------------------------------------------------------------------------------------------------ one owner of the end
async def test_closing_the_item_ends_its_request_with_the_same_word(store):
    await live(store, "1", QUEUED)
    await store.close_work(1, "injoignable", "koffi", MONDAY + 90)
    ended = await store.request(FIRST)
    assert (ended.request.status, ended.request.closed_at) == ("closed", MONDAY + 90)
    last = ended.history[-1]
    assert (last.who, last.what, last.why) == ("koffi", ACTS["settle"].label, "injoignable")


async def test_a_direction_has_the_request_then_closing_the_item_leaves_it_there(store):
    await live(store, "1", QUEUED)
    await act(store, "assign")
    await store.close_work(1, "joint", "koffi", MONDAY + 600)
    assert await status(store) == "assigned"


@pytest.mark.parametrize(("end", "outcome"), [
    ("settle", "joint"), ("resolve", "joint"), ("cancel", "sans_objet"), ("reject", "sans_objet"), ("merge", "sans_objet"),
])
async def test_whoever_ends_the_request_closes_the_item(store, end, outcome):
    await made_in(store, "0", matricule="000123Z", caller=KOFFI)
    await live(store, "1", QUEUED)
    if end == "resolve":
        await act(store, "acknowledge", SECOND)
    assert len(await items(store, "open")) == 1
    await act(store, end, SECOND)
    item, = await items(store)
    assert (item.state, item.outcome, item.closed_by, item.closed_at) == ("closed", outcome, "serge", MONDAY + 500)
    assert (await live(store, "2", QUEUED, start=MONDAY + 900))[1] == "REQ-2026-000003"


async def test_a_served_person_has_nothing_open_but_what_the_agent_has(store):
    await live(store, "1", KONE, QUEUED, caller=AT_HOME)
    await live(store, "2", QUEUED)
    await live(store, "3", YAO, QUEUED, caller=KOFFI)
    _, reference = await live(store, "4", KONE, *SERVED, start=MONDAY + 60)
    assert [item.number for item in await items(store, "open")] == [KOFFI]
    assert [await status(store, f"REQ-2026-{n:06d}") for n in (1, 2, 3)] == ["closed", "closed", "registered"]
    assert ((await store.request(FIRST)).history[-1].why, await status(store, reference)) == ("servi_depuis", "acknowledged")


async def test_the_request_of_the_item_is_resolved_and_reopened_by_nobody_then_a_lost_call_is_new_work(store):
    await live(store, "1", QUEUED)
    await act(store, "acknowledge")
    await act(store, "resolve")
    assert (await live(store, "2", QUEUED, start=MONDAY + 900))[1] == SECOND
    assert [item.request for item in await items(store, "open")] == [SECOND]


async def test_she_talks_about_a_request_that_she_made_then_it_stays_where_it_was(store):
    await made_in(store, "1")
    await live(store, "2", Noted(0, "request", FIRST), *SERVED, start=MONDAY + 60)
    assert (await outcomes(store), await status(store)) == ([("2", "TRANSFERE")], "registered")


async def test_she_named_the_request_of_her_lost_call_and_was_served_then_the_agent_has_it(store):
    await live(store, "1", QUEUED)
    _, reference = await live(store, "2", Noted(0, "request", FIRST), *SERVED, start=MONDAY + 60)
    assert (reference, await status(store), (await items(store))[0].outcome) == (FIRST, "acknowledged", "servi_depuis")


# --------------------------------------------------------------------------------------------------- replays and the sweep
async def test_closed_again_or_twice_at_once_it_is_the_same_request_with_one_outcome(store):
    await live(store, "0", QUEUED)
    await begin(store, "1")
    record = fold(story("1", QUEUED, start=MONDAY + 60))
    told = await asyncio.gather(store.close_call("1", record), store.close_call("1", record))
    assert [*told, await store.close_call("1", record)] == [FIRST] * 3
    assert await outcomes(store) == [("0", "ABANDON_FILE"), ("1", "ABANDON_FILE")]


async def test_killed_between_registering_and_its_note_the_sweep_finds_the_request(store):
    reference = await made_in(store, "1")
    assert (await live(store, "1", KONE, DigitReceived(0, "1"), cause="cut"))[1] == reference
    assert (await outcomes(store), [item.request for item in await items(store)]) == ([("1", "COUPE")], [reference])


async def test_everybody_is_cut_off_at_once_then_each_person_has_one_item_and_one_request(store):
    people = [(AWA, KONE), (KOFFI, YAO), (AT_HOME, KONE)]
    for n in range(9):
        await begin(store, str(n), people[n % 3][0])
    await asyncio.gather(*(
        store.close_call(str(n), fold(story(str(n), people[n % 3][1], QUEUED, caller=people[n % 3][0], cause="cut")))
        for n in range(9)
    ))
    assert sorted(item.calls for item in await items(store, "open")) == [3, 6]
    await checked(store)
