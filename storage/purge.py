"""The purge: everything whose term is over goes, in batches between which calls write, and then what is left of it on the
disk is written over. Run again after an interruption, it goes on where it was.

Rows are forgotten before their files are deleted; a file that an interruption left is found by the next purge, because
nothing in the store names it any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from storage import retention
from storage.pseudonyms import kept_pseudonyms
from storage.retention import KINDS, Batch, Forgotten, Policy

if TYPE_CHECKING:
    from storage.store import Store

BATCH: Final = 200
"""Rows in one transaction: some 20 ms in which no call can write."""
TALK: Final = "talk-"
"""How the distributor names the recording of a conversation; the rest is the offer's id."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where files about people are, and the key of the pseudonyms. A folder may be missing: there is nothing in it then."""

    recordings: Path
    clips: Path
    exports: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Line:
    """What went of one kind, or would go: ``rows``, since when (UTC seconds), ``files`` deleted and files not found."""

    kind: str
    purpose: str
    rows: int
    oldest: float | None = None
    files: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One purge at ``at`` (UTC seconds). ``scrubbed``: what was freed in the database's files has been written over."""

    at: float
    dry: bool
    lines: tuple[Line, ...]
    scrubbed: bool = False

    @property
    def total(self) -> int:
        return sum(line.rows + (line.files if line.kind in FOLDERS else 0) for line in self.lines)


class Old(NamedTuple):
    """Files that are due, with the oldest one's time of writing."""

    paths: tuple[Path, ...]
    oldest: float | None


FOLDERS: Final = {
    "extraits de parole": "clips", "enregistrements": "recordings", "messages orphelins": "voicemail", "exports": "exports",
}
"""Kinds that are files only, and their purposes."""


async def purge(
    store: Store, policy: Policy, files: Files, at: float, *, dry: bool = False, who: str = "svi", scrub: bool = True,
) -> Report:
    """Forget what is due at ``at``, or only count it when ``dry``. ``scrub`` ends it by `Engine.scrub`, which keeps other
    writers waiting for as long as the database takes to be written anew, and is done only when rows went in this purge or
    in an earlier one that did not come so far.

    Raises `StoreError`, and OSError for a folder that may not be written; run it again then."""
    if dry:
        return Report(at, True, (*await _due(store, policy, at), *await _files(store, policy, files, at, dry=True)))
    begun = await store.engine.write(True, retention.begin_purge, at, who)
    lines = [await _forget(store, policy, files, kind, at) for kind in KINDS]
    lines += await _files(store, policy, files, at, dry=False)
    report = Report(at, False, tuple(lines))
    needed = begun.owed or any(line.rows for line in lines)
    if scrub and needed:
        await store.engine.scrub()
        report = replace(report, scrubbed=True)
    told = msgspec.json.encode(report).decode()
    await store.engine.write(True, retention.end_purge, begun.id, told, clean=report.scrubbed or not needed)
    return report


async def _due(store: Store, policy: Policy, at: float) -> list[Line]:
    lines: list[Line] = []
    for kind, (purpose, _rule, _question) in KINDS.items():
        found = await store.engine.read(retention.due, kind, getattr(policy, purpose).before(at))
        lines.append(Line(kind, purpose, found["many"], found["oldest"]))
    return lines


async def _forget(store: Store, policy: Policy, files: Files, kind: str, at: float) -> Line:
    """All that is due of one kind, batch after batch."""
    purpose, rule, _question = KINDS[kind]
    before = getattr(policy, purpose).before(at)
    pseudonyms = await asyncio.to_thread(kept_pseudonyms, files.key)
    found = await store.engine.read(retention.due, kind, before)
    line, done = Line(kind, purpose, 0, found["oldest"]), Forgotten(0)
    while True:
        batch = Batch(before, at, BATCH, done.after)
        done = await store.engine.write(True, rule, pseudonyms, batch)
        if not done.rows:
            return line
        deleted = await asyncio.to_thread(_delete_named, files.recordings, done.files)
        line = replace(
            line, rows=line.rows + done.rows, files=line.files + deleted,
            missing=line.missing + len(set(done.files)) - deleted,
        )


def _delete_named(folder: Path, names: Iterable[str]) -> int:
    """The voice messages of these names, whatever their format. Returns how many names had a file."""
    deleted = 0
    for name in set(names):
        found = [path for path in folder.glob(f"{_plain(name)}*") if name in {path.stem, path.name}]
        for path in found:
            path.unlink(missing_ok=True)
        deleted += bool(found)
    return deleted


def _plain(name: str) -> str:
    """A name in which nothing is a pattern or another folder."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name.replace("/", "_"))


# ------------------------------------------------------------------------------------------------------- what is files only
async def _files(store: Store, policy: Policy, files: Files, at: float, *, dry: bool) -> list[Line]:
    found = {
        "extraits de parole": await asyncio.to_thread(_older, files.clips, policy.clips.before(at)),
        "enregistrements": await _recordings(store, files, policy.recordings.before(at)),
        "messages orphelins": await _orphans(store, files, policy.voicemail.before(at)),
        "exports": await asyncio.to_thread(_older, files.exports, policy.exports.before(at)),
    }
    lines: list[Line] = []
    for kind, old in found.items():
        if not dry:
            await asyncio.to_thread(_delete, old.paths)
        lines.append(Line(kind, FOLDERS[kind], 0, old.oldest, len(old.paths)))
    return lines


async def _recordings(store: Store, files: Files, before: float) -> Old:
    held = await store.engine.read(retention.held_offers)
    old = await asyncio.to_thread(_older, files.recordings, before, f"{TALK}*")
    return _those(path for path in old.paths if path.stem.removeprefix(TALK) not in held)


async def _orphans(store: Store, files: Files, before: float) -> Old:
    """Voice messages that no request names: an interrupted purge, or a call that died before it was written."""
    old = await asyncio.to_thread(_older, files.recordings, before)
    alone: list[Path] = []
    for path in old.paths:
        needed = path.name.startswith(TALK) or await store.engine.read(retention.voice_kept, path.stem, path.name)
        if not needed:
            alone.append(path)
    return _those(alone)


def _older(folder: Path, before: float, pattern: str = "*") -> Old:
    """The files of a folder that were last written before ``before``."""
    return _those(path for path in folder.glob(pattern) if path.is_file() and path.stat().st_mtime < before)


def _those(paths: Iterable[Path]) -> Old:
    kept = tuple(sorted(paths))
    return Old(kept, min((path.stat().st_mtime for path in kept), default=None))


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
