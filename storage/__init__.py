"""The store: the journals of the calls and of the distributor, LOGIREC requests, lost calls, the directory, the agents.

    store = open_store("sqlite:///var/cruc.db")
    await store.open_call(...)
    await store.close()

`Store` is the whole of it. Its rules (`calls`, `logirec`, `callbacks`, `work`...) are written once and run on any `Engine`:
dictionaries that forget (``memory:``), or SQLite. A new engine is a module with the four methods of `storage.engine.Engine`,
its dialect of sql/*.sql, and a line in `open_store`; the contract suite in tests/contract/test_store.py picks it up.

When the disk is full or the database stays locked, a write fails with `StoreError` after at most twice the ``patience``
(once for the group before it, once for its own): the session notes the loss and goes on with the call.
"""

from __future__ import annotations

from pathlib import Path

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
    """Open ``memory:`` or ``sqlite:///relative/path`` (``sqlite:////absolute/path``); a missing file is made, an older
    schema is brought forward. Blocks on the disk: call it before serving.

    Raises `StoreUnreadable`, `SchemaUnknown`, `StoreNotWritable`, `StoreFull`, `StoreBusy` or `StoreError`, each with one
    sentence for the operator and nothing half-done. ``patience`` is in seconds.
    """
    return Store(_engine(url, patience), rules)


def _engine(url: str, patience: float) -> Engine:
    if url == "memory:":
        return MemoryEngine()
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return SqliteEngine(Path(url.removeprefix("sqlite:///")), patience)
    raise StoreError(f"The store « {url} » is none we know: write sqlite:///path/to/file.db or memory: .")


__all__ = [
    "Agent", "CallFile", "CallRow", "CallbackRow", "Engine", "HistoryRow", "MomentRow", "OutboxRow", "Person", "Refused",
    "Report", "RequestFile", "RequestRow", "Rules", "SchemaUnknown", "Store", "StoreBusy", "StoreClosed", "StoreError",
    "StoreFull", "StoreNotWritable", "StoreUnreadable", "WorkRow", "open_store",
]
