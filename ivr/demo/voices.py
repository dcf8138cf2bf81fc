"""What a caller says, made by espeak-ng for a telephone: 8 kHz, mono, at the loudness of a voice on the line."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr

from ivr.demo.heard import RATE

LOUDNESS: Final = 0.35
"""The peak, of 1."""


def say(text: str, file: Path, *, voice: str = "fr", speed: int = 140) -> Path:
    """Write ``text`` as spoken French into a WAV; returns it. ``speed`` is in words a minute. Raises OSError when espeak-ng
    is not installed."""
    spoken = file.with_suffix(".espeak.wav")
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(spoken), text], check=True)
    samples, rate = soundfile.read(spoken)
    spoken.unlink()
    heard = soxr.resample(samples, rate, RATE)
    soundfile.write(file, heard * (LOUDNESS / max(1e-6, float(np.abs(heard).max()))), RATE, "PCM_16")
    return file
