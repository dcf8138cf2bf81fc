"""The engine of a plain installation, on real sound: what it hears, what it refuses, and how soon."""

import asyncio
import time
from importlib.util import find_spec

import pytest
from telephone_voice import HAS_ESPEAK, RECORDED, noise, recorded, say, silence

from ivr.core.commands import Grammar
from ivr.core.matricule import Complete, spoken_digits
from ivr.core.spoken import yes_or_no
from ivr.speech import soundswallower
from ivr.speech.registry import open_recognizer

pytestmark = [
    pytest.mark.speech, pytest.mark.skipif(not find_spec("soundswallower"), reason="soundswallower is not installed"),
]
needs_voice = pytest.mark.skipif(not HAS_ESPEAK, reason="espeak-ng is not installed")
needs_recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="Asterisk's French sounds are not provisioned")
DIGITS = Grammar("digits")


@pytest.fixture(scope="module")
def engine():
    return soundswallower.load({})


def hear(engine, kind: str, *sounds: bytes):
    ear = engine.open(Grammar(kind))
    ear.accept(b"".join([silence(0.3), *sounds, silence(0.3)]))
    return ear.finish()


def number(digits: str) -> bytes:
    return recorded(*(f"digits/{digit}" for digit in digits), gap=0.08)


@needs_recordings
def test_most_matricules_of_a_recorded_woman_are_right_at_the_first_hearing(engine):
    said = ["304231", "945807", "642621", "383236", "145475", "907029", "061358", "720198", "292612", "000123"]
    readings = [hear(engine, "digits", number(digits)) for digits in said]
    matches = [spoken_digits(heard[0].words) if heard else None for heard in readings]
    right = [
        digits for digits, match in zip(said, matches, strict=True)
        if isinstance(match, Complete) and digits in [reading.matricule for reading in match.readings]
    ]
    assert len(right) >= 6, right


@needs_recordings
def test_recorded_sentences_are_rejected_where_digits_are_wanted(engine):
    names = ["conf-now-unmuted", "confbridge-pin", "vm-rec-name", "priv-recordintro", "confbridge-conf-end", "vm-nomore"]
    assert sum(bool(hear(engine, "digits", recorded(name))) for name in names) <= 1
    assert sum(bool(hear(engine, "yes_no", recorded(name))) for name in names) <= 1


@needs_voice
@pytest.mark.parametrize("text", ["oui", "tout à fait", "pas du tout", "exactement"])
def test_yes_and_no_of_a_synthetic_voice(engine, text):
    heard = hear(engine, "yes_no", say(text))
    assert yes_or_no(heard[0].words) == yes_or_no(text)
    assert 0 < heard[0].score <= 1


@needs_voice
@pytest.mark.parametrize("kind", ["digits", "yes_no", "matricule"])
def test_synthetic_sentences_are_rejected(engine, kind):
    sentences = [
        "mon salaire est suspendu depuis trois mois", "je n'ai pas compris votre question", "je rappelle plus tard merci"]
    assert sum(bool(hear(engine, kind, say(text))) for text in sentences) <= 1


@pytest.mark.parametrize("kind", ["digits", "letter", "yes_no", "matricule"])
@pytest.mark.parametrize("level", [300, 4000])
def test_noise_is_rejected(engine, kind, level):
    assert hear(engine, kind, noise(2.0, level)) == ()


def test_silence_and_nothing_at_all_are_no_words(engine):
    assert hear(engine, "digits") == ()
    assert engine.open(DIGITS).finish() == ()


@needs_voice
def test_the_words_of_a_menu_are_learnt_from_their_spelling(engine):
    ear = engine.open(Grammar("words", ("mutation", "réclamation xyloglotte")))
    ear.accept(silence(0.3) + say("mutation") + silence(0.3))
    assert ear.finish()[0].words == "mutation"
    assert any("xyloglotte" in note for note in engine.notes())


@needs_recordings
@pytest.mark.asyncio
async def test_six_digits_end_their_turn_within_a_second_and_a_half_of_the_last_word():
    recognizer = open_recognizer("soundswallower", workers=1)
    await recognizer.start()
    try:
        hearing = recognizer.listen(DIGITS, 4.0)
        hearing.feed(silence(0.4) + number("304231"))
        end = time.monotonic()
        result = asyncio.create_task(hearing.result())
        while not result.done():  # a live line: 20 ms of silence every 20 ms
            hearing.feed(silence(0.02))
            await asyncio.wait({result}, timeout=0.02)
        assert (await result)[0] == "speech"
        assert time.monotonic() - end < 2.5
    finally:
        await recognizer.stop()
