"""The store: the journals of the calls and of the distributor, LOGIREC requests, lost calls, the directory, the agents.

    store = open_store("sqlite:///var/cruc.db")
    await store.open_call(...)
    await store.close()

`Store` is the whole of it. Its rules (`calls`, `logirec`, `callbacks`, `work`...) are written once and run on any `Engine`:
an SQLite file, a PostgreSQL server, or SQLite in memory that forgets (``memory:``). The contract suite in tests/contract
holds all three to the same behaviour.

When the disk is full or the database stays locked, a write fails with `StoreError` after at most twice the ``patience``
(once for the group before it, once for its own): the session notes the loss and goes on with the call.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

from storage.addresses import place
from storage.engine import Engine
from storage.errors import (
    Refused,
    SchemaUnknown,
    StoreBusy,
    StoreClosed,
    StoreError,
    StoreFull,
    StoreNotWritable,
    StoreUnreadable,
)
from storage.logirec import Rules
from storage.memory import MemoryEngine
from storage.reports import Report
from storage.rows import (
    Agent,
    CallbackRow,
    CallFile,
    CallRow,
    HistoryRow,
    MomentRow,
    OutboxRow,
    Person,
    RequestFile,
    RequestRow,
    WorkRow,
)
from storage.sqlite import SqliteEngine
from storage.store import Store


def open_store(url: str, rules: Rules | None = None, *, patience: float = 2.0) -> Store:
    """Open ``memory:``, ``sqlite:///relative/path`` (``sqlite:////absolute/path``) or
    ``postgresql://user:password@host:port/database``; a missing file is made (a database is not), an older schema is brought
    forward. Blocks on the disk or the server: call it before serving.

    Raises `StoreUnreadable`, `SchemaUnknown`, `StoreNotWritable`, `StoreFull`, `StoreBusy` or `StoreError`, each with one
    sentence for the operator and nothing half-done. ``patience`` is in seconds.
    """
    return Store(_engine(url, patience), rules)


POSTGRES_SCHEMES: Final = ("postgresql://", "postgres://")


def _engine(url: str, patience: float) -> Engine:
    if url == "memory:":
        return MemoryEngine()
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return SqliteEngine(Path(url.removeprefix("sqlite:///")), patience)
    if url.startswith(POSTGRES_SCHEMES):
        return _postgres(url, patience)
    raise StoreError(f"The store « {url} » is none we know: write sqlite:///path/to/file.db, postgresql://… or memory: .")


def _postgres(url: str, patience: float) -> Engine:
    """Imported here, for a site on SQLite needs no asyncpg."""
    try:
        module = importlib.import_module("storage.postgres")
    except ModuleNotFoundError as missing:
        if missing.name != "asyncpg":
            raise
        sentence = "A store on PostgreSQL needs the Python package asyncpg: install the extra « postgres »."
        raise StoreError(sentence) from missing
    engine: Engine = module.PostgresEngine(url, patience)
    return engine


__all__ = [
    "Agent", "CallFile", "CallRow", "CallbackRow", "Engine", "HistoryRow", "MomentRow", "OutboxRow", "Person", "Refused",
    "Report", "RequestFile", "RequestRow", "Rules", "SchemaUnknown", "Store", "StoreBusy", "StoreClosed", "StoreError",
    "StoreFull", "StoreNotWritable", "StoreUnreadable", "WorkRow", "open_store", "place",
]
