"""docs/request.md: the life of a request, drawn from the table that decides it (`ivr.core.lifecycle.ACTS`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ivr.core.lifecycle import ACTS, BACK, CLOSED_AFTER, LIVING, REOPEN_WITHIN, ROLES, STATUSES, Rule

REQUEST_PAGE: Final = "docs/request.md"

TEXT: Final = """\
<!-- Written by `python -m ivr.diagrams` from `ivr.core.lifecycle.ACTS`. Edit the table, not this page. -->
# A request

A status is what its requester may be told. An act that is not in the table, by somebody who may not, or without what must be
said with it changes nothing and says in French why. Every act is a line of the history: who, when, what, why.

```mermaid
{diagram}
```

| status | in French | the clock of the promise |
|---|---|---|
{statuses}

| act | from | to | who | with |
|---|---|---|---|---|
{acts}

« back » is where the work goes on: *En traitement* at the direction that has the request, or else *Prise en charge* at
the CRUC. A department acts on what was assigned to it. What was answered closes by itself after {closed} business days; a
request is reopened within {days} days, and promised anew. A duplicate is answered with its original; unlinked, it goes on
by itself. At 80, 100 and 150 % of the delay an alert is told, once each.
"""


def request_page() -> str:
    return TEXT.format(
        diagram="\n".join(_diagram()), closed=CLOSED_AFTER, days=int(REOPEN_WITHIN // 86_400),
        statuses="\n".join(f"| {code} | {name} | {_clock(code)} |" for code, name in STATUSES.items()),
        acts="\n".join(_row(name, rule) for name, rule in ACTS.items()),
    )


def _clock(status: str) -> str:
    if status not in LIVING:
        return "over"
    return "stands still" if status == "pending_requester" else "runs"


def _row(name: str, rule: Rule) -> str:
    who = ", ".join(role for role in ROLES if role in rule.who)
    within = f" (within {int(rule.within // 86_400)} days)" if rule.within else ""
    return f"| {name} | {_sources(rule)} | {rule.to}{within} | {who} | {', '.join(rule.needs) or '–'} |"


def _sources(rule: Rule) -> str:
    return "any living" if rule.come_from == LIVING else ", ".join(rule.come_from)


def _diagram() -> Iterator[str]:
    """What is possible from every living status is one arrow from them all; « back » goes to both places it may mean."""
    yield "stateDiagram-v2"
    yield "    [*] --> registered"
    yield "    state living {"
    yield from _arrows({name: rule for name, rule in ACTS.items() if _target_lives(rule)}, "        ")
    yield "    }"
    yield from _arrows({name: rule for name, rule in ACTS.items() if not _target_lives(rule)}, "    ")


def _target_lives(rule: Rule) -> bool:
    return set(rule.come_from) <= set(LIVING) and (rule.to in LIVING or rule.to == BACK)


def _arrows(acts: dict[str, Rule], indent: str) -> Iterator[str]:
    moves: dict[tuple[str, str], list[str]] = {}
    for name, rule in acts.items():
        for source in ["living"] if rule.come_from == LIVING else rule.come_from:
            for target in ("acknowledged", "in_progress") if rule.to == BACK else (rule.to,):
                moves.setdefault((source, target), []).append(name)
    for (source, target), named in moves.items():
        yield f"{indent}{source} --> {target}: {', '.join(named)}"
