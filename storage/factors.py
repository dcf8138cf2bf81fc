"""Questions that need a second factor: something known to many, and something known to the requester.

Rule 1: a wrong factor, an unknown person and an unknown request are one answer, for which the same is asked of the tables
and the same is written; a comparison takes as long however much of it is right.
Rule 2: wrong ones are counted by the caller's number and by what was asked for, over a day. Beyond the limit the answer is
`LIMITED`, be the factor right or wrong, so that nobody goes through codes or dates of birth by telephone, be it from one
number or from many. Callers who hide their number are counted together. (A call has a limit of its own, in the core.)
Rule 3: what is behind the wall is told by its own reference and code only. And a code opens its own request: where the
original of a duplicate stands is told to its owner, since anybody may register a request with a matricule read in a paper.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any, Final

from ivr.core.messages import Facts, Json
from storage.engine import Ask, Row, Steps
from storage.logirec import UNASKED, Rules, day
from storage.matricules import normal

FAILURES_OF_NUMBER: Final = 9
FAILURES_OF_SUBJECT: Final = 12
A_DAY: Final = 86_400.0
"""Wrong factors in so many seconds after which a number, or a subject, gets no answer."""
LIMITED: Final[Facts] = {"requests": [], "limited": True}
MOST: Final = 10
"""Requests told at most: a caller listens to two or three."""
NOBODY: Final = "0000-00-00"
"""Compared with what is typed where there is no date of birth; no date is equal to it."""
NOT_YET: Final = ("registered", "acknowledged")
"""Statuses of a request that no direction has."""


def _status_by_code(rules: Rules, args: Facts, at: float) -> Steps[Facts]:
    found: list[Row] = []
    typed = str(args["code"])
    for reference in _references(str(args["reference"]), day(at).year):
        rows = yield Ask("request", {"reference": reference})
        found.extend(row for row in rows if _same(row["code"], typed))
    return (yield from _answered(rules, found or None, _tried(args, _number(str(args["reference"]))), at))


def _status_by_birth(rules: Rules, args: Facts, at: float) -> Steps[Facts]:
    matricule = normal(args["matricule"])
    people = yield Ask("person", {"matricule": matricule})
    rows = yield Ask("requests_of_matricule", {"matricule": matricule, "unasked": UNASKED, "limit": MOST})
    born = people[0]["birth"] if people else None
    right = _same(born or NOBODY, _iso(str(args["birth"]))) and born is not None
    return (yield from _answered(rules, rows if right else None, _tried(args, matricule), at))


QUESTIONS: Final[dict[str, Callable[[Rules, Facts, float], Steps[Facts]]]] = {
    "status_by_code": _status_by_code,
    "status_by_birth": _status_by_birth,
}


def _tried(args: Facts, subject: str) -> Row:
    return {"number": str(args.get("caller") or ""), "subject": subject}


def _answered(rules: Rules, rows: list[Row] | None, tried: Row, at: float) -> Steps[Facts]:
    """``rows``: None when the factor is wrong; ``tried``: by whom, and what the factor was given for."""
    failed = (yield Ask("factor_failures", {**tried, "after": at - A_DAY}))[0]
    if failed["of_number"] >= FAILURES_OF_NUMBER or failed["of_subject"] >= FAILURES_OF_SUBJECT:
        return LIMITED
    if rows is None:
        yield Ask("insert_factor_failure", {**tried, "at": at})
        return {"requests": []}
    yield Ask("forget_factor_failures", tried)
    requests: list[Json] = []
    for row in rows:
        requests.append((yield from _told(rules, row)))  # noqa: PERF401 - a comprehension cannot ask
    return {"requests": requests}


def _told(rules: Rules, row: Row) -> Steps[Facts]:
    """A request as the requester may hear of it; a duplicate stands where the requester's own original stands."""
    stands = row
    if row["status"] == "merged":
        for parent in (yield Ask("request", {"reference": row["parent"]})):
            stands = parent if _of_its_owner(row, parent) else row
    return {
        "reference": row["reference"], "category": row["category"], "date": day(row["created_at"]).isoformat(),
        "status": stands["status"], "since": day(stands["since"]).isoformat(), "due": stands["due_at"],
        "direction": _direction(rules, stands), "waits_for": stands["waits_for"], "reopened": stands["reopened"],
        "satisfaction": stands["satisfaction"], "resolved": _date(stands["resolved_at"]),
        "closed": _date(stands["closed_at"]), "parent": stands["reference"] if stands is not row else None,
    }


def _of_its_owner(row: Row, parent: Row) -> bool:
    """Both are of one requester, who gave a second factor for the duplicate or called from the same number."""
    same = any(row[who] is not None and row[who] == parent[who] for who in ("requester", "matricule"))
    known = row["verified"] or (row["phone"] is not None and row["phone"] == parent["phone"])
    return bool(same and known and parent["walled"] == row["walled"])


def _direction(rules: Rules, row: Row) -> str:
    """'' as long as the CRUC has it."""
    return str(row["direction"] or (rules.directions.get(row["category"], "") if row["status"] not in NOT_YET else ""))


def _date(at: Any) -> str | None:
    return None if at is None else day(at).isoformat()


def _references(typed: str, year: int) -> list[str]:
    """The references that a caller may mean: 'REQ-2026-000123' or '2026000123' is one; '123' is of this year or the last."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) >= 10:
        return [f"REQ-{digits[:4]}-{digits[4:]}"]
    return [f"REQ-{recent}-{digits:0>6}" for recent in (year, year - 1)] if digits else []


def _number(typed: str) -> str:
    """The part of a reference that all ways of typing it have in common, so that they are counted together."""
    digits = re.sub(r"\D", "", typed)
    return f"{digits[4:] if len(digits) >= 10 else digits:0>6}"[:40]


def _iso(birth: str) -> str:
    """'24121980', as a keypad types it, or '1980-12-24' → '1980-12-24'."""
    digits = re.sub(r"\D", "", birth)
    return birth if "-" in birth else f"{digits[4:]}-{digits[2:4]}-{digits[:2]}"


def _same(kept: str, typed: str) -> bool:
    """Equal, in a time that does not tell how much is equal."""
    return hmac.compare_digest(kept.encode(), typed.encode())
