"""Verbs that leave something behind: request, callback, voicemail, survey."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.core.dialogue import Prompts, Question, Tries, ask, fetch, prompt, say
from ivr.core.messages import (
    CommandFailed,
    DigitReceived,
    Echo,
    Event,
    Facts,
    Json,
    Prompt,
    Record,
    Recorded,
    RegisterCallback,
    RegisterRequest,
    StopRecording,
)
from ivr.core.verbs.ask import COLLECTED, confirm
from ivr.core.verbs.node import Node, keys_of, leave_by, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Node):
    """Register a LOGIREC request. The caller hears its reference only once it is durably written."""

    says: ClassVar[tuple[str, ...]] = (
        "requete.objet_confirme", "requete.enregistree", "requete.repeter", "requete.code_suivi", "requete.echec",
    )
    errs: ClassVar[tuple[str, ...]] = ("confirmer",)
    category: str = spec("category", "the category, or {category} for what the caller chose")
    prompts: Prompts = spec("prompts", "said before the confirmation, such as the documents wanted", default=())
    next: str = spec("node", "once it is registered")
    refused: str = spec("node", "when the caller does not confirm")
    failed: str = spec("node", "when the store cannot take it (default: the flow's fallback)", default="")
    note: str = spec("text", "kept on the request; {fact} is what is known", default="")
    follows: bool = spec("flag", "is it about the request just told? Its reference is kept as the parent", default=False)

    def run(self, call: Call) -> Steps:
        category = str(call.facts.get("category", "")) if self.category == "{category}" else self.category
        label = prompt("requete.objet_confirme", categorie=f"categorie.{category}")
        yield from say(call, call.fill(self.prompts))
        if not (yield from confirm(call, (label,))):
            return self.refused
        call.note("category", category)
        answer = yield from fetch(call, RegisterRequest(call.ref(), self._draft(call, category)))
        if answer is None:
            yield from say(call, (Prompt("requete.echec"),))
            return self.failed or call.flow.fallback
        yield from self._told(call, answer)
        return self.next

    def _draft(self, call: Call, category: str) -> dict[str, Json]:
        return {
            "key": f"{self.name}:{category}:{call.facts.get('registered', 0)}", "category": category,
            "matricule": call.facts.get("matricule"), "verified": bool(call.facts.get("verified")),
            "caller": call.facts.get("caller"), "note": call.filled(self.note),
            "parent": call.facts.get("reference") if self.follows else None,
        }

    def _told(self, call: Call, answer: Facts) -> Generator[None, Event, None]:
        reference = answer["reference"]
        call.facts.update(reference=reference, registered=int(str(call.facts.get("registered", 0))) + 1)
        call.note("request", reference)
        call.note("goal", "REQUETE_CREEE")
        call.typed.clear()
        yield from say(call, (
            prompt("requete.enregistree", reference=reference),
            prompt("requete.repeter", reference=reference),
            prompt("requete.code_suivi", code=answer["code"]),
        ))


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback(Node):
    """Keep the caller's number for an agent to call back; asks for one when it is withheld or not the right one."""

    says: ClassVar[tuple[str, ...]] = (
        "rappel.confirmer_numero", "rappel.autre_numero", "rappel.numero_masque",
        "rappel.enregistre", "rappel.deja_demande",
    )
    errs: ClassVar[tuple[str, ...]] = ("confirmer", "telephone")
    queue: str = spec("queue", "the queue that calls back, unless the caller waited in another one")
    next: str = spec("node", "once it is kept")
    failed: str = spec("node", "when no number could be taken, or kept")
    prompts: Prompts = spec("prompts", "said first", default=())
    ask: bool = spec("flag", "have the number confirmed? When not, the caller's own is taken", default=True)

    def run(self, call: Call) -> Steps:
        yield from say(call, call.fill(self.prompts))
        number = yield from self._number(call)
        if not number:
            return self.failed
        answer = yield from fetch(call, RegisterCallback(call.ref(), number, call.record.queue or self.queue, self.name))
        if answer is None:
            return self.failed
        call.note("callback", number)
        call.note("goal", "RAPPEL_PROGRAMME")
        told = "rappel.deja_demande" if answer.get("already") else "rappel.enregistre"
        yield from say(call, (Prompt(told),), bargein=False)
        return self.next

    def _number(self, call: Call) -> Generator[None, Event, str]:
        caller = str(call.facts.get("caller") or "")
        if caller and not self.ask:
            return caller
        if caller and (yield from confirm(call, (prompt("rappel.confirmer_numero", telephone=caller),))):
            return caller
        lead: Prompts = () if caller else (Prompt("rappel.numero_masque"),)
        return (yield from self._typed(call, lead))

    def _typed(self, call: Call, lead: Prompts) -> Generator[None, Event, str]:
        longest, errors, read = COLLECTED["phone"]
        tries = Tries(call, errors, 3)
        while not tries.over:
            question = Question((*lead, Prompt("rappel.autre_numero")), digits=longest, first=8.0)
            reply = yield from ask(call, question)
            keys = keys_of(reply)
            number = read(keys)
            if number:
                return number
            leave_by(call, reply)
            lead = () if keys == "*" else tries.miss(reply)
        yield from say(call, lead)
        return ""


SHORTEST_MESSAGE = 1.0
"""Seconds below which nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Node):
    """Take a voice message after the beep; '#' or a long silence ends it."""

    says: ClassVar[tuple[str, ...]] = ("requete.message_court", "messagerie.vide")
    prompts: Prompts = spec("prompts", "said before the beep")
    next: str = spec("node", "once the message is kept")
    failed: str = spec("node", "when there is no message")
    seconds: int = spec("count", "the longest message, in seconds", default=60, low=5, high=300)
    thanks: Prompts = spec("prompts", "said once it is kept", default=())
    goal: str = spec("goal", "the outcome reached", default="")

    def run(self, call: Call) -> Steps:
        yield from say(call, call.fill(self.prompts), bargein=False)
        for _ in range(2):
            taken = yield from self._take(call)
            if taken is not None and taken.seconds >= SHORTEST_MESSAGE:
                call.facts["voice_message"] = taken.name
                if self.goal:
                    call.note("goal", self.goal)
                yield from say(call, call.fill(self.thanks))
                return self.next
            yield from say(call, (Prompt("requete.message_court"),), bargein=False)
        yield from say(call, (Prompt("messagerie.vide"),))
        return self.failed

    def _take(self, call: Call) -> Generator[None, Event, Recorded | None]:
        call.typed.clear()
        recording = call.start(Record(call.ref(), self.seconds))
        while True:
            event = yield
            match event:
                case DigitReceived():
                    call.do(StopRecording(recording))
                case Recorded():
                    return event
                case CommandFailed(ref=ref) if ref == recording:
                    return None
                case Echo():
                    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey(Node):
    """Ask for a score of 1 to 5. Not answering is an answer: once asked, never insisted upon."""

    says: ClassVar[tuple[str, ...]] = ("enquete.note_invalide",)
    prompts: Prompts = spec("prompts", "the question")
    next: str = spec("node", "after it")
    thanks: Prompts = spec("prompts", "said after an answer", default=())

    def run(self, call: Call) -> Steps:
        question = Question(call.fill(self.prompts), first=4.0)
        for _ in range(2):
            reply = yield from ask(call, question)
            key = keys_of(reply)
            if key in {"1", "2", "3", "4", "5"}:
                call.note("satisfaction", int(key))
                yield from say(call, call.fill(self.thanks))
                break
            leave_by(call, reply)
            if not key:
                break
            question = Question((Prompt("enquete.note_invalide"),), first=4.0)
        return self.next
