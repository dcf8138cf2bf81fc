"""The two things every verb does: say something, and ask something by keypad and by voice at once.

The keypad is always open. A key stops the prompt at once and wins over speech; keys pressed before they are asked for are
kept (type-ahead) and answer the next question. ``*`` and ``#`` are answers of their own: repeat, and end or go back.
"""

from __future__ import annotations

from collections.abc import Container, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.core.commands import Grammar, Prompt, Started
from ivr.core.messages import Answered, CommandFailed, DigitReceived, Echo, Event, Facts, Heard, Hypothesis, TimerFired

if TYPE_CHECKING:
    from ivr.core.call import Call

Prompts: TypeAlias = tuple[Prompt, ...]
Asking: TypeAlias = "Generator[None, Event, Reply]"

LONGEST_TURN: Final = 17.0
"""Seconds after which a listening turn is over for us, whatever the recogniser thinks."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Keys. ``*`` and ``#`` stand alone; digits were ended by '#', by a pause or by being all that was asked."""

    keys: str


@dataclass(frozen=True, slots=True)
class Said:
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came in time (VoiceXML's noinput)."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something came and was not understood (VoiceXML's nomatch)."""


Reply: TypeAlias = "Typed | Said | Silent | Unclear"


@dataclass(frozen=True, slots=True)
class Question:
    """``digits``: how many keys at most. ``first`` and ``between``: seconds allowed before a key and between two."""

    prompts: Prompts
    digits: int = 1
    grammar: Grammar | None = None
    first: float = 5.0
    between: float = 3.0


def prompt(name: str, **args: object) -> Prompt:
    return Prompt(name, dict(args))  # type: ignore[arg-type]


def say(
    call: Call, prompts: Prompts, *, keys: Container[str] = "", bargein: bool = True
) -> Generator[None, Event, str | None]:
    """Say it to the end. A key in ``keys`` ends it and is returned; any other is kept for the next question, and so is what
    follows it: it may be the ninth digit of a number as well as the key 9."""
    if bargein and call.typed:
        return call.typed.pop(0) if call.typed[0] in keys else None
    if not prompts:
        return None
    playing = call.play(prompts)
    while True:
        event = yield
        match event:
            case DigitReceived(digit=digit) if digit in keys and not call.typed:
                call.stop(playing)
                return digit
            case DigitReceived(digit=digit):
                call.keep(digit)
                if bargein:
                    call.stop(playing)
                    return None
            case Echo(ref=ref) if ref == playing:
                return None


def fetch(call: Call, request: Started) -> Generator[None, Event, Facts | None]:
    """Ask the store and wait for its answer; None when it failed. Keys pressed meanwhile are kept."""
    asked = call.start(request)
    while True:
        event = yield
        match event:
            case DigitReceived(digit=digit):
                call.keep(digit)
            case Answered(ref=ref, facts=facts) if ref == asked:
                return facts
            case Echo(ref=ref) if ref == asked:
                return None


def ask(call: Call, question: Question) -> Asking:
    """Say the prompts, then wait for the answer, by key or by voice."""
    turn = _Turn(call, question)
    reply = turn.begin()
    while reply is None:
        event = yield
        match event:
            case DigitReceived(digit=digit):
                reply = turn.press(digit)
            case Heard(ref=ref) if ref == turn.hearing:
                reply = turn.heard(event)
            case CommandFailed(ref=ref) if ref == turn.hearing:
                turn.lost()
            case TimerFired():
                reply = turn.time_out()
            case Echo(ref=ref) if ref == turn.playing:
                turn.prompt_over()
    turn.end()
    return reply


class _Turn:
    """One question under way: what plays, what listens, which timer runs, what was typed so far."""

    def __init__(self, call: Call, question: Question) -> None:
        self.call = call
        self.question = question
        self.keys = ""
        self.playing: int | None = None
        self.hearing: int | None = None
        self.timer: int | None = None

    def begin(self) -> Reply | None:
        while self.call.typed:
            reply = self.press(self.call.typed.pop(0))
            if reply is not None:
                return reply
        if not self.keys:
            self.playing = self.call.play(self.question.prompts)
        return None

    def prompt_over(self) -> None:
        self.playing = None
        wait = self.question.first
        if self.question.grammar and not self.call.facts.get("deaf"):
            self.hearing = self.call.listen(self.question.grammar, wait)
            wait += LONGEST_TURN
        self._wait(wait)

    def press(self, digit: str) -> Reply | None:
        self._hush()
        if digit == "*":
            return Typed("*")
        if digit == "#":
            return Typed(self.keys or "#")
        self.keys += digit
        if len(self.keys) >= self.question.digits:
            if self.question.digits > 1:
                self.call.entered()
            return Typed(self.keys)
        self._wait(self.question.between)
        return None

    def heard(self, event: Heard) -> Reply | None:
        self.hearing = None
        match event.kind:
            case "speech":
                return Said(event.hypotheses)
            case "noise":
                return Unclear()
            case "silence":
                return Silent()
        self.lost()
        return None

    def lost(self) -> None:
        """The recogniser is lost: this call goes on by keypad, and is not kept waiting for a dead engine again."""
        self.hearing = None
        self.call.facts["deaf"] = True
        self.call.note("deaf")
        self._wait(self.question.first)

    def time_out(self) -> Reply:
        self.timer = None
        return Typed(self.keys) if self.keys else Silent()

    def end(self) -> None:
        self._hush()
        self.call.stop(self.timer)

    def _hush(self) -> None:
        self.call.stop(self.playing)
        self.call.stop(self.hearing)
        self.playing = self.hearing = None

    def _wait(self, seconds: float) -> None:
        self.call.stop(self.timer)
        self.timer = self.call.timer(seconds)


class Tries:
    """Counts what went wrong at one question and chooses the words: shorter help first, the way out last."""

    def __init__(self, call: Call, name: str, limit: int) -> None:
        self._call = call
        self._name = name
        self._limit = limit
        self._silent = 0
        self._unclear = 0

    @property
    def over(self) -> bool:
        return self._silent + self._unclear >= self._limit

    def miss(self, reply: Reply) -> Prompts:
        """What to say before asking again (or before giving up, when `over`)."""
        self._call.typed.clear()
        if isinstance(reply, Silent):
            self._silent += 1
            level, kind = self._silent, "silence"
        else:
            self._unclear += 1
            level, kind = self._unclear, "incompris"
        self._call.note(kind, self._silent + self._unclear)
        return (Prompt(f"{self._name}.{kind}_{3 if self.over else min(level, 2)}"),)
