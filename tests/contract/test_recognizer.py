"""What every speech engine owes the house, whichever it is. One suite, each engine that can run here."""

import asyncio
import os
import sys
import time
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from ivr.core.commands import Grammar
from ivr.core.spoken import yes_or_no
from ivr.ports import Recognizer
from ivr.speech.registry import open_recognizer
from ivr.speech.scripted import Cue

sys.path.append(str(Path(__file__).parents[1] / "speech"))
from telephone_voice import HAS_ESPEAK, noise, samples, say, silence

pytestmark = pytest.mark.asyncio
YES_NO = Grammar("yes_no")
KINDS = {"speech", "silence", "noise", "lost"}
VOSK_MODEL = os.environ.get("CRUC_TEST_VOSK_MODEL") or str(Path(__file__).parents[2] / "var/models/vosk")
ENGINES = [
    "scripted",
    pytest.param("soundswallower", marks=[
        pytest.mark.speech, pytest.mark.skipif(not find_spec("soundswallower"), reason="soundswallower is not installed")]),
    pytest.param("vosk", marks=[
        pytest.mark.slow, pytest.mark.skipif(not Path(VOSK_MODEL).is_dir(), reason="CRUC_TEST_VOSK_MODEL names no model")]),
]


@asynccontextmanager
async def started(name: str, *script: Cue, model: str = VOSK_MODEL):
    recognizer: Recognizer = open_recognizer(name, model=model if name == "vosk" else "", workers=1, script=script)
    await recognizer.start()
    try:
        yield recognizer
    finally:
        await recognizer.stop()


@pytest.fixture(params=ENGINES)
def engine(request) -> str:
    return request.param


