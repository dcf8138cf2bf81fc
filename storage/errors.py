"""What can go wrong with the store, each told in one sentence that says what to do.

A caller that only wants to go on catches `StoreError`; the subclasses are the cases that callers treat differently.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from ivr.ports import StoreUnavailable


class StoreError(StoreUnavailable):
    """The store did not do it, and left nothing half-done."""


class StoreUnreadable(StoreError):
    """There is a file, but it is damaged or no database of ours."""


class SchemaUnknown(StoreError):
    """A newer version of this program wrote the store."""


class StoreNotWritable(StoreError):
    """The folder, the file or the file system refuses writing."""


class StoreFull(StoreError):
    """No disk space: worth trying again once space is made."""


class StoreBusy(StoreError):
    """Another process kept the database locked for longer than the store waits: worth trying again."""


class StoreClosed(StoreError):
    """The store was closed before the write was taken."""


class Refused(StoreError):
    """This write breaks a rule of the store (an unknown call, a sequence number used twice): trying again is useless."""


NOT_KEPT: Final = (sqlite3.Error, UnicodeEncodeError, OverflowError)
"""What SQLite's driver raises: the last two for half a character and for a number of more than 64 bits."""


def explained(error: Exception, where: str) -> StoreError:
    """SQLite's error as ours: the case by its result code, the sentence naming ``where``."""
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return Refused(f"The store {where} refuses this write: it has no room for such a text or number.")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, sqlite3.IntegrityError):
        return Refused(f"The store {where} refuses this write: {error}.")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"There is no disk space left for the store {where}: free some.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"The store {where} is kept locked by another program: end that program or wait for it.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreUnreadable(f"The store {where} is damaged or not a database ({error}): restore its last backup.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreNotWritable(f"The store {where} cannot be written ({error}): give this user the rights to its folder.")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"The disk failed under the store {where} ({error}): check the disk and its free space.")
    return StoreError(f"The store {where} failed: {error}.")
