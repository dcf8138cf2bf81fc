"""One pass over all the bytes of a file, before its first row is believed: digest, encoding, longest line.

The encoding is told as it is. UTF-8 and UTF-16 prove themselves; what is neither is Windows-1252 only if each of its bytes
can be, and a mixture is refused rather than guessed: a name read wrongly is somebody else's name.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ivr.directory_files.tables import MEGABYTE, MOST_BYTES, MOST_LINE, NO_TEXT, TOO_LONG, FileRefused


@dataclass(slots=True)
class Looked:
    """The first line with bytes that UTF-8 does not have (``odd``), that Windows-1252 does not have (``undefined``), that no
    text has (``control``); 0 for none. ``accents``: something that is probably UTF-8 is in it."""

    start: bytes = b""
    sha256: str = ""
    odd: int = 0
    undefined: int = 0
    control: int = 0
    accents: bool = False

    @property
    def zipped(self) -> bool:
        return self.start.startswith(b"PK")


def opened(path: Path) -> IO[bytes]:
    """Raises `FileRefused` for a folder, a pipe, an empty or a huge file, and what may not be read."""
    try:
        kind = path.stat()
        if not stat.S_ISREG(kind.st_mode):
            raise FileRefused(f"{path} n'est pas un fichier : donnez un fichier CSV ou XLSX.")
        if kind.st_size > MOST_BYTES:
            raise FileRefused(f"{path} a plus de {MOST_BYTES // MEGABYTE} Mo : ce n'est pas un annuaire, ou coupez-le.")
        if kind.st_size == 0:
            raise FileRefused(f"{path} est vide.")
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise FileRefused(f"{path} ne peut pas être lu ({getattr(error, 'strerror', None) or error}).") from None


def look_through(file: IO[bytes]) -> Looked:
    digest, decoder, looked = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), Looked()
    line, length = 1, 0
    while chunk := file.read(MEGABYTE):
        looked.start = looked.start or chunk[:4096]
        digest.update(chunk)
        if not looked.zipped:
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            length = length + len(chunk) if last < 0 else len(chunk) - last
            if length > 4 * MOST_LINE:  # in UTF-8 and UTF-16 a character has four bytes at most
                raise FileRefused(TOO_LONG.format(line=line))
            _note(looked, decoder, chunk, line)
            line += chunk.count(b"\n")
    if not looked.odd:
        looked.odd = _odd(decoder, b"", line, final=True)
    looked.sha256 = digest.hexdigest()
    file.seek(0)
    return looked


def _note(looked: Looked, decoder: codecs.IncrementalDecoder, chunk: bytes, line: int) -> None:
    def at(pattern: bytes) -> int:
        found = re.search(pattern, chunk)
        return line + chunk.count(b"\n", 0, found.start()) if found else 0

    looked.control = looked.control or at(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
    if not looked.odd:
        looked.odd = _odd(decoder, chunk, line)
    if not chunk.isascii():
        looked.undefined = looked.undefined or at(rb"[\x81\x8d\x8f\x90\x9d]")
        looked.accents = looked.accents or re.search(rb"[\xc3\xc5][\x80-\xbf]", chunk) is not None


def _odd(decoder: codecs.IncrementalDecoder, chunk: bytes, line: int, *, final: bool = False) -> int:
    """The line of the first bytes that are no UTF-8; 0 for none."""
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        return line + error.object.count(b"\n", 0, error.start)
    return 0


def encoding(looked: Looked) -> tuple[str, str]:
    """Python's name of it, and the one that people know. Raises `FileRefused` for what is no text."""
    start = looked.start
    if start.startswith(codecs.BOM_UTF8):
        if looked.odd:
            raise FileRefused(_mixed(looked.odd))
        return "utf-8-sig", "UTF-8"
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused("Le fichier est en UTF-32 : enregistrez-le en « CSV UTF-8 ».")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "UTF-16"
    for name, zeros, letters in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if zeros.count(0) > len(zeros) // 2 and not letters.count(0):
            return name, "UTF-16"
    if looked.control:
        raise FileRefused(NO_TEXT.format(line=looked.control))
    return _eight_bits(looked)


def _eight_bits(looked: Looked) -> tuple[str, str]:
    if not looked.odd:
        return "utf-8", "UTF-8"
    if looked.accents or looked.undefined:
        raise FileRefused(_mixed(looked.undefined or looked.odd))
    return "cp1252", "Windows-1252"


def _mixed(line: int) -> str:
    return f"Le fichier n'est partout ni en UTF-8 ni en Windows-1252 (ligne {line}) : enregistrez-le en « CSV UTF-8 »."
