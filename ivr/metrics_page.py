"""docs/metrics.md, written from the formulas themselves: `python -m ivr.metrics_page > docs/metrics.md`; a test compares."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ivr.core import metrics, metrics_agents, metrics_calls

HEAD = """# Figures

<!-- Written by `python -m ivr.metrics_page`; a test compares. -->

Every figure has one formula, in one place; the wallboard, `cruc report` and `cruc simulate` all ask there. Queues and
agents are counted from what the distributor reports when it is over: a caller's stay in a queue, an agent's part in an
offer, an agent's time outside offers. Calls are counted from their records. A rate that would divide by nothing is a dash.

For each queue and each interval of entering, **offered = answered + abandoned + flow-out + failed + still waiting**. This
is checked whenever figures are made; a report that does not add up is refused, naming the interval.
"""

SECTIONS: tuple[tuple[str, str, type], ...] = (
    ("Queues", "ivr/core/metrics.py", metrics.QueueFigures),
    ("Agents", "ivr/core/metrics_agents.py", metrics_agents.AgentFigures),
    ("Self-service", "ivr/core/metrics_calls.py", metrics_calls.SelfService),
    ("Capture of the matricule", "ivr/core/metrics_calls.py", metrics_calls.CaptureFigures),
    ("Satisfaction", "ivr/core/metrics_calls.py", metrics_calls.Satisfaction),
    ("First contact resolution", "ivr/core/metrics_calls.py", metrics_calls.Resolution),
    ("Announced waits", "ivr/core/metrics_calls.py", metrics_calls.Announcements),
)


def page() -> str:
    return "\n".join([HEAD, *(line for title, file, kind in SECTIONS for line in _section(title, file, kind))]) + "\n"


def _section(title: str, file: str, kind: type) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"{_flat(inspect.getdoc(kind) or '')} ([{file}](../{file}))\n"
    rates = [(name, member) for name, member in vars(kind).items() if isinstance(member, property)]
    if rates:
        yield "| figure | formula |\n|---|---|"
        yield from (f"| `{name}` | {_cell(inspect.getdoc(member) or '')} |" for name, member in rates)
        yield ""


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    print(page(), end="")
