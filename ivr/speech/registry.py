"""The engines, by name. Adding one is a module and a line here."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.ports import Recognizer, RecognizerUnavailable
from ivr.speech import soundswallower, vosk
from ivr.speech.engine import EngineModule
from ivr.speech.pool import WorkerPool
from ivr.speech.scripted import Absent, Cue, Scripted

ENGINES: dict[str, EngineModule] = {
    "soundswallower": soundswallower,
    "vosk": vosk,
}
FAKE, NONE = "scripted", "none"


def open_recognizer(name: str, *, model: str = "", workers: int = 0, script: Sequence[Cue] = ()) -> Recognizer:
    """The recogniser of this name, not started.

    ``model``: folder of the engine's model, '' for the one it carries. ``workers``: processes, 0 to decide by the
    number of processors. ``script``: for 'scripted' only. 'none' is a house without ears: every turn is 'lost' at
    once, which is what tells the dialogue to go on by keypad. Raises `RecognizerUnavailable`.
    """
    if name == NONE:
        return Absent()
    if name == FAKE:
        return Scripted(script)
    if name not in ENGINES:
        known = ", ".join([*ENGINES, FAKE, NONE])
        raise RecognizerUnavailable(f"No speech engine is called {name!r}: choose one of {known}.")
    options = {"model": model}
    return WorkerPool(name, ENGINES[name].rate(options), options, workers)
