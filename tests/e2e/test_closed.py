"""The centre is closed: a number to call back, or a voice message; nothing is lost until the morning."""

from __future__ import annotations

import pytest
import soundfile

from tests.e2e.tones import tone

pytestmark = pytest.mark.e2e
CENTRE = {"opened": False}


async def call(koffi):
    await koffi.dial("1364")
    await koffi.until("connected")


async def test_given_night_when_koffi_asks_to_be_called_back_then_his_number_is_kept(centre):
    async with centre.caller() as koffi:
        await call(koffi)
        await centre.heard(koffi, "hors_horaires.intro", 30)
        await koffi.press("2")
        await centre.heard(koffi, "rappel.confirmer_numero", telephone=koffi.account)
        await koffi.press("1")
        await centre.heard(koffi, "rappel.enregistre")
        await koffi.hang_up()
        record = await centre.record(koffi)
        assert [each["state"] for each in centre.callbacks(koffi)] == ["open"]
    assert (record["outcome"], record["callback"]) == ("RAPPEL_PROGRAMME", koffi.account)


async def test_given_night_when_koffi_leaves_a_message_then_it_is_recorded(centre, tmp_path):
    async with centre.caller() as koffi:
        await call(koffi)
        await koffi.press("3")
        await centre.heard(koffi, "requete.decrire")
        await centre.at_node("message")
        await centre.wait(lambda: recordings(centre) != [], 20, "nothing is being recorded")
        await koffi.speak(tone(tmp_path, 500, 3.0))
        await koffi.press("#")
        await centre.heard(koffi, "fin.autre_demande")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert record["outcome"] == "MESSAGE_VOCAL"
    sound, rate = soundfile.read(centre.settings.recordings / f"{record['voice_message']}.wav")
    assert rate == 8000
    assert 2.5 < len(sound) / rate < 8
    assert (sound**2).mean() ** 0.5 > 0.05, "the message is silent"


def recordings(centre):
    return list(centre.settings.recordings.rglob("*.wav"))


async def test_given_night_when_a_caller_does_nothing_then_his_number_is_kept_unasked(centre):
    async with centre.caller() as koffi:
        await call(koffi)
        await koffi.press("8")
        await centre.heard(koffi, "hors_horaires.incompris_1", 20)
        await koffi.press("7")
        await centre.heard(koffi, "hors_horaires.incompris_2")
        await koffi.press("6")
        await centre.heard(koffi, "rappel.enregistre", 30)
        await koffi.until("ended", 20)
        record = await centre.record(koffi)
        assert len(centre.callbacks(koffi)) == 1
    assert (record["outcome"], record["cause"]) == ("RAPPEL_PROGRAMME", "us")


async def test_given_night_when_koffi_hangs_up_then_his_call_is_work_for_the_morning(centre):
    async with centre.caller() as koffi:
        await call(koffi)
        await koffi.press("0")
        await centre.at_node("conseiller")
        await koffi.hang_up()
        assert (await centre.record(koffi))["outcome"] == "HORS_HORAIRES"
        items = centre.rows("SELECT kind, state FROM work_items WHERE number = ?", koffi.account)
    assert items == [{"kind": "closed", "state": "open"}]
