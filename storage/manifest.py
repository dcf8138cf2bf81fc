"""What a backup says of itself: from which engine, when, what schema, how many rows, which checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from storage.moving import MoveRefused, Sum

FORMAT: Final = "cruc-backup-1"
CHUNK: Final = 1024 * 1024


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file, in bytes and by its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``engine``: of the store that was saved; the backup itself is an SQLite file on any engine. ``made_at``: ISO, UTC.
    ``files``: what an archive holds beside the store, by its name in it."""

    format: str
    version: str
    engine: str
    made_at: str
    steps: tuple[str, ...]
    tables: Mapping[str, Sum]
    store: Content
    files: Mapping[str, Content] = {}

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def encoded(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def decoded(text: bytes, where: Path) -> Manifest:
    """Raises `MoveRefused`."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MoveRefused(f"Le manifeste de {where} est abîmé : prenez une autre sauvegarde.") from None
    if manifest.format != FORMAT:
        raise MoveRefused(f"{where} est une sauvegarde d'une autre version ({manifest.format}) : installez cette version.")
    return manifest


def sidecar(backup: Path) -> Path:
    """The manifest that lies beside a backup that is a plain SQLite file."""
    return backup.with_name(f"{backup.name}.json")


def content_of(path: Path) -> Content:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Content(path.stat().st_size, digest)
