"""Verbs that ask nothing: say, branch, hours, hangup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core.commands import Prompt
from ivr.core.dialogue import Prompts, prompt, say
from ivr.core.hours import Opening
from ivr.core.verbs.node import Node, spec, universal

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Node):
    """Say prompts, then go on. A key interrupts and answers what follows; 0, * and # work at once."""

    prompts: Prompts = spec("prompts", "what is said, in order")
    next: str = spec("node", "where the call goes on")
    keys: tuple[tuple[str, str], ...] = spec("keys", "keys that lead elsewhere while this is said", default=())
    bargein: bool = spec("flag", "may a key interrupt it?", default=True)
    goal: str = spec("goal", "the outcome reached once it has been said", default="")
    notice: bool = spec("flag", "this is the legal notice: its version is kept on the call", default=False)

    def run(self, call: Call) -> Steps:
        if self.notice:
            call.note("notice", call.flow.notice)
        own = dict(self.keys)
        while True:
            everywhere = {"0", "*", "#"} if call.menus else set()
            skipped = self.bargein and bool(call.typed)
            key = yield from say(call, call.fill(self.prompts), keys={*own, *everywhere}, bargein=self.bargein)
            if self.goal and not skipped:
                call.note("goal", self.goal)
            if key is None:
                return self.next
            if key != "*":
                return own.get(key) or universal(call, key) or self.next


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Node):
    """Go where a fact says: silent and immediate."""

    waits: ClassVar[bool] = False
    fact: str = spec("name", "the fact looked at")
    cases: tuple[tuple[str, str], ...] = spec("cases", "value → node")
    default: str = spec("node", "for any other value, or none")

    def run(self, call: Call) -> Steps:
        value = call.facts.get(self.fact)
        return dict(self.cases).get("" if value is None else str(value), self.default)
        yield  # makes it a generator, as every verb is


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Node):
    """Are we open? Closed, it can say why and when we open again."""

    waits: ClassVar[bool] = False
    says: ClassVar[tuple[str, ...]] = (
        "horaires.pause", "horaires.ferme_jour_ferie", "horaires.ferme_exceptionnel", "horaires.reouverture",
        "hors_horaires.intro",
    )
    calendar: str = spec("calendar", "a calendar of hours.yaml")
    open: str = spec("node", "when open")
    closed: str = spec("node", "when closed")
    announce: bool = spec("flag", "say why it is closed and until when", default=False)
    goal: str = spec("goal", "the outcome of a call that finds us closed", default="")

    def run(self, call: Call) -> Steps:
        opening = call.flow.calendars[self.calendar].at(call.now)
        call.facts["open"] = "yes" if opening.open else "no"
        if opening.open:
            return self.open
        if self.goal:
            call.note("goal", self.goal)
        if self.announce:
            yield from say(call, closed_prompts(opening, call.now))
        return self.closed


WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def closed_prompts(opening: Opening, now: float) -> Prompts:
    """Why it is closed, and when it opens again."""
    if opening.reopens is None:
        return (Prompt("hors_horaires.intro"),)
    hour = opening.reopens.strftime("%H:%M")
    if opening.reason == "lunch":
        return (prompt("horaires.pause", heure=hour),)
    if opening.reason == "exception":
        return (prompt("horaires.ferme_exceptionnel", date=opening.reopens.date().isoformat(), heure=hour),)
    why = "horaires.ferme_jour_ferie" if opening.reason == "holiday" else "hors_horaires.intro"
    return (Prompt(why), prompt("horaires.reouverture", jour=relative_day(opening.reopens, now), heure=hour))


def relative_day(day: datetime, now: float) -> str:
    """'today', 'tomorrow', a weekday ('monday') within the week, else an ISO date: a `day` argument of a prompt."""
    today = datetime.fromtimestamp(now, day.tzinfo or UTC).date()
    ahead = day.date() - today
    if ahead <= timedelta(days=1):
        return "tomorrow" if ahead.days == 1 else "today"
    return WEEKDAYS[day.weekday()] if ahead < timedelta(days=7) else day.date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(Node):
    """Say goodbye and end the call."""

    prompts: Prompts = spec("prompts", "the last words", default=())

    def run(self, call: Call) -> Steps:
        call.typed.clear()
        yield from say(call, call.fill(self.prompts), bargein=False)
        return None
