"""A caller for the pure core: ``phone().press("2").press("1").say("oui").hang_up()``.

The phone is the call's whole outside: it plays, listens, counts time, asks the store and holds the queue, always obediently.
Its clock is moved by hand: what is due (the end of a prompt, a timer, a silence) happens in order of time, when the caller
waits for it. ``press`` hears everything out first; ``interrupt`` does not.

It also watches. After every event: no two prompts at once, nothing alive that a left node had started, every stop stops
something, refs never come twice, nothing moves once the call is over. ``check`` replays the journal and compares all.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.core.call import MOST_TYPED, Call, Output, replay
from ivr.core.commands import (
    AdvanceRequest,
    AskPlace,
    Connect,
    Enqueue,
    Hangup,
    Listen,
    Lookup,
    Play,
    Prompt,
    Record,
    RegisterCallback,
    RegisterRequest,
    SetTimer,
    Started,
    StopRecording,
)
from ivr.core.flow import Flow
from ivr.core.messages import (
    AgentAnswered,
    AgentLeft,
    AgentRinging,
    Answered,
    CallEnded,
    CallStarted,
    CommandFailed,
    Connected,
    DigitReceived,
    Event,
    Heard,
    Hypothesis,
    Noted,
    PlayFinished,
    QueueMoved,
    QueueRefused,
    Recorded,
    Resumed,
    TimerFired,
)
from ivr.core.record import CallRecord, fold
from tests.personas import KOFFI, Person
from tests.small_world import ROOT, Store, assert_can_be_said, dialplan, known_prompts

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SECONDS_A_PROMPT = 2.0
OF_A_REQUEST = (
    "suivi.une", "suivi.plusieurs", "suivi.entete", "suivi.objet", "suivi.statut_", "suivi.echeance", "suivi.direction",
    "suivi.obtenir_reponse", "suivi.complement_enregistre", "suivi.rouverte", "suivi.relancee", "suivi.avis_merci",
    "suivi.close",
)
"""What is said of a request that somebody has made before this call."""
CALLS: list[Phone] = []
"""Every call of the running test: conftest checks them all when it ends."""


def moment(text: str) -> float:
    """'monday 10:00' in the week of 23 November 2026, or '2026-12-25 10:00'."""
    day, hour = text.split()
    start = MONDAY + timedelta(days=DAYS.index(day)) if day in DAYS else datetime.fromisoformat(f"{day}T00:00+00:00")
    hours, minutes = hour.split(":")
    return (start + timedelta(hours=int(hours), minutes=int(minutes))).timestamp()


def phone(who: Person = KOFFI, at: str = "monday 10:00", flow: Flow | None = None) -> Phone:
    """A call that has just begun."""
    return Phone(flow or dialplan().flow, who, moment(at)).dial()


__all__ = ["CALLS", "ROOT", "Phone", "dialplan", "known_prompts", "moment", "phone"]


class Phone:
    """One caller, one call. Every method that does something returns the phone."""

    def __init__(self, flow: Flow, who: Person, now: float) -> None:
        self.flow = flow
        self.who = who
        self.now = now
        self.call = Call(flow)
        self.store = Store()
        self.journal: list[Event] = []
        self.outputs: list[Output] = []
        self.live: dict[int, Started] = {}
        self.prompts: list[Prompt] = []
        self.ahead, self.agents = 0, 1
        self.hung_up = False
        self.obedient = True
        """Does the channel go when the call hangs up?"""
        self._due: list[tuple[float, int, Event]] = []
        self._count = 0
        self._refs: set[int] = set()
        self._offers = 0
        CALLS.append(self)

    # --------------------------------------------------------------------------------------------------- what a caller does
    def dial(self) -> Phone:
        return self.event(CallStarted(self.now, "call-1", self.who.telephone, "1364", self.flow.version))

    def hear(self) -> Phone:
        """Listen to what is said until the call waits for something."""
        while self.playing and not self.over:
            self._next()
        return self

    def press(self, keys: str) -> Phone:
        """Hear it out, then press the keys, one after the other."""
        return self.hear().interrupt(keys)

    def interrupt(self, keys: str) -> Phone:
        """Press the keys at once, whatever is being said."""
        for key in keys:
            self.event(DigitReceived(self.tick(0.2), key))
        return self

    def pause(self) -> Phone:
        """Stop typing until it is noticed."""
        return self.silence()

    def say(self, *heard: str, scores: Iterable[float] = ()) -> Phone:
        """Hear it out, then speak: what the recogniser may have heard, best first."""
        likely = [*scores] or [1.0] * len(heard)
        hypotheses = tuple(Hypothesis(words, score) for words, score in zip(heard, likely, strict=True))
        return self._heard("speech", hypotheses)

    def mumble(self) -> Phone:
        return self._heard("noise")

    def silence(self, times: int = 1) -> Phone:
        """Say and press nothing until the call does something about it."""
        for _ in range(times):
            self.hear()
            before = len(self.outputs)
            while len(self.outputs) == before and self._due and not self.over:
                self._next()
        return self.hear()

    def wait(self, seconds: float) -> Phone:
        """Let time pass."""
        until = self.now + seconds
        while self._due and self._due[0][0] <= until and not self.over:
            self._next()
        self.now = until
        return self

    def hang_up(self, cause: str = "caller") -> Phone:
        recording = self._live(Record)
        if recording:  # Asterisk ends the recording before it lets the channel go
            self.event(Recorded(self.tick(0.1), recording.ref, "message-1", self._recorded(recording)))
        return self if self.over else self.event(CallEnded(self.tick(0.1), cause))

    # ------------------------------------------------------------------------------------------------ what others do to it
    def recogniser_dies(self) -> Phone:
        return self._heard("lost")

    def store_is_lost(self, lost: bool = True) -> Phone:
        self.store.lost = lost
        return self

    def agent_rings(self, agent: str) -> Phone:
        self._offers += 1
        return self.event(AgentRinging(self.tick(1), self.queue.ref, self.offer, agent))

    def agent_answers(self, agent: str) -> Phone:
        return self.agent_rings(agent).event(AgentAnswered(self.tick(3), self.queue.ref, self.offer, agent))

    def agent_leaves(self, requeued: bool = False) -> Phone:
        return self.event(AgentLeft(self.tick(1), self.queue.ref, self.offer, requeued))

    def queue_refuses(self, reason: str) -> Phone:
        return self.event(QueueRefused(self.tick(0.1), self.queue.ref, reason))

    def application_dies_and_comes_back(self) -> Phone:
        """What the dead one had started is forgotten; the new one has only the journal."""
        self.check()
        self.call, _outputs = replay(self.flow, self.journal)
        self._due.clear()
        return self.event(Resumed(self.tick(2)))

    @property
    def offer(self) -> str:
        return f"offer-{self._offers}"

    # --------------------------------------------------------------------------------------------------- what can be asked
    def heard(self) -> list[str]:
        """The ids of all prompts said so far, in order."""
        return [prompt.id for prompt in self.prompts]

    def last(self, count: int = 1) -> list[str]:
        return self.heard()[-count:]

    def args(self, name: str) -> dict[str, Any]:
        """The values said in the last prompt of this name."""
        return dict(next(prompt.args for prompt in reversed(self.prompts) if prompt.id == name))

    @property
    def node(self) -> str | None:
        return self.call.node

    @property
    def playing(self) -> Play | None:
        return self._live(Play)

    @property
    def queue(self) -> Enqueue:
        queue = self._live(Enqueue)
        assert queue, f"the caller is not in a queue but in {self.node}"
        return queue

    @property
    def over(self) -> bool:
        return self.call.ended

    @property
    def record(self) -> CallRecord:
        self.check()
        return self.call.record

    def notes(self, fact: str) -> list[Any]:
        return [each.value for each in self.outputs if isinstance(each, Noted) and each.fact == fact]

    def commands(self, kind: type) -> list[Any]:
        return [each for each in self.outputs if isinstance(each, kind)]

    # --------------------------------------------------------------------------------------------------------- the machine
    def event(self, event: Event) -> Phone:
        """Hand one event to the call, perform what it orders, and watch."""
        self.now = max(self.now, event.at)
        outputs = self.call.handle(event)
        self.journal += [event, *(each for each in outputs if isinstance(each, Noted))]
        self.outputs += outputs
        self._settle(event)
        answers = [answer for output in outputs if (answer := self._perform(output)) is not None]
        self._watch()
        for answer in answers:
            self.event(answer)
        if self.hung_up and self.obedient and not self.over:
            self.event(CallEnded(self.tick(0.1), "us"))
        return self

    def tick(self, seconds: float) -> float:
        self.wait(seconds)
        return self.now

    def check(self) -> None:
        """The journal alone gives the same call again: outputs, notes and record."""
        again, outputs = replay(self.flow, self.journal)
        assert outputs == self.outputs
        assert again.record == self.call.record
        assert again.facts == self.call.facts
        if self.over:
            assert fold(self.journal) == self.call.record
            assert self.call.record.outcome

    def _next(self) -> None:
        at, _, event = heapq.heappop(self._due)
        self.now = max(self.now, at)
        self.event(event)

    def _later(self, seconds: float, make: Callable[[float], Event]) -> None:
        self._count += 1
        at = self.now + seconds
        heapq.heappush(self._due, (at, self._count, make(at)))

    def _heard(self, kind: Any, hypotheses: tuple[Hypothesis, ...] = ()) -> Phone:
        listening = self.hear()._live(Listen)
        assert listening, f"nobody listens in {self.node}"
        return self.event(Heard(self.tick(1.5), listening.ref, kind, hypotheses))

    def _live(self, kind: type) -> Any:
        return next((each for each in self.live.values() if isinstance(each, kind)), None)

    def _recorded(self, recording: Record) -> float:
        return round(self.now - self._recording_since, 1)

    def _settle(self, event: Event) -> None:
        """What this event ended."""
        ends = isinstance(event, PlayFinished | TimerFired | Heard | Answered | Recorded | QueueRefused)
        if isinstance(event, CommandFailed):
            ends = type(self.live.get(event.ref)).__name__ == event.command
        if ends or (isinstance(event, AgentLeft) and not event.requeued):
            self.live.pop(event.ref, None)  # type: ignore[attr-defined]

    def _perform(self, output: Output) -> Event | None:
        if isinstance(output, Noted):
            if output.fact == "node" and not self.call.resumed:
                self._left_behind()
            return None
        if isinstance(output, Started):
            return self._start(output)
        return self._obey(output)

    def _start(self, command: Started) -> Event | None:
        assert command.ref not in self._refs, f"ref {command.ref} comes twice"
        self._refs.add(command.ref)
        if isinstance(command, Play):
            assert not self.playing, f"{command} overlaps {self.playing}"
            self.prompts += command.prompts
            for prompt in command.prompts:
                assert_can_be_said(prompt)
                self._assert_may_be_told(prompt)
            self._later(SECONDS_A_PROMPT * len(command.prompts), lambda at: PlayFinished(at, command.ref))
        self.live[command.ref] = command
        match command:
            case SetTimer(seconds=seconds):
                self._later(seconds, lambda at: TimerFired(at, command.ref))
            case Listen(patience=patience):
                self._later(patience, lambda at: Heard(at, command.ref, "silence"))
            case Record(seconds=seconds):
                self._recording_since = self.now
                self._later(seconds, lambda at: Recorded(at, command.ref, "message-1", float(seconds)))
            case Lookup() | RegisterRequest() | AdvanceRequest() | RegisterCallback():
                if self.store.lost:
                    return CommandFailed(self.now, command.ref, type(command).__name__, "the store does not answer")
                return Answered(self.now, command.ref, self.store.answer(command))
        return None

    def _obey(self, command: Output) -> Event | None:
        match command:
            case Hangup():
                assert not self.over
                self.hung_up = True
            case Connect():
                assert not [each for each in self.live.values() if not isinstance(each, Enqueue)], "they would hear it"
                return Connected(self.now, command.ref, command.offer)
            case AskPlace():
                return QueueMoved(self.now, command.ref, self.ahead, self.agents)
            case StopRecording():
                recording = self.live.pop(command.ref, None)  # asked twice when two keys are pressed
                if isinstance(recording, Record) and not self.over:
                    return Recorded(self.now, command.ref, "message-1", self._recorded(recording))
            case _ if hasattr(command, "ref"):
                assert self.live.pop(command.ref, None), f"{command} stops nothing"
        return None

    def _left_behind(self) -> None:
        """A new node begins: all that the former one started is over, but for what talks on after a restart."""
        talking = self.call.record.connected_at is not None
        left = [each for each in self.live.values() if each.undo() and not (talking and isinstance(each, Enqueue))]
        assert not left, f"{left} outlives its node"
        self.live.clear()

    def _assert_may_be_told(self, prompt: Prompt) -> None:
        """Nothing of a request is said before a second factor has opened it, but the number of one made in this call."""
        opened: Any = self.call.facts.get("requests") or []
        if prompt.id.startswith(OF_A_REQUEST):
            assert opened, f"{prompt} is told to somebody who has proven nothing"
        receipt: Any = self.call.facts.get("receipt") or {}
        known = {each.get(name) for each in (receipt, *opened) for name in ("reference", "parent")}
        proven = prompt.id == "requete.deja_ouverte" and self.call.facts.get("verified")
        assert prompt.args.get("reference") in {None, *known} or proven, f"{prompt} is told to somebody who may not know it"

    def _watch(self) -> None:
        assert len(self.call.typed) <= MOST_TYPED
        plays = [each for each in self.call.live if isinstance(each, Play)]
        assert len(plays) <= 1, f"two prompts at once: {plays}"
        assert {each.ref for each in self.call.live} <= self._refs
        if self.over:
            assert not list(self.call.live)
