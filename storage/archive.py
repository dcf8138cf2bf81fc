"""A backup with the files that belong to it, as one .tar; unpacked as if an enemy had made it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

import msgspec

from storage.manifest import CHUNK, Content, Manifest, decoded
from storage.moving import MoveRefused, Tell

STORE, MANIFEST = "store.db", "manifest.json"
NAME: Final = re.compile(r"(?:[A-Za-z0-9_]+/)(?:[^/\0]+/)*[^/\0]+")
LARGEST_MANIFEST: Final = 256 * 1024 * 1024


def packed(archive: Path, store: Path, manifest: Manifest, folders: Mapping[str, Path], tell: Tell) -> Manifest:
    """Write the archive: the store, the files of each folder (by its name in the archive), and at its end the manifest."""
    files: dict[str, Content] = {}
    with os.fdopen(os.open(archive, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out, \
            tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, STORE, store)
        listed = list(_files(folders))
        for number, (name, path) in enumerate(listed, 1):
            if content := _add(tar, name, path):
                files[name] = content
            tell("Fichiers", number / len(listed))
        manifest = msgspec.structs.replace(manifest, files=files)
        _put(tar, MANIFEST, io.BytesIO(manifest.encoded()), len(manifest.encoded()))
    return manifest


def _files(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    for name, folder in sorted(folders.items()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{name}/{path.relative_to(folder)}", path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Content | None:
    """As long as it is now: a recording may go on. None when it is gone meanwhile."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.sha256()
            _put(tar, name, _Hashing(file, digest), size, path.stat().st_mtime)
    except FileNotFoundError:
        return None
    return Content(size, digest.hexdigest())


def _put(tar: tarfile.TarFile, name: str, file: IO[bytes] | _Hashing, size: int, modified: float = 0.0) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(modified)
    tar.addfile(member, file)  # type: ignore[arg-type]


class _Hashing:
    def __init__(self, file: IO[bytes], digest: hashlib._Hash) -> None:
        self._file, self._digest = file, digest

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data


# ---------------------------------------------------------------------------------------------------------------- unpacking
def unpacked(archive: Path, into: Path, tell: Tell) -> Manifest:
    """Write what the archive holds into an empty folder, and compare it with its manifest. Raises `MoveRefused`."""
    found: dict[str, Content] = {}
    text = b""
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                tell("Lecture de l'archive", member.offset / archive.stat().st_size)
                file = _checked(member, tar, archive, found)
                if member.name == MANIFEST:
                    text = file.read(LARGEST_MANIFEST)
                else:
                    found[member.name] = _written(file, into / member.name)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise MoveRefused(f"L'archive {archive} est abîmée : prenez une autre sauvegarde.") from error
    manifest = decoded(text, archive)
    if found != {STORE: manifest.store, **manifest.files}:
        raise MoveRefused(f"L'archive {archive} ne contient pas ce que dit son manifeste : prenez une autre sauvegarde.")
    return manifest


def _checked(member: tarfile.TarInfo, tar: tarfile.TarFile, archive: Path, found: Mapping[str, Content]) -> IO[bytes]:
    """Only plain files under plain names, each once."""
    name = member.name
    plain = name in (STORE, MANIFEST) or (NAME.fullmatch(name) and not {".", ".."} & set(name.split("/")))
    file = tar.extractfile(member) if plain and member.isreg() and not member.issparse() and name not in found else None
    if file is None:
        raise MoveRefused(f"L'archive {archive} contient autre chose que de simples fichiers : prenez une autre sauvegarde.")
    return file


def _written(file: IO[bytes], path: Path) -> Content:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        while data := file.read(CHUNK):
            digest.update(data)
            size += out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return Content(size, digest.hexdigest())
