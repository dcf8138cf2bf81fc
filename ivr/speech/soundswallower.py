"""SoundSwallower with the 8 kHz telephone model of its own wheel: what hears after a plain installation.

Measured traps, and what is done about them here:
* the model's ``feat_params.json`` overrides the constructor, and is wrong for a telephone line: its filters begin at
  130 Hz, where there is nothing but noise, and its noise removal eats soft consonants. What is set here, chosen on 24
  spoken matricules of a recorded voice (1 right with the file as it is, 23 so), gets 24 of 30 others of that voice
  right, and 3 of 15 with noise at 20 dB: the keypad stays the dependable way;
* ``cmn`` normalises over the whole utterance: the audio of a turn is decoded in one piece at each pause (about a tenth
  of its length);
* scores are relative to the best sound model in use: only with ``compallsen`` can two searches be compared;
* ``hyp.text`` is None when no path reaches the end of the grammar: then the caller is not done;
* it has no rejection of its own: see `ivr.speech.plausibility`.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any

from ivr.core.commands import Grammar
from ivr.core.messages import Hypothesis
from ivr.ports import RecognizerUnavailable
from ivr.speech import pronunciations
from ivr.speech.engine import Options
from ivr.speech.grammar import WordGraph, word_graph
from ivr.speech.plausibility import Decoding, is_plausible

RATE = 8000
FRONT_END = {"remove_noise": False, "lowerf": 230.0, "upperf": 3800.0}
SEARCH = {"compallsen": True, "wip": 0.01, "lw": 3.0}  # few long words rather than many short ones
# The free phones pay nothing: theirs is the best the sound can be worth.
FREE_SEARCH = {"compallsen": True, "wip": 1.0, "lw": 1.0}
SHORTEST = 2 * RATE // 10
NOTHING = Decoding("", done=False, seconds=0.0, score=0.0, free=0.0, spoken=0.0, reached=0.0, phones=0)
INCOMPLETE = 0.1  # the score of words that do not reach the end of the grammar
STANDING = (Grammar("matricule"), Grammar("digits"), Grammar("letter"), Grammar("yes_no"))


def rate(_options: Options) -> int:
    return RATE


def load(_options: Options) -> SoundSwallower:
    try:
        return SoundSwallower(importlib.import_module("soundswallower"))
    except ImportError:
        raise RecognizerUnavailable("SoundSwallower is not installed: pip install soundswallower (extra asr).") from None


class SoundSwallower:
    """One decoder for the grammars, one for the free phones they are compared with."""

    def __init__(self, library: Any) -> None:
        self._notes: list[str] = []
        self._decoder = _decoder(library, SEARCH)
        self._phones = _decoder(library, FREE_SEARCH)
        self._grammars: dict[Grammar, Any] = {}
        self._current: Grammar | None = None
        self._teach()
        for grammar in STANDING:
            self._compile(grammar)
        self._phones.set_fsg(_phone_loop(self._phones))

    def notes(self) -> Sequence[str]:
        return self._notes

    def open(self, grammar: Grammar) -> SoundSwallowerEar:
        return SoundSwallowerEar(self, grammar)

    def decode(self, grammar: Grammar, pcm: bytes) -> Decoding:
        if len(pcm) < SHORTEST:  # the library fails on an utterance without a frame, and on the next one too
            return NOTHING
        self._use(grammar)
        words, score, done = _run(self._decoder, pcm)
        spoken, reached = _spoken(self._decoder), _reached(self._decoder)
        _, free, _ = _run(self._phones, pcm)
        return Decoding(words, done, len(pcm) / 2 / RATE, score, free, spoken, reached, self._phones_of(words))

    def _phones_of(self, words: str) -> int:
        return sum(len((self._decoder.lookup_word(word) or "").split()) for word in words.split())

    def _use(self, grammar: Grammar) -> None:
        if grammar != self._current:
            self._decoder.set_fsg(self._compile(grammar))
            self._current = grammar

    def _compile(self, grammar: Grammar) -> Any:
        if grammar not in self._grammars:
            graph = word_graph(grammar)
            self._learn(graph.words())
            self._grammars[grammar] = _fsg(self._decoder, grammar.kind, graph)
        return self._grammars[grammar]

    def _teach(self) -> None:
        for word, sounds in pronunciations.ADDED.items():
            known = 0
            while self._decoder.lookup_word(_variant(word, known)) is not None:
                known += 1
            for number, phones in enumerate(sounds, known):
                self._decoder.add_word(_variant(word, number), phones, update=False)

    def _learn(self, words: frozenset[str]) -> None:
        """Every word of every grammar must be in the dictionary, or the engine refuses the whole grammar."""
        for word in sorted(words):
            if self._decoder.lookup_word(word) is None:
                phones = pronunciations.guess(word) or "SIL"
                self._decoder.add_word(word, phones, update=False)
                self._notes.append(f"The word « {word} » is not in the dictionary: pronounced by rule ({phones}).")


class SoundSwallowerEar:
    def __init__(self, engine: SoundSwallower, grammar: Grammar) -> None:
        self._engine = engine
        self._grammar = grammar
        self._pcm = bytearray()
        self._last: Decoding | None = None

    def accept(self, pcm: bytes) -> None:
        self._pcm += pcm
        self._last = None

    def words(self) -> str:
        """'' also for what is not plausible: a caller who thinks aloud is not done."""
        decoding = self._decode()
        return decoding.words if decoding.done and is_plausible(self._grammar.kind, decoding) else ""

    def finish(self) -> tuple[Hypothesis, ...]:
        decoding = self._decode()
        if not is_plausible(self._grammar.kind, decoding):
            return ()
        return (Hypothesis(decoding.words, decoding.likeness * (1.0 if decoding.done else INCOMPLETE)),)

    def _decode(self) -> Decoding:
        if self._last is None:
            self._last = self._engine.decode(self._grammar, bytes(self._pcm))
        return self._last


def _decoder(library: Any, search: dict[str, float]) -> Any:
    """``feat_params.json`` wins over the constructor: what corrects it is set afterwards, before a second start."""
    decoder = library.Decoder(hmm=library.get_model_path("fr-fr"), samprate=RATE, loglevel="FATAL", **search)
    for name, value in FRONT_END.items():
        decoder.config[name] = value
    decoder.initialize()
    return decoder


def _variant(word: str, number: int) -> str:
    return word if not number else f"{word}({number + 1})"


def _fsg(decoder: Any, name: str, graph: WordGraph) -> Any:
    leaving = [0] * len(graph)
    for start, _, _ in graph.arcs:
        leaving[start] += 1
    arcs = [
        (start, end, 1 / leaving[start], word) if word else (start, end, 1 / leaving[start])
        for start, end, word in graph.arcs
    ]
    return decoder.create_fsg(name, 0, graph.end, arcs)


def _phone_loop(decoder: Any) -> Any:
    """Any phones in any order: what the sound is worth without a grammar."""
    for phone in pronunciations.PHONES:
        decoder.add_word(f"+{phone}+", phone, update=False)
    share = 1 / (len(pronunciations.PHONES) + 1)
    arcs: list[tuple[Any, ...]] = [(0, 0, share, f"+{phone}+") for phone in pronunciations.PHONES]
    return decoder.create_fsg("phones", 0, 1, [*arcs, (0, 1, share)])


def _run(decoder: Any, pcm: bytes) -> tuple[str, float, bool]:
    """Words, log acoustic score, and whether the words reach the end of the grammar."""
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    partial, score = decoder.hyp, _acoustic(decoder)
    decoder.end_utt()
    final = decoder.hyp
    if final is not None and final.text:
        return final.text, _acoustic(decoder), True
    return (partial.text if partial is not None else None) or "", score, False


def _acoustic(decoder: Any) -> float:
    """Summed over the words: the score of the whole underflows after a few seconds of noise."""
    return sum(math.log(max(word.ascore, 1e-300)) for word in decoder.seg or ())


def _spoken(decoder: Any) -> float:
    """Seconds of words, without the silence between them."""
    return float(sum(word.duration for word in decoder.seg or () if not word.text.startswith(("<", "("))))


def _reached(decoder: Any) -> float:
    """Where the path ends, in seconds: it stops before the end of sound that no word explains."""
    return max((float(word.start + word.duration) for word in decoder.seg or ()), default=0.0)
