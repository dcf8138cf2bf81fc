"""Tables as dictionaries, with undoing: what the statements on dictionaries are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from storage.errors import Refused

Line = dict[str, Any]
Lines = list[Line]


def newest(rows: Iterable[Line], time: str, name: str, limit: int) -> Lines:
    return sorted(rows, key=lambda row: (row[time], row[name]), reverse=True)[:limit]


def wanted(rows: Iterable[Line], **asked: Any) -> Lines:
    """Rows that have these values; a value None is not asked."""
    return [row for row in rows if all(value is None or row[name] == value for name, value in asked.items())]


class Table(dict[Any, Line]):
    """Rows by key. A row is replaced, never changed, so undoing is putting the old one back."""

    def __init__(self, name: str, undo: list[Callable[[], object]]) -> None:
        super().__init__()
        self._name = name
        self._undo = undo

    def add(self, key: Any, row: Line) -> Lines:
        if key in self:
            raise Refused(f"The store in memory refuses this write: {self._name} already has {key}.")
        return self.put(key, row)

    def put(self, key: Any, row: Line) -> Lines:
        self._undo.append(partial(self.__setitem__, key, self[key]) if key in self else partial(self.pop, key))
        self[key] = row
        return []

    def add_once(self, key: Any, row: Line) -> Lines:
        return [] if key in self else self.put(key, row)

    def change(self, key: Any, **values: Any) -> Lines:
        return self.put(key, {**self[key], **values})

    def drop(self, key: Any) -> Lines:
        self._undo.append(partial(self.__setitem__, key, self.pop(key)))
        return []

    def get_all(self, key: Any) -> Lines:
        return [self[key]] if key in self else []

    def need(self, key: Any) -> None:
        if key is not None and key not in self:
            raise Refused(f"The store in memory refuses this write: {self._name} has no {key}.")
