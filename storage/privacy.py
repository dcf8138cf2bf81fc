"""Who reads what about whom: the access log, which is only added to, and the holds that keep a request out of purges.

A subject is what was read: a request's reference, a matricule, a number, a call's id, or the criteria of a list. A list in
which people are masked is one row; a record read in full is one row for each person. Two of each day's rows could be chained
by a digest later: ids go up by one and nothing is rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from storage import directory
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.matricules import normal
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


def log_access(access: Row, subjects: Sequence[str]) -> Steps[None]:
    """``access``: who, role, act, why, at. Raises `Refused` for an act that is none of `ACTS`, for nobody who acts and for
    nothing that was read."""
    if access["act"] not in ACTS:
        raise Refused(f"« {access['act']} » n'est pas un accès : dites {', '.join(ACTS)}.")
    if not access["who"].strip() or not all(subjects) or not subjects:
        raise Refused("Un accès se note avec qui l'a fait et ce qui a été lu.")
    for subject in dict.fromkeys(subjects):
        yield Ask("insert_access", {**access, "subject": subject})


def accesses(
    subject: str | None, who: str | None, since: float, until: float, limit: int,
) -> Steps[tuple[Access, ...]]:
    rows = yield Ask("accesses", {"subject": subject, "who": who, "since": since, "until": until, "limit": limit})
    return tuple(told(Access, row) for row in rows)


# ------------------------------------------------------------------------------------------------------------------- holds
@dataclass(frozen=True, slots=True)
class Hold:
    """A request that no purge touches, with its calls, until it is released."""

    id: int
    request: str
    at: float
    who: str
    why: str
    released_at: float | None
    released_by: str | None
    released_why: str | None


def hold(reference: str, who: str, why: str, at: float) -> Steps[None]:
    """Raises `Refused` for an unknown request, one that is held and one that was archived already."""
    _reasoned(why)
    rows = yield Ask("request", {"reference": reference})
    if not rows:
        raise Refused(f"La requête {reference[:40]} n'existe pas : vérifiez sa référence.")
    if rows[0]["archived_at"] is not None:
        raise Refused(f"La requête {reference} est déjà archivée : il n'y a plus rien à conserver.")
    if (yield Ask("active_hold", {"request": reference})):
        raise Refused(f"La requête {reference} est déjà conservée : `cruc privacy holds` le montre.")
    yield Ask("insert_hold", {"request": reference, "at": at, "who": who, "why": why})
    yield from log_access(_line(who, "hold", f"conservation : {why}", at), [reference])


def release(reference: str, who: str, why: str, at: float) -> Steps[None]:
    """Raises `Refused` when it is not held."""
    _reasoned(why)
    if not (yield Ask("active_hold", {"request": reference})):
        raise Refused(f"La requête {reference[:40]} n'est pas conservée : `cruc privacy holds` montre celles qui le sont.")
    yield Ask("release_hold", {"request": reference, "at": at, "who": who, "why": why})
    yield from log_access(_line(who, "hold", f"levée : {why}", at), [reference])


def holds(limit: int) -> Steps[tuple[Hold, ...]]:
    rows = yield Ask("active_holds", {"limit": limit})
    return tuple(told(Hold, row) for row in rows)


def forget_person(matricule: str, who: str, why: str, at: float) -> Steps[None]:
    """Somebody leaves the directory; requests and calls keep their own terms. Raises `Refused` for somebody not in it."""
    _reasoned(why)
    if (yield from directory.person(matricule)) is None:
        raise Refused("Ce matricule n'est pas dans l'annuaire : il n'y a rien à en retirer.")
    yield from directory.forget_person(matricule)
    yield from log_access(_line(who, "purge", f"retrait de l'annuaire : {why}", at), [normal(matricule)])


def _reasoned(why: str) -> None:
    if not why.strip():
        raise Refused("Dites pourquoi : la raison reste au journal des accès.")


def _line(who: str, act: str, why: str, at: float) -> Row:
    return {"who": who, "role": "privacy", "act": act, "why": why, "at": at}
