"""Sounds that telephones say: tones, by which it is known who hears whom."""

from __future__ import annotations

import numpy as np
import soundfile

RATE = 8000


def tone(folder, hertz, seconds=1.0):
    """A second of a steady tone; said over and over it has no seam."""
    file = folder / f"{hertz}.wav"
    soundfile.write(file, 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE), RATE, "PCM_16")
    return file
