"""Voices that turn a text into a wav file. One process a sentence: no state, no queue, and a crash harms one prompt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

_TIMEOUT_S = 60.0


class SynthesisError(RuntimeError):
    """The voice is not installed, or it failed; the message says what to do."""


class Synthesizer(Protocol):
    """`settings` (voice, speed…) is part of every sound's name: another value renders everything again."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def settings(self) -> str: ...
    def render(self, text: str, out_wav: Path) -> None:
        """Writes the whole of `text` to out_wav, any rate. Raises SynthesisError."""


@dataclass(frozen=True)
class EspeakNg:
    """espeak-ng by subprocess. Defaults chosen for the telephone: slow, a clear gap between words, no falling mumble."""

    voice: str = "roa/fr"
    words_per_minute: int = 140
    pitch: int = 45
    word_gap: int = 2  # 10 ms units at the default speed

    name = "espeak-ng"

    @cached_property
    def version(self) -> str:
        return _run([self._program, "--version"]).split("Data at")[0].strip()

    @property
    def settings(self) -> str:
        return f"{self.voice} {self.words_per_minute} {self.pitch} {self.word_gap}"

    def render(self, text: str, out_wav: Path) -> None:
        options = ["-v", self.voice, "-s", str(self.words_per_minute), "-p", str(self.pitch), "-g", str(self.word_gap)]
        _run([self._program, *options, "-b", "1", "-w", str(out_wav), "--stdin"], text)

    @cached_property
    def _program(self) -> str:
        program = shutil.which("espeak-ng")
        if program is None:
            raise SynthesisError("espeak-ng is not installed: install the Debian package espeak-ng.")
        return program


@dataclass(frozen=True)
class Pyttsx3:
    """pyttsx3 in a process of its own for each sentence: its queue loses files and it returns before they exist.

    An unknown voice is accepted in silence and the first French one is Belgian, so the voice is checked and set by id.
    """

    voice: str = "roa/fr"
    words_per_minute: int = 140

    name = "pyttsx3"

    @cached_property
    def version(self) -> str:
        if find_spec("pyttsx3") is None:
            raise SynthesisError("pyttsx3 is not installed: install the Python package pyttsx3.")
        return package_version("pyttsx3")

    @property
    def settings(self) -> str:
        return f"{self.voice} {self.words_per_minute}"

    def render(self, text: str, out_wav: Path) -> None:
        _run([sys.executable, "-c", _PYTTSX3, self.voice, str(self.words_per_minute), str(out_wav)], text)


# Runs in the child: speaks standard input into a file, then waits until the file has stopped growing and is a whole wav.
_PYTTSX3 = """
import os, sys, time, pyttsx3, soundfile
voice, speed, out = sys.argv[1:]
engine = pyttsx3.init("espeak")
if voice not in {known.id for known in engine.getProperty("voices")}:
    sys.exit(f"voice {voice} is not installed")
engine.setProperty("voice", voice)
engine.setProperty("rate", int(speed))
engine.save_to_file(sys.stdin.read(), out)
engine.runAndWait()
size, since, deadline = -1, time.monotonic(), time.monotonic() + 20
while time.monotonic() < deadline:
    now = os.path.getsize(out) if os.path.exists(out) else 0
    if now != size:
        size, since = now, time.monotonic()
    elif now > 44 and time.monotonic() - since > 0.3:
        soundfile.info(out)
        sys.stdout.flush()
        os._exit(0)
    time.sleep(0.02)
sys.exit("no sound file was written within 20 s")
"""


def _run(command: list[str], text: str = "") -> str:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, encoding="utf-8"
        )
    except subprocess.TimeoutExpired as error:
        raise SynthesisError(f"{Path(command[0]).name} did not answer within {_TIMEOUT_S:.0f} s") from error
    if done.returncode:
        raise SynthesisError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


ENGINES: dict[str, Callable[[], Synthesizer]] = {"espeak-ng": EspeakNg, "pyttsx3": Pyttsx3}


def synthesizer(name: str) -> Synthesizer:
    """The engine of that name, checked to be installed. Raises SynthesisError."""
    if name not in ENGINES:
        raise SynthesisError(f"There is no voice engine {name!r}. Use one of: {', '.join(ENGINES)}.")
    engine = ENGINES[name]()
    _ = engine.version  # fails here, once, rather than for each of the prompts
    return engine
