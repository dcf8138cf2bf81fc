"""One contract for every store: the journal, and the one record of each call, told as calls of Awa and Koffi."""

import asyncio
from dataclasses import replace

import pytest
from stores import KOFFI, MONDAY, begin, draft, live, story, told

from ivr.core.messages import AgentLeft, Connected, DigitReceived, Heard, Hypothesis, Noted
from ivr.core.record import WORK_REMAINS, CallRecord, fold
from ivr.ports import AlreadyOpen
from storage import Refused, Rules, StoreClosed, open_store

pytestmark = pytest.mark.asyncio


# --------------------------------------------------------------------------------------------------------------- the journal
async def test_a_journal_gives_back_what_was_told_in_order(store):
    heard = Heard(0, 4, "speech", (Hypothesis("zéro zéro un", 0.5),))
    events = story("1", DigitReceived(0, "1"), heard, Noted(0, "node", "menu"))
    await begin(store, "1")
    await store.append("1", 1, events[:2])
    await store.append("1", 3, events[2:])
    assert list(await store.events("1")) == events


async def test_a_call_is_opened_once(store):
    await begin(store, "1")
    with pytest.raises(AlreadyOpen, match="already has a record"):
        await begin(store, "1")


async def test_an_entry_number_is_used_once_and_the_whole_append_is_refused(store):
    await begin(store, "1")
    await store.append("1", 2, [DigitReceived(MONDAY, "2")])
    with pytest.raises(Refused):
        await store.append("1", 1, [DigitReceived(MONDAY, "1"), DigitReceived(MONDAY, "9")])
    assert list(await store.events("1")) == [DigitReceived(MONDAY, "2")]


async def test_a_call_that_was_not_opened_has_no_journal_and_no_end(store):
    with pytest.raises(Refused):
        await store.append("ghost", 1, [DigitReceived(MONDAY, "1")])
    with pytest.raises(Refused, match="never opened"):
        await store.close_call("ghost", fold(story("ghost")))


async def test_one_bad_write_among_many_fails_alone(store):
    await asyncio.gather(*(begin(store, f"{n}") for n in range(50)))
    writes = [store.append(f"{n}" if n != 25 else "ghost", 1, story(f"{n}")) for n in range(50)]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [n for n, end in enumerate(ends) if end is not None] == [25]
    assert isinstance(ends[25], Refused)
    assert [len(await store.events(f"{n}")) for n in range(50)] == [0 if n == 25 else 2 for n in range(50)]


async def test_a_flow_is_remembered_by_its_version(store):
    await store.keep_flow("v1", "start: accueil")
    await store.keep_flow("v1", "start: accueil")
    assert await store.flow_source("v1") == "start: accueil"
    assert await store.flow_source("v2") is None


# ------------------------------------------------------------------------------------------------------------ closing a call
async def test_the_record_kept_is_the_fold_of_the_journal(store):
    record, reference = await live(store, "1", DigitReceived(0, "1"), Noted(0, "identified", ["000123X", "keypad"]))
    kept = await store.call("1")
    assert kept.record == record == fold(await store.events("1"))
    assert (kept.call.outcome, kept.call.matricule, kept.request.reference) == ("ABANDON_SVI", "000123X", reference)
    assert await store.open_calls() == ()


async def test_closing_again_changes_nothing(store):
    record, reference = await live(store, "1", DigitReceived(0, "1"))
    before = await store.request(reference)
    assert await store.close_call("1", replace(record, outcome="COUPE")) == reference
    assert await store.request(reference) == before
    assert (await store.call("1")).call.outcome == "ABANDON_SVI"
    assert len(await store.list_requests()) == len(await store.outbox_waiting()) == 1


async def test_two_closings_at_once_make_one_request(store):
    await begin(store, "1")
    record = fold(story("1"))
    first, second = await asyncio.gather(store.close_call("1", record), store.close_call("1", record))
    assert first == second
    assert len(await store.list_requests()) == 1


async def test_a_record_without_an_outcome_or_of_another_call_closes_nothing(store):
    await begin(store, "1")
    for record in (CallRecord("1"), fold(story("2"))):
        with pytest.raises(Refused):
            await store.close_call("1", record)
    assert await store.open_calls() == ("1",)
    assert await store.list_requests() == ()


async def test_nothing_left_to_do_then_the_request_is_closed_at_once(store):
    _, reference = await live(store, "1", DigitReceived(0, "2"), Noted(0, "goal", "INFO_DONNEE"))
    request, history = await told(store, reference)
    assert (request.category, request.status, request.closed_at) == ("INF-GENERALE", "closed", MONDAY + 3)
    assert [(step.status_to, step.what, step.why) for step in history] == [
        ("registered", "appel", "INFO_DONNEE"), ("closed", "clôture", "INFO_DONNEE"),
    ]


async def test_the_caller_left_the_queue_then_the_request_stays_open(store):
    record, reference = await live(store, "1", Noted(0, "category", "CAR-AVANCEMENT"), Noted(0, "queued", "general"))
    request, _ = await told(store, reference)
    assert record.outcome in WORK_REMAINS
    assert (request.category, request.status, request.closed_at) == ("CAR-AVANCEMENT", "registered", None)


