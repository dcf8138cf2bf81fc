"""The information of the moment: said or recorded, heard by the next call, stopped; what is no sound is refused."""

from __future__ import annotations

import json
import shutil
import time

import numpy as np
import pytest
import soundfile as sf

from ivr.config import load_settings
from ivr.core.commands import Prompt
from ivr.prompts import load_catalogue
from ivr.prompts.manifest import Entry, Manifest, Slot, write_manifest
from ivr.sounds import CatalogueSounds

spoken = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")


def recording(path, seconds=2.0, rate=16000):
    """Somebody speaks: a buzz with the rhythm of syllables."""
    t = np.arange(int(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 20))
    sf.write(path, 0.2 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t)), rate)
    return str(path)


def told(store, queue=""):
    return store(lambda one: one.answer("moment", {"queue": queue}, time.time()))


def shown(cruc):
    return [json.loads(line) for line in cruc("moment", "show", "--json").stdout.splitlines()]


@spoken
def test_a_text_is_said_to_all_callers_at_once_and_until_its_time(cruc, store, home):
    before = time.time()
    said = cruc("moment", "say", "Les salaires de novembre seront virés le 28.", "--hours", "6")
    assert said.exit_code == 0, said.output
    assert "tous les appelants" in said.stdout
    answer = told(store)
    assert answer["active"]
    assert sf.info(home / "moments" / f"{answer['sound']}.wav").samplerate == 8000
    assert (home / "moments" / f"{answer['sound']}.alaw").is_file()
    (row,) = shown(cruc)
    assert row["prompt"] == "Les salaires de novembre seront virés le 28."
    assert row["until"] == pytest.approx(before + 6 * 3600, abs=120)
    assert "Les salaires" in cruc("moment", "show").stdout


def test_a_recording_is_taken_for_one_queue_and_stopped(cruc, store, home, tmp_path):
    said = cruc("moment", "say", "--queue", "solde", "--file", recording(tmp_path / "message.wav"))
    assert said.exit_code == 0, said.output
    assert "de la file solde" in said.stdout
    assert (told(store)["active"], told(store, "solde")["active"]) == (False, True)
    assert "(message.wav)" in cruc("moment", "show").stdout
    assert "Aucun message" in cruc("moment", "stop", "--queue", "general").stdout
    assert told(store, "solde")["active"]
    assert "1 message(s) arrêté(s)" in cruc("moment", "stop", "--queue", "solde").stdout
    assert not told(store, "solde")["active"]


def test_a_new_message_replaces_the_one_before_and_stop_ends_all(cruc, store, tmp_path):
    for seconds in (2.0, 3.0):
        cruc("moment", "say", f"{seconds}", "--file", recording(tmp_path / "message.wav", seconds))
    cruc("moment", "say", "--queue", "solde", "--file", recording(tmp_path / "message.wav"))
    assert [(row["queue"], row["prompt"]) for row in shown(cruc)] == [("", "3.0"), ("solde", "(message.wav)")]
    assert "2 message(s)" in cruc("moment", "stop").stdout
    assert shown(cruc) == []


def test_what_is_no_sound_is_refused_in_a_sentence_and_nothing_is_said(refused, cruc, store, home, tmp_path):
    (tmp_path / "notes.wav").write_text("Ceci n'est pas un son.")
    (tmp_path / "vide.wav").write_bytes(b"")
    sf.write(tmp_path / "silence.wav", np.zeros(16000), 8000)
    for name, why in (("notes.wav", "not a sound file"), ("vide.wav", "not a sound file"), ("silence.wav", "silent")):
        assert why in refused("moment", "say", "--file", str(tmp_path / name))
    assert "lasts 95 s" in refused("moment", "say", "--file", recording(tmp_path / "long.wav", 95, 8000))
    assert not list((home / "moments").glob("*"))
    assert shown(cruc) == []


@pytest.mark.parametrize(("words", "why"), [
    (["say"], "nothing to say"),
    (["say", "  "], "nothing to say"),
    (["say", "Bonjour.", "--queue", "soldes"], "no queue 'soldes'"),
    (["say", "Bonjour.", "--hours", "0"], "--hours"),
    (["say", "Bonjour.", "--file", "/nowhere.wav"], "/nowhere.wav"),
    (["say", "Bonjour.", "--engine", "perroquet"], "no voice engine 'perroquet'"),
    (["stop", "--queue", "soldes"], "no queue 'soldes'"),
])
def test_what_cannot_be_meant_is_refused(refused, store, words, why):
    assert why in refused("moment", *words)


# -------------------------------------------------------------------------------------------------- at the moment of playing
@pytest.fixture
def sounds(tmp_path):
    (tmp_path / "catalog.yaml").write_text('info.moment: {text: "{sound}", args: {sound: sound}, status: confirmed}\n')
    (tmp_path / "out").mkdir()
    write_manifest(Manifest(tmp_path / "out", {"info.moment": Entry("{sound}", (Slot("sound", "sound"),))}, {}))
    return CatalogueSounds(load_catalogue(tmp_path / "catalog.yaml", tmp_path / "out", tmp_path / "moments"))


def test_a_message_is_played_from_its_folder_as_soon_as_it_is_there(sounds, tmp_path):
    said = Prompt("info.moment", {"sound": "1f3a"})
    assert sounds.sounds(said) == ()
    assert sounds.failures == 1
    (tmp_path / "moments").mkdir()
    recording(tmp_path / "moments" / "1f3a.wav")
    assert sounds.sounds(said) == (str(tmp_path / "moments" / "1f3a"),)


@pytest.mark.parametrize("name", ["../out/manifest", "/etc/passwd", "", "a.wav", None])
def test_a_message_that_is_no_name_is_silent_and_the_call_goes_on(sounds, name):
    assert sounds.sounds(Prompt("info.moment", {"sound": name})) == ()


def test_the_folder_is_in_the_home_of_the_installation(home):
    assert load_settings().moments == home / "moments"
