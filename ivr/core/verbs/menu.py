"""The verb that offers a choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.dialogue import Prompts, Question, Silent, Tries, ask
from ivr.core.verbs.node import Choice, Node, give_up, keys_of, spec, universal

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
