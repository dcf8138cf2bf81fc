"""Rejection for an engine that has none: does the grammar explain the sound nearly as well as free phones do?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decoding:
    """``score`` and ``free``: log scores of the grammar's path and of the free phones, over ``seconds`` of audio; ``spoken``
    seconds of it are words, ``phones`` their length in the dictionary; the path explains the sound until ``reached``."""

    words: str
    done: bool
    seconds: float
    score: float
    free: float
    spoken: float
    reached: float
    phones: int

    @property
    def cost(self) -> float:
        """What the grammar costs a second against free phones; the higher, the less it sounds like the words."""
        return (self.free - self.score) / max(self.seconds, 0.1)


    @property
    def pace(self) -> float:
        """Seconds a phone lasts."""
        return self.spoken / max(self.phones, 1)


    @property
    def likeness(self) -> float:
        """In (0, 1], the higher the more it sounds like the words. It orders hearings; it is no probability."""
        return min(1.0, max(0.05, 1 - 2 * self.cost))


# Highest cost accepted. Measured on the telephone band with a woman's recorded words, espeak-ng, and 51 sounds that
# are not in the grammar (sentences of both voices, noise). Kept of the right readings / accepted of the 51:
# digits 27 of 27 / 3, letters 16 to 20 of 22 / 0 to 5, yes and no about 19 of 20 / 0 to 4 (the last two measured at .15
# and .20 only; matricule and words carried over). Without the test all 51 are "recognised".
LIMITS = {"matricule": 0.10, "digits": 0.10, "letter": 0.18, "yes_no": 0.16, "words": 0.16}
SHORTEST_PHONE, LONGEST_PHONE = 0.05, 0.30  # seconds
UNEXPLAINED = 0.2  # seconds of sound that may follow the path


def is_plausible(kind: str, decoding: Decoding) -> bool:
    return (
        bool(decoding.words)
        and decoding.cost < LIMITS[kind]
        and SHORTEST_PHONE < decoding.pace < LONGEST_PHONE
        and decoding.seconds - decoding.reached < UNEXPLAINED
    )
