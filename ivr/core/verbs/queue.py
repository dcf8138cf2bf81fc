"""The verb that brings the caller to an agent."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core.commands import AskPlace, Connect, Enqueue, Prompt, StartMusic
from ivr.core.dialogue import Prompts, prompt, say
from ivr.core.messages import (
    AgentAnswered,
    AgentChanged,
    AgentHeld,
    AgentLeft,
    AgentRinging,
    CommandFailed,
    Connected,
    DigitReceived,
    Echo,
    Event,
    Json,
    PlaceKept,
    QueueChanged,
    QueueMoved,
    QueueRefused,
    TimerFired,
)
from ivr.core.offers import Skills
from ivr.core.verbs.node import Node, spec
from ivr.core.wait import MORE, announced

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

SHOWN: Final = ("caller", "matricule", "verified", "category", "reference", "open", "recording_refused")
"""The facts that an agent is shown with the call, and by which it is decided whether it is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Node):
    """Wait for an agent with music, be told one's place, talk; then go on."""

    says: ClassVar[tuple[str, ...]] = (
        "file.suivant", "file.position", "file.patienter_1", "file.attente", "file.attente_longue", "rappel.proposer",
    )
    queue: str = spec("queue", "the queue")
    next: str = spec("node", "after the conversation")
    refused: str = spec("node", "when the queue does not take the caller (full, nobody signed in)")
    timeout: str = spec("node", "after waiting too long")
    prompts: Prompts = spec("prompts", "said on entering the queue", default=())
    reminder: Prompts = spec("prompts", "said after each announcement but the first", default=())
    priority: int = spec("count", "minutes of waiting given in advance", default=0, low=0, high=60)
    longest: float = spec("seconds", "the longest wait", default=600.0, low=10, high=7200)
    every: float = spec("seconds", "seconds between two announcements", default=45.0, low=10, high=600)
    music: str = spec("name", "the music class", default="attente")
    keys: tuple[tuple[str, str], ...] = spec("keys", "keys that lead elsewhere while waiting", default=())
    skills: Skills = spec("skills", "what an agent must be able to do, beside what the queue asks", default=())

    def run(self, call: Call) -> Steps:
        talking = call.record.offer if call.resumed and call.record.connected_at is not None else ""
        if not call.resumed:
            yield from say(call, call.fill(self.prompts))
        call.facts["queued_priority"] = self.priority
        if not call.resumed or "queued_since" not in call.facts:
            call.note("queued", self.queue)
        call.typed.clear()  # they were not meant for the question after the conversation
        wait = _Wait(call, self, self._since(call), talking or "")
        return (yield from wait.until_over())

    def _since(self, call: Call) -> float:
        """The place is kept until an agent has answered, through restarts and whatever the caller does meanwhile."""
        since = call.facts.setdefault("queued_since", call.now)
        return float(str(since))


