"""Statements put together from named parts, for questions of which there are too many to write each one down.

A list of requests has a dozen filters and six orders. Leaving every filter in (``:status IS NULL OR status = :status``)
hides the indexes from a planner, so the filters that are asked are joined: by name, from the parts that stand in the .sql
files of each engine. What a person typed is only ever a parameter. The name of the statement says what it is made of,

    listed||newest|status not_walled after_newest

and is all there is to it: the same name is the same text, so a database prepares it once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

BETWEEN = "|"


class Composed(NamedTuple):
    """``form`` has room for the others: the rows' numbers by ``ids`` (any of them), the ``order``, the conditions of
    ``where`` (all of them). Each is the name of a part."""

    form: str
    ids: tuple[str, ...] = ()
    order: str = ""
    where: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return BETWEEN.join((self.form, " ".join(self.ids), self.order, " ".join(self.where)))


class Statements(dict[str, str]):
    """Statements by name; one that is composed is made when it is first asked for."""

    def __init__(self, written: Mapping[str, str], parts: Mapping[str, str]) -> None:
        super().__init__(written)
        self._parts = parts

    def __missing__(self, name: str) -> str:
        """Raises KeyError for a name that is neither written nor made of parts."""
        if BETWEEN not in name:
            raise KeyError(name)
        self[name] = made = composed(name, self._parts)
        return made


def composed(name: str, parts: Mapping[str, str]) -> str:
    """The SQL of a composed name. Raises KeyError for a part that does not exist."""
    form, ids, order, where = name.split(BETWEEN)
    return (
        parts[form]
        .replace("{ids}", "\nUNION ".join(parts[each] for each in ids.split()))
        .replace("{order}", parts[f"order_{order}"] if order else "")
        .replace("{where}", "\n  AND ".join(parts[each] for each in where.split()) or "1 = 1")
    )


def parts_in(source: str) -> dict[str, str]:
    """The parts of a file: ``-- part: name`` on a line of its own, then the text up to an empty line."""
    return dict(re.findall(r"^-- part: (\w+)\n(.+?)(?=\n\n|\s*\Z)", source, re.MULTILINE | re.DOTALL))
