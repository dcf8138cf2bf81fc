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
def test_given_its_program_is_killed_then_the_telephone_ends(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        telephone = int(holder.stdout.readline())
        os.kill(holder.pid, signal.SIGKILL)
    end = time.monotonic() + 5
    while Path(f"/proc/{telephone}").exists():
        assert time.monotonic() < end, "the telephone lives on"
        time.sleep(0.02)
