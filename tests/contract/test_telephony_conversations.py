"""One contract for conversations, real or fake: who hears whom after each order, whatever has happened before."""

from __future__ import annotations

import pytest

from ivr.ari.fake_legs import MUSIC
from ivr.core.commands import Connect, Play, Prompt, StartMusic, StopMusic
from ivr.core.orders import Aside, PauseRecording, RecordTalk, Ring, SayToLeg, Spy, Together
from tests.contract.switches import OFFERS, OUTSIDE, RING

AWA, SERGE = OFFERS["awa"], OFFERS["serge"]


@pytest.fixture
async def talk(answered):
    """Koffi and Awa talk."""
    await pick_up(answered, "awa")
    await answered.telephony.perform(answered.call, Connect(9, AWA))
    await answered.until("Connected")
    return answered


async def pick_up(switch, who, kind="call"):
    await switch.agent("answers", who)
    already = len(switch.told.of("LegAnswered"))
    await switch.telephony.ring(Ring(OFFERS[who], who, switch.call, "general", RING, {"caller": "0700000001"}, kind))
    await switch.until("LegAnswered", already + 1)


async def together(switch, *legs):
    await switch.telephony.together(Together(switch.call, legs))


async def aside(switch, *legs):
    await switch.telephony.aside(Aside(switch.call, legs))


async def consult(talk):
    """Awa talks with Serge, Koffi hears music."""
    await together(talk)
    await pick_up(talk, "serge", "consult")
    await aside(talk, AWA, SERGE)


async def test_on_hold_the_caller_hears_music_and_the_agent_nothing_until_they_are_together_again(talk):
    await talk.hears("koffi", "awa")
    await together(talk)
    await together(talk)
    await talk.hears("koffi", MUSIC)
    await talk.hears("awa")
    await together(talk, AWA)
    await together(talk, AWA)
    await talk.hears("koffi", "awa")
    await talk.hears("awa", "koffi")


async def test_the_one_consulted_talks_with_the_agent_and_may_be_let_go(talk):
    await consult(talk)
    await aside(talk, AWA, SERGE)
    await talk.hears("awa", "serge")
    await talk.hears("serge", "awa")
    await talk.hears("koffi", MUSIC)
    await aside(talk)
    await talk.telephony.drop(SERGE)
    await together(talk, AWA)
    await talk.hears("koffi", "awa")
    assert (await talk.until("LegGone")).offer == SERGE


async def test_the_one_consulted_gets_the_caller_when_the_agent_goes(talk):
    await consult(talk)
    await aside(talk)
    await together(talk, SERGE)
    await talk.telephony.drop(AWA)
    await talk.hears("koffi", "serge")
    await talk.hears("serge", "koffi")
    assert [gone.offer for gone in talk.told.of("LegGone")] == [AWA]


async def test_in_a_conference_everybody_hears_everybody(talk):
    await consult(talk)
    await together(talk, AWA, SERGE)  # the bridge aside is not told to go before
    await aside(talk)
    await talk.hears("koffi", "awa", "serge")
    await talk.hears("awa", "koffi", "serge")
    await talk.hears("serge", "koffi", "awa")


async def test_an_agent_who_hangs_up_on_hold_leaves_the_caller_with_music_and_later_orders_do_no_harm(talk):
    await together(talk)
    await talk.agent_hangs_up()
    assert (await talk.until("LegGone")).why == "ended"
    await together(talk)
    await talk.hears("koffi", MUSIC)
    await together(talk, AWA)
    await aside(talk, AWA, SERGE)
    await aside(talk)
    await talk.hears("koffi")
    assert "CallEnded" not in talk.told.names()


async def test_a_caller_on_hold_is_connected_with_another_agent(talk):
    await together(talk)
    await talk.telephony.drop(AWA)
    await pick_up(talk, "serge")
    await talk.telephony.perform(talk.call, Connect(12, SERGE))
    await talk.until("Connected", 2)
    await talk.hears("koffi", "serge")


async def test_a_caller_who_hangs_up_on_hold_leaves_the_agents_to_their_talk(talk):
    await consult(talk)
    await talk.hang_up()
    await talk.until("CallEnded")
    await together(talk, AWA)
    await aside(talk, AWA, SERGE)
    await talk.hears("serge", "awa")
    assert not talk.told.of("LegGone")


async def test_a_supervisor_listens_whispers_and_joins(talk):
    await pick_up(talk, "serge", "supervise")
    await talk.telephony.spy(Spy(talk.call, SERGE, AWA))
    await talk.hears("serge", "koffi", "awa")
    await talk.hears("awa", "koffi")
    await talk.telephony.spy(Spy(talk.call, SERGE, AWA, whisper=True))
    await talk.hears("awa", "koffi", "serge")
    await talk.hears("koffi", "awa")
    await talk.telephony.spy(Spy(talk.call, SERGE, AWA))
    await talk.hears("awa", "koffi")
    await talk.telephony.spy(Spy(talk.call, SERGE, ""))
    await talk.hears("serge")
    await together(talk, AWA, SERGE)
    await talk.hears("koffi", "awa", "serge")


