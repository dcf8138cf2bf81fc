"""The sound of an information of the moment: said by the prompts' own voice, or taken from a recording.

It goes through the same chain as the prompts, so it is as loud as they are, and is named by its content: a name never
changes what it says, and a call that has begun to play it plays it to the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ivr.prompts import audio
from ivr.prompts.lexicon import spoken
from ivr.prompts.sources import Speech
from ivr.prompts.synthesis import Synthesizer

LONGEST: Final = 90.0
"""Seconds: every caller hears it before anything else."""
BIGGEST: Final = 50_000_000
"""Bytes of a recording: beyond any sound of 90 s, and not worth reading."""


def moment_said(text: str, folder: Path, voice: Synthesizer, lexicon: Mapping[str, str]) -> str:
    """The name of the sound that says ``text``, in ``folder``. Raises AudioError, SynthesisError."""
    return _kept(Speech(voice, spoken(text, lexicon)).samples(), folder)


def moment_recorded(file: Path, folder: Path) -> str:
    """The name of the sound made from a recording (WAV, FLAC, OGG...). Raises AudioError, OSError."""
    if file.stat().st_size > BIGGEST:
        raise audio.AudioError("it is much too long")
    return _kept(audio.prepare(audio.read(file)), folder)


def _kept(samples: audio.Samples, folder: Path) -> str:
    seconds = len(samples) / audio.RATE
    if seconds > LONGEST:
        raise audio.AudioError(f"it lasts {seconds:.0f} s, and callers listen to {LONGEST:.0f} s at most")
    name = hashlib.sha256(samples.tobytes()).hexdigest()[:20]
    folder.mkdir(parents=True, exist_ok=True)
    audio.write(samples, folder / name)
    return name
