"""The rules of the information of the moment: one at a time for each queue, and one for all of them."""

from __future__ import annotations

from storage.engine import Ask, Row, Steps
from storage.errors import Refused
from storage.rows import MomentRow, told


def put_moment(moment: Row) -> Steps[int]:
    """A new one ends the earlier ones of its queue from its beginning on. Raises `Refused` for one that says nothing or
    ends before it begins."""
    if not moment["prompt"] and not moment["sound"]:
        raise Refused("An information of the moment needs a text or a sound: nothing was changed.")
    if moment["until"] is not None and moment["until"] <= moment["since"]:
        raise Refused("An information of the moment ends after it begins: nothing was changed.")
    yield Ask("cut_moments", {"queue": moment["queue"], "since": moment["since"], "until": moment["until"]})
    rows = yield Ask("insert_moment", moment)
    return int(rows[0]["id"])


def end_moment(moment: int, at: float) -> Steps[None]:
    """Raises `Refused` for one that is unknown or over. One that has not begun never will."""
    rows = yield Ask("moment", {"id": moment})
    if not rows or any(end is not None and end <= at for end in (rows[0]["until"], rows[0]["ended_at"])):
        raise Refused(f"No information of the moment {moment} is going on: nothing was changed.")
    yield Ask("end_moment", {"id": moment, "at": at})


def end_moments(at: float) -> Steps[int]:
    """End all that are active; how many."""
    active = yield Ask("moments_at", {"at": at})
    for row in active:
        yield Ask("end_moment", {"id": row["id"], "at": at})
    return len(active)


def moments(at: float) -> Steps[tuple[MomentRow, ...]]:
    rows = yield Ask("moments_at", {"at": at})
    return tuple(told(MomentRow, row) for row in rows)