async def test_a_supervisor_whose_agent_has_gone_hears_nothing(talk):
    await pick_up(talk, "serge", "supervise")
    await talk.telephony.spy(Spy(talk.call, SERGE, AWA))
    await talk.agent_hangs_up()
    await talk.until("LegGone")
    await talk.telephony.spy(Spy(talk.call, SERGE, AWA, whisper=True))
    await talk.hears("serge")
    await talk.telephony.spy(Spy(talk.call, SERGE, ""))
    await talk.telephony.spy(Spy(talk.call, SERGE, ""))


async def test_a_conversation_is_recorded_but_for_its_pauses(talk):
    await talk.telephony.record_talk(RecordTalk(talk.call, "talk-call-1.o9.1"))
    await talk.telephony.record_talk(RecordTalk(talk.call, "talk-call-1.o9.1"))
    await talk.talk_for(1.0)
    await talk.telephony.pause_recording(PauseRecording(talk.call, "talk-call-1.o9.1", on=False))
    await talk.talk_for(4.0)
    await talk.telephony.pause_recording(PauseRecording(talk.call, "talk-call-1.o9.1", on=True))
    await talk.talk_for(1.0)
    await talk.hang_up()
    await talk.until("CallEnded")
    await talk.telephony.pause_recording(PauseRecording(talk.call, "talk-call-1.o9.1", on=False))
    await talk.telephony.record_talk(RecordTalk(talk.call, "talk-call-1.o9.2"))
    assert 1.5 < await talk.recorded("talk-call-1.o9.1") < 3.5
    assert "Recorded" not in talk.told.names()


async def test_an_agent_is_told_something_alone_and_then_let_go(talk):
    await together(talk)
    await talk.telephony.say_to_leg(SayToLeg(AWA, "agent.requete_nouvelle"))
    await together(talk, AWA)
    await talk.hears("koffi", "awa")
    await talk.hang_up()
    await talk.telephony.say_to_leg(SayToLeg(AWA, "agent.appel_perdu", then_drop=True))
    gone = await talk.until("LegGone")
    assert (gone.offer, gone.why) == (AWA, "ended")
    assert not talk.told.of("PlayFinished")
    await talk.telephony.say_to_leg(SayToLeg(AWA, "agent.appel_perdu"))
    await talk.telephony.say_to_leg(SayToLeg(AWA, "agent.appel_perdu", then_drop=True))
    await talk.until("LegGone", 2)


@pytest.mark.parametrize(("manner", "told"), [("answers", "LegAnswered"), ("refuses", "LegGone"), ("rings", "LegRinging")])
async def test_an_outside_number_is_a_leg_like_any_other(talk, manner, told):
    await talk.outside(manner)
    already = len(talk.told.of(told))
    ring = Ring(OFFERS[OUTSIDE], "", talk.call, "general", RING, {"caller": "0700000001"}, "consult", OUTSIDE)
    await talk.telephony.ring(ring)
    assert (await talk.until(told, already + 1)).offer == OFFERS[OUTSIDE]
    await talk.telephony.drop(OFFERS[OUTSIDE])
    await talk.until("LegGone")


async def test_without_a_trunk_an_outside_number_is_lost_at_once(talk):
    await talk.no_trunk()
    await talk.telephony.ring(Ring(OFFERS[OUTSIDE], "", talk.call, "general", RING, {}, "consult", OUTSIDE))
    assert (await talk.until("LegGone")).why == "lost"


async def test_after_a_hold_the_flow_speaks_to_the_caller_without_music_between_its_sentences(talk):
    await together(talk)
    await talk.agent_hangs_up()
    await talk.until("LegGone")
    await talk.telephony.perform(talk.call, Play(21, (Prompt("fin.agent_parti"),)))
    assert (await talk.until("PlayFinished")).ref == 21
    await talk.hears("koffi")


@pytest.mark.parametrize("held", [True, False])
async def test_a_caller_whom_an_agent_has_left_waits_with_music_for_another(talk, held):
    """After a transfer the caller is still in the bridge, alone."""
    if held:
        await together(talk)
    await talk.telephony.drop(AWA)
    await talk.until("LegGone")
    await talk.telephony.perform(talk.call, StartMusic(22, "attente"))
    await talk.hears("koffi", MUSIC)
    await talk.telephony.perform(talk.call, StopMusic(22))
    await talk.hears("koffi")
    await talk.telephony.perform(talk.call, StartMusic(23, "attente"))
    await pick_up(talk, "serge")
    await talk.telephony.perform(talk.call, StopMusic(23))
    await talk.telephony.perform(talk.call, Connect(24, SERGE))
    await talk.until("Connected", 2)
    await talk.hears("koffi", "serge")
    await talk.hears("serge", "koffi")
