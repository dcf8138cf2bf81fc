"""Vosk's adapter: its readings and its model folder by themselves, and the whole with a model when there is one."""

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soxr
from telephone_voice import HAS_ESPEAK, RATE, as_pcm, samples, say

from ivr.core.commands import Grammar
from ivr.core.messages import Hypothesis
from ivr.speech import vosk
from ivr.speech.vosk import VoskEar, joined, shares

MODEL = os.environ.get("CRUC_TEST_VOSK_MODEL", "")


def test_path_scores_become_shares_of_one_and_equal_texts_one_reading():
    found = shares([
        {"text": "trois six", "confidence": 210.0}, {"text": "trois dix", "confidence": 200.0},
        {"text": " trois six ", "confidence": 190.0},
    ])
    assert [text for text, _ in found] == ["trois six", "trois dix"]
    assert sum(share for _, share in found) == pytest.approx(1.0)


def test_a_turn_in_two_parts_gives_the_readings_of_the_whole():
    parts = [[("trente", 0.7), ("treize", 0.3)], [("deux", 0.9), ("[unk]", 0.1)]]
    assert [(one.words, round(one.score, 2)) for one in joined(parts)] == [("trente deux", 0.63), ("treize deux", 0.27)]
    assert joined([]) == joined([[("[unk]", 1.0)]]) == ()


def test_twelve_parts_stay_few():
    assert len(joined([[("un", 0.6), ("deux", 0.4)]] * 40)) == vosk.ALTERNATIVES


class SilentKaldi:
    def SetMaxAlternatives(self, number):  # noqa: N802 - Vosk's name
        pass

    def FinalResult(self):  # noqa: N802
        return '{"alternatives": [{"confidence": 1.0, "text": ""}]}'


def test_nothing_heard_is_no_hypothesis():
    assert VoskEar(SilentKaldi()).finish() == ()


@pytest.mark.parametrize(("conf", "rate"), [("--sample-frequency=8000\n", 8000), ("--num-ceps=40\n", 16000)])
def test_the_rate_is_the_model_s(tmp_path, conf, rate):
    for part, text in (("conf/mfcc.conf", conf), ("am/final.mdl", "")):
        (tmp_path / part).parent.mkdir()
        (tmp_path / part).write_text(text)
    assert vosk.rate({"model": str(tmp_path)}) == rate


@pytest.mark.slow
@pytest.mark.skipif(not (MODEL and HAS_ESPEAK and find_spec("vosk")), reason="CRUC_TEST_VOSK_MODEL names no Korean model")
def test_a_real_model_hears_a_korean_no_and_says_that_it_knows_no_french():
    options = {"model": MODEL}
    engine = vosk.load(options)
    assert any("does not know" in note for note in engine.notes())
    ear = engine.open(Grammar("words", ("네", "아니요")))
    spoken = soxr.resample(samples(say("아니요", voice="ko")), RATE, vosk.rate(options))
    quiet = np.zeros(vosk.rate(options))
    for piece in np.array_split(np.concatenate([quiet, spoken, quiet]), 20):
        ear.accept(as_pcm(piece))
    assert ear.words() == "아니요"
    best = ear.finish()[0]
    assert isinstance(best, Hypothesis)
    assert best.words == "아니요"
    assert Path(MODEL).is_dir()
