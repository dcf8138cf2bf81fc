"""Random walks through the real flow: any event at any time, late, doubled or stale. What must hold is watched by the phone
after every event (`tests.phone`); at the end the journal tells the same call again, and it always ends."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.core.call import MOST_TYPED
from ivr.core.commands import Enqueue, Listen
from ivr.core.messages import (
    AgentAnswered,
    AgentLeft,
    AgentRinging,
    Answered,
    CommandFailed,
    Connected,
    Event,
    Heard,
    Hypothesis,
    PlayFinished,
    QueueMoved,
    QueueRefused,
    Recorded,
    Resumed,
    TimerFired,
)
from ivr.core.record import OUTCOMES
from tests.personas import EVERYBODY, KOFFI
from tests.phone import CALLS, Phone, dialplan, moment, phone

WORDS = ("oui", "non", "zéro zéro zéro cent vingt trois x comme xavier", "triple zéro trois cent vingt et un", "bonjour", "",
         "x", "w comme william", "zéro zéro zéro quatre cinq six b")
KEYS = "0123456789*#"
TIMES = ("monday 10:00", "monday 12:29", "friday 16:29", "sunday 03:00", "2026-12-25 10:00")
STEPS = 10_000


def stray(random: Random, call: Phone, ref: int) -> Event:
    """An echo of anything, for anything."""
    at, kind, offer = call.now, random.randrange(10), f"offer-{random.randrange(3)}"
    strays: list[Event] = [
        PlayFinished(at, ref), TimerFired(at, ref), Heard(at, ref, random.choice(("speech", "silence", "noise", "lost")),
                                                         (Hypothesis(random.choice(WORDS)),)),
        Answered(at, ref, {"known": [], "requests": []}), Recorded(at, ref, "message-9", random.random() * 3),
        QueueRefused(at, ref, "full"), AgentRinging(at, ref, offer, "awa"), AgentLeft(at, ref, offer, random.random() < 0.5),
        QueueMoved(at, ref, random.randrange(9), 1),
        CommandFailed(at, ref, random.choice(("Play", "Record", "Enqueue")), "no"),
    ]
    return strays[kind]


def fitting(call: Phone, event: Event) -> bool:
    """An answer of the store is never of the wrong kind, and an agent's news concerns someone who waits."""
    started = call.live.get(getattr(event, "ref", -1))
    name = type(started).__name__
    match event:
        case Answered():
            return started is None
        case QueueRefused() | AgentRinging() | AgentLeft() | QueueMoved() | AgentAnswered() | Connected():
            return name in {"Enqueue", "NoneType"}
        case PlayFinished():
            return name in {"Play", "NoneType"}
        case TimerFired():
            return name in {"SetTimer", "NoneType"}
        case Heard():
            return name in {"Listen", "NoneType"}
        case Recorded():
            return name in {"Record", "NoneType"}
        case CommandFailed():
            return name in {event.command, "NoneType"}
    return True


def listens(call: Phone) -> bool:
    return any(isinstance(each, Listen) for each in call.live.values())


def in_queue(call: Phone) -> bool:
    return any(isinstance(each, Enqueue) for each in call.live.values())


def step(random: Random, call: Phone) -> None:
    """One thing that may happen to a call."""
    waits = in_queue(call)
    match random.randrange(16):
        case 0 | 1 | 2 | 3 | 4:
            call.interrupt(random.choice(KEYS))
        case 5 | 6 | 7:
            call.hear()
        case 8 if listens(call.hear()):
            call.say(random.choice(WORDS))
        case 8:
            call.silence()
        case 9:
            call.wait(random.choice((0.5, 3, 20, 700)))
        case 10 | 11:
            event = stray(random, call, random.randrange(1, 60))
            if fitting(call, event):
                call.event(event)
        case 12 if waits and not call.call.record.connected_at:
            call.agent_answers("awa")
        case 13 if waits:
            call.agent_leaves(requeued=call.call.record.connected_at is None)
        case 14:
            call.store_is_lost(random.random() < 0.3)
        case 15 if random.random() < 0.2:
            call.application_dies_and_comes_back() if random.random() < 0.5 else call.event(Resumed(call.now))


def follow(call: Phone) -> None:
    """With the code of the caller's own request, if there is one."""
    if call.who.requests and not call.over:
        reference = call.who.requests[0]["reference"].replace("REQ", "").replace("-", "")
        call.interrupt("12").interrupt(reference).interrupt(call.who.code)


