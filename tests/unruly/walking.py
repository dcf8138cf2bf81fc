"""One walk after the other, and what was found on them."""

from __future__ import annotations

from random import Random

from unruly.moves import Walk

A_WALK = 1000
"""Events of one walk before its world falls quiet."""

BROKEN = (AssertionError, LookupError, ValueError, AttributeError, TypeError)
"""What a rule that does not hold looks like: a check that fails, or a core that does."""


class Broken(Exception):
    """A rule did not hold. Says the seed and after how many events."""

    def __init__(self, seed: int, visit: Walk) -> None:
        super().__init__(f"WALK_SEED={seed}, after {visit.events} events; the last: {visit.world.last}")
        self.events = visit.events


def walk(seed: int, events: int = A_WALK, *, keeps: bool = False) -> Walk:
    """One walk of so many events, then quiet."""
    visit = Walk(Random(seed), keeps=keeps)
    try:
        while visit.events < events:
            visit.moves()
        visit.falls_quiet()
    except BROKEN as failure:
        raise Broken(seed, visit) from failure
    return visit


def found_after(enough: int) -> tuple[int, str] | None:
    """After how many events, over walks one after the other, something was found, and what; None: nothing in ``enough``."""
    events = seed = 0
    while events < enough:
        try:
            events += walk(seed).events
        except Broken as broken:
            said = str(broken.__cause__).splitlines() or [""]
            return events + broken.events, said[0]
        except BROKEN as failure:  # before the first move
            return events + 1, str(failure).splitlines()[0]
        seed += 1
    return None
