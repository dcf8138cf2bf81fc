"""Access log, holds, rectification, export and retention, on every engine."""

import pytest

from storage import Refused
from tests.contract.stores import MONDAY


async def test_each_record_read_is_a_line_newest_first(store):
    await store.log_access("awa", "agent", "read", ["REQ-2026-000001", "000123X", "000123X"], "appel en cours", MONDAY)
    await store.log_access("serge", "supervisor", "listen", ["000123X"], None, MONDAY + 60)
    lines = await store.accesses(subject="000123X")
    assert [(line.who, line.act, line.why) for line in lines] == [
        ("serge", "listen", None), ("awa", "read", "appel en cours"),
    ]
    assert [line.subject for line in await store.accesses(who="awa")] == ["000123X", "REQ-2026-000001"]
    assert len(await store.accesses(since=MONDAY + 1)) == 1
    assert len(await store.accesses(until=MONDAY + 60)) == 2
    assert len(await store.accesses(limit=1)) == 1


@pytest.mark.parametrize(("who", "act", "subjects"), [
    ("awa", "stare", ["000123X"]), ("", "read", ["000123X"]), ("awa", "read", []), ("awa", "read", ["000123X", ""]),
])
async def test_an_access_that_says_nothing_is_refused_and_leaves_no_line(store, who, act, subjects):
    with pytest.raises(Refused):
        await store.log_access(who, "agent", act, subjects, None, MONDAY)
    assert await store.accesses() == ()
