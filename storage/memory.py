"""The engine that forgets: an SQLite database in memory, run at once on the caller's thread. It keeps nothing beyond the
process; its statements are those of the engine that keeps (docs/adr/0020)."""

from __future__ import annotations

import functools
from collections.abc import Callable

from storage.engine import SQLITE, Dialect, P, Steps, T, perform
from storage.errors import NOT_KEPT, StoreClosed, explained
from storage.schema import answer, in_memory, problems
from storage.statements import statements


class MemoryEngine:
    dialect: Dialect = SQLITE

    def __init__(self) -> None:
        self._connection = in_memory()
        self._ask = functools.partial(answer, self._connection, statements())
        self._closed = False

    async def write(self, _promise: bool, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(functools.partial(rule, *args, **kwargs), "COMMIT")

    async def read(self, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(functools.partial(rule, *args, **kwargs), "ROLLBACK")

    async def check(self) -> list[str]:
        return problems(self._connection)

    async def scrub(self) -> None:
        """What was deleted is gone from the memory with the process."""
        if self._closed:
            raise StoreClosed("The store in memory is closed.")

    async def close(self) -> None:
        self._closed = True
        self._connection.close()

    def _run(self, rule: Callable[[], Steps[T]], end: str) -> T:
        if self._closed:
            raise StoreClosed("The store in memory is closed.")
        self._connection.execute("BEGIN")
        try:
            result = perform(rule(), self._ask)
            self._connection.execute(end)
        except NOT_KEPT as error:
            raise explained(error, "in memory") from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return result
