"""Koffi speaks. With the scripted recogniser, for what follows from what was heard; with the real one, for what it hears."""

from __future__ import annotations

import pytest

from ivr.demo.voices import say

pytestmark = [pytest.mark.e2e, pytest.mark.speech]
CENTRE = {
    "recognizer": "scripted",
    "cues": [["speech", "zéro zéro zéro un deux trois x"], ["speech", "oui"]],
}


async def ask_for_follow_up(centre, koffi):
    await koffi.dial("1364")
    await koffi.until("connected")
    await koffi.press("11")
    await centre.at_node("suivi_matricule")
    await centre.heard(koffi, "matricule.demander")


async def listening(centre, koffi):
    """Wait until the prompt is over, its own pauses left aside: from then on somebody listens."""
    def quiet():
        return koffi.heard.levels(koffi.heard.seconds - 1.3).max() < 0.01

    await centre.wait(quiet, 25, "the prompt does not end")


async def test_given_a_spoken_matricule_when_koffi_says_yes_then_he_is_identified_and_gets_an_agent(centre, tmp_path):
    async with centre.caller() as koffi, centre.desk("awa", answer_after=0.1) as awa:
        await centre.ready(awa)
        await ask_for_follow_up(centre, koffi)
        await listening(centre, koffi)
        await koffi.speak(say("zéro zéro zéro, cent vingt-trois, x", tmp_path / "matricule.wav"))
        await centre.heard(koffi, "matricule.confirmer", matricule="000123X")
        await listening(centre, koffi)
        await koffi.speak(say("oui", tmp_path / "oui.wav"))
        await centre.at_node("suivi_naissance")
        await koffi.press("0#")
        await awa.until("connected", 15)
        await centre.agent_is("awa", "talking")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert (record["outcome"], record["matricule"], record["identified_by"]) == ("TRANSFERE", "000123X", "speech")


REAL = [{"recognizer": "soundswallower"}]


@pytest.mark.parametrize("own_centre", REAL, indirect=True)
async def test_given_the_real_recogniser_when_koffi_says_oui_then_it_is_heard(own_centre, tmp_path):
    centre = own_centre
    async with centre.caller() as koffi:
        await ask_for_follow_up(centre, koffi)
        await koffi.press("0001239")
        await centre.heard(koffi, "matricule.confirmer", matricule="000123X")
        await listening(centre, koffi)
        await koffi.speak(say("oui", tmp_path / "oui.wav"))
        await centre.at_node("suivi_naissance")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert (record["matricule"], record["outcome"]) == ("000123X", "ABANDON_SVI")


@pytest.mark.parametrize("own_centre", REAL, indirect=True)
async def test_given_somebody_listens_when_the_worker_is_killed_then_the_keypad_goes_on_within_two_seconds(own_centre):
    centre = own_centre
    async with centre.caller() as koffi:
        await ask_for_follow_up(centre, koffi)
        await listening(centre, koffi)
        killed = centre.kill_workers()
        assert killed == 1

        def lost():
            entries = centre.rows("SELECT CAST(entry AS TEXT) AS told FROM journal WHERE type = 'Heard'")
            return [each for each in entries if '"lost"' in each["told"]]

        await centre.wait(lambda: lost() != [], 2, "the call does not know that nobody listens")
        await koffi.press("0001239")
        await centre.heard(koffi, "matricule.confirmer", matricule="000123X")
        await koffi.press("1")
        await centre.at_node("suivi_naissance")
        await koffi.hang_up()
        assert (await centre.record(koffi))["identified_by"] == "keypad"
