"""One contract for every store: the outcome of each call is in exactly one request, and lost calls do not double them."""

import asyncio
import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import AWA, DELAYS, KOFFI, KONE, MONDAY, QUEUED, SERVED, YAO, begin, draft, live, story

from ivr.core.lifecycle import ACTS, LIVING, Act, Actor
from ivr.core.messages import CallStarted, DigitReceived, Noted, Recorded
from ivr.core.record import fold
from storage import Refused, Rules, open_store

pytestmark = pytest.mark.asyncio

FIRST, SECOND = "REQ-2026-000001", "REQ-2026-000002"
SERGE = Actor("serge", "supervisor")
CLOSED = Noted(0, "goal", "HORS_HORAIRES")
BACK = (QUEUED, Noted(0, "callback", AWA), Noted(0, "goal", "RAPPEL_PROGRAMME"))
AT_HOME = "+2250500000003"
SAID = {
    "settle": {"why": "vu avec elle"}, "cancel": {"why": "plus besoin"}, "assign": {"direction": "DPCE"},
    "reject": {"why": "hors champ", "channel": "la CGRAE"}, "resolve": {"motif": "fait", "answer": "C'est fait."}, "merge": {"parent": FIRST},
}


async def items(store, state=None):
    return await store.list_work(state)


async def request(store, reference):
    return (await store.request(reference)).request


async def status(store, reference=FIRST):
    return (await request(store, reference)).status


async def outcomes(store, reference=FIRST):
    """(call, outcome) of the calls that are written into a request."""
    return [(line.call, line.why) for line in (await store.request(reference)).history if line.what == "appel"]


async def act(store, name, reference=FIRST, **said):
    await store.advance(reference, Act(name, said or SAID.get(name, {})), SERGE, MONDAY + 500)


async def callback(store, call, number=AWA, at=MONDAY):
    return (await store.register_callback(call, number, "general", "full", at))["callback"]


async def waiting(store, call="1", *happened):
    """Awa has left a callback in a call that is over: the callback, and the request of the call."""
    await begin(store, call)
    kept = await callback(store, call)
    return kept, (await live(store, call, *happened, *BACK))[1]


def references(store):
    return store.list_requests(limit=1000)


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


# ------------------------------------------------------------------------------------------- a request that the caller made
async def made_in(store, call, **more):
    await begin(store, call)
    return (await store.register(call, draft(**more), MONDAY))["reference"]


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


async def test_she_named_the_request_of_her_lost_call_and_was_served_then_the_agent_has_it(store):
    await live(store, "1", QUEUED)
    _, reference = await live(store, "2", Noted(0, "request", FIRST), *SERVED, start=MONDAY + 60)
    assert (reference, await status(store), (await items(store))[0].outcome) == (FIRST, "acknowledged", "servi_depuis")


# ---------------------------------------------------------------------------------------------------------------- callbacks
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


async def test_who_has_an_item_leaves_a_callback_then_both_are_about_one_request(store):
    await live(store, "0", QUEUED)
    kept, reference = await waiting(store)
    assert reference == FIRST
    await store.close_work(1, "joint", "koffi", MONDAY + 90)
    assert await status(store) == "registered"
    await store.close_callback(kept, "done", "koffi", MONDAY + 91, "joint")
    assert await status(store) == "closed"


async def ends_fulfilling(store, call, kept, *happened, number=AWA, start=MONDAY + 300):
    """The call by which a callback is fulfilled, or not."""
    await begin(store, call, number, start)
    record = fold([CallStarted(start, call, number, "1364", "v1", kept), *story(call, *happened, start=start)[1:]])
    return await store.close_call(call, record)


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


