"""Callers made of what the machine has: espeak-ng French, and Asterisk's recorded words, through a telephone line."""

from __future__ import annotations

import shutil
import subprocess
import wave
from functools import cache
from pathlib import Path

import numpy as np
import soxr

RATE = 8000
ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "var/asterisk/root/usr/share/asterisk/sounds/fr"
HAS_ESPEAK = shutil.which("espeak-ng") is not None


def silence(seconds: float, rate: int = RATE) -> bytes:
    return bytes(2 * round(seconds * rate))


def noise(seconds: float, level: int = 2000, seed: int = 1) -> bytes:
    return as_pcm(np.random.default_rng(seed).normal(0, level, round(seconds * RATE)))


def as_pcm(samples: np.ndarray) -> bytes:
    return np.clip(np.round(samples), -32768, 32767).astype("<i2").tobytes()


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(float)


@cache
def say(text: str, voice: str = "fr", speed: int = 140) -> bytes:
    """espeak-ng at 8 kHz, without the silence around it."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout
    at = spoken.index(b"data") + 8
    return telephone(soxr.resample(samples(spoken[at:]), 22050, RATE))


def recorded(*names: str, gap: float = 0.05) -> bytes:
    """Asterisk's recorded words (digits/3, letters/x), trimmed and joined."""
    quiet = np.zeros(round(gap * RATE))
    return telephone(np.concatenate([part for name in names for part in (_recorded(name), quiet)]))


@cache
def _recorded(name: str) -> np.ndarray:
    with wave.open(str(RECORDED / f"{name}.wav")) as file:
        return _trimmed(samples(file.readframes(file.getnframes())))


def _trimmed(spoken: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(spoken) > 300)
    return spoken[max(0, loud[0] - 240) : loud[-1] + 400]


def telephone(spoken: np.ndarray) -> bytes:
    """300-3400 Hz and the steps of A-law, with the noise of a quiet line."""
    spoken = spoken * (12000 / max(1.0, float(np.abs(spoken).max())))
    spectrum = np.fft.rfft(spoken)
    hertz = np.fft.rfftfreq(len(spoken), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    band = np.fft.irfft(spectrum, len(spoken)) + np.random.default_rng(0).normal(0, 10, len(spoken))
    return as_pcm(alaw(band))


def alaw(linear: np.ndarray) -> np.ndarray:
    """Through G.711 A-law and back, by its formula (A = 87.6), eight bits."""
    a, size = 87.6, 1 + np.log(87.6)
    scaled = np.clip(linear / 32768, -1, 1)
    level = np.abs(scaled)
    pressed = np.where(level < 1 / a, a * level / size, (1 + np.log(np.maximum(a * level, 1e-9))) / size)
    pressed = np.round(pressed * 127) / 127
    opened = np.where(pressed < 1 / size, pressed * size / a, np.exp(pressed * size - 1) / a)
    return np.sign(scaled) * opened * 32768
