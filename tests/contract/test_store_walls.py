"""A denunciation is not there for who has no right to it, wherever one looks: not its text, nor that there is one."""

from dataclasses import asdict, replace

import pytest

from ivr.core.lifecycle import Actor
from ivr.core.messages import Noted
from storage.asked import Search
from tests.contract.stores import AWA, KONE, MONDAY, begin, draft, live

SECRET = "il vend les places"


@pytest.fixture
async def denounced(store):
    """Awa has denounced somebody in one call, and asked for an attestation in another. The denunciation's reference."""
    store.rules = replace(store.rules, walled=frozenset({"QUA-DENONCIATION"}))
    await begin(store, "open")
    await store.register("open", draft(), MONDAY)
    await live(store, "open", KONE)
    await begin(store, "secret", at=MONDAY + 900)
    asked = draft("QUA-DENONCIATION", "2", note=SECRET, voice_note="voix-secrete")
    made = await store.register("secret", asked, MONDAY + 900)
    await live(store, "secret", KONE, Noted(0, "category", "QUA-DENONCIATION"), Noted(0, "request", made["reference"]),
               Noted(0, "node", "denonciation"), start=MONDAY + 900)
    return made["reference"]


def tells(what, reference):
    told = str(what)
    return [word for word in (reference, SECRET, "DENONCIATION", "denonciation", "voix-secrete") if word in told]


async def test_call_lists_show_the_call_without_its_request(store, denounced):
    rows = await store.list_calls()
    assert {row.id: row.request is None for row in rows} == {"open": False, "secret": True}
    assert tells(rows, denounced) == []
    assert tells(await store.calls_closed_after(0), denounced) == []
    assert denounced in [row.request for row in await store.list_calls(walled=True)]


async def test_a_call_is_shown_as_any_other_and_whole_beyond_the_wall(store, denounced):
    before = await store.call("secret")
    assert tells((before.call, before.record, before.request), denounced) == []
    assert before.walled
    assert before.record.caller == AWA
    beyond = await store.call("secret", walled=True)
    assert (beyond.request.note, beyond.record.category) == (SECRET, "QUA-DENONCIATION")
    assert not (await store.call("open")).walled


async def test_figures_are_made_of_records_that_tell_of_no_denunciation(store, denounced):
    records = await store.records(MONDAY, MONDAY + 3600)
    assert len(records) == 2
    assert tells([asdict(record) for record in records], denounced) == []


async def test_a_search_and_a_list_find_it_only_beyond_the_wall(store, denounced):
    for search in (Search(), Search("places"), Search(denounced), Search(matricule="000123X"), Search(AWA)):
        found = await store.search(replace(search, counted=True), MONDAY)
        assert tells(found, denounced) == []
        beyond = await store.search(replace(search, counted=True, walled=True), MONDAY)
        assert denounced in [row.reference for row in beyond.rows]
        assert beyond.total == found.total + 1


async def test_a_plain_list_of_requests_leaves_it_out(store, denounced):
    assert tells(await store.list_requests(), denounced) == []
    assert denounced in [row.reference for row in await store.list_requests(walled=True)]


async def test_a_work_item_and_a_callback_name_no_denunciation(store, denounced):
    await store.register_callback("secret", AWA, "general", "rappel", MONDAY + 900)
    await live(store, "lost", KONE, Noted(0, "queued", "general"), start=MONDAY + 7200, caller="+2250700000077")
    assert tells(await store.list_callbacks(None), denounced) == []
    assert tells(await store.list_work(None), denounced) == []


async def test_nobody_hears_of_it_by_matricule_and_no_duplicate_is_told(store, denounced):
    told = await store.answer("status_by_birth", {"matricule": "000123X", "birth": "24121980", "caller": AWA}, MONDAY)
    assert tells(told, denounced) == []
    asked = {"category": "QUA-DENONCIATION", "key": "k", "matricule": "000123X", "note": "encore"}
    made = await store.register_for(Actor("serge", "agent"), asked, MONDAY + 1000)
    assert tells(made.get("same"), denounced) == []