def one_call(random: Random, most: int) -> int:
    call = phone(random.choice(EVERYBODY), at=random.choice(TIMES))
    call.store.same = {(str(call.who.matricule), "CAR-AVANCEMENT"): ("REQ-2026-000017", call.who.telephone)}
    call.store.undone = random.choice(({}, {"reopen": "late"}, {"complete": "not_now", "rate": "not_now"}))
    if random.random() < 0.4:
        follow(call)
    steps = 0
    while not call.over and steps < most:
        step(random, call)
        steps += 1
    call.hang_up()
    assert call.over
    assert call.record.outcome in dict(OUTCOMES)
    return steps


def test_ten_thousand_steps_keep_every_promise() -> None:
    """``WALK_SEED`` walks one walk again, ``WALK_STEPS`` goes further."""
    seed = int(os.environ.get("WALK_SEED", "0")) or Random().randrange(1, 10**9)
    print(f"again with WALK_SEED={seed}")
    random, steps = Random(seed), 0
    while steps < int(os.environ.get("WALK_STEPS", STEPS)):
        steps += one_call(random, 300) + 1
        CALLS.clear()


@pytest.mark.parametrize("node", dialplan().flow.nodes)
def test_wherever_a_stranger_comes_in_nothing_is_told_of_anybodys_request(node: str) -> None:
    """The phone watches what is said; here somebody who has proven nothing stands at every node, and presses on."""
    for keys in ("1", "2", "3", "4", "11", "21", "41", "0001239", ""):
        call = Phone(replace(dialplan().flow, start=node), KOFFI, moment("monday 10:00"))
        call.store.same = {(str(KOFFI.matricule), "CAR-AVANCEMENT"): ("REQ-2026-000017", "0100000999")}
        call.call.facts.update(matricule=KOFFI.matricule, category="CAR-AVANCEMENT", reference="REQ-2026-000017")
        call.dial()
        for key in keys:
            if not call.over:
                call.press(key)
        call.hear().wait(60)
        assert not call.store.advances
        CALLS.clear()


class AnyCall(RuleBasedStateMachine):
    """The same, driven by hypothesis, which finds the shortest way to a broken promise."""

    @initialize(who=st.sampled_from(EVERYBODY), at=st.sampled_from(TIMES))
    def dial(self, who: object, at: str) -> None:
        self.phone = phone(who, at=at)  # type: ignore[arg-type]

    @rule(keys=st.text(KEYS, min_size=1, max_size=9))
    def press(self, keys: str) -> None:
        self.phone.interrupt(keys)

    @rule()
    def hear(self) -> None:
        self.phone.hear()

    @rule()
    def follow(self) -> None:
        follow(self.phone)

    @rule(times=st.integers(1, 3))
    def silence(self, times: int) -> None:
        self.phone.silence(times)

    @rule(words=st.sampled_from(WORDS))
    def say(self, words: str) -> None:
        if listens(self.phone.hear()):
            self.phone.say(words)

    @rule(seed=st.integers(0, 10**6), ref=st.integers(1, 30))
    def stray_echo(self, seed: int, ref: int) -> None:
        event = stray(Random(seed), self.phone, ref)
        if fitting(self.phone, event):
            self.phone.event(event)

    @rule(talk=st.booleans())
    def agent(self, talk: bool) -> None:
        if in_queue(self.phone):
            if talk and self.phone.call.record.connected_at is None:
                self.phone.agent_answers("awa")
            else:
                self.phone.agent_leaves(requeued=self.phone.call.record.connected_at is None)

    @rule(lost=st.booleans())
    def store(self, lost: bool) -> None:
        self.phone.store_is_lost(lost)

    @rule()
    def die(self) -> None:
        if not self.phone.over:
            self.phone.application_dies_and_comes_back()

    @rule()
    def hang_up(self) -> None:
        self.phone.hang_up()

    @invariant()
    def bounded(self) -> None:
        if hasattr(self, "phone"):
            assert len(self.phone.call.typed) <= MOST_TYPED

    def teardown(self) -> None:
        if hasattr(self, "phone"):
            self.phone.hang_up()
            assert self.phone.over
            self.phone.check()
            CALLS.clear()


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow],
)
