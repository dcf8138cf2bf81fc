"""One listening turn, from the first sample to its end. Time is counted in samples, so a test needs no clock.

A turn begins when a voice is heard, and its end is decided by the grammar: after a short pause when what was heard is
complete for that grammar, after a long one while it is not. Four ends, all different to the dialogue:

* speech: the engine has hypotheses;
* silence: nobody spoke before ``patience`` ran out;
* noise: something was heard, and the engine rejected it;
* lost is not decided here: it is what the pool says when the worker died.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ivr.core.commands import Grammar
from ivr.core.messages import HeardKind, Hypothesis
from ivr.speech.engine import Ear
from ivr.speech.grammar import is_complete
from ivr.speech.vad import WINDOW, Samples, Vad

ONSET = 3  # voiced windows in a row: a click is shorter
PREROLL = 0.3  # the soft consonant before the voice
PROBE = 0.3  # after this pause the engine is asked what it has
SHORT_PAUSE = 0.6
LONG_PAUSE = 2.0
LONGEST = 15.0
BUMP = 0.25  # voice shorter than this and rejected is a bump on the line: keep listening


@dataclass(frozen=True, slots=True)
class End:
    kind: HeardKind
    hypotheses: tuple[Hypothesis, ...] = ()


class Turn:
    """``open_ear`` makes a fresh decoder for each stretch of voice."""

    def __init__(self, open_ear: Callable[[], Ear], vad: Vad, grammar: Grammar, patience: float, rate: int) -> None:
        self._open_ear = open_ear
        self._vad = vad
        self._grammar = grammar
        self._patience = patience
        self._window = round(rate * WINDOW) * 2
        self._bytes = bytearray()
        self._mean = 0.0
        self._preroll: list[bytes] = []
        self._row = 0
        self._waited = 0.0  # before a voice
        self._spoken = 0.0  # since it began
        self._voiced = 0.0
        self._pause = 0.0
        self._needed = LONG_PAUSE
        self._held: list[bytes] = []
        self._bumps = 0

    def hear(self, pcm: bytes) -> End | None:
        """The end of the turn, once. Whatever follows is the caller's to drop."""
        self._bytes += pcm
        while len(self._bytes) >= self._window:
            window = bytes(self._bytes[: self._window])
            del self._bytes[: self._window]
            end = self._step(window)
            if end:
                return end
        return None

    def _step(self, window: bytes) -> End | None:
        voiced = self._vad.voiced(self._centred(window))
        if not self._spoken:
            return self._before(window, voiced)
        self._spoken += WINDOW
        if voiced:
            self._resume(window)
        else:
            self._pausing(window)
        if self._pause >= self._needed or self._spoken >= LONGEST:
            return self._finish()
        return None

    def _before(self, window: bytes, voiced: bool) -> End | None:
        self._waited += WINDOW
        self._row = self._row + 1 if voiced else 0
        self._preroll = [*self._preroll, window][-round(PREROLL / WINDOW) :]
        if self._row == ONSET:
            self._begin()
        elif self._waited >= self._patience and not self._row:
            return End("noise" if self._bumps else "silence")
        return None

    def _begin(self) -> None:
        self._ear = self._open_ear()
        self._ear.accept(b"".join(self._preroll))
        self._preroll = []
        self._spoken = self._voiced = ONSET * WINDOW
        self._pause, self._needed = 0.0, LONG_PAUSE

    def _resume(self, window: bytes) -> None:
        self._ear.accept(b"".join([*self._held, window]))
        self._held = []
        self._pause, self._needed = 0.0, LONG_PAUSE
        self._voiced += WINDOW

    def _pausing(self, window: bytes) -> None:
        before, self._pause = self._pause, self._pause + WINDOW
        if before >= PROBE:
            self._held.append(window)
            return
        self._ear.accept(window)
        if self._pause >= PROBE and is_complete(self._grammar, self._ear.words()):
            self._needed = SHORT_PAUSE

    def _finish(self) -> End | None:
        hypotheses = self._ear.finish()
        if hypotheses:
            return End("speech", hypotheses)
        if self._voiced >= BUMP or self._waited >= self._patience:
            return End("noise")
        self._bumps += 1
        self._waited += self._spoken
        self._spoken = self._row = 0
        self._held = []
        return None

    def _centred(self, window: bytes) -> Samples:
        """In [-1, 1] without the line's DC offset, which would look like energy."""
        samples = np.frombuffer(window, dtype="<i2").astype(np.float32) / 32768
        mean = float(samples.mean())
        self._mean = mean if not self._waited else self._mean * 0.9 + mean * 0.1
        return np.asarray(samples - self._mean, dtype=np.float32)