def at_rate(recognizer: Recognizer, pcm: bytes) -> bytes:
    """8 kHz audio at the engine's rate, by holding samples: good enough where words do not matter."""
    return np.repeat(np.frombuffer(pcm, dtype="<i2"), recognizer.rate // 8000).tobytes()


async def end_of(hearing, within: float = 10.0):
    return await asyncio.wait_for(hearing.result(), within)


async def test_nobody_speaks_and_patience_runs_out(engine):
    async with started(engine, Cue("silence")) as recognizer:
        hearing = recognizer.listen(YES_NO, 1.0)
        hearing.feed(silence(1.5, recognizer.rate))
        assert await end_of(hearing) == ("silence", ())


async def test_patience_runs_out_on_a_line_that_sends_nothing_at_all(engine):
    async with started(engine, Cue("silence")) as recognizer:
        asked = time.monotonic()
        assert await end_of(recognizer.listen(YES_NO, 0.8)) == ("silence", ())
        assert time.monotonic() - asked >= 0.7


@pytest.mark.skipif(not HAS_ESPEAK, reason="espeak-ng is not installed")
@pytest.mark.parametrize("chunk", [1, 33, 320, 3201, 1 << 20])
async def test_awa_says_yes_in_pieces_of_any_length(engine, chunk):
    if engine == "vosk":
        pytest.skip("the model in packages is Korean")
    async with started(engine, Cue("speech", ("oui",))) as recognizer:
        hearing = recognizer.listen(YES_NO, 4.0)
        spoken = silence(0.4) + say("oui") + silence(1.5)
        for at in range(0, len(spoken), chunk):
            hearing.feed(spoken[at : at + chunk])
        kind, hypotheses = await end_of(hearing)
        assert kind == "speech"
        assert yes_or_no(hypotheses[0].words) is True
        assert all(0 < hypothesis.score <= 1 for hypothesis in hypotheses)


@pytest.mark.skipif(not HAS_ESPEAK, reason="espeak-ng is not installed")
async def test_two_callers_speak_at_once(engine):
    if engine == "vosk":
        pytest.skip("the model in packages is Korean")
    async with started(engine, Cue("speech", ("oui",)), Cue("speech", ("tout à fait",))) as recognizer:
        awa, koffi = (recognizer.listen(YES_NO, 4.0) for _ in range(2))
        first, second = (silence(0.3) + say(words) + silence(2.5) for words in ("oui", "tout à fait"))
        for at in range(0, max(len(first), len(second)), 320):
            awa.feed(first[at : at + 320])
            koffi.feed(second[at : at + 320])
        assert yes_or_no((await end_of(awa))[1][0].words) is True
        assert yes_or_no((await end_of(koffi))[1][0].words) is True


async def test_a_closed_turn_is_over_and_may_be_closed_fed_and_asked_again(engine):
    async with started(engine, Cue("silence"), Cue("silence")) as recognizer:
        hearing = recognizer.listen(YES_NO, 5.0)
        hearing.feed(silence(0.1, recognizer.rate))
        hearing.close()
        hearing.close()
        hearing.feed(noise(0.5))
        assert await end_of(hearing, 1) == ("lost", ())
        assert await end_of(hearing, 1) == ("lost", ())
        again = recognizer.listen(YES_NO, 0.5)
        again.feed(silence(1.0, recognizer.rate))
        assert await end_of(again) == ("silence", ())


async def test_the_result_can_be_waited_for_before_the_sound_comes_and_the_waiting_be_given_up(engine):
    async with started(engine, Cue("silence")) as recognizer:
        hearing = recognizer.listen(YES_NO, 0.6)
        impatient = asyncio.create_task(hearing.result())
        await asyncio.sleep(0)
        impatient.cancel()
        hearing.feed(silence(1.0, recognizer.rate))
        assert await end_of(hearing) == ("silence", ())


@pytest.mark.parametrize("sound", ["nothing", "odd", "endless", "clipped", "dc", "bytes"])
async def test_bad_sound_always_ends_in_one_of_the_four_ways(engine, sound):
    async with started(engine, Cue("noise")) as recognizer:
        hearing = recognizer.listen(YES_NO, 1.0)
        for piece in bad_sound(sound):
            hearing.feed(at_rate(recognizer, piece) if len(piece) % 2 == 0 else piece)
        kind, _ = await end_of(hearing, 25)
        assert kind in KINDS - {"lost"}
        other = recognizer.listen(YES_NO, 0.5)
        other.feed(silence(1.0, recognizer.rate))
        assert (await end_of(other))[0] == "silence"


def bad_sound(name: str) -> list[bytes]:
    match name:
        case "nothing":
            return [b""] * 50
        case "odd":
            return [noise(0.02)[:-1]] * 101 + [b"\x01"] * 11
        case "endless":
            return [noise(1.0, seed=second) for second in range(60)]
        case "clipped":
            return [np.where(samples(noise(2.0)) > 0, 32767, -32768).astype("<i2").tobytes(), silence(3.0)]
        case "dc":
            return [np.full(16000, 12000, dtype="<i2").tobytes()]
        case _:
            return [np.random.default_rng(3).bytes(32000), silence(3.0)]


async def test_a_constant_offset_of_the_line_is_silence(engine):
    async with started(engine, Cue("silence")) as recognizer:
        if engine == "scripted":
            pytest.skip("the fake listens for loudness only")
        hearing = recognizer.listen(YES_NO, 1.0)
        hearing.feed(np.full(2 * recognizer.rate, 9000, dtype="<i2").tobytes())
        assert await end_of(hearing) == ("silence", ())


@pytest.mark.parametrize("kind", ["matricule", "digits", "letter", "yes_no", "words"])
async def test_every_kind_of_grammar_opens(engine, kind):
    async with started(engine, Cue("silence")) as recognizer:
        grammar = Grammar(kind, ("réclamation", "suivre ma demande", "wxyztk") if kind == "words" else ())
        hearing = recognizer.listen(grammar, 0.5)
        hearing.feed(silence(1.0, recognizer.rate))
        assert await end_of(hearing) == ("silence", ())


async def test_health_tells_what_the_doctor_needs(engine):
    async with started(engine, Cue("silence")) as recognizer:
        assert recognizer.health()["engine"] == recognizer.name == engine
        assert recognizer.health()["ready"]
        assert recognizer.rate in (8000, 16000)


async def test_listening_after_the_stop_is_lost_at_once_or_silence(engine):
    async with started(engine, Cue("silence")) as recognizer:
        pass
    hearing = recognizer.listen(YES_NO, 0.3)
    hearing.feed(silence(0.5))
    assert (await end_of(hearing, 1))[0] in ("lost", "silence")
