"""The seam between the rules of the store and the engines that keep its rows.

A rule (`storage.calls`, `storage.logirec`...) is a generator: it asks by name, gets rows, and returns its result. It never
sees an engine, so the same rules run in memory, on SQLite's writer thread and on a PostgreSQL server; the names are those of
the statements in sql/*.sql. One run of a rule is one transaction: all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, ParamSpec, Protocol, TypeAlias, TypeVar

Row: TypeAlias = Mapping[str, Any]
"""One row by column name. Values are what JSON and SQL share: str, int, float, None (and bytes for a journal entry)."""

Dialect: TypeAlias = Literal["sqlite", "postgres"]
SQLITE: Final[Dialect] = "sqlite"
POSTGRES: Final[Dialect] = "postgres"


class Ask(NamedTuple):
    """One named statement with its parameters."""

    name: str
    values: Mapping[str, Any] = {}


class Each(NamedTuple):
    """One named statement for each of many rows of parameters, quicker than as many `Ask`s; the answer is empty."""

    name: str
    rows: Iterable[Mapping[str, Any]]


T = TypeVar("T")
P = ParamSpec("P")
Question: TypeAlias = Ask | Each
Steps: TypeAlias = Generator[Question, list[Row], T]


def perform(steps: Steps[T], ask: Callable[[Question], list[Row]]) -> T:
    """Run a rule to its end with a function that answers one question."""
    try:
        question = next(steps)
        while True:
            question = steps.send(ask(question))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


async def perform_over(steps: Steps[T], ask: Callable[[Question], Awaitable[list[Row]]]) -> T:
    """`perform`, when an answer comes over a network."""
    try:
        question = next(steps)
        while True:
            question = steps.send(await ask(question))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


class Engine(Protocol):
    """Keeps rows. Both methods take the rule and its arguments apart, so that an engine may run it again from the start."""

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it runs, for what must be said differently (the words of a full-text search)."""
        ...

    async def write(self, promise: bool, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a rule in one transaction and return once it is committed. A ``promise`` survives a power cut; any other
        write survives the death of the process. Raises what the rule raises, or `StoreError`, with nothing written."""
        ...

    async def read(self, rule: Callable[P, Steps[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a rule that only reads, on one consistent view."""
        ...

    async def check(self) -> list[str]:
        """What is wrong with the files, a sentence each; empty when sound. Reads everything: for ``cruc doctor``."""
        ...

    async def scrub(self) -> None:
        """Write over what was deleted, so that nothing of it is left in the database's files: after a purge. Writes wait
        meanwhile, for as long as it takes to write the database anew. Raises `StoreBusy` when a reader keeps old pages."""
        ...

    async def close(self) -> None:
        """Finish the writes already taken, then let go. Safe more than once."""
