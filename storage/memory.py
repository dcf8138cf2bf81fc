"""The engine that forgets: dictionaries instead of tables. The shipped fake, held to the contract of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.engine import Ask, P, Row, Steps, T, perform
from storage.errors import StoreClosed
from storage.memory_tables import Tables


class MemoryEngine:
    def __init__(self) -> None:
        self._tables = Tables()
        self._closed = False

    async def write(self, _promise: bool, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        kept = False
        try:
            result = perform(rule(*args, **kwargs), self._ask)
            kept = True
        finally:
            self._tables.end(kept)
        return result

    async def read(self, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return perform(rule(*args, **kwargs), self._ask)

    async def check(self) -> list[str]:
        return []

    async def close(self) -> None:
        self._closed = True

    def _ask(self, question: Ask) -> list[Row]:
        if self._closed:
            raise StoreClosed("The store in memory is closed.")
        statement: Callable[..., list[dict[str, Any]]] = getattr(self._tables, question.name)
        return [dict(row) for row in statement(**question.values)]