# --------------------------------------------------------------------------------------------------------- whatever happens
async def checked(store):
    """The invariants of lost calls and requests."""
    rows = {row.reference: row for row in await references(store)}
    written = {}
    for reference in rows:
        for call, _ in await outcomes(store, reference):
            written.setdefault(call, []).append(reference)
    ended = [row for row in await store.list_calls(limit=1000) if row.outcome is not None]
    assert {row.id: [row.request] for row in ended} == written
    assert sorted(rows) == [f"REQ-2026-{n:06d}" for n in range(1, len(rows) + 1)]
    still = await items(store, "open")
    for who in ("number", "matricule"):
        known = [getattr(item, who) for item in still if getattr(item, who)]
        assert len(known) == len(set(known)), who
    assert all(rows[item.request].status in LIVING for item in still)
    await nothing_is_forgotten(store, rows, still)


LOST_OR_TO_CALL = {"ABANDON_FILE", "HORS_HORAIRES", "ECHEC_TECHNIQUE", "RAPPEL_PROGRAMME"}


async def nothing_is_forgotten(store, rows, still):
    """A request that is only about calling back is on somebody's list."""
    listed = {item.request for item in still} | {row.request for row in await store.list_callbacks()}
    for reference in {ref for ref, row in rows.items() if (row.key, row.status) == ("call", "registered")} - listed:
        assert not {why for _, why in await outcomes(store, reference)} <= LOST_OR_TO_CALL, reference


WHO = {"awa": (AWA, (KONE,)), "awa at home": (AT_HOME, (KONE,)), "koffi": (KOFFI, (YAO,)), "somebody": (AWA, ()),
       "fanta": ("", (Noted(0, "identified", ["000500A", "keypad"]),)), "nobody": ("", ())}
TYPED = "0700000009"
calls = st.tuples(
    st.just("call"), st.sampled_from(sorted(WHO)),
    st.sampled_from(["lost", "closed", "bug", "served", "callback", "request", "message", "named", "told"]),
)
ends = st.tuples(st.sampled_from(["item", "callback", "request"]), st.integers(0, 5), st.sampled_from([
    "joint", "sans_objet", "expired", "done", "cancelled", "called_again", "settle", "cancel", "assign", "resolve", "merge",
]))


async def called(store, call, at, who, what):
    number, known = WHO[who]
    happened = {
        "lost": (QUEUED,), "closed": (CLOSED,), "bug": (QUEUED,), "served": SERVED, "request": (),
        "callback": (QUEUED, Noted(0, "callback", number or TYPED), Noted(0, "goal", "RAPPEL_PROGRAMME")),
        "message": (Recorded(0, 1, f"rec-{call}", 9.0),), "named": (Noted(0, "request", FIRST), QUEUED),
        "told": (Noted(0, "goal", "INFO_DONNEE"),),
    }[what]
    await begin(store, call, number, at)
    if what == "callback":
        await store.register_callback(call, number or TYPED, "general", "full", at)
    if what == "request":
        await store.register(call, draft(caller=number), at)
    cause = "bug" if what in ("bug", "named") else "caller"
    await live(store, call, *known, *happened, caller=number, start=at, cause=cause)


async def done(store, what, which, how, at):
    rows = {
        "item": await items(store, "open"), "callback": await store.list_callbacks(), "request": await references(store),
    }[what]
    if not rows:
        return
    row = rows[which % len(rows)]
    if what == "item":
        await store.close_work(row.id, how, "koffi", at)
    elif what == "callback" and how in ("joint", "sans_objet"):
        await store.close_callback(row.id, "done", "koffi", at, how)
    elif what == "callback":
        await store.keep_callback(str(row.id), how, 1, 0.0, at)
        if how == "done":
            await ends_fulfilling(store, f"after {at}", str(row.id), *SERVED, number=row.number, start=at)
    else:
        await store.advance(row.reference, Act(how, SAID.get(how, {})), SERGE, at)


@given(st.lists(calls | ends, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whoever_calls_and_whatever_ends_first_each_outcome_is_in_one_request(happened):
    store = open_store("memory:", Rules(DELAYS))
    try:
        for n, (what, which, how) in enumerate(happened, 1):
            if what == "call":
                await called(store, str(n), MONDAY + n * 60, which, how)
                continue
            with contextlib.suppress(Refused):  # this one cannot come to that end: nothing may have changed
                await done(store, what, which, how, MONDAY + n * 60)
            await checked(store)
        await checked(store)
    finally:
        await store.close()
