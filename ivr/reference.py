"""Writes the reference of the flow language from the language itself: ``python -m ivr.reference > dialplans/README.md``.

Every verb is a dataclass whose fields say their kind, their meaning and their limits; this is where they are shown. A test
writes it again and compares.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from ivr.core.fields import READERS
from ivr.core.flow import FLOW_KEYS
from ivr.core.record import OUTCOMES
from ivr.core.verbs import VERBS, Node, field_doc
from ivr.core.verbs.lookup import FACTORS
from ivr.core.verbs.node import ENGINE_FACTS
from ivr.core.verbs.typed import COLLECTED

INTRODUCTION: Final = """\
# Dialplans: what the 1364 says and does

Written from the code by `python -m ivr.reference > dialplans/README.md`; do not edit it by hand.

| file | what it holds |
|---|---|
| `1364.yaml` | the call tree, in the words below |
| `queues.yaml` | the queues, their rules and the skills of agents; every word is explained in the file |
| `hours.yaml` | opening hours and public holidays (`python -m ivr.public_holidays 2029` adds a year) |
| `categories.yaml` | the categories of requests: who treats them, their documents, delays and closing texts |
| `retention.yaml` | how long personal data is kept, purpose by purpose (docs/privacy.md) |
| `asterisk/` | templates of Asterisk's own configuration |

What is said is in `prompts/fr/catalog.yaml`; here prompts are only named. `cruc check` tells all that is wrong in these
files at once, with file, line and advice; a service that is running keeps the last good version. A change holds for the
calls that begin after it.

Keys and numbers are quoted: `"1"`. Without quotes YAML makes a number of them, and 0123 loses its zero.

## The head of a flow

| key | meaning |
|---|---|
"""

HEAD: Final = {
    "flow": "its name",
    "start": "the first node of a call",
    "start_menu": "where `#` leads when no menu has been heard yet",
    "fallback": "where three misses lead, unless the node says otherwise",
    "callback_start": "the first node of a call that we make to call somebody back; may be left out",
    "notice": "the version of the legal notice, kept on each call that hears it",
    "keys": "keys that work everywhere: key → node. `*` (again) and `#` (back) always work",
    "nodes": "name → node; each has a `verb` and the fields of that verb",
}

KINDS: Final = {
    "node": "a node's name",
    "name": "a word",
    "text": "words",
    "prompts": 'a prompt, or a list of them: `menu.aide`, or `{id: horaires.pause, args: {heure: "{fact}"}}`',
    "choices": "key → `{say: prompts, next: node, facts: {name: value}}`; `say` and `facts` may be left out",
    "keys": "key → node",
    "cases": 'value → node; `""` is nothing',
    "count": "a whole number",
    "seconds": "a number of seconds",
    "flag": "`true` or `false`",
    "skills": "`{skill: level}`: skills of queues.yaml, levels from 1 to 9",
    "errors": "a family of prompts: NAME.silence_1 to 3 and NAME.incompris_1 to 3",
    "goal": "an outcome of the call",
    "queue": "a queue of queues.yaml",
    "calendar": "a calendar of hours.yaml",
    "category": 'a category of categories.yaml, or `"{category}"`',
    "collected": "what is asked for",
    "question": "a question to the store",
    "act": "what a caller may do to a request",
}


def reference() -> str:
    """The whole page, in Markdown."""
    return "\n".join([
        INTRODUCTION + "\n".join(f"| `{key}` | {HEAD[key]} |" for key in FLOW_KEYS),
        "\n## Verbs\n",
        *(_verb(name, verb) for name, verb in VERBS.items()),
        "## Kinds of values\n\n| kind | what is written |\n|---|---|",
        *(f"| {kind} | {KINDS[kind]} |" for kind in READERS),
        "",
        *_facts(),
    ])


def _verb(name: str, verb: type[Node]) -> str:
    limits = {each.name: each.metadata for each in fields(verb)}
    rows = [
        f"| `{field}` | {kind}{_limits(limits[field])} | {default} | {_cell(doc)} |"
        for field, kind, default, doc in field_doc(verb)
    ]
    table = ["| field | kind | default | meaning |", "|---|---|---|---|", *rows]
    return "\n".join([f"### {name}\n", _paragraph(verb), "", *table, ""])


def _paragraph(verb: type[Node]) -> str:
    return re.sub(r"\s+", " ", inspect.getdoc(verb) or "").replace("``", "`")


def _limits(metadata: Mapping[str, Any]) -> str:
    return f" {metadata['low']}..{metadata['high']}" if "low" in metadata else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _facts() -> Iterator[str]:
    yield "## Facts\n"
    yield "`{name}` in an argument of a prompt or in a note is replaced by what is known under that name, and `branch`"
    yield "looks at it. A fact is set by a choice (`facts`), by a `collect` (its `what`), or by the engine:"
    yield f"{', '.join(f'`{name}`' for name in sorted(ENGINE_FACTS))}.\n"
    yield "A choice may also settle `category` (the request's, checked) and `recording_refused`.\n"
    yield "`collect` takes " + ", ".join(f"`{what}`" for what in ("matricule", *COLLECTED)) + ".\n"
    yield "`lookup` asks " + ", ".join(f"`{name}` ({' and '.join(factors)})" for name, factors in FACTORS.items()) + ".\n"
    yield "## Outcomes\n"
    yield f"Of what a call reached, the first of these is its outcome: {', '.join(f'`{name}`' for name, _ in OUTCOMES)}."
    yield ""


if __name__ == "__main__":
    print(reference(), end="")
