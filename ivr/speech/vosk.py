"""Vosk, with a model the operator installs (`vosk-model-small-fr-0.22` or `vosk-model-fr-0.22`): streaming, n-best.

The recogniser is given every word of the grammar as a free order: our own grammar is checked on the readings
afterwards, by `ivr.core`. In this mode a wrong word can carry a confidence of 1.0, so a confidence alone accepts nothing.
"""

from __future__ import annotations

import heapq
import importlib
import itertools
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ivr.core.commands import Grammar
from ivr.core.messages import Hypothesis
from ivr.ports import RecognizerUnavailable
from ivr.speech.engine import Options
from ivr.speech.grammar import word_graph

ALTERNATIVES = 10
UNKNOWN = "[unk]"
DEFAULT_RATE = 16000
PARTS = ("conf/mfcc.conf", "am/final.mdl")
SHARPNESS = 0.1  # from Vosk's path scores to shares of one

Alternatives = list[tuple[str, float]]


def rate(options: Options) -> int:
    """The rate the model was trained at: feeding it another one ruins it."""
    settings = model_folder(options) / "conf" / "mfcc.conf"
    found = re.search(r"^--sample-frequency=(\d+)", settings.read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) if found else DEFAULT_RATE


def model_folder(options: Options) -> Path:
    """Raises `RecognizerUnavailable`."""
    folder = Path(options.get("model", ""))
    advice = "Install a French Vosk model, for instance vosk-model-small-fr-0.22, and give its folder in the settings."
    if not options.get("model"):
        raise RecognizerUnavailable(f"Vosk has no model. {advice}")
    if not folder.is_dir():
        raise RecognizerUnavailable(f"Vosk's model folder {folder} does not exist. {advice}")
    for part in PARTS:
        if not (folder / part).is_file():
            raise RecognizerUnavailable(f"{folder} is not a whole Vosk model: {part} is missing. {advice}")
    return folder


def load(options: Options) -> Vosk:
    folder = model_folder(options)
    try:
        library = importlib.import_module("vosk")
    except ImportError:
        raise RecognizerUnavailable("Vosk is not installed: pip install vosk (extra asr).") from None
    library.SetLogLevel(-1)
    return Vosk(library, library.Model(str(folder)), rate(options), folder)


class Vosk:
    def __init__(self, library: Any, model: Any, hertz: int, folder: Path) -> None:
        self._library = library
        self._model = model
        self._rate = hertz
        self._missing: set[str] = set()
        self._unknown = [UNKNOWN] if model.vosk_model_find_word(UNKNOWN) >= 0 else []
        self._fixed = not (folder / "graph" / "Gr.fst").is_file()
        for kind in ("matricule", "yes_no"):
            self._phrases(Grammar(kind))  # tells what is missing before the first call

    def notes(self) -> Sequence[str]:
        some = ", ".join(sorted(self._missing)[:12])
        notes = [f"The model does not know {len(self._missing)} words and will never hear them: {some}…"] if some else []
        if self._fixed:
            notes.append("This model has a fixed graph and ignores grammars: a small model hears matricules better.")
        return notes

    def open(self, grammar: Grammar) -> VoskEar:
        words = json.dumps([*self._phrases(grammar), *self._unknown], ensure_ascii=False)
        return VoskEar(self._library.KaldiRecognizer(self._model, self._rate, words))

    def _phrases(self, grammar: Grammar) -> list[str]:
        words = word_graph(grammar).words()
        missing = {word for word in words if self._model.vosk_model_find_word(word) < 0}
        self._missing |= missing
        return sorted(words - missing)


class VoskEar:
    """Vosk ends a result at each pause of its own: a turn is made of several, each with its alternatives."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        recognizer.SetMaxAlternatives(ALTERNATIVES)
        self._parts: list[Alternatives] = []

    def accept(self, pcm: bytes) -> None:
        if self._recognizer.AcceptWaveform(pcm):
            self._keep(self._recognizer.Result())

    def words(self) -> str:
        now = json.loads(self._recognizer.PartialResult()).get("partial", "")
        known = " ".join([*(part[0][0] for part in self._parts), now]).split()
        return "" if UNKNOWN in known else " ".join(known)

    def finish(self) -> tuple[Hypothesis, ...]:
        self._keep(self._recognizer.FinalResult())
        return joined(self._parts)

    def _keep(self, result: str) -> None:
        part = shares(json.loads(result).get("alternatives", []))
        if part and part[0][0]:
            self._parts.append(part)


def shares(alternatives: list[dict[str, Any]]) -> Alternatives:
    """Path scores (logarithms of no fixed origin) turned into shares that sum to one; equal texts are one reading."""
    if not alternatives:
        return []
    best = max(one["confidence"] for one in alternatives)
    weights: dict[str, float] = {}
    for one in alternatives:
        text = one["text"].strip()
        weights[text] = weights.get(text, 0.0) + math.exp((one["confidence"] - best) * SHARPNESS)
    total = sum(weights.values())
    return sorted(((text, weight / total) for text, weight in weights.items()), key=lambda pair: -pair[1])


def joined(parts: list[Alternatives]) -> tuple[Hypothesis, ...]:
    """The best readings of the whole turn; what holds a word outside the grammar is rejected."""
    if not parts:
        return ()
    whole = (
        (" ".join(text for text, _ in choice), math.prod(share for _, share in choice))
        for choice in itertools.product(*(part[:ALTERNATIVES] if len(parts) < 4 else part[:2] for part in parts[:12]))
    )
    known = ((text, share) for text, share in whole if text and UNKNOWN not in text)
    return tuple(Hypothesis(text, share) for text, share in heapq.nlargest(ALTERNATIVES, known, key=lambda pair: pair[1]))
