"""A supervisor in somebody else's conversation: who hears whom, by tones; and what is kept of a conversation."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from tests.e2e.talks import MUSIC, VOICES, hears, over, people, talk, works
from tests.e2e.tones import RATE

pytestmark = pytest.mark.e2e
CENTRE = {"agents": ("awa", "serge", "mariam"), "brief": True, "rules": {"general": {"record": True}}}


async def test_given_a_conversation_when_mariam_listens_whispers_barges_in_takes_over_then_each_hears_whom_it_should(centre):
    async with people(centre, "caller", "awa", "mariam", signed_in=["awa"]) as (koffi, awa, mariam):
        await mariam.register()
        await talk(centre, koffi, awa)
        [call] = (await centre.status())["calls"]
        among_us = {"koffi": (koffi, ["awa"]), "awa": (awa, ["caller"])}

        await centre.act("mariam", "supervise", call=call["call"], mode="listen")
        await mariam.until("connected")
        await hears(centre, **among_us, mariam=(mariam, ["caller", "awa"]))
        await centre.act("mariam", "supervise", call=call["call"], mode="whisper")
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller", "mariam"]), mariam=(mariam, ["caller", "awa"]))
        await centre.act("mariam", "supervise", call=call["call"], mode="barge")
        await hears(
            centre, koffi=(koffi, ["awa", "mariam"]), awa=(awa, ["caller", "mariam"]), mariam=(mariam, ["caller", "awa"]),
        )
        await centre.act("mariam", "supervise", call=call["call"], mode="listen")
        await hears(centre, **among_us, mariam=(mariam, ["caller", "awa"]))
        await centre.act("mariam", "supervise", call=call["call"], mode="take_over")
        await awa.until("ended")
        await hears(centre, koffi=(koffi, ["mariam"]), mariam=(mariam, ["caller"]))
        await over(centre, koffi)
        await mariam.until("ended")
        record = await centre.record(koffi)
        assert [each["agent"] for each in record["segments"]] == ["awa", "mariam"]
        parts = await works(centre, record["id"], 2)
        assert {(each["agent"], each["kind"]) for each in parts} == {("awa", "call"), ("mariam", "call")}


async def test_given_a_supervisor_listens_when_the_conversation_is_transferred_or_over_then_she_is_let_go(centre):
    async with people(centre, "caller", "awa", "mariam", signed_in=["awa"]) as (koffi, awa, mariam):
        await mariam.register()
        await talk(centre, koffi, awa)
        [call] = (await centre.status())["calls"]
        await centre.act("mariam", "supervise", call=call["call"], mode="whisper")
        await mariam.until("connected")
        await hears(centre, awa=(awa, ["caller", "mariam"]))
        await over(centre, koffi)
        await mariam.until("ended")
        assert [agent for agent in (await centre.status())["agents"] if agent["state"] == "talking"] == []


# ------------------------------------------------------------------------------------------------------- what is recorded
def talks_of(centre):
    """The recordings of conversations, in their order: samples."""
    files = sorted(centre.settings.recordings.rglob("talk-*.wav"))
    return [soundfile.read(file)[0] for file in files]


def audible(samples, name):
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(np.sqrt(4 * spectrum[np.abs(frequency - VOICES[name]) < 20].sum()) / max(1, len(samples)))


@pytest.fixture
def no_recordings(centre):
    for file in centre.settings.recordings.rglob("talk-*.wav"):
        file.unlink()


@pytest.mark.usefixtures("no_recordings")
async def test_given_a_queue_that_records_when_they_talk_then_both_are_in_the_file_and_the_pause_is_not(centre):
    async with people(centre, "caller", "awa", "other", signed_in=["awa"]) as (koffi, awa, _other):
        await talk(centre, koffi, awa)
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await centre.act("awa", "recording", on=False)
        paused = awa.heard.seconds
        await centre.wait(lambda: awa.heard.seconds > paused + 3, 8, "no audio")
        await centre.act("awa", "recording", on=True)
        await awa.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await centre.wait(lambda: koffi.heard.seconds > paused + 8, 12, "no audio")
        await over(centre, koffi)
        talked = (await centre.record(koffi))["talked"]
    [samples] = talks_of(centre)
    kept = len(samples) / RATE
    assert 0.4 < kept < talked - 2.5, "neither the pause is in it nor what Koffi said afterwards"
    assert audible(samples, "caller") > 0.1
    assert audible(samples, "awa") > 0.1


@pytest.mark.usefixtures("no_recordings")
async def test_given_koffi_refused_to_be_recorded_when_they_talk_then_there_is_no_file(centre):
    async with people(centre, "caller", "awa", signed_in=["awa"]) as (koffi, awa):
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("9")
        await centre.at_node("droits")
        await koffi.press("1")
        await centre.heard(koffi, "droits.refus_enregistre")
        await koffi.press("0")
        await awa.until("connected", 15)
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await over(centre, koffi)
        assert (await centre.record(koffi))["recording_refused"]
    assert talks_of(centre) == []


@pytest.mark.usefixtures("no_recordings")
async def test_given_a_recorded_call_is_transferred_then_koffi_hears_music_meanwhile_and_each_has_a_recording(centre):
    rings = {"answer_after": None}
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"], serge=rings) as (koffi, awa, serge):
        await talk(centre, koffi, awa)
        await hears(centre, koffi=(koffi, ["awa"]), awa=(awa, ["caller"]))
        await centre.ready(serge)
        await centre.act("awa", "transfer", to="agent:serge")
        await serge.until("ringing")
        await hears(centre, koffi=(koffi, [MUSIC]))
        await serge.answer()
        await hears(centre, koffi=(koffi, ["serge"]), serge=(serge, ["caller"]))
        await centre.act("serge", "recording", on=False)
        paused = koffi.heard.seconds
        await centre.wait(lambda: koffi.heard.seconds > paused + 3, 8, "no audio")
        await over(centre, koffi, serge)
        await centre.record(koffi)
    first, second = talks_of(centre)
    assert (audible(first, "awa") > 0.1, audible(first, "serge") > 0.03) == (True, False), "serge is not in awa's recording"
    assert (audible(second, "awa") > 0.03, audible(second, "serge") > 0.1) == (False, True)
    assert len(second) / RATE < 2.5, "the pause is not in it"
