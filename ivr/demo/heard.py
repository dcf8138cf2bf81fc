"""What a telephone heard: readable while the call goes on, comparable with a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

RATE: Final = 8000
HEADER: Final = 44
WINDOW: Final = 0.02

BEGINNING: Final = 3.0
PIECE: Final = 2400
SLIP: Final = 0.6
SAME, AUDIBLE = 0.85, 0.02
"""`Heard.found`: it compares the first seconds, in pieces of so many samples, each at most so many seconds out of place."""

Samples = np.ndarray[Any, np.dtype[np.float64]]
Span = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Heard:
    """The recording of all calls of one telephone, one after the other: 8 kHz, mono. Seconds count from the first sound of
    the first call. The last quarter of a second may not be written yet."""

    file: Path

    def samples(self, since: float = 0.0, until: float | None = None) -> Samples:
        """In -1..1."""
        try:
            data = self.file.read_bytes()[HEADER:]
        except FileNotFoundError:
            return np.zeros(0)
        all_of_it = np.frombuffer(data[: len(data) // 2 * 2], "<i2") / 32768
        return all_of_it[round(since * RATE) : None if until is None else round(until * RATE)]

    @property
    def seconds(self) -> float:
        return len(self.samples()) / RATE

    def levels(self, since: float = 0.0, window: float = WINDOW) -> Samples:
        """The root mean square of each window of ``window`` seconds."""
        heard, size = self.samples(since), round(window * RATE)
        whole = heard[: len(heard) // size * size].reshape(-1, size)
        found: Samples = np.sqrt((whole**2).mean(axis=1))
        return found

    def longest_silence(self, since: float = 0.0, below: float = 0.01) -> float:
        """Seconds of the longest stretch whose level stays under ``below``."""
        longest = run = 0
        for level in self.levels(since):
            run = run + 1 if level < below else 0
            longest = max(longest, run)
        return longest * WINDOW

    def tone(self, hertz: float, since: float = 0.0, until: float | None = None) -> float:
        """The share of the energy that is at this frequency, 0..1."""
        heard = self.samples(since, until)
        if not heard.any():
            return 0.0
        spectrum = np.abs(np.fft.rfft(heard)) ** 2
        frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
        return float(spectrum[np.abs(frequency - hertz) < 20].sum() / spectrum.sum())

    def likeness(self, *sounds: Path | str, since: float = 0.0, span: Span = (0, None)) -> tuple[float, float]:
        """How much the sounds, said one after the other, are heard, and when (seconds): the best normalised correlation;
        1.0 is the same sound, speech that is another stays under 0.3. A path without extension is a prompt's (.wav).
        ``span``: only this stretch of them, in seconds."""
        begin, end = (None if each is None else round(each * RATE) for each in span)
        return best_match(self.samples(since), joined(sounds)[begin:end], since)

    def found(self, *sounds: Path | str, since: float = 0.0) -> tuple[float, float]:
        """How much of the beginning of the sounds is heard piece by piece, each in its place, and when it began: 0..1 and
        seconds. On a busy machine frames slip, and a long correlation says nothing; a third of the pieces is enough."""
        heard, expected = self.samples(since), joined(sounds)[: round(BEGINNING * RATE)]
        starts = [at for at in range(0, len(expected) - PIECE // 2, PIECE) if loud(expected[at : at + PIECE])]
        begun = []
        for start in starts:
            likeness, at = best_match(heard, expected[start : start + PIECE], since)
            if likeness > SAME:
                begun.append(at - start / RATE)
        in_place = [[other for other in begun if abs(other - one) < SLIP] for one in begun]
        best = max(in_place, key=len, default=[])
        return (len(best) / len(starts), min(best)) if best else (0.0, since)


def loud(samples: Samples) -> bool:
    return bool((samples**2).mean() > AUDIBLE**2)


def joined(sounds: tuple[Path | str, ...]) -> Samples:
    return np.concatenate([sound_samples(Path(each)) for each in sounds])


def sound_samples(file: Path) -> Samples:
    samples, rate = soundfile.read(file if file.suffix else file.with_suffix(".wav"))
    if rate != RATE:
        raise ValueError(f"{file} has {rate} samples a second; a telephone has {RATE}.")
    found: Samples = samples
    return found


def best_match(heard: Samples, expected: Samples, since: float = 0.0) -> tuple[float, float]:
    if len(heard) < len(expected):
        return 0.0, since
    size = 1 << (len(heard) + len(expected)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(expected, size)), size)
    places = len(heard) - len(expected) + 1
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    local = energy[len(expected) :] - energy[:places]
    likeness = product[:places] / (np.linalg.norm(expected) * np.sqrt(np.maximum(local, 1e-3)))
    at = int(likeness.argmax())
    return float(likeness[at]), since + at / RATE
