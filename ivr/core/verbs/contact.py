"""The number at which a caller can be reached: the one of the call, or another one that is typed."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.commands import Prompt
from ivr.core.dialogue import Prompts, Question, Tries, Typed, ask, prompt, say
from ivr.core.messages import Event
from ivr.core.verbs.confirm import confirm
from ivr.core.verbs.node import Node, keys_of, leave_by, spec
from ivr.core.verbs.typed import COLLECTED, national

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Node):
    """Have the caller's number confirmed, or take another one, and keep it as the fact `phone`. A withheld number is asked
    for; `#` alone, or three misses, go on without. Asked once a call."""

    says: ClassVar[tuple[str, ...]] = (
        "requete.numero_rappel", "requete.autre_numero", "requete.sans_numero", "requete.numero_masque",
        "rappel.numero_invalide",
    )
    errs: ClassVar[tuple[str, ...]] = ("confirmer", "telephone")
    next: str = spec("node", "once it is known, or the caller gives none")

    def run(self, call: Call) -> Steps:
        if call.facts.get("phone"):
            return self.next
        shown = str(call.facts.get("caller") or "")
        caller = national(shown) or (shown if re.fullmatch(r"\+?[0-9]{8,15}", shown) else "")
        if caller and (yield from confirm(call, (prompt("requete.numero_rappel", telephone=caller),))):
            number = caller
        else:
            lead = () if caller else (Prompt("requete.numero_masque"),)
            number = yield from typed_number(call, lead, ("requete.autre_numero", "requete.sans_numero"), without=True)
        call.facts["phone"] = number or None
        call.note("contact", bool(number))
        return self.next


def typed_number(
    call: Call, lead: Prompts, question: tuple[str, ...], *, without: bool = False
) -> Generator[None, Event, str]:
    """Ten digits of Côte d'Ivoire; '' after three misses or, ``without``, after '#' alone."""
    longest, errors, read = COLLECTED["phone"]
    tries = Tries(call, errors, 3)
    while not tries.over:
        reply = yield from ask(call, Question((*lead, *map(Prompt, question)), digits=longest, first=8.0))
        keys = keys_of(reply)
        number = read(keys)
        if isinstance(number, str):
            return number
        if without and reply == Typed("#"):
            return ""
        leave_by(call, reply)
        lead = () if keys == "*" else tries.miss(reply)
        if len(keys) > 1 and not tries.over:
            lead = (Prompt("rappel.numero_invalide"),)
    yield from say(call, lead)
    return ""
