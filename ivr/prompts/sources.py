"""Where a sound comes from: the centre's own recording, the recorded words, the synthesiser, or arithmetic.

A store of sentences rendered ahead would be one more source, asked between the recording and the synthesiser.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ivr.prompts import audio
from ivr.prompts.catalog import Prompt
from ivr.prompts.lexicon import spoken
from ivr.prompts.manifest import Slot
from ivr.prompts.synthesis import Synthesizer

# Seconds a text may last: from hurried to very slow speech, by letters; a single word has its own slack.
_LETTERS_PER_S = (22.0, 4.5)
_SLACK_S = 1.2
_CLIPPED_SHARE = 0.002


class Source(Protocol):
    def identity(self) -> tuple[str, ...]:
        """All that decides what is heard; its hash is the sound's name."""

    def samples(self) -> audio.Samples:
        """The finished sound. Raises AudioError or SynthesisError."""


@dataclass(frozen=True, slots=True)
class Speech:
    voice: Synthesizer
    text: str

    def identity(self) -> tuple[str, ...]:
        return ("speech", self.text, self.voice.name, self.voice.version, self.voice.settings)

    def samples(self) -> audio.Samples:
        with tempfile.TemporaryDirectory(prefix="prompt-") as folder:
            spoken_wav = Path(folder) / "spoken.wav"
            self.voice.render(self.text, spoken_wav)
            if not spoken_wav.is_file():
                raise audio.AudioError(f"{self.voice.name} wrote no file")
            samples = audio.prepare(audio.read(spoken_wav))
        check_duration(samples, self.text)
        return samples


@dataclass(frozen=True, slots=True)
class Human:
    path: Path
    text: str

    def identity(self) -> tuple[str, ...]:
        return ("human", hashlib.sha256(self.path.read_bytes()).hexdigest())

    def samples(self) -> audio.Samples:
        raw = audio.read(self.path)
        if audio.clipped_share(raw) > _CLIPPED_SHARE:
            raise audio.AudioError(f"{self.path.name} is saturated: record it again, further from the microphone")
        try:
            samples = audio.prepare(raw)
            check_duration(samples, self.text)
        except audio.AudioError as error:
            raise audio.AudioError(f"{self.path.name}: {error}") from error
        return samples


@dataclass(frozen=True, slots=True)
class Signal:
    """`beep` or `pause:<milliseconds>`."""

    spec: str

    def identity(self) -> tuple[str, ...]:
        return ("signal", self.spec)

    def samples(self) -> audio.Samples:
        return audio.beep() if self.spec == "beep" else audio.silence(int(self.spec.partition(":")[2]))


class Sources:
    """Chooses the source of each text. `recorded`: the centre's folder; `core_sounds`: the recorded words."""

    def __init__(
        self, voice: Synthesizer, lexicon: Mapping[str, str], recorded: Path | None, core_sounds: Path | None
    ) -> None:
        self._voice, self._lexicon, self._core_sounds = voice, lexicon, core_sounds
        self._recorded = {path.stem: path for path in sorted(recorded.glob("*.wav"))} if recorded else {}

    def of_prompt(self, prompt: Prompt) -> Iterator[Source | Slot]:
        if prompt.sound:
            yield self._human(prompt.id, prompt.sound) or Signal(prompt.sound)
        for label, part in _labelled(prompt):
            yield part if isinstance(part, Slot) else self._human(label, part) or self._speech(part)

    def of_word(self, key: str, word: str) -> Source:
        """A word of RECORDED: from the recordings where they are installed, else synthesised."""
        path = self._core_sounds / f"{key.removeprefix('rec:')}.wav" if self._core_sounds else None
        return Human(path, word) if path and path.is_file() else self._speech(word)

    def strays(self, prompts: Collection[Prompt]) -> list[str]:
        """Recordings that no prompt plays: nearly always a misspelt id, which would go unnoticed."""
        known = {label for prompt in prompts for label, part in _labelled(prompt) if not isinstance(part, Slot)}
        known |= {prompt.id for prompt in prompts if prompt.sound}
        return [
            f"{stem}: recorded/{path.name} belongs to no prompt; name it <id>.wav, or <id>.1.wav, <id>.2.wav… "
            "for the fixed parts of a prompt with arguments."
            for stem, path in self._recorded.items()
            if stem not in known
        ]

    def _human(self, label: str, text: str) -> Human | None:
        path = self._recorded.get(label)
        return Human(path, text) if path else None

    def _speech(self, text: str) -> Speech:
        return Speech(self._voice, spoken(text, self._lexicon))


def check_duration(samples: audio.Samples, text: str) -> None:
    """A cut or looping sound does not last as long as its text. Raises AudioError."""
    seconds, letters = len(samples) / audio.RATE, sum(sign.isalnum() for sign in text)
    shortest, longest = letters / _LETTERS_PER_S[0], letters / _LETTERS_PER_S[1] + _SLACK_S
    if not shortest <= seconds <= longest:
        raise audio.AudioError(f"it lasts {seconds:.1f} s where its text needs {shortest:.1f} to {longest:.1f} s")


def _labelled(prompt: Prompt) -> Iterator[tuple[str, str | Slot]]:
    """The parts with the name of the recording that may replace each: the id, or id.1, id.2… between arguments."""
    parts, count = prompt.parts(), 0
    for part in parts:
        count += not isinstance(part, Slot)
        yield (prompt.id if len(parts) == 1 else f"{prompt.id}.{count}"), part
