"""What can go wrong with a PostgreSQL server, as `storage.errors` has it: one sentence each, never with a password."""

from __future__ import annotations

from typing import Final

import asyncpg

from storage.errors import Refused, StoreBusy, StoreError, StoreFull, StoreNotWritable, StoreUnreadable

RETRIED: Final = ("40001", "40P01", "0A000")
"""Serialization failure, deadlock, a plan that another process's migration made old: nothing was done, run it again."""
GONE: Final = ("08", "57P")
"""Classes of what ends a connection: the network, a server that stops or starts."""


class Lost(Exception):
    """The connection ended; ``explained`` says why. What its transaction did is undone, unless it was committing."""


def is_lost(error: BaseException) -> bool:
    """No answer will come on this connection any more."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(GONE)
    return isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.InternalClientError) and not isinstance(
        error, asyncpg.DataError)


def is_passing(error: BaseException) -> bool:
    """Of a connection that could not be made: worth trying again at once."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith((*GONE, "53300"))
    return isinstance(error, OSError | asyncpg.InterfaceError)


def is_of_one_write(error: BaseException) -> bool:
    """False for what would befall the others too: no space, no lock, a standby."""
    return not (getattr(error, "sqlstate", None) or "").startswith(("25", "53", "55", "57", "58", "XX"))


SENTENCES: Final[tuple[tuple[str, type[StoreError], str], ...]] = (
    ("23", Refused, "The store {where} refuses this write: {why}."),
    ("22", Refused, "The store {where} refuses this write: {why}."),
    ("53100", StoreFull, "There is no disk space left for the store {where}: free some on its server."),
    ("53300", StoreBusy, "The server of the store {where} has no connection left: raise max_connections or end others."),
    ("53", StoreError, "The server of the store {where} is short of memory or another resource ({why}): see its log."),
    ("55P03", StoreBusy, "The store {where} is kept locked by another program: end that program or wait for it."),
    ("57014", StoreBusy, "The server of the store {where} ended a question that took too long: try again."),
    ("57P03", StoreBusy, "The server of the store {where} is starting or stopping ({why}): try again in a moment."),
    ("57", StoreBusy, "The server of the store {where} was stopped ({why}): start it, then try again."),
    ("08", StoreBusy, "The connection with the store {where} was lost ({why}): try again."),
    ("40", StoreBusy, "The store {where} was changed by another program meanwhile ({why}): try again."),
    ("25006", StoreNotWritable, "The store {where} is read-only, as a standby is: give the address of the primary server."),
    ("25", StoreBusy, "The server of the store {where} ended a transaction ({why}): try again."),
    ("28", StoreError, "The server refuses the user of the store {where} ({why}): check user, password and pg_hba.conf."),
    ("3D000", StoreError, "There is no database {where}: createdb -T template0 -E UTF8 --locale=C (docs/operations.md)."),
    ("42501", StoreNotWritable, "The user of the store {where} has too few rights ({why}): make it the database's owner."),
    ("XX001", StoreUnreadable, "The store {where} is damaged ({why}): restore its last backup."),
    ("XX002", StoreUnreadable, "An index of the store {where} is damaged ({why}): REINDEX its database."),
)


def explained(error: BaseException, where: str, secret: str = "") -> StoreError:
    """The case by its SQLSTATE; the sentence names ``where`` and never holds ``secret``."""
    case, sentence = _case(error)
    why = " ".join(_words(error).split()).rstrip(".") or type(error).__name__
    told = sentence.format(where=where, why=why.replace(secret, "…") if secret else why)
    return case(told)


def _words(error: BaseException) -> str:
    """What went wrong without the values that were to be written, which tell of a person: a server's details repeat them,
    and so do the words about a value of the wrong kind."""
    if isinstance(error, asyncpg.DataError):
        return type(error).__name__
    if isinstance(error, asyncpg.PostgresError):
        return str(error.args[0]) if error.args else ""
    return str(error)


def _case(error: BaseException) -> tuple[type[StoreError], str]:
    if isinstance(error, asyncpg.PostgresError):
        for prefix, case, sentence in SENTENCES:
            if (error.sqlstate or "").startswith(prefix):
                return case, sentence
    elif isinstance(error, asyncpg.DataError | UnicodeEncodeError):
        return Refused, "The store {where} refuses this write: {why}."
    elif isinstance(error, OSError | asyncpg.InterfaceError | Lost):
        return StoreBusy, "The server of the store {where} cannot be reached ({why}): start it, or check the address."
    return StoreError, "The store {where} failed: {why}."
