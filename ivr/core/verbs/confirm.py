"""Yes or no, by keypad."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from ivr.core.dialogue import Prompts, Question, Tries, ask, say
from ivr.core.messages import Event
from ivr.core.verbs.node import keys_of, leave_by

if TYPE_CHECKING:
    from ivr.core.call import Call


def confirm(call: Call, prompts: Prompts) -> Generator[None, Event, bool]:
    """Ask 1 (yes) or 2 (no). Silence or nonsense three times count as no."""
    tries = Tries(call, "confirmer", 3)
    lead: Prompts = ()
    while not tries.over:
        reply = yield from ask(call, Question((*lead, *prompts)))
        key = keys_of(reply)
        if key in {"1", "2"}:
            return key == "1"
        leave_by(call, reply)
        lead = () if key == "*" else tries.miss(reply)
    yield from say(call, lead)
    return False
