"""The telephones of the other tests: what they hear is judged rightly, and none outlives the program that holds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.demo.heard import HEADER, RATE, Heard
from ivr.demo.softphone import Softphone, TelephoneError
from tests.e2e.tones import tone

ROOT = Path(__file__).parents[2]


def noise(seed, seconds):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE))


def recording(folder, *parts):
    file = folder / "heard.wav"
    soundfile.write(file, np.concatenate(parts), RATE, "PCM_16")
    assert file.read_bytes()[36:40] == b"data", f"sound does not begin at byte {HEADER}"
    return Heard(file)


def saved(folder, samples):
    soundfile.write(folder / "prompt.wav", samples, RATE, "PCM_16")
    return folder / "prompt"


def test_a_sound_that_was_heard_is_found_where_it_began(tmp_path):
    heard = recording(tmp_path, noise(1, 2.0), noise(2, 3.0), noise(3, 1.0))
    share, at = heard.found(saved(tmp_path, noise(2, 3.0)))
    assert (share, round(at, 2)) == (1.0, 2.0)
    assert heard.likeness(tmp_path / "prompt")[0] > 0.99


def test_a_sound_with_a_slip_in_it_is_found_and_another_is_not(tmp_path):
    prompt = noise(2, 3.0)
    heard = recording(tmp_path, prompt[: 12000 + 300], np.zeros(160), prompt[12000 + 300 :])
    assert heard.found(saved(tmp_path, prompt))[0] > 0.8
    assert heard.found(saved(tmp_path, noise(4, 3.0)))[0] < 0.2


def test_silence_and_tones_are_told_apart(tmp_path):
    sound, _ = soundfile.read(tone(tmp_path, 440))
    heard = recording(tmp_path, sound, np.zeros(4000), sound)
    assert 0.46 < heard.longest_silence() <= 0.5
    assert heard.tone(440, until=1.0) > 0.99
    assert heard.tone(660, until=1.0) < 0.01


@pytest.fixture(params=["pjsua2", "plain"])
def kind(request, monkeypatch):
    if request.param == "pjsua2":
        pytest.importorskip("pjsua2")
    monkeypatch.setenv("CRUC_TEST_TELEPHONE", request.param)
    return request.param


HOLDER = """
import asyncio, pathlib, sys
from ivr.demo.softphone import Softphone
async def main():
    async with Softphone("koffi", None, 9, folder=pathlib.Path(sys.argv[1])) as phone:
        print(phone.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.e2e
def test_given_its_program_is_killed_then_the_telephone_ends(kind, tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        telephone = int(holder.stdout.readline())
        os.kill(holder.pid, signal.SIGKILL)
    end = time.monotonic() + 5
    while Path(f"/proc/{telephone}").exists():
        assert time.monotonic() < end, "the telephone lives on"
        time.sleep(0.02)


# --------------------------------------------------------------------------- one contract, whatever the telephone is made of
def is_of(kind, phone):
    return ("pjsua2" in Path(f"/proc/{phone.pid}/maps").read_text()) == (kind == "pjsua2")


@pytest.mark.e2e
async def test_given_a_welcome_when_a_key_is_pressed_then_both_are_heard(kind, centre):
    async with centre.caller() as koffi:
        assert is_of(kind, koffi)
        await koffi.dial("1364")
        await koffi.until("connected")
        assert await centre.heard(koffi, "accueil.bienvenue") < 0.5
        welcome = centre.catalogue.render("accueil.bienvenue")
        await centre.wait(lambda: koffi.heard.found(*welcome)[0] > 0.6, 5, "it is not what was said")
        await koffi.press("2")
        await centre.at_node("carriere")
        assert koffi.in_call
        await koffi.hang_up()
        assert (koffi.ended_with, koffi.in_call) == (200, False)
    assert soundfile.info(koffi.heard.file).frames == len(koffi.heard.samples()), "the recording is not whole"


@pytest.mark.e2e
async def test_given_keys_in_a_hurry_then_each_is_heard_once(kind, centre):
    async with centre.caller() as koffi:
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("2")
        await centre.at_node("carriere")
        await koffi.press("11", gap=0.15, hold=0.08)
        await centre.at_node("pieces", "suite")


@pytest.mark.e2e
async def test_given_a_wrong_secret_or_number_then_the_status_is_told(kind, centre, tmp_path):
    async with Softphone("awa", "wrong", centre.settings.sip_port, folder=tmp_path) as stranger:
        with pytest.raises(TelephoneError, match=r"SIP status 40[13]"):
            await stranger.register()
    async with centre.caller() as koffi:
        await koffi.dial("9999")
        await koffi.until("ended")
        assert koffi.ended_with == 404


@pytest.mark.e2e
async def test_given_an_agent_rings_when_the_caller_gives_up_then_it_stops(kind, centre):
    async with centre.desk("awa") as awa, centre.caller() as koffi:
        await centre.ready(awa)
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("0")
        await awa.until("ringing", 20)
        assert koffi.account in awa.caller
        await koffi.hang_up()
        await awa.until("ended")
        assert awa.ended_with == 487, "Koffi gave up while it rang"
        await awa.unregister()


@pytest.mark.e2e
async def test_given_a_speech_then_it_is_said_once_and_a_telephone_without_call_does_not_wait(kind, centre, tmp_path):
    async with centre.caller() as koffi:
        await koffi.speak(tone(tmp_path, 440))
        await koffi.dial("1364")
        await koffi.until("connected")
        began = time.monotonic()
        await koffi.speak(tone(tmp_path, 440))
        assert time.monotonic() - began > 0.8
