"""Who reads what about whom: the access log, which is only added to, and the holds that keep a request out of purges.

A subject is what was read: a request's reference, a matricule, a number, a call's id, or the criteria of a list. A list in
which people are masked is one row; a record read in full is one row for each person. Two of each day's rows could be chained
by a digest later: ids go up by one and nothing is rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from storage.engine import Ask, Steps
from storage.errors import Refused
from storage.rows import told

ACTS: Final = ("read", "list", "search", "listen", "export", "rectify", "purge", "walled", "hold")


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the access log: who, in which role, did what to whose record, at (UTC seconds), and why."""

    id: int
    at: float
    who: str
    role: str
    act: str
    subject: str
    why: str | None


def log_access(who: str, role: str, act: str, subjects: Sequence[str], why: str | None, at: float) -> Steps[None]:
    """Raises `Refused` for an act that is none of `ACTS`, for nobody who acts and for nothing that was read."""
    if act not in ACTS:
        raise Refused(f"« {act} » n'est pas un accès : dites {', '.join(ACTS)}.")
    if not who.strip() or not all(subjects) or not subjects:
        raise Refused("Un accès se note avec qui l'a fait et ce qui a été lu.")
    for subject in dict.fromkeys(subjects):
        yield Ask("insert_access", {"at": at, "who": who, "role": role, "act": act, "subject": subject, "why": why})


def accesses(
    subject: str | None, who: str | None, since: float, until: float, limit: int,
) -> Steps[tuple[Access, ...]]:
    rows = yield Ask("accesses", {"subject": subject, "who": who, "since": since, "until": until, "limit": limit})
    return tuple(told(Access, row) for row in rows)
