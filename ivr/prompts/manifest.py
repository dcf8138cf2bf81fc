"""The manifest: which sound files say which prompt. One JSON file beside the sounds, replaced atomically."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

FORMAT = 1
NAME = "manifest.json"


class Slot(NamedTuple):
    """The place of an argument between two fixed texts."""

    arg: str
    kind: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one id says: its source text and its parts, sound names (no folder, no extension) or slots."""

    text: str
    parts: tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`entries` by prompt id or recorded word; `seconds` of audio by sound name."""

    folder: Path
    entries: Mapping[str, Entry]
    seconds: Mapping[str, float]

    def parts(self, key: str) -> tuple[str | Slot, ...]:
        """Parts of a key; raises KeyError when nothing was built for it."""
        return self.entries[key].parts

    def holds(self, key: str, text: str) -> bool:
        """Whether the key was built from exactly this text."""
        return key in self.entries and self.entries[key].text == text

    def lacking(self, keys: Iterable[str]) -> set[str]:
        return {key for key in keys if key not in self.entries}


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a built folder, with absolute paths; None when there is none of this format."""
    try:
        data = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # never built, or not by us: building again is the cure
    if data.get("format") != FORMAT:
        return None
    entries = {
        key: Entry(entry["text"], tuple(Slot(*part) if isinstance(part, list) else part for part in entry["parts"]))
        for key, entry in data["entries"].items()
    }
    return Manifest(folder.resolve(), entries, data["seconds"])


def write_manifest(manifest: Manifest) -> None:
    """Replaces manifest.json in one step: a reader sees the old one or the new one."""
    data = {
        "format": FORMAT,
        "entries": {key: {"text": e.text, "parts": e.parts} for key, e in sorted(manifest.entries.items())},
        "seconds": dict(sorted(manifest.seconds.items())),
    }
    partial = manifest.folder / f"{NAME}.{os.getpid()}"
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(manifest.folder / NAME)
