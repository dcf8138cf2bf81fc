"""Many writes at the same time, on every store: each is done whole or tells its own failure, and nobody else's."""

import asyncio

import pytest
from stores import MONDAY, begin, draft

from storage import Agent, Refused, open_store
from storage.engine import Ask, Each


async def test_a_request_of_a_call_that_was_never_opened_is_refused_alone(store):
    """The call is only missed when the transaction ends: those that were written together with it are kept."""
    await begin(store, "1")
    calls = ["1", "never-opened", "1"]
    ends = await asyncio.gather(
        *(store.register(call, draft(key=str(n)), MONDAY) for n, call in enumerate(calls)), return_exceptions=True)
    assert [isinstance(end, Refused) for end in ends] == [False, True, False]
    assert sorted(end["reference"] for end in ends if isinstance(end, dict)) == ["REQ-2026-000001", "REQ-2026-000002"]
    assert [row.reference for row in await store.list_requests()] == ["REQ-2026-000002", "REQ-2026-000001"]


async def test_many_registrations_at_once_are_numbered_without_a_gap(store):
    await begin(store, "1")
    made = await asyncio.gather(*(store.register("1", draft(key=str(n)), MONDAY) for n in range(50)))
    assert sorted(one["reference"] for one in made) == [f"REQ-2026-{n:06d}" for n in range(1, 51)]


async def test_a_bug_in_one_write_is_its_own(store):
    def bug():
        yield Ask("insert_flow", {"version": "half", "source": ""})
        raise ZeroDivisionError

    writes = [store.keep_flow("v1", "one"), store.engine.write(True, bug), store.keep_flow("v2", "two")]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), ZeroDivisionError, type(None)]
    assert [await store.flow_source(version) for version in ("v1", "half", "v2")] == ["one", None, "two"]


async def test_one_statement_is_told_many_rows_at_once_or_none(store):
    def many(*versions):
        yield Each("insert_flow", ({"version": version, "source": version} for version in versions))
        return (yield Ask("flow", {"version": versions[0]}))[0]["source"]

    assert await store.engine.write(True, many, "a", "b", "c") == "a"
    assert [await store.flow_source(version) for version in "abc"] == ["a", "b", "c"]

    def broken():
        yield Each("insert_flow", [{"version": "d", "source": "d"}, {"version": "e", "source": None}])
    assert isinstance((await asyncio.gather(store.engine.write(True, broken), return_exceptions=True))[0], Refused)
    assert await store.flow_source("d") is None


async def test_a_value_is_kept_as_its_column_holds_it(store):
    """A number where a text is kept is text, a whole number told as 3.0 is 3."""
    def numbers():
        yield Ask("insert_flow", {"version": 7, "source": 3.5})
        yield Ask("insert_call", {"id": 8, "caller": "", "dialed": 1364, "flow": True, "started_at": 3})

    await store.engine.write(True, numbers)
    assert await store.flow_source("7") == "3.5"
    kept = (await store.call("8")).call
    assert (kept.id, kept.dialed, kept.flow, kept.started_at) == ("8", "1364", "1", 3.0)
    assert len(await store.list_calls(limit=1.0)) == 1


CALL = {"id": "1", "caller": "", "dialed": "", "flow": "", "started_at": MONDAY}


@pytest.mark.parametrize("wrong", [
    Ask("insert_call", {**CALL, "caller": "\udc80"}), Ask("insert_call", {**CALL, "started_at": None}),
    Ask("insert_entry", {"call": "1", "seq": 10**30, "at": MONDAY, "type": "", "entry": b""}),
], ids=["half_a_character", "nothing", "too_large"])
async def test_a_value_that_no_store_has_room_for_is_refused_alone(store, wrong):
    def rule():
        yield wrong
    writes = [store.engine.write(True, rule), store.keep_flow("v1", "one")]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(end) for end in ends] == [Refused, type(None)]
    assert await store.open_calls() == ()


async def test_a_row_that_is_refused_late_is_that_of_who_wrote_it(store):
    """Rows may wait to be written: what another write then asks does not fail for them."""
    def wrong():
        yield Ask("insert_flow", {"version": "v1"})

    def reading():
        return len((yield Ask("flow", {"version": "v0"})))
    writes = [store.keep_flow("v0", "zero"), store.engine.write(True, wrong), store.engine.write(True, reading)]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    assert (ends[0], ends[2]) == (None, 1)
    assert isinstance(ends[1], Exception)
    assert await store.flow_source("v0") == "zero"


async def test_two_stores_on_the_same_data_see_each_other_s_writes(store, url):
    if url == "memory:":
        return
    other = open_store(url)
    await begin(store, "1")
    assert await other.open_calls() == ("1",)
    await other.register("1", draft(), MONDAY)
    assert (await store.register("1", draft(key="2"), MONDAY))["reference"] == "REQ-2026-000002"
    await other.close()


async def test_text_sorts_by_code_point(store):
    for n, name in enumerate(("é", "z", "A", "a", "_")):
        await store.put_agent(Agent(name, name, str(200 + n), "", (), {}, "off"))
    assert [agent.id for agent in await store.list_agents()] == ["A", "_", "a", "z", "é"]


async def test_a_rule_sees_what_it_wrote_and_what_was_written_just_before_it(store):
    def writes(version):
        before = yield Ask("flow", {"version": "first"})
        yield Ask("insert_flow", {"version": version, "source": version})
        own = yield Ask("flow", {"version": version})
        return len(before), own[0]["source"]

    writing = [store.engine.write(True, writes, version) for version in ("first", "second")]
    assert await asyncio.gather(*writing) == [(0, "first"), (1, "second")]


async def test_what_is_only_added_keeps_its_order_and_comes_after_what_it_names(store):
    await begin(store, "1")
    made = await asyncio.gather(*(store.register("1", draft(key=str(n)), MONDAY + n) for n in range(20)))
    waiting = [row.request for row in await store.outbox_waiting() if row.kind == "request_registered"]
    assert waiting == [one["reference"] for one in made]
    for one in made:
        assert (await store.request(one["reference"])).history[0].what == "enregistrement"
