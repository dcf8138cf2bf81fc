"""One contract for every store: the directory and the agents."""

from dataclasses import replace

import pytest
from stores import AWA, KOFFI, MONDAY, PEOPLE

from storage import Agent, Person, Refused

pytestmark = pytest.mark.asyncio


async def test_the_directory_is_imported_again_with_its_changes(store):
    assert await store.import_people(PEOPLE) == 3
    await store.import_people([replace(PEOPLE[0], last_name="Koné-Yao", phones=(KOFFI, AWA))])
    assert await store.person("000123x") == Person("000123X", "Koné-Yao", "Awa", "1980-12-24", (AWA, KOFFI))
    assert await store.person("000999X") is None


async def test_one_wrong_line_and_nobody_is_imported(store):
    with pytest.raises(Refused, match="Line 3"):
        await store.import_people([*PEOPLE[:2], Person("12X", "?", "?")])
    assert await store.person("000123X") is None


async def test_an_agent_is_added_changed_and_forgotten(store):
    koffi = Agent("koffi", "Koffi Y.", "201", "agent-koffi", ("general",), {"solde": 3})
    await store.put_agent(koffi)
    await store.set_wish("koffi", "paused", "repas")
    await store.set_wrap("koffi", MONDAY + 30)
    both = replace(koffi, queues=("general", "solde"), ranks={"solde": 2})
    await store.put_agent(both)
    changed = replace(both, wish="paused", reason="repas", wrap_until=MONDAY + 30)
    assert await store.agent("koffi") == changed
    assert await store.list_agents() == (changed,)
    await store.delete_agent("koffi")
    assert await store.agent("koffi") is None


async def test_an_extension_has_one_agent_and_an_unknown_agent_wishes_nothing(store):
    await store.put_agent(Agent("koffi", "Koffi Y.", "201", "agent-koffi"))
    with pytest.raises(Refused, match="belongs to the agent koffi"):
        await store.put_agent(Agent("awa", "Awa K.", "201", "agent-awa"))
    with pytest.raises(Refused, match="no agent called awa"):
        await store.set_wish("awa", "ready")
