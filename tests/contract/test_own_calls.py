"""Agents who dial a colleague, on the real Asterisk: the distributor is told that both are busy, and until when."""

from __future__ import annotations

import pytest

from tests.ari.live_asterisk import AWA, SERGE
from tests.contract.switches import real_switch

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", params=["asterisk"])
def asterisk(asterisk):
    """The fake has no telephones from which to dial."""
    return asterisk


@pytest.fixture
async def desk(asterisk, tmp_path):
    async with real_switch(asterisk, tmp_path) as switch:
        await switch.agent("answers", "awa")
        yield switch


def told(desk, name):
    return {event.agent for event in desk.told.of(name)}


async def test_two_agents_talk_until_one_hangs_up(desk):
    await desk.agent("answers", "serge")
    await desk.phones["awa"].dial(SERGE.number)
    await desk.until("OwnCallBegan", 2)
    await desk.hears("awa", "serge")
    await desk.hears("serge", "awa")
    await desk.agent_hangs_up("serge")
    await desk.until("OwnCallEnded", 2)
    await desk.phones["awa"].until("ended")
    began = {event.channel for event in desk.told.of("OwnCallBegan")}
    assert began == {event.channel for event in desk.told.of("OwnCallEnded")}
    assert told(desk, "OwnCallBegan") == told(desk, "OwnCallEnded") == {"awa", "serge"}
    assert AWA.number in desk.phones["serge"].caller


async def test_one_who_dials_and_goes_takes_the_ringing_along(desk):
    await desk.agent("rings", "serge")
    await desk.phones["awa"].dial(SERGE.number)
    await desk.phones["serge"].until("ringing")
    await desk.agent_hangs_up("awa")
    await desk.phones["serge"].until("ended")
    await desk.until("OwnCallEnded", 2)


@pytest.mark.parametrize("manner", ["refuses", "unregistered"])
async def test_a_colleague_who_cannot_be_had_is_said_to_be_so(desk, manner):
    await desk.agent(manner, "serge")
    await desk.phones["awa"].dial(SERGE.number)
    await desk.phones["awa"].until("connected")
    await desk.phones["awa"].until("ended")
    await desk.until("OwnCallEnded", 2)
    assert told(desk, "OwnCallEnded") == {"awa", "serge"}


@pytest.mark.parametrize("dialled", ["999", AWA.number])
async def test_an_extension_of_nobody_and_one_s_own_are_said_to_be_wrong(desk, dialled):
    await desk.phones["awa"].dial(dialled)
    await desk.phones["awa"].until("connected")
    await desk.phones["awa"].until("ended")
    await desk.until("OwnCallEnded")
    assert told(desk, "OwnCallBegan") == {"awa"}
