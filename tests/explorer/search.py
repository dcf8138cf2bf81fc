"""Breadth first through all states of a small world: the first violation found is reached by the fewest moves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from unruly import World
from unruly.checks import everybody_is_known
from unruly.walking import BROKEN

from explorer.copying import copied, key_of
from explorer.worlds import SETTINGS, Move, Setting, begin, falls_quiet, make, moves

CUT = 5
"""Of the states where a run is cut, one in so many is taken to its quiet; of real ends, each."""


class Violation(Exception):
    """A rule that does not hold after these moves. The text is the story; ``token`` replays it."""

    def __init__(self, name: str, path: list[int], failure: Exception) -> None:
        self.token = f"{name}:{'.'.join(str(turn) for turn in path)}"
        self.steps = len(path)
        self.what = (str(failure).splitlines() or [""])[0] or type(failure).__name__
        super().__init__(f"{self.what}\n{story(self.token)}\nagain: python -m tests.explorer --replay {self.token}")


@dataclass
class Found:
    """What an exploration saw. ``ends``: states from which quiet was tried; ``whole``: nothing was left for want of depth
    or time."""

    states: int = 0
    transitions: int = 0
    depth: int = 0
    ends: int = 0
    seconds: float = 0.0
    whole: bool = False

    def __str__(self) -> str:
        return (
            f"{self.states} states, {self.transitions} transitions, depth {self.depth}{'' if self.whole else ' (cut)'}, "
            f"quiet reached from {self.ends} ends, {self.seconds:.1f} s"
        )


@dataclass
class Search:
    """``most``: states at the most, 0 without a limit."""

    name: str
    depth: int
    most: int = 0
    found: Found = field(default_factory=Found)

    def __post_init__(self) -> None:
        self.setting: Setting = SETTINGS[self.name]

    def run(self) -> Found:
        """Raises `Violation`."""
        began, found = time.process_time(), self.found
        try:
            world = begin(self.setting)
        except BROKEN as failure:
            raise Violation(self.name, [], failure) from failure
        layer: list[tuple[World, list[int]]] = [(world, [])]
        seen = {self._key(world)}
        while layer and found.depth < self.depth and not (self.most and len(seen) >= self.most):
            layer = list(self._layer(layer, seen))
            found.depth += bool(layer)
        for world, path in layer[::CUT]:
            self._quiet(world, path)
        found.whole, found.states = not layer, len(seen)
        found.seconds = time.process_time() - began
        return found

    def _key(self, world: World) -> int:
        return hash((key_of(world), tuple(sorted(world.left.items()))))

    def _layer(self, layer: list[tuple[World, list[int]]], seen: set[int]) -> Iterator[tuple[World, list[int]]]:
        for world, path in layer:
            if self.most and len(seen) >= self.most:
                yield world, path
                continue
            possible = moves(world, self.setting)
            if not possible:
                self._quiet(world, path)
            elif not world.reports and not world.timers:  # all that could go on now is what people choose to do
                self._quiet(copied(world), path)
            for turn, move in enumerate(possible):
                after = copied(world) if turn < len(possible) - 1 else world
                self._make(after, move, [*path, turn])
                key = self._key(after)
                if key not in seen:
                    seen.add(key)
                    yield after, [*path, turn]

    def _make(self, world: World, move: Move, path: list[int]) -> None:
        self.found.transitions += 1
        try:
            make(world, move)
            everybody_is_known(world)
        except BROKEN as failure:
            raise Violation(self.name, path, failure) from failure

    def _quiet(self, world: World, path: list[int]) -> None:
        self.found.ends += 1
        try:
            falls_quiet(world)
        except BROKEN as failure:
            raise Violation(self.name, path, failure) from failure


# ---------------------------------------------------------------------------------------------------------------- a story
def story(token: str) -> str:
    """The moves of a token, and what the distributor was told and ordered at each."""
    name, _, turns = token.partition(":")
    setting = SETTINGS[name]
    lines = [setting.about]
    try:
        world = begin(setting)
        world.keeps = True
        for step, turn in enumerate([int(each) for each in turns.split(".") if each], 1):
            move = moves(world, setting)[turn]
            lines.append(f"{step:3}  {' '.join(str(word) for word in move)}")
            told = len(world.told)
            try:
                make(world, move)
                everybody_is_known(world)
            finally:
                for event, answer in zip(world.told[told:], world.answers[told:], strict=False):
                    lines.append(f"       {event}")
                    lines += [f"         → {order}" for order in answer]
        falls_quiet(world)
        lines.append("     and quiet is reached")
    except BROKEN as failure:
        lines.append(f"     {(str(failure).splitlines() or [type(failure).__name__])[0]}")
    return "\n".join(lines)
