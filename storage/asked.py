"""What one may ask of the list of requests, and what it becomes: names of parts of sql/search.sql, with their values."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias, get_args

from ivr.core.lifecycle import ENDED, STATUSES
from storage.errors import Refused
from storage.matricules import normal
from storage.rows import RequestRow

Due: TypeAlias = Literal["due_today", "due_in_3", "overdue", "alert"]
Kind: TypeAlias = Literal["all", "asked", "calls"]
MOST_ROWS: Final = 1000
SOON: Final = 3
"""Business days of 'due_in_3'."""


class Sort(enum.StrEnum):
    """``DUE``: what is open and has a promise first, the earliest before; ``UPDATED``: what changed its status last;
    ``STATUS``: in the order of the life-cycle. Otherwise, and within these, the newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    UPDATED = "updated"
    REFERENCE = "reference"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Search:
    """Which requests. ``text``: all its words must be in the request, each may go on; ``status`` and ``category``: one of
    these (the codes of a family, not its head alone); ``since`` and ``until``: created in [since, until), UTC seconds;
    ``due``: open and due today, within three business days from today, late, or with an alert; ``kind``: those that were
    'asked' for, or the 'calls' that ended without one. Those behind the wall are found only by ``walled``. ``after`` is
    where a page ended (`Found.after`) of the same search; ``counted``: say how many there are (slow when they are many).
    """

    text: str = ""
    status: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    direction: str | None = None
    assignee: str | None = None
    channel: str | None = None
    matricule: str | None = None
    requester: int | None = None
    parent: str | None = None
    since: float | None = None
    until: float | None = None
    due: Due | None = None
    kind: Kind = "all"
    only_open: bool = False
    reopened: bool = False
    walled: bool = False
    sort: Sort = Sort.NEWEST
    limit: int = 50
    after: str | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page. ``after``: where the next one begins, None when this is the last; ``total``: None when not counted."""

    rows: tuple[RequestRow, ...] = ()
    after: str | None = None
    total: int | None = None

    @property
    def more(self) -> bool:
        return self.after is not None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Names of parts that must all hold, and the values of their parameters."""

    where: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def also(self, *where: str, **values: Any) -> Conditions:
        return Conditions((*self.where, *where), {**self.values, **values})


def check(asked: Search) -> None:
    """Raises `Refused` naming the field, in French."""
    for what, given, known in (
        ("un statut", asked.status, tuple(STATUSES)), ("une échéance", (asked.due,) if asked.due else (), get_args(Due)),
        ("un genre", (asked.kind,), get_args(Kind)), ("un tri", (asked.sort,), tuple(Sort)),
    ):
        if wrong := [one for one in given if one not in known]:
            raise Refused(f"« {wrong[0]} » n'est pas {what} : choisissez parmi {', '.join(known)}.")
    if not 1 <= asked.limit <= MOST_ROWS:
        raise Refused(f"La limite est de 1 à {MOST_ROWS} requêtes par page, pas {asked.limit}.")
    for name in ("direction", "assignee", "channel", "parent", "matricule"):
        if any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in getattr(asked, name) or ""):
            raise Refused("Un critère contient des signes de commande : tapez-le de nouveau.")
    if asked.requester is not None and not 0 <= asked.requester < 2**63:
        raise Refused("Le numéro du requérant n'en est pas un : prenez celui que montre sa fiche.")


def conditions(asked: Search, today: date, soon: date) -> Conditions:
    """All but the text, the order and the page. ``soon``: the last day of 'due_in_3'."""
    given = Conditions() if asked.walled else Conditions().also("not_walled")
    given = _one_or_several(given, "status", "statuses", asked.status)
    given = _one_or_several(given, "category", "categories", asked.category)
    for name in ("direction", "assignee", "channel", "requester", "parent", "since", "until"):
        if (value := getattr(asked, name)) is not None:
            given = given.also(name, **{name: value})
    if asked.matricule is not None:
        given = given.also("matricule", matricule=normal(asked.matricule))
    if asked.kind != "all":
        given = given.also(asked.kind)
    if asked.reopened:
        given = given.also("reopened")
    return _in_time(given, asked, today, soon)


def _one_or_several(given: Conditions, one: str, several: str, values: tuple[str, ...]) -> Conditions:
    if len(values) == 1:
        return given.also(one, **{one: values[0]})
    return given.also(several, **{several: json.dumps(values)}) if values else given


def _in_time(given: Conditions, asked: Search, today: date, soon: date) -> Conditions:
    if asked.due in ("due_today", "due_in_3"):
        last = soon if asked.due == "due_in_3" else today
        return given.also("due_by", due_from=today.isoformat(), due_to=last.isoformat())
    if asked.due == "overdue":
        return given.also("overdue", due_from=today.isoformat())
    if asked.due == "alert":
        return given.also("alert")
    living = bool(asked.status) and not ENDED & set(asked.status)  # said aloud, it lets an index of open requests be used
    return given.also("open") if asked.only_open or living else given
