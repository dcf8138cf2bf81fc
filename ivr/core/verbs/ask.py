"""Verbs that ask: menu, collect."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core.dialogue import Prompts, Question, Silent, Tries, ask, say
from ivr.core.messages import Event, Json
from ivr.core.verbs.identify import identify
from ivr.core.verbs.node import Choice, Node, give_up, keys_of, leave_by, spec, universal

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Node):
    """A choice by key. Says the intro, then each choice's line; ``*`` says it again, ``#`` goes back, 0 asks an agent."""

    prompts: Prompts = spec("prompts", "what is said before the choices", default=())
    errs: ClassVar[tuple[str, ...]] = ("erreur",)
    choices: tuple[tuple[str, Choice], ...] = spec("choices", "key → {say, next, facts}")
    errors: str = spec("errors", "prefix of the silence_1..3 and incompris_1..3 prompts", default="erreur")
    tries: int = spec("count", "how many misses before giving up", default=3, low=1, high=9)
    first: float = spec("seconds", "seconds to begin answering", default=5.0, low=1, high=60)
    failed: str = spec("node", "after too many misses (default: the flow's fallback)", default="")
    silence: str = spec("node", "where silence leads at once, when waiting is an answer", default="")
    top: bool = spec("flag", "the top of the tree: # stays here", default=False)

    def run(self, call: Call) -> Steps:
        self._remember(call)
        choices = dict(self.choices)
        tries = Tries(call, self.errors, self.tries)
        lead: Prompts = ()
        while not tries.over:
            reply = yield from ask(call, Question((*lead, *self._spoken(call)), first=self.first))
            key, lead = keys_of(reply), ()
            if key in choices:
                return self._chosen(call, key, choices[key])
            elsewhere = universal(call, key)
            if elsewhere:
                return elsewhere
            if self.silence and isinstance(reply, Silent):
                return self.silence
            if key != "*":
                lead = tries.miss(reply)
        return (yield from give_up(call, lead, self.failed))

    def _remember(self, call: Call) -> None:
        if self.top:
            call.menus.clear()
        elif self.name in call.menus:
            del call.menus[call.menus.index(self.name):]
        call.menus.append(self.name)

    def _spoken(self, call: Call) -> Prompts:
        return call.fill((*self.prompts, *(line for _key, choice in self.choices for line in choice.say)))

    def _chosen(self, call: Call, key: str, choice: Choice) -> str:
        call.note("chose", f"{self.name}:{key}")
        for fact, value in choice.facts:
            call.facts[fact] = value
            call.note(fact, value)
        return choice.next


def _is_birth(keys: str) -> str | None:
    """DDMMYYYY → ISO date, or None."""
    try:
        return date(int(keys[4:]), int(keys[2:4]), int(keys[:2])).isoformat() if len(keys) == 8 else None
    except ValueError:
        return None


def _is_reference(keys: str) -> str | None:
    """2026000123 → REQ-2026-000123."""
    return f"REQ-{keys[:4]}-{keys[4:]}" if len(keys) == 10 and keys.startswith("20") else None


def _is_code(keys: str) -> str | None:
    return keys if len(keys) == 6 else None


def _is_phone(keys: str) -> str | None:
    """An Ivorian number since 2021: ten digits, mobile 01, 05, 07, fixed 21, 25, 27."""
    return keys if len(keys) == 10 and keys[:2] in {"01", "05", "07", "21", "25", "27"} else None


def _is_exam(keys: str) -> str | None:
    return keys if 3 <= len(keys) <= 12 else None


COLLECTED: Final[dict[str, tuple[int, str, Callable[[str], str | None]]]] = {
    "birth": (8, "naissance", _is_birth),
    "reference": (10, "identifiant", _is_reference),
    "code": (6, "code_suivi", _is_code),
    "phone": (10, "telephone", _is_phone),
    "exam_number": (12, "composition", _is_exam),
}
"""What `collect` can take by keypad: most digits, default prefix of its error prompts, and how it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Node):
    """Ask for a value and keep it as a fact: matricule (by keypad and by voice), birth, reference, code, phone,
    exam_number."""

    says: ClassVar[tuple[str, ...]] = (
        "matricule.confirmer", "matricule.lettre", "matricule.lettre_choix", "matricule.lettre_choix_4",
        "matricule.corriger", "matricule.passer_clavier",
    )
    errs: ClassVar[tuple[str, ...]] = ("matricule", "lettre", "confirmer", *(family for _, family, _ in COLLECTED.values()))
    what: str = spec("collected", "matricule, birth, reference, code, phone or exam_number")
    prompts: Prompts = spec("prompts", "the question")
    next: str = spec("node", "once it is known")
    failed: str = spec("node", "after too many misses (default: the flow's fallback)", default="")
    without: str = spec("node", "matricule: '#' alone goes on without it", default="")
    errors: str = spec("errors", "prefix of the silence_1..3 and incompris_1..3 prompts", default="")
    tries: int = spec("count", "how many misses before giving up", default=3, low=1, high=9)
    first: float = spec("seconds", "seconds to begin answering", default=6.0, low=1, high=60)

    def run(self, call: Call) -> Steps:
        if self.what == "matricule":
            return (yield from identify(call, self))
        longest, errors, read = COLLECTED[self.what]
        tries = Tries(call, self.errors or errors, self.tries)
        lead: Prompts = ()
        while not tries.over:
            question = Question((*lead, *call.fill(self.prompts)), digits=longest, first=self.first)
            reply = yield from ask(call, question)
            keys, lead = keys_of(reply), ()
            value = read(keys)
            if value is not None:
                return self.keep(call, value)
            leave_by(call, reply)
            if keys != "*":
                lead = tries.miss(reply)
        return (yield from give_up(call, lead, self.failed))

    def keep(self, call: Call, value: Json) -> str:
        call.facts[self.what] = value
        call.note("collected", self.what)
        return self.next


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
