"""What time brings to requests by itself: alerts on the way to the promised day and after it, and closing."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final

from ivr.core.delays import Promise, last_day_before, level
from ivr.core.lifecycle import CLOSED_AFTER, Act, Actor
from storage.advancing import DATES, advanced, noted
from storage.engine import Ask, Row, Steps
from storage.logirec import Rules, day, to_tell

ITSELF: Final = Actor("règle", "rule")
AT_ONCE: Final = 200
"""Requests changed in one transaction at most: calls are written in between."""


def keep_time(rules: Rules, at: float) -> Steps[int]:
    """Returns how many changed; less than `AT_ONCE` means that nothing is left to do today."""
    alerts = yield Ask("alerts_due", {"today": day(at).isoformat(), "limit": AT_ONCE})
    for row in alerts:
        yield from _alert(row, at)
    closing = yield Ask("resolved_before", {"at": _closed_up_to(rules, at), "limit": AT_ONCE - len(alerts)})
    for row in closing:
        yield from advanced(rules, row, Act("close", {"why": f"{CLOSED_AFTER} jours ouvrés sans contestation"}), ITSELF, at)
    return len(alerts) + len(closing)


def _alert(row: Row, at: float) -> Steps[None]:
    reached = level(Promise(*(row[name] or row["due_at"] for name in DATES)), day(at))
    yield Ask("set_alert", {"reference": row["reference"], "alert": reached})
    yield noted(row, "échéance", ITSELF.name, at, why=f"{reached} % du délai")
    yield to_tell("request_alert", str(row["reference"]), at, percent=reached)


def _closed_up_to(rules: Rules, at: float) -> float:
    """What was resolved before the end of that day has had its ten business days."""
    last = last_day_before(day(at), CLOSED_AFTER + 1, rules.business_days_after)
    return datetime.combine(last, time.max, UTC).timestamp()