@dataclass(slots=True)
class _Wait:
    """One stay in the queue: what plays, which timers run, how far we are."""

    call: Call
    node: Queue
    since: float
    talking: str
    met: str = ""
    entry: int = 0
    music: int | None = None
    playing: int | None = None
    announce: int | None = None
    deadline: int | None = None
    told: int | None = None
    told_wait: int | None = None

    def until_over(self) -> Generator[None, Event, str | None]:
        call, node = self.call, self.node
        facts: dict[str, Json] = {name: call.facts.get(name) for name in SHOWN}
        queue = call.record.queue or node.queue  # it may have moved before a restart
        fulfils = str(call.facts.get("callback") or "")
        entered = Enqueue(
            call.ref(), queue, node.priority, facts, self.since, self.talking, node.skills, fulfils,
        )
        self.entry = call.start(entered)
        if not self.talking:
            self._wait_again()
        while True:
            event = yield
            over = self.on(event)
            if over is not None:
                return over

    def on(self, event: Event) -> str | None:
        """The next node, or None while the stay goes on."""
        match event:
            case QueueRefused():
                return self._refused(event.reason)
            case PlaceKept(since=since):
                self.call.facts["queued_since"] = self.since = since
            case QueueChanged(queue=queue):
                self.call.note("queued", queue)
            case QueueMoved():
                self._tell_place(event)
            case AgentRinging(agent=agent):
                self.call.note("ringing", agent)
            case AgentAnswered():
                self._meet(event)
            case Connected():
                self._hush()
                self.met = self.talking = event.offer
            case AgentChanged():
                self.met = self.talking = event.offer
                self.call.note("agent", event.agent or event.number)
            case AgentHeld(on=on):
                self.call.note("held", on)
            case AgentLeft():
                return self._parted(event)
            case DigitReceived(digit=digit):
                return None if self.talking else dict(self.node.keys).get(digit)
            case TimerFired():
                return self._time(event.ref)
            case CommandFailed(ref=ref, reason=reason) if ref == self.entry:
                return self._refused(reason)
            case Echo(ref=ref) if ref == self.playing:
                self.playing = None
        return None

    def _refused(self, reason: str) -> str:
        """Who was never taken has no place to keep; who has waited too long goes on having waited."""
        self.call.note("queue_refused", reason)
        if reason == "long":
            self.call.note("wait_over", round(self.call.now - self.since))
            return self.node.timeout
        self.call.facts.pop("queued_since", None)
        return self.node.refused

    def _wait_again(self) -> None:
        self.deadline = self.call.timer(self.node.longest)
        self.announce = self.call.timer(min(self.node.every, 3.0))
        self.music = self.call.start(StartMusic(self.call.ref(), self.node.music))

    def _hush(self) -> None:
        for ref in (self.playing, self.music, self.announce, self.deadline):
            self.call.stop(ref)
        self.playing = self.music = self.announce = self.deadline = None

    def _meet(self, event: AgentAnswered) -> None:
        if event.offer == self.met:
            return
        self._hush()
        self.met = event.offer
        self.call.note("agent", event.agent)
        self.call.do(Connect(self.entry, event.offer))

    def _parted(self, event: AgentLeft) -> str | None:
        if not event.requeued:
            self.call.facts.pop("queued_since", None)
            return self.node.next
        if event.to:
            self.call.note("transferred", event.to)
        if event.offer == self.met:  # else the music and the timers have never stopped
            self.met = self.talking = ""
            self._hush()
            self._wait_again()
        return None

    def _time(self, ref: int) -> str | None:
        if ref == self.deadline:
            self.call.note("wait_over", round(self.call.now - self.since))
            return self.node.timeout
        if ref == self.announce:
            self.announce = self.call.timer(self.node.every)
            self.call.do(AskPlace(self.entry))
        return None

    def _tell_place(self, moved: QueueMoved) -> None:
        """Say the place over the music, which pauses for it; a place worse than the one told before is never told."""
        if self.talking or self.announce is None:
            return
        self.call.stop(self.playing)
        reminder = () if self.told is None else self.call.fill(self.node.reminder)
        if moved.callback and not reminder and "1" in dict(self.node.keys):
            reminder = (Prompt("rappel.proposer"),)
        self.playing = self.call.play((*self._place(moved.ahead), *self._expected(moved.wait), *reminder))

    def _place(self, ahead: int) -> Prompts:
        if self.told is not None and ahead >= self.told:
            return (Prompt("file.patienter_1"),)
        self.told = ahead
        return (Prompt("file.suivant"),) if ahead == 0 else (prompt("file.position", nombre_avant=ahead),)

    def _expected(self, wait: float | None) -> Prompts:
        """The wait to come, rounded up; silent when nobody can know, or when it would be longer than what was told before.
        What is said is noted with the estimate behind it, so that its error can be counted."""
        said = announced(wait, self.told_wait)
        if said is None or said == self.told_wait:
            return ()
        self.told_wait = said
        self.call.note("announced", [said, round(wait or 0.0, 1)])
        if said == MORE:
            return (prompt("file.attente_longue", minutes=30),)
        return (prompt("file.attente", duree=said),)
