"""Building the sounds: every fixed text, recorded word, tone and pause becomes one file named by its content's hash.

A name never changes its content, so a new text needs no reload, a call keeps what it started with, and building again
renders only what is new. Nothing is announced before all is made: a failed build leaves the last good manifest in place.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from ivr.prompts import audio
from ivr.prompts.catalog import Catalogue, load_catalogue
from ivr.prompts.lexicon import read_lexicon
from ivr.prompts.manifest import Entry, Manifest, Slot, read_manifest, write_manifest
from ivr.prompts.saying import RECORDED
from ivr.prompts.sources import Human, Source, Sources
from ivr.prompts.synthesis import SynthesisError, Synthesizer, synthesizer

Progress = Callable[[int, int, str], None]
"""done, total, the id just made"""


class BuildError(Exception):
    """Sounds could not be made: `problems` holds one « id: sentence » each, all of them. The last build stays."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class BuildReport:
    """`synthetic_words`: how many words of RECORDED the synthesiser says because their recording is not installed."""

    rendered: int
    reused: int
    seconds_of_audio: float
    elapsed_s: float
    synthetic_words: int


def build_prompts(
    language_dir: Path,
    out: Path,
    *,
    core_sounds: Path | None = None,
    engine: str = "espeak-ng",
    progress: Progress | None = None,
) -> BuildReport:
    """Builds prompts/<language> (catalog.yaml, lexicon.csv, recorded/) into `out`.

    `core_sounds`: folder of the recorded French words (the one with digits/); without it they are synthesised.
    Raises CatalogueError, SynthesisError (engine missing), BuildError, OSError.
    """
    return build(
        load_catalogue(language_dir / "catalog.yaml"),
        out,
        synthesizer(engine),
        progress,
        recorded=language_dir / "recorded",
        core_sounds=core_sounds,
        lexicon=read_lexicon(language_dir / "lexicon.csv"),
    )


def build(
    catalogue: Catalogue,
    out: Path,
    voice: Synthesizer,
    progress: Progress | None = None,
    *,
    recorded: Path | None = None,
    core_sounds: Path | None = None,
    lexicon: Mapping[str, str] | None = None,
    workers: int = 2,
) -> BuildReport:
    """Makes what is missing and replaces the manifest. Raises BuildError with every problem."""
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    sources = Sources(voice, lexicon or {}, recorded, core_sounds)
    entries, wanted = _plan(catalogue, sources)
    before = read_manifest(out)
    known = before.seconds if before else {}
    missing = {name: job for name, job in wanted.items() if not (name in known and _exists(out, name))}
    seconds, problems = _make_all(missing, out, workers, progress)
    problems += sources.strays(catalogue.prompts.values())
    if problems:
        raise BuildError(tuple(sorted(problems)))
    seconds |= {name: known[name] for name in wanted if name not in missing}
    write_manifest(Manifest(out, entries, seconds))
    elapsed = time.monotonic() - started
    synthetic = sum(not isinstance(sources.of_word(key, word), Human) for key, word in RECORDED.items())
    return BuildReport(len(missing), len(seconds) - len(missing), sum(seconds.values()), elapsed, synthetic)


@dataclass(frozen=True, slots=True)
class _Job:
    """`label`: the id to name when this sound cannot be made."""

    label: str
    source: Source


def _plan(catalogue: Catalogue, sources: Sources) -> tuple[dict[str, Entry], dict[str, _Job]]:
    entries: dict[str, Entry] = {}
    wanted: dict[str, _Job] = {}

    def name_of(label: str, source: Source) -> str:
        name = hashlib.sha256(json.dumps([audio.CHAIN, *source.identity()]).encode()).hexdigest()[:20]
        wanted.setdefault(name, _Job(label, source))
        return name

    for prompt in catalogue.prompts.values():
        parts = tuple(p if isinstance(p, Slot) else name_of(prompt.id, p) for p in sources.of_prompt(prompt))
        entries[prompt.id] = Entry(prompt.text or prompt.sound, parts)
    for key, word in RECORDED.items():
        entries[key] = Entry(word, (name_of(key, sources.of_word(key, word)),))
    return entries, wanted


def _exists(out: Path, name: str) -> bool:
    return (out / f"{name}.wav").is_file() and (out / f"{name}.alaw").is_file()


def _make_all(
    jobs: Mapping[str, _Job], out: Path, workers: int, progress: Progress | None
) -> tuple[dict[str, float], list[str]]:
    """Seconds of audio by name, and the problems. The work is in the voice's processes, so threads are enough."""
    seconds: dict[str, float] = {}
    problems: list[str] = []
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(_make, job.source, out / name): name for name, job in jobs.items()}
        for done, future in enumerate(as_completed(running), 1):
            name = running[future]
            try:
                seconds[name] = future.result()
            except (audio.AudioError, SynthesisError) as error:
                problems.append(f"{jobs[name].label}: {error}.")
            if progress:
                progress(done, len(jobs), jobs[name].label)
    return seconds, problems


def _make(source: Source, stem: Path) -> float:
    samples = source.samples()
    audio.write(samples, stem)
    return round(len(samples) / audio.RATE, 3)
