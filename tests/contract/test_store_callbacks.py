"""One contract for every store: numbers to call back, each in its place until it has an end."""

import pytest
from stores import AWA, KOFFI, KONE, MONDAY, QUEUED, begin, live

from ivr.core.messages import Noted
from storage import Refused

pytestmark = pytest.mark.asyncio


async def kept(store, call="1", number=AWA, at=MONDAY, **more):
    return await store.register_callback(call, number, "general", "full", at, **more)


async def the_only(store, state="open"):
    row, = await store.list_callbacks(state)
    return row


async def test_a_number_is_kept_once_while_it_waits(store):
    assert [(await kept(store, call, at=MONDAY + n))["already"] for n, call in enumerate("112")] == [False, False, True]
    waiting = await the_only(store)
    assert (waiting.number, waiting.reason, waiting.call) == (AWA, "full", "1")


async def test_awa_waited_two_minutes_then_her_callback_keeps_that_place(store):
    facts = {"matricule": "000123X", "motif": "solde", "said": ["oui", 3]}
    told = await kept(store, since=MONDAY - 120, priority=5, facts=facts, expires=MONDAY + 86_400)
    waiting = await the_only(store)
    assert told == {
        "already": False, "callback": str(waiting.id), "since": MONDAY - 120, "queue": "general", "priority": 5,
        "tries": 0, "due": 0.0, "expires": MONDAY + 86_400,
    }
    assert (waiting.since, waiting.created_at, waiting.priority) == (MONDAY - 120, MONDAY, 5)
    assert (waiting.facts, waiting.matricule, waiting.expires) == (facts, "000123X", MONDAY + 86_400)


async def test_a_callback_without_a_place_begins_to_wait_now(store):
    assert (await kept(store))["since"] == MONDAY
    assert (await kept(store, "2", KOFFI, since=0.0))["since"] == MONDAY
    assert {(row.since, row.priority, row.matricule) for row in await store.list_callbacks()} == {(MONDAY, 0, None)}


async def test_of_two_places_the_earlier_is_kept(store):
    await kept(store, "1", since=MONDAY - 60)
    assert (await kept(store, "2", since=MONDAY - 600))["since"] == MONDAY - 600
    assert (await kept(store, "3", since=MONDAY - 30))["since"] == MONDAY - 600
    assert (await the_only(store)).since == MONDAY - 600


async def test_callbacks_are_listed_in_their_places(store):
    await kept(store, "1", KOFFI)
    await kept(store, "2", AWA, since=MONDAY - 300)
    assert [row.number for row in await store.list_callbacks()] == [AWA, KOFFI]
    assert [row.number for row in await store.list_callbacks(limit=1)] == [AWA]


async def test_a_callback_knows_the_request_and_the_matricule_of_its_call(store):
    await begin(store, "1")
    await kept(store)
    _, reference = await live(store, "1", KONE, Noted(0, "goal", "RAPPEL_PROGRAMME"))
    waiting = await the_only(store)
    assert (waiting.request, waiting.matricule) == (reference, "000123X")


async def test_nobody_answered_then_it_waits_for_its_next_try(store):
    told = await kept(store)
    await store.keep_callback(told["callback"], "dialling", 1, 0.0, MONDAY + 60)
    await store.keep_callback(told["callback"], "open", 1, MONDAY + 960, MONDAY + 90)
    waiting = await the_only(store)
    assert (waiting.state, waiting.tries, waiting.due) == ("open", 1, MONDAY + 960)
    assert (await kept(store, "2"))["tries"] == 1


async def test_a_callback_that_has_moved_is_in_its_new_queue(store):
    told = await kept(store)
    before = await the_only(store)
    await store.keep_callback(told["callback"], "open", 0, 0.0, MONDAY + 60, queue="carriere")
    assert (before.queue != "carriere", (await the_only(store)).queue) == (True, "carriere")
    await store.keep_callback(told["callback"], "open", 1, 0.0, MONDAY + 90)
    assert (await the_only(store)).queue == "carriere"


async def test_a_number_that_is_being_dialled_is_still_kept_once(store):
    told = await kept(store)
    await store.keep_callback(told["callback"], "dialling", 1, 0.0, MONDAY + 60)
    assert (await kept(store, "2"))["already"]
    assert (await the_only(store)).tries == 1


@pytest.mark.parametrize("state", ["done", "cancelled", "called_again"])
async def test_the_distributor_ended_it_then_the_number_may_wait_again(store, state):
    told = await kept(store)
    for _again in range(2):
        await store.keep_callback(told["callback"], state, 2, 0.0, MONDAY + 60)
    assert await store.list_callbacks() == ()
    ended = await the_only(store, state)
    assert (ended.tries, ended.closed_by, ended.closed_at, ended.outcome) == (2, "svi", MONDAY + 60, None)
    assert await store.list_work(state=None) == ()
    assert (await kept(store, "2"))["callback"] != told["callback"]


async def test_it_expired_then_it_is_work_once(store):
    await begin(store, "1")
    told = await kept(store)
    await live(store, "1", KONE, QUEUED, Noted(0, "goal", "RAPPEL_PROGRAMME"))
    for _again in range(2):
        await store.keep_callback(told["callback"], "expired", 3, 0.0, MONDAY + 600)
    item, = await store.list_work()
    assert (item.kind, item.number, item.matricule, item.queue) == ("callback_expired", AWA, "000123X", "general")
    assert (item.call, item.calls, item.created_at) == ("1", 1, MONDAY + 600)
    assert (await the_only(store, "expired")).tries == 3


async def test_a_callback_is_closed_once_by_hand_with_what_came_of_it(store):
    waiting = (await kept(store))["callback"]
    await store.close_callback(waiting, "done", "koffi", MONDAY + 60, "joint")
    with pytest.raises(Refused, match="closed before as « done »"):
        await store.close_callback(int(waiting), "done", "koffi", MONDAY + 61)
    assert await store.list_callbacks() == ()
    closed = await the_only(store, None)
    assert (closed.state, closed.closed_by, closed.closed_at, closed.outcome) == ("done", "koffi", MONDAY + 60, "joint")
    assert not (await kept(store, "2", at=MONDAY + 90))["already"]


async def test_koffi_closed_it_while_it_was_dialled_then_it_does_not_open_again(store):
    told = await kept(store)
    await store.close_callback(told["callback"], "done", "koffi", MONDAY + 60)
    for state in ("open", "dialling", "expired"):
        with pytest.raises(Refused, match="nothing was changed"):
            await store.keep_callback(told["callback"], state, 1, 0.0, MONDAY + 61)
    assert ((await the_only(store, None)).state, await store.list_work()) == ("done", ())


@pytest.mark.parametrize("unknown", ["999", "", "o1", "9" * 30])
async def test_an_unknown_callback_has_no_end(store, unknown):
    with pytest.raises(Refused, match="There is no callback"):
        await store.keep_callback(unknown, "done", 0, 0.0, MONDAY)
    with pytest.raises(Refused, match="There is no callback"):
        await store.close_callback(unknown, "done", "koffi", MONDAY)


async def test_an_unknown_end_or_outcome_changes_nothing(store):
    waiting = (await kept(store))["callback"]
    with pytest.raises(Refused, match="it is open, dialling, done"):
        await store.keep_callback(waiting, "lost", 1, 0.0, MONDAY)
    with pytest.raises(Refused, match="dites joint, injoignable"):
        await store.close_callback(waiting, "done", "koffi", MONDAY, "peut-être")
    with pytest.raises(Refused, match="is no end"):
        await store.close_callback(waiting, "dialling", "koffi", MONDAY)
    assert (await the_only(store)).tries == 0
