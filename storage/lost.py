"""Lost calls: each becomes work for somebody, and the work is a request.

Rule 1: a person has one open item, however often the person is lost, and the item has one open request. A call that is lost
again is written into that request (`storage.outcomes`), not into another one; when two turn out to be of the same person,
the younger goes into the older.
Rule 2: an item and a request that exists only because of the call have one end. Whoever closes the item ends the request;
whoever ends the request closes the item (`storage.work.after_end`). A request that the caller made has a life of its own.
Rule 3: a request is not ended as long as somebody is still to be called back for it, by another item or by a callback.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ivr.core.lifecycle import LIVING, Act, Actor
from ivr.core.record import CallRecord
from storage import work
from storage.advancing import advanced
from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.logirec import UNASKED, Rules

ITSELF: Final = Actor(work.ITSELF, "svi")
YOUNG: Final = ("registered", "acknowledged")
"""Nobody but the CRUC has seen such a request: it may be ended at once."""


def after_call(rules: Rules, record: CallRecord, request: str, at: float) -> Steps[None]:
    """``request`` is that of the call."""
    if record.outcome == work.SERVED:
        yield from _close_served(rules, record, request, at)
    elif lost := work.lost(record):
        yield from add(rules, lost, request, at)


def add(rules: Rules, lost: work.Lost, request: str, at: float) -> Steps[None]:
    """``request``, which is open, is the item's, unless the person has an item with another one. Nothing when the person
    can't be called, or will be: a callback waits for that number."""
    who = {"number": lost.number, "matricule": lost.matricule or None}
    if not any(who.values()) or (yield Ask("open_callback", {"number": lost.number})):
        return
    known = yield work.open_items(lost.number, lost.matricule)
    if not known:
        item = {"kind": lost.kind, "queue": lost.queue, "call": lost.call, "request": request, "at": at}
        yield Ask("insert_work_item", {**item, **who})
        return
    first, *others = known
    kept = (yield from open_request(first["request"])) or request
    calls = 1 + sum(other["calls"] for other in others)
    added = {"id": first["id"], "calls": calls, "call": lost.call, "at": at, "request": kept}
    for other in others:
        yield work.closing(other, "sans_objet", work.ITSELF, at, f"regroupé avec l'appel perdu {first['id']}")
    yield Ask("add_to_work_item", {**added, **who})
    for duplicate in (request, *(other["request"] for other in others)):
        yield from end_unless_awaited(rules, duplicate, Act("merge", {"parent": kept}), ITSELF, at)


def open_request(reference: str | None, about: Callable[[Row], bool] = bool) -> Steps[str | None]:
    """The same reference, or None when nothing is to be done any more for that request, or it is about something else."""
    rows = (yield Ask("request", {"reference": reference})) if reference else []
    return reference if rows and rows[0]["status"] in LIVING and about(rows[0]) else None


def awaiting(number: str, matricule: str | None, about: Callable[[Row], bool] = bool) -> Steps[str | None]:
    """The open request in which this person is to be called back: that of the item, or that of the callback. ``about``: of
    a request's row, whether it may be this one."""
    items: list[Row] = (yield work.open_items(number, matricule)) if number or matricule else []
    waiting: list[Row] = (yield Ask("open_callback", {"number": number})) if number else []
    for row in (*items, *waiting):
        if (yield from open_request(row["request"], about)):
            return str(row["request"])
    return None


def _close_served(rules: Rules, record: CallRecord, request: str, at: float) -> Steps[None]:
    """All that is open of this person, unless it was lost later than this call, whose record the sweep closes only now. The
    request of the conversation itself goes on: the agent has it."""
    for item in (yield work.open_items(record.caller, record.matricule)):
        if item["last_at"] <= at:
            yield work.closing(item, "servi_depuis", work.ITSELF, at, None)
            if item["request"] != request:
                yield from end_unless_awaited(rules, item["request"], Act("settle", {"why": "servi_depuis"}), ITSELF, at)


def close_work(rules: Rules, item: int, outcome: str, *, who: str, at: float, note: str | None) -> Steps[None]:
    """Raises `Refused` for an unknown outcome, an unknown item and one closed before."""
    work.check_outcome(outcome)
    rows = yield Ask("work_item", {"id": item})
    if not rows:
        raise Refused(f"L'appel perdu {item} n'existe pas : rien n'a été clos.")
    if rows[0]["state"] != "open":
        raise Refused(f"L'appel perdu {item} a déjà été clos par {rows[0]['closed_by']} : rien n'a été changé.")
    yield work.closing(rows[0], outcome, who, at, note)
    settled = Act("settle", {"why": outcome})
    yield from end_unless_awaited(rules, rows[0]["request"], settled, Actor(who, "agent"), at)


def end_unless_awaited(rules: Rules, reference: str | None, act: Act, actor: Actor, at: float) -> Steps[None]:
    """End a request that exists only because of a call, by 'settle', 'cancel' or 'merge'. Nothing happens to a request that
    its caller made, that a direction has, or for which somebody is still to be called back."""
    if reference is None or act.said.get("parent") == reference:
        return
    rows = yield Ask("request", {"reference": reference})
    if not rows or rows[0]["key"] != UNASKED or rows[0]["status"] not in YOUNG:
        return
    if not (yield Ask("awaited", {"request": reference})):
        yield from advanced(rules, rows[0], (yield from _past_the_wall(rows[0], act)), actor, at)


def _past_the_wall(row: Row, act: Act) -> Steps[Act]:
    """A request behind the wall has no duplicate before it: it ends, and says only that."""
    for parent in (yield Ask("request", {"reference": act.said.get("parent")})):
        if parent["walled"] != row["walled"]:
            return Act("settle", {"why": "regroupé avec un autre appel perdu"})
    return act
