"""What is behind the wall, seen from before it: a call that led to a denunciation is a call like another.

Its row stays, with its times, queue and agent, and so does the person who called; what is taken away is the request, and
whatever of the record would tell that there is one. Whoever may look behind the wall asks for it, and that is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ivr.core.record import CallRecord
from storage.engine import Ask, Row, Steps


def walled_calls() -> Steps[frozenset[str]]:
    """The calls in which a request behind the wall was made, completed or asked about: few, as denunciations are."""
    rows = yield Ask("walled_calls")
    return frozenset(str(row["call"]) for row in rows if row["call"] is not None)


def before_the_wall(rows: Sequence[Row], walled: bool) -> Steps[list[Row]]:
    """Rows of calls, callbacks or work items, each without its request when that is not for these eyes."""
    if walled or not rows:
        return list(rows)
    hidden = {str(row["reference"]) for row in (yield Ask("walled_references"))}
    return [{**row, "request": None} if row.get("request") in hidden else row for row in rows]


def plain(record: CallRecord) -> CallRecord:
    """The record without what tells of a denunciation: what was asked, where the caller went, what was left."""
    gone: dict[str, Any] = {"category": None, "request": None, "path": (), "goals": (), "voice_message": None}
    return replace(record, **gone)
