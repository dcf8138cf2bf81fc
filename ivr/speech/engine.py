"""What a speech engine is inside a worker process: blocking, single-threaded, knowing nothing of calls.

The pool (`ivr.speech.pool`) speaks the asynchronous port of `ivr.ports`; an engine is only asked for ears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ivr.core.commands import Grammar
from ivr.core.messages import Hypothesis

Options = Mapping[str, str]
"""``model``: the folder of the engine's model, '' for the one it carries."""


class Ear(Protocol):
    """The decoder of one turn. Audio is signed 16-bit little-endian mono at the engine's rate."""

    def accept(self, pcm: bytes) -> None: ...

    def words(self) -> str:
        """Best words so far, '' when nothing fits; asked at each pause, to decide whether the caller may be done."""
        ...

    def finish(self) -> tuple[Hypothesis, ...]:
        """Hypotheses, best first; none when what was heard is rejected. Called once, at the end."""
        ...


class Engine(Protocol):
    def notes(self) -> Sequence[str]:
        """Sentences for ``cruc doctor``: what is imperfect but works."""
        ...

    def open(self, grammar: Grammar) -> Ear: ...


class EngineModule(Protocol):
    """What a module of an engine offers to the registry."""

    def rate(self, options: Options, /) -> int:
        """In Hz, without loading anything. Raises `RecognizerUnavailable`."""
        ...

    def load(self, options: Options, /) -> Engine:
        """Runs in the worker. Raises `RecognizerUnavailable` with a sentence saying what to install."""
        ...
