"""One contract for calling people back, real or fake: they arrive as calls, or are told lost for a reason."""

from __future__ import annotations

import pytest

from ivr.core.commands import Connect, Hangup, Play, Prompt
from ivr.core.orders import DialOut, Ring, StopDialling
from tests.contract.switches import OFFERS, OUTSIDE, RING

FIRST = DialOut("cb-12", OUTSIDE, 1, RING)


async def test_one_who_answers_arrives_as_a_call_and_ends_like_one(switch):
    await switch.outside("answers")
    await switch.telephony.dial_out(FIRST)
    arrived = await switch.arrival()
    assert (arrived.call, arrived.caller, arrived.dialed, arrived.callback) == ("out-cb-12.1", OUTSIDE, "1364", "cb-12")
    await switch.telephony.perform(arrived.call, Play(7, (Prompt("accueil.bienvenue"),)))
    assert (await switch.until("PlayFinished")).ref == 7
    await switch.telephony.stop_dialling(StopDialling("cb-12", 1))  # too late: it stays
    await switch.person_hangs_up()
    await switch.until("CallEnded")
    assert not switch.told.of("PersonLost")


async def test_one_who_answers_is_connected_with_the_agent_who_asked(switch):
    await switch.outside("answers")
    await switch.agent("answers")
    await switch.telephony.dial_out(FIRST)
    call = (await switch.arrival()).call
    await switch.telephony.ring(Ring(OFFERS["awa"], "awa", call, "general", RING, {"caller": OUTSIDE}, "callback"))
    await switch.until("LegAnswered")
    await switch.telephony.perform(call, Connect(9, OFFERS["awa"]))
    await switch.until("Connected")
    await switch.telephony.perform(call, Hangup())
    await switch.until("CallEnded")


@pytest.mark.parametrize(("manner", "why"), [("refuses", "busy"), ("rings", "no_answer")])
async def test_one_who_does_not_answer_is_told_lost_for_the_reason(switch, manner, why):
    await switch.outside(manner)
    await switch.telephony.dial_out(FIRST)
    lost = await switch.until("PersonLost")
    assert (lost.callback, lost.why, lost.tries) == ("cb-12", why, 1)
    assert not switch.called
    assert switch.told.names() == ["PersonLost"]


async def test_without_a_trunk_the_try_has_failed(switch):
    await switch.no_trunk()
    await switch.telephony.dial_out(FIRST)
    lost = await switch.until("PersonLost")
    assert (lost.why, lost.tries) == ("failed", 1)


async def test_dialling_is_stopped_while_it_rings_and_stopping_what_is_not_there_does_no_harm(switch):
    await switch.outside("rings")
    await switch.telephony.dial_out(DialOut("cb-12", OUTSIDE, 2, 30.0))
    await switch.telephony.stop_dialling(StopDialling("cb-12", 1))
    await switch.telephony.stop_dialling(StopDialling("cb-12", 2))
    await switch.until("PersonLost")
    await switch.telephony.stop_dialling(StopDialling("cb-12", 2))
    assert not switch.called
