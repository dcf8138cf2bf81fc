"""Names for people who are to be forgotten: the same person has always the same one, and nobody finds the person behind it.

A pseudonym is a keyed digest (HMAC-SHA-256, RFC 2104) cut to 80 bits and written « P-… » in small letters, so that nobody
takes it for a matricule or a number. Whoever has the key could try all matricules: it stays in a file of its own, and
destroying it makes the pseudonyms anonymous. See docs/adr/0023.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from storage.errors import StoreError

PREFIX: Final = "P-"
BYTES: Final = 10
KEY_BYTES: Final = 32
SHOWN_FROM: Final = 5
"""The smallest count that a statistic shows."""

K = TypeVar("K", bound=Hashable)


class Pseudonyms:
    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"the key of the pseudonyms has {KEY_BYTES} bytes or more")
        self._key = key

    def of_matricule(self, matricule: str) -> str:
        return self._of("matricule", matricule)

    def of_number(self, number: str) -> str:
        return self._of("number", number)

    def of_person(self, matricule: str | None, number: str | None) -> str | None:
        """By matricule, or else by number; None when neither is known."""
        if matricule:
            return self.of_matricule(matricule)
        return self.of_number(number) if number else None

    def _of(self, kind: str, value: str) -> str:
        """A pseudonym stays what it is: forgetting twice changes nothing."""
        if value.startswith(PREFIX):
            return value
        digest = hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256).digest()[:BYTES]
        return PREFIX + base64.b32encode(digest).decode().lower()


def kept_pseudonyms(path: Path) -> Pseudonyms:
    """With the key in ``path``, made on the first call, readable by its owner only. Raises OSError, and `StoreError` when
    the file is no key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    make = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with contextlib.suppress(FileExistsError), os.fdopen(os.open(path, make, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        return Pseudonyms(bytes.fromhex(path.read_text().strip()))
    except ValueError:
        sentence = f"La clé des pseudonymes {path} est abîmée : restaurez-la ou détruisez-la (cruc privacy forget-key)."
        raise StoreError(sentence) from None


def forget_key(path: Path) -> bool:
    """Destroy the key. What is written over may still be on the disk, as its file system likes. False when there is none."""
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return False
    path.unlink()
    return True


def hidden_below_five(counts: Mapping[K, int]) -> dict[K, int | None]:
    """Counts as they may be published: 1 to 4 are None. When that hides one cell alone, the smallest of the others goes
    with it, or the total would give it away. A zero tells of nobody and stays."""
    shown: dict[K, int | None] = {key: None if 0 < count < SHOWN_FROM else count for key, count in counts.items()}
    others = [key for key, count in shown.items() if count]
    if sum(count is None for count in shown.values()) == 1 and others:
        shown[min(others, key=lambda key: (counts[key], str(key)))] = None
    return shown