async def test_an_agent_talked_then_the_request_is_acknowledged_by_that_agent(store):
    talk = [Noted(0, "queued", "general"), Noted(0, "agent", "koffi"), Connected(0, 1, "o1"), AgentLeft(0, 1, "o1", False)]
    record, reference = await live(store, "1", *talk)
    request, history = await told(store, reference)
    assert (record.outcome, request.status) == ("TRANSFERE", "acknowledged")
    assert (history[-1].who, history[-1].status_from, history[-1].status_to) == ("koffi", "registered", "acknowledged")


async def test_the_caller_made_a_request_then_the_outcome_goes_into_it(store):
    await begin(store, "1")
    made = await store.register("1", draft(), MONDAY + 1)
    notes = Noted(0, "request", made["reference"]), Noted(0, "goal", "REQUETE_CREEE")
    _, reference = await live(store, "1", *notes)
    _, history = await told(store, reference)
    assert reference == made["reference"]
    assert [(step.what, step.call, step.why) for step in history] == [
        ("enregistrement", "1", None), ("appel", "1", "REQUETE_CREEE"),
    ]
    assert len(await store.list_requests()) == 1


async def test_the_application_died_before_noting_the_request_then_it_is_found_again(store):
    await begin(store, "1")
    made = await store.register("1", draft(), MONDAY + 1)
    _, reference = await live(store, "1", DigitReceived(0, "1"), cause="cut")
    assert reference == made["reference"]
    assert len(await store.list_requests()) == 1


async def test_the_caller_came_for_an_older_request_then_it_gets_the_call(store):
    await begin(store, "1")
    made = await store.register("1", draft(), MONDAY)
    await live(store, "1")
    _, reference = await live(store, "2", Noted(0, "request", made["reference"]), Noted(0, "goal", "STATUT_LU_SVI"))
    assert reference == made["reference"]
    assert [step.call for step in (await told(store, reference))[1]] == ["1", "1", "2"]


async def test_each_closing_is_told_once_in_the_outbox(store):
    _, reference = await live(store, "1", DigitReceived(0, "1"))
    waiting, = await store.outbox_waiting()
    assert (waiting.kind, waiting.request) == ("call_closed", reference)
    assert '"outcome":"ABANDON_SVI"' in waiting.payload
    await store.outbox_sent(waiting.id, MONDAY + 60)
    assert await store.outbox_waiting() == ()


# ------------------------------------------------------------------------------------------------------------ lists of calls
async def test_calls_are_listed_newest_first_and_filtered(store):
    await begin(store, "old", KOFFI, MONDAY - 86_400)
    await live(store, "awa", Noted(0, "identified", ["000123X", "speech"]))
    await live(store, "mute", caller=KOFFI)

    async def ids(**asked):
        return [row.id for row in await store.list_calls(**asked)]
    assert await ids() == ["mute", "awa", "old"]
    assert await ids(limit=1) == ["mute"]
    assert await ids(since=MONDAY) == ["mute", "awa"]
    assert await ids(caller=KOFFI) == ["mute", "old"]
    assert await ids(matricule="000123X", outcome="MUET") == ["awa"]
    assert await ids(outcome="TRANSFERE") == []


async def test_records_of_a_period_are_those_of_the_calls_that_began_in_it_and_are_over(store):
    await live(store, "mute", caller=KOFFI)
    await begin(store, "alive")
    [record] = await store.records(MONDAY, MONDAY + 86_400)
    assert (record.call, record.outcome) == ("mute", "MUET")
    assert not await store.records(record.started_at + 1, MONDAY + 86_400)
    assert not await store.records(MONDAY - 10, record.started_at)


async def test_calls_are_followed_in_the_order_of_their_closing(store):
    for call in "abc":
        await begin(store, call)
    assert await store.last_closed() == 0
    await live(store, "c")
    seen = await store.last_closed()
    await live(store, "a")
    assert [row.id for row in await store.calls_closed_after(0)] == ["c", "a"]
    assert [row.id for row in await store.calls_closed_after(seen)] == ["a"]


# ---------------------------------------------------------------------------------------------------------------- the engine
async def test_a_bug_in_one_write_is_its_callers_and_undoes_that_write_alone(url):
    def bug():
        raise ZeroDivisionError
    store = open_store(url, Rules(draw_code=bug))
    await begin(store, "1")
    with pytest.raises(ZeroDivisionError):
        await store.register("1", draft(), MONDAY)
    store.rules = Rules()
    assert (await store.register("1", draft(), MONDAY))["reference"] == "REQ-2026-000001"
    await store.close()


async def test_a_sound_store_has_nothing_to_complain_of(store):
    await live(store, "1")
    assert await store.check() == []


async def test_a_closed_store_takes_nothing_and_may_be_closed_again(url):
    store = open_store(url)
    await store.close()
    await store.close()
    with pytest.raises(StoreClosed):
        await begin(store, "1")
    with pytest.raises(StoreClosed):
        await store.open_calls()
