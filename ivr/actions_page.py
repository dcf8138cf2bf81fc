"""docs/api.md, written from `ivr.desk_actions`: `python -m ivr.actions_page > docs/api.md`; a test compares."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

from ivr.desk_actions import AGENT, CALLER, Action

HEAD = """# The local API

<!-- Written by `python -m ivr.actions_page`; a test compares. -->

HTTP on the Unix socket `control.sock` in the installation's home, which only its owner may open. The command line uses it,
and consoles will. Bodies are JSON objects. What is asked wrongly is refused with 400 and one sentence, what cannot be done
just now with 409 and one sentence in French; then nothing has changed.

```console
$ curl --unix-socket var/control.sock http://control/status
$ curl --unix-socket var/control.sock -d '{"to": "queue:solde"}' http://control/agents/awa/transfer
```

| request | what it does |
|---|---|
| `GET /status` | calls, queues with their day so far, who waits and for whom, agents, callbacks; numbers are covered |
| `POST /agents/ID/ACTION` | what an agent, or a supervisor by that name, does: below |
| `POST /calls/ID/ACTION` | what is done about a caller who waits: below |
| `POST /agents/reload` | agents added, changed or removed in the store count from now on |
| `POST /callbacks/reload` | callbacks added or closed in the store take or leave their places |
| `POST /publish` | the dialplans are read again; faulty ones are refused, and the last good ones stay |
| `POST /drain` | no new calls; the service ends with the last one |
"""


def page() -> str:
    agents, callers = _table("Agents and supervisors", AGENT), _table("Callers who wait", CALLER)
    return "\n".join([HEAD, *agents, *callers])


def _table(title: str, actions: Mapping[str, Action]) -> Iterator[str]:
    yield f"## {title}\n\n| action | fields | what it means |\n|---|---|---|"
    for name, action in actions.items():
        fields = "<br>".join(f"`{field}`: {each.says}{_default(action, field)}" for field, each in action.fields.items())
        yield f"| `{name}` | {fields or '-'} | {_meaning(action)} |"
    yield ""


def _default(action: Action, field: str) -> str:
    return f" ({action.defaults[field]!r} if not given)" if field in action.defaults else ""


def _meaning(action: Action) -> str:
    text = inspect.getdoc(action.makes) or ""
    return "" if text.startswith(action.makes.__name__) else " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
