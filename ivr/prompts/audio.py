"""From any mono or stereo recording to what a telephone plays: 8 kHz, trimmed, at one loudness, as wav and A-law.

The loudness is the active level of RFC 7874 (−19 dBm0, here −22 dBFS): the RMS of the frames that hold speech, measured
in the 300-3400 Hz band of the telephone, so that bass nobody hears does not turn a prompt down. EBU R128 is for music.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 8000
TARGET_DBFS = -22.0
PEAK_DBFS = -3.0
TOLERANCE_DB = 1.5
CHAIN = "1"  # in every sound's name: raise it when the chain changes and everything is rendered again

_FRAME = RATE // 50  # 20 ms
_MARGIN_DB = 15.9  # ITU-T P.56: frames this far below the active level are pauses
_SILENCE_DBFS = -60.0
_HEAD, _TAIL = RATE * 20 // 1000, RATE * 60 // 1000


class AudioError(ValueError):
    """A sound cannot be used; the message says why."""


def read(path: Path) -> Samples:
    """A file as mono float64 samples (full scale 1.0) at 8 kHz. Raises AudioError when it is no sound or empty."""
    try:
        samples, rate = sf.read(path, dtype="float64", always_2d=True)
    except sf.LibsndfileError as error:
        raise AudioError(f"{path.name} is not a sound file that can be read ({error.error_string})") from error
    if not len(samples):
        raise AudioError(f"{path.name} is empty")
    mono = samples.mean(axis=1)
    return mono if rate == RATE else np.asarray(soxr.resample(mono, rate, RATE, quality="VHQ"), dtype=np.float64)


def prepare(samples: Samples) -> Samples:
    """Trim, level, limit. Raises AudioError when nothing is heard or the level cannot be reached."""
    if not len(samples) or dbfs(_rms(samples)) < _SILENCE_DBFS:
        raise AudioError("it is silent")
    speech = _trimmed(band(samples, 60.0, RATE / 2))
    missing_db = TARGET_DBFS - active_level(speech)
    for _ in range(3):
        speech = _limited(speech * 10 ** (missing_db / 20))
        missing_db = TARGET_DBFS - active_level(speech)
        if abs(missing_db) < 0.1:  # limiting a peak lowers the level a little: raise it again
            break
    check(speech)
    return speech


def check(speech: Samples) -> None:
    """Level and peak of a finished sound. Raises AudioError."""
    level, peak = active_level(speech), dbfs(float(np.max(np.abs(speech))))
    if abs(level - TARGET_DBFS) > TOLERANCE_DB:
        raise AudioError(f"its level is {level:.1f} dBFS instead of {TARGET_DBFS:.0f}")
    if peak > PEAK_DBFS + 0.1:
        raise AudioError(f"its peak is {peak:.1f} dBFS, above {PEAK_DBFS:.0f}")


def clipped_share(samples: Samples) -> float:
    """Share of samples stuck at full scale: a recording made too loud cannot be repaired."""
    return float(np.mean(np.abs(samples) > 0.985))


def active_level(samples: Samples) -> float:
    """Level in dBFS of the speech in `samples`, pauses left out, in the telephone band (after ITU-T P.56)."""
    powers = _frame_powers(band(samples, 300.0, 3400.0))
    level = float(np.max(powers))
    for _ in range(8):
        level = float(np.mean(powers[powers >= level * 10 ** (-_MARGIN_DB / 10)]))
    return dbfs(level**0.5)


def band(samples: Samples, low: float, high: float) -> Samples:
    """`samples` with what is outside low..high hertz removed; sloping edges (60 Hz), for a steep one rings in the pauses."""
    length = len(samples) + -len(samples) % 4096  # a length with small factors: twice as fast
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    gain = np.clip((hertz - low) / 60 + 0.5, 0, 1) * np.clip((high - hertz) / 60 + 0.5, 0, 1)
    return np.asarray(np.fft.irfft(np.fft.rfft(samples, length) * gain, length)[: len(samples)], dtype=np.float64)


def beep(hertz: float = 1000.0, seconds: float = 0.25) -> Samples:
    """The tone before a recording, with soft edges."""
    t = np.arange(int(RATE * seconds)) / RATE
    edge = np.clip(np.minimum(t, t[::-1]) / 0.01, 0, 1)
    return 2**0.5 * 10 ** (TARGET_DBFS / 20) * np.sin(2 * np.pi * hertz * t) * edge


def silence(milliseconds: int) -> Samples:
    return np.zeros(RATE * milliseconds // 1000)


def write(samples: Samples, stem: Path) -> None:
    """Writes stem.wav (16 bit) and stem.alaw (raw G.711), each replaced in one step."""
    _replace(stem.with_suffix(".alaw"), samples, "RAW", "ALAW")
    _replace(stem.with_suffix(".wav"), samples, "WAV", "PCM_16")


def dbfs(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-9)))


def _replace(path: Path, samples: Samples, container: str, subtype: str) -> None:
    partial = path.with_suffix(path.suffix + ".partial")
    sf.write(partial, samples, RATE, format=container, subtype=subtype)
    partial.replace(path)


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def _frame_powers(samples: Samples, length: int = _FRAME) -> Samples:
    padded = np.pad(samples, (0, -len(samples) % length))
    return np.asarray(np.mean(padded.reshape(-1, length) ** 2, axis=1), dtype=np.float64)


def _trimmed(samples: Samples) -> Samples:
    """Without the silence at both ends: 40 dB under the loudest 10 ms; a little is kept so that no consonant is cut."""
    length = RATE // 100
    powers = _frame_powers(samples, length)
    heard = np.flatnonzero(powers > np.max(powers) * 1e-4)
    return samples[max(0, heard[0] * length - _HEAD) : (heard[-1] + 1) * length + _TAIL]


def _limited(samples: Samples, window: int = 41) -> Samples:
    """Peaks held under the ceiling by a gain that moves over 5 ms: minimum, then mean, of the same window."""
    ceiling = 10 ** (PEAK_DBFS / 20)
    wanted = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9))
    if wanted.min() == 1.0:
        return samples
    half = window // 2
    padded = np.pad(wanted, 2 * half, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(padded, window).min(axis=1)
    return samples * np.convolve(lowest, np.full(window, 1 / window), mode="valid")
