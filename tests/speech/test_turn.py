"""The end of a turn, heard by ears that say what we want and a detector that hears loudness: time is samples."""

import numpy as np
import pytest
from telephone_voice import as_pcm, noise, silence

from ivr.core.commands import Grammar
from ivr.core.messages import Hypothesis
from ivr.speech.turn import LONG_PAUSE, LONGEST, SHORT_PAUSE, End, Turn
from ivr.speech.vad import EnergyVad, open_vad


class Ears:
    """Says the words prepared for it, and remembers what it was fed."""

    def __init__(self, words: str, hypotheses: tuple[Hypothesis, ...] | None = None) -> None:
        self._words = words
        self._end = (Hypothesis(words),) if hypotheses is None else hypotheses
        self.fed = b""

    def __call__(self):
        return self

    def accept(self, pcm):
        self.fed += pcm

    def words(self):
        return self._words

    def finish(self):
        return self._end


class Loud:
    def voiced(self, window):
        return bool(np.abs(window).max() > 0.01)


def turn_of(ears, kind="digits", patience=4.0, phrases=()):
    return Turn(ears, Loud(), Grammar(kind, phrases), patience, 8000)


def length_of_end(turn: Turn, *sounds: bytes) -> tuple[End | None, float]:
    """The end and the seconds of sound it took."""
    heard = b"".join(sounds)
    for at in range(0, len(heard), 256):
        end = turn.hear(heard[at : at + 256])
        if end:
            return end, at / 16000
    return None, len(heard) / 16000


@pytest.mark.parametrize(("kind", "words", "pause"), [
    ("digits", "trois zéro quatre deux trois un", SHORT_PAUSE),
    ("digits", "trois zéro quatre", LONG_PAUSE),
    ("letter", "ixe comme xavier", SHORT_PAUSE),
    ("matricule", "trois zéro quatre deux trois un", LONG_PAUSE),
    ("matricule", "trois zéro quatre deux trois un ixe", SHORT_PAUSE),
    ("yes_no", "oui", SHORT_PAUSE),
    ("yes_no", "", LONG_PAUSE),
])
def test_the_grammar_decides_how_long_a_pause_ends_the_turn(kind, words, pause):
    end, seconds = length_of_end(turn_of(Ears(words), kind), noise(1.0), silence(4.0))
    assert end.kind == "speech"
    assert seconds == pytest.approx(1.0 + pause, abs=0.1)


def test_koffi_stops_to_think_and_goes_on():
    ears = Ears("trois zéro quatre")
    turn = turn_of(ears)
    assert length_of_end(turn, noise(1.0), silence(1.5), noise(0.5))[0] is None
    ears._words = "trois zéro quatre deux trois un"
    end, seconds = length_of_end(turn, silence(3.0))
    assert end.kind == "speech"
    assert seconds == pytest.approx(SHORT_PAUSE, abs=0.1)
    assert len(ears.fed) == pytest.approx(16000 * 3.3, abs=2000)


def test_silence_ends_when_patience_does():
    end, seconds = length_of_end(turn_of(Ears("oui"), patience=3.0), silence(9.0))
    assert end == End("silence")
    assert seconds == pytest.approx(3.0, abs=0.1)


def test_long_sound_that_the_engine_rejects_is_noise():
    end, _ = length_of_end(turn_of(Ears("", ())), noise(2.0), silence(3.0))
    assert end == End("noise")


def test_a_bump_on_the_line_does_not_end_the_turn_but_is_remembered():
    turn = turn_of(Ears("", ()), patience=6.0)
    end, seconds = length_of_end(turn, silence(1.0), noise(0.15), silence(9.0))
    assert end == End("noise")
    assert seconds > 5.5


def test_a_click_shorter_than_a_voice_is_silence():
    end, _ = length_of_end(turn_of(Ears("oui"), patience=2.0), silence(0.5), noise(0.02), silence(3.0))
    assert end == End("silence")


def test_sound_without_end_ends_at_the_longest_turn():
    end, seconds = length_of_end(turn_of(Ears("oui")), noise(30.0))
    assert end.kind == "speech"
    assert seconds == pytest.approx(LONGEST, abs=0.2)


def test_the_soft_beginning_before_the_voice_is_kept():
    ears = Ears("oui")
    length_of_end(turn_of(ears), silence(2.0), noise(1.0), silence(3.0))
    assert len(ears.fed) > 16000 * 1.5


@pytest.mark.parametrize("vad", [EnergyVad, lambda: open_vad(8000)])
def test_a_constant_offset_and_a_quiet_line_are_no_voice(vad):
    turn = Turn(Ears("oui"), vad(), Grammar("yes_no"), 2.0, 8000)
    offset = as_pcm(9000 + np.random.default_rng(1).normal(0, 10, 32000))
    assert length_of_end(turn, offset)[0] == End("silence")
