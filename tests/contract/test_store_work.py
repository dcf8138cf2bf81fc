"""One contract for every store: each lost call is work, once a person, until somebody says what became of it."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from stores import AWA, KOFFI, KONE, MONDAY, QUEUED, SERVED, YAO, begin, live, story

from ivr.core.messages import DigitReceived, Noted
from ivr.core.record import fold
from storage import Refused
from storage.work import OUTCOMES, kind_of

pytestmark = pytest.mark.asyncio
CLOSED = Noted(0, "goal", "HORS_HORAIRES")
AT_HOME = "+2250500000003"


async def the_only(store, state="open"):
    item, = await store.list_work(state)
    return item


@pytest.mark.parametrize(("kind", "happened", "cause"), [
    ("abandoned", [QUEUED], "caller"), ("closed", [DigitReceived(0, "1"), CLOSED], "caller"),
    ("failed", [DigitReceived(0, "1")], "cut"), ("failed", [QUEUED], "bug"),
])
async def test_a_lost_call_is_work(store, kind, happened, cause):
    record, reference = await live(store, "1", KONE, *happened, cause=cause)
    item = await the_only(store)
    assert item.request == reference
    assert (item.kind, item.number, item.matricule, item.queue) == (kind, AWA, "000123X", record.queue)
    assert (item.call, item.last_call, item.calls) == ("1", "1", 1)
    assert item.created_at == item.last_at == record.ended_at
    assert (item.state, item.outcome, item.closed_by, item.closed_at, item.note) == ("open", None, None, None, None)
    assert await store.work_item(item.id) == item


@pytest.mark.parametrize("happened", [
    [], [DigitReceived(0, "1")], [Noted(0, "goal", "INFO_DONNEE")], [QUEUED, Noted(0, "goal", "RAPPEL_PROGRAMME")],
    [CLOSED, Noted(0, "goal", "REQUETE_CREEE")], SERVED,
])
async def test_a_call_that_was_not_lost_is_no_work(store, happened):
    await live(store, "1", *happened)
    assert await store.list_work(state=None) == ()


@pytest.mark.parametrize(("refused", "outcome", "kind"), [
    ("full", "ABANDON_FILE", "full"), ("beyond", "ABANDON_SVI", "full"), ("closed", "MUET", "closed"),
    ("empty", "ABANDON_FILE", "abandoned"), ("full", "MESSAGE_VOCAL", None), ("full", "RAPPEL_PROGRAMME", None),
    (None, "ABANDON_FILE", "abandoned"), (None, "ABANDON_SVI", None), ("full", "COUPE", "failed"),
])
async def test_a_refusing_queue_says_which_work_it_is(refused, outcome, kind):
    assert kind_of(SimpleNamespace(outcome=outcome, queue_refused=refused)) == kind


async def test_nobody_can_be_called_back_then_there_is_no_work(store):
    await live(store, "1", QUEUED, caller="")
    assert await store.list_work(state=None) == ()


async def test_awa_hides_her_number_then_her_matricule_is_enough(store):
    await live(store, "1", KONE, QUEUED, caller="")
    await live(store, "2", QUEUED, caller="")
    assert (await the_only(store)).number == ""
    await live(store, "3", KONE, QUEUED, caller=AWA)
    assert ((await the_only(store)).number, (await the_only(store)).calls) == (AWA, 2)


async def test_a_callback_waits_for_the_number_then_there_is_no_work(store):
    await store.register_callback("0", AWA, "general", "full", MONDAY)
    await live(store, "1", QUEUED)
    await live(store, "2", QUEUED, caller=KOFFI)
    assert (await the_only(store)).number == KOFFI


async def test_the_same_number_or_the_same_matricule_is_one_item(store):
    await live(store, "1", QUEUED)
    await live(store, "2", KONE, QUEUED, start=MONDAY + 60)
    await live(store, "3", KONE, CLOSED, start=MONDAY + 120, caller=AT_HOME)
    item = await the_only(store)
    assert (item.kind, item.number, item.matricule) == ("abandoned", AWA, "000123X")
    assert (item.call, item.last_call, item.calls) == ("1", "3", 3)
    assert (item.created_at, item.last_at) == (MONDAY + 2, MONDAY + 123)


async def test_different_people_are_different_items(store):
    await live(store, "1", KONE, QUEUED)
    await live(store, "2", YAO, QUEUED, caller=KOFFI)
    await live(store, "3", QUEUED, caller=AT_HOME, start=MONDAY + 60)
    assert [(item.number, item.calls) for item in await store.list_work()] == [(AWA, 1), (KOFFI, 1), (AT_HOME, 1)]


async def test_closing_a_call_again_or_twice_at_once_counts_it_once(store):
    record, _ = await live(store, "1", QUEUED)
    await store.close_call("1", record)
    await store.close_call("1", replace(record, outcome="TRANSFERE"))
    assert (await the_only(store)).calls == 1
    await begin(store, "2")
    again = fold(story("2", QUEUED))
    await asyncio.gather(store.close_call("2", again), store.close_call("2", again))
    assert (await the_only(store)).calls == 2


async def test_a_refused_closing_leaves_no_work(store):
    with pytest.raises(Refused):
        await store.close_call("ghost", fold(story("ghost", QUEUED)))
    assert await store.list_work(state=None) == ()


@pytest.mark.parametrize(("who", "caller"), [((KONE,), AT_HOME), ((), AWA)])
async def test_awa_called_again_and_was_served_then_it_is_closed(store, who, caller):
    await live(store, "1", KONE, QUEUED)
    await live(store, "2", YAO, QUEUED, caller=KOFFI)
    record, _ = await live(store, "3", *who, *SERVED, caller=caller, start=MONDAY + 60)
    assert (await the_only(store)).number == KOFFI
    closed = await the_only(store, "closed")
    assert (closed.call, closed.outcome, closed.closed_by) == ("1", "servi_depuis", "svi")
    assert closed.closed_at == record.ended_at


async def test_she_was_served_before_she_was_lost_then_it_stays_open(store):
    await live(store, "2", QUEUED, start=MONDAY + 60)
    await live(store, "1", *SERVED)
    assert (await the_only(store)).call == "2"


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_work_is_closed_once_with_an_outcome(store, outcome):
    await live(store, "1", QUEUED)
    item = await the_only(store)
    await store.close_work(item.id, outcome, "koffi", MONDAY + 90, "rappelée à midi")
    with pytest.raises(Refused, match=r"déjà été clos par koffi : rien n'a été changé\.$"):
        await store.close_work(item.id, "sans_objet", "awa", MONDAY + 91)
    closed = replace(
        item, state="closed", outcome=outcome, closed_by="koffi", closed_at=MONDAY + 90, note="rappelée à midi",
    )
    assert await store.work_item(item.id) == closed
    assert await store.list_work() == ()


async def test_a_person_lost_again_after_the_closing_is_work_again(store):
    await live(store, "1", QUEUED)
    await store.close_work((await the_only(store)).id, "joint", "koffi", MONDAY + 90)
    await live(store, "2", QUEUED, start=MONDAY + 100)
    assert ((await the_only(store)).call, (await the_only(store)).calls) == ("2", 1)


async def test_without_a_known_outcome_nothing_is_closed(store):
    await live(store, "1", QUEUED)
    item = await the_only(store)
    for outcome in ("", "fait", "JOINT"):
        with pytest.raises(Refused, match=r"dites joint, injoignable, numero_errone, servi_depuis, sans_objet\.$"):
            await store.close_work(item.id, outcome, "koffi", MONDAY)
    with pytest.raises(Refused, match="L'appel perdu 999 n'existe pas"):
        await store.close_work(999, "joint", "koffi", MONDAY)
    assert (await the_only(store), await store.work_item(999)) == (item, None)


async def test_work_is_listed_by_state_and_kind_the_oldest_first(store):
    await live(store, "1", QUEUED, start=MONDAY + 60)
    await live(store, "2", CLOSED, caller=KOFFI)
    await live(store, "3", QUEUED, caller=AT_HOME)
    await store.close_work(1, "injoignable", "koffi", MONDAY + 99)

    async def calls(**asked):
        return [item.call for item in await store.list_work(**asked)]
    assert await calls() == ["2", "3"]
    assert await calls(state=None) == ["2", "3", "1"]
    assert await calls(state="closed") == ["1"]
    assert await calls(kind="abandoned", state=None) == ["3", "1"]
    assert await calls(state=None, limit=1) == ["2"]


async def test_nothing_of_a_person_is_logged_or_in_a_refusal(store, caplog):
    caplog.set_level("DEBUG")
    told = await store.register_callback("1", AWA, "general", "full", MONDAY, facts={"matricule": "000123X"})
    await store.keep_callback(told["callback"], "expired", 1, 0.0, MONDAY)
    await live(store, "2", KONE, QUEUED)
    assert (await the_only(store)).calls == 2
    refusals = await asyncio.gather(
        store.close_work(1, "?", "koffi", MONDAY), store.close_work(2, "joint", "koffi", MONDAY),
        store.close_callback(told["callback"], "done", "koffi", MONDAY),
        store.keep_callback(told["callback"], "open", 1, 0.0, MONDAY), return_exceptions=True,
    )
    assert [type(refusal) for refusal in refusals] == [Refused] * 4
    assert not any(secret in text for secret in (AWA, "000123X") for text in (*map(str, refusals), caplog.text))
