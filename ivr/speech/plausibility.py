"""Rejection for an engine that has none: does the grammar explain the sound nearly as well as free phones do?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decoding:
    """``score`` and ``free``: log scores of the grammar's path and of the free phones, over ``seconds`` of audio."""

    words: str
    done: bool
    seconds: float
    score: float
    free: float

    @property
    def cost(self) -> float:
        """What the grammar costs a second against free phones; the higher, the less it sounds like the words."""
        return (self.free - self.score) / max(self.seconds, 0.1)


def is_plausible(decoding: Decoding) -> bool:
    return True
