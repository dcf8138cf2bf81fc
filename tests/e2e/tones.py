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


def loudness(phone, hertz, seconds=0.6):
    """The amplitude at this frequency in the last bit of what a telephone heard; a tone alone arrives with 0.3."""
    heard = phone.heard.samples(since=max(0.0, phone.heard.seconds - seconds))
    if len(heard) < seconds * RATE / 2:
        return 0.0
    spectrum = np.abs(np.fft.rfft(heard)) ** 2
    frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
    return float(np.sqrt(4 * spectrum[np.abs(frequency - hertz) < 20].sum()) / len(heard))
