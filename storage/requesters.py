"""Who asks: one requester for a matricule, or for a telephone number or a candidate's number as long as there is none.

A matricule is verified when the directory knows it, and unverified until then. What is declared later completes what is
known, and is never taken for proof of who somebody is.
"""

from __future__ import annotations

from typing import Any

from storage.engine import Ask, Row, Steps

DECLARED = ("name", "birth", "direction", "exam_number")


def requester_of(asked: Row, at: float) -> Steps[int | None]:
    """The number of the requester that ``asked`` (matricule, phone, name, birth, direction, exam_number) tells of, made if
    need be; None when nobody can be told from it. A call without a name or a matricule makes nobody. ``asked["found"]``:
    what was found of the matricule already (`found_of`)."""
    declared = {name: asked.get(name) or None for name in DECLARED}
    if asked.get("matricule"):
        found = asked.get("found") or (yield from found_of(str(asked["matricule"])))
        requester = yield from _with_matricule(str(asked["matricule"]), declared, found, at)
    elif asked.get("phone") and (declared["name"] or declared["exam_number"] or asked.get("key") != "call"):
        requester = yield from _at_number(str(asked["phone"]), declared, at)
    else:
        return None
    if asked.get("phone"):
        yield Ask("keep_requester_phone", {"number": asked["phone"], "requester": requester})
    return requester


def found_of(matricule: str) -> Steps[Row]:
    """The requester (``id`` None when there is none), and whether the directory knows the matricule (``listed``)."""
    known = yield Ask("requester_of_matricule", {"matricule": matricule})
    if known and known[0]["standing"] == "verified":
        return {**known[0], "listed": True}
    listed = bool((yield Ask("person", {"matricule": matricule})))
    return {**(known[0] if known else {"id": None, "standing": None}), "listed": listed}


def _with_matricule(matricule: str, declared: dict[str, Any], found: Row, at: float) -> Steps[int]:
    standing = "verified" if found["listed"] or found["standing"] == "verified" else "unverified"
    if found["id"] is not None:
        return (yield from _changed(found, standing, declared))
    return (yield from _made(matricule, standing, declared, at))


def _at_number(number: str, declared: dict[str, Any], at: float) -> Steps[int]:
    known = yield Ask("requester_at_number", {"number": number})
    if known and _same(known[0], declared):
        return (yield from _changed(known[0], "none", declared))
    return (yield from _made(None, "none", declared, at))


def _same(known: Row, declared: dict[str, Any]) -> bool:
    """Two people may share a telephone: another name or another candidate's number is another person."""
    return all(
        not known[name] or not declared[name] or known[name].casefold() == declared[name].casefold()
        for name in ("name", "exam_number")
    )


def _changed(known: Row, standing: str, declared: dict[str, Any]) -> Steps[int]:
    if standing != known["standing"] or any(value and value != known[name] for name, value in declared.items()):
        yield Ask("change_requester", {"id": known["id"], "standing": standing, **declared})
    return int(known["id"])


def _made(matricule: str | None, standing: str, declared: dict[str, Any], at: float) -> Steps[int]:
    made = yield Ask("insert_requester", {"matricule": matricule, "standing": standing, "at": at, **declared})
    return int(made[0]["id"])
