"""One call: a pure machine fed by a journal.

Rule 1: everything that happens to the call enters by `Call.handle`, as an event; everything it wants leaves it in the list
that `handle` returns. No clock, no I/O, no randomness: the same events give the same outputs, always.

Rule 2: a verb is a generator (`ivr.core.verbs`). It starts things with ``call.play``, ``call.timer``..., waits with
``event = yield`` and returns the name of the next node, so that it reads in the order in which the caller hears it.

Rule 3: leaving a node stops all that the node started. What was started is in ``_live`` by its ref; an echo whose ref is
not there is stale and never reaches a verb.

Rule 4: after `CallEnded` nothing happens any more. A verb that raises ends this call only, as a bug.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.core.commands import Answer, Command, Enqueue, Grammar, Hangup, Listen, Play, Prompt, SetTimer, Started
from ivr.core.messages import (
    AgentLeft,
    Answered,
    CallEnded,
    CallStarted,
    CommandFailed,
    DigitReceived,
    Echo,
    Event,
    Facts,
    Heard,
    Json,
    Noted,
    PlayFinished,
    QueueRefused,
    Recorded,
    Resumed,
    TimerFired,
)
from ivr.core.record import CallRecord, RecordKeeper

if TYPE_CHECKING:
    from ivr.core.flow import Flow

Steps: TypeAlias = Generator[None, Event, "str | None"]
"""A verb at work: waits by yielding, is sent events, returns the next node's name (None: the call is over)."""

Output: TypeAlias = "Command | Noted"

LAST_ECHOES: Final = (PlayFinished, TimerFired, Heard, Answered, Recorded, CommandFailed, QueueRefused)
"""After one of these, what was started is over."""

FACT: Final = re.compile(r"\{(\w+)\}")

MAX_SILENT_STEPS: Final = 200
"""Nodes entered without waiting for anything. The validator forbids such cycles; this is the belt to its braces."""


MOST_TYPED: Final = 40
"""Keys kept ahead of being asked: the longest way through the menus, twice."""


LATE_HASH: Final = 3.0
"""Seconds in which a '#' after the last digit asked for still belongs to it: « ... puis dièse », people were told."""

NEVER: Final = float("-inf")


class GoTo(Exception):
    """A verb's way out from deep inside: the caller pressed a key that works everywhere."""

    def __init__(self, node: str) -> None:
        super().__init__(node)
        self.node: Final = node


class FlowLoop(RuntimeError):
    """A flow went round without ever waiting: it passed validation by our mistake."""


class Call:
    """One call in one flow. ``facts`` is what is known so far; ``typed`` the keys pressed ahead of being asked."""

    def __init__(self, flow: Flow) -> None:
        self.flow: Final = flow
        self.id = ""
        self.now = 0.0
        self.facts: dict[str, Json] = {}
        self.typed: list[str] = []
        self.menus: list[str] = []
        self.node: str | None = None
        self.resumed = False
        self.entered_at = NEVER
        self._keeper = RecordKeeper()
        self._steps: Steps | None = None
        self._live: dict[int, Started] = {}
        self._last_ref = 0
        self._out: list[Output] = []

    @property
    def record(self) -> CallRecord:
        return self._keeper.record

    @property
    def ended(self) -> bool:
        return self._keeper.record.ended_at is not None

    @property
    def live(self) -> Iterable[Started]:
        return self._live.values()

    # ------------------------------------------------------------------------------------------------------- the machine
    def handle(self, event: Event) -> list[Output]:
        """What this event makes the call do and note, in order."""
        if self.ended or isinstance(event, Noted) or (self.id and isinstance(event, CallStarted)):
            return []
        self.now = event.at
        self._out = []
        self._keeper.add(event)
        match event:
            case CallStarted():
                self._begin(event)
            case CallEnded():
                self._leave()
                self._steps = None
            case Resumed():
                self._resume()
            case Echo() if event.ref not in self._live:
                pass
            case DigitReceived() if self._ends_entry(event):
                pass
            case _:
                self._settle(event)
                self._send(event)
        return self._out

    def _begin(self, event: CallStarted) -> None:
        self.id = event.call
        self.facts.update(call=event.call, caller=event.caller, dialed=event.dialed)
        if event.callback:
            self.facts["callback"] = event.callback
        self.do(Answer())
        self._go((self.flow.callback_start if event.callback else "") or self.flow.start)

    def _resume(self) -> None:
        """The application was away: ask the current question again. Verbs that hold people together see `resumed`."""
        if self.node is None:
            self.do(Hangup())
            return
        self.resumed = True
        self.typed.clear()
        if self.record.connected_at is None:
            self.do(Answer())  # we may have died between taking the call and answering it; a second time does nothing
        else:
            # Two people are talking: what holds them together is taken over, not left and entered again.
            self._live = {ref: each for ref, each in self._live.items() if not isinstance(each, Enqueue)}
        self._go(self.node)
        self.resumed = False

    def _ends_entry(self, event: DigitReceived) -> bool:
        """A '#' that ends what its last digit had already ended."""
        late = event.digit == "#" and event.at - self.entered_at <= LATE_HASH
        self.entered_at = NEVER
        return late

    def _settle(self, event: Event) -> None:
        over = isinstance(event, LAST_ECHOES) or (isinstance(event, AgentLeft) and not event.requeued)
        if isinstance(event, CommandFailed):
            # A `Connect` that failed has the queue's ref; the stay in the queue goes on until it is left.
            over = type(self._live[event.ref]).__name__ == event.command
        if over and isinstance(event, Echo):
            self._live.pop(event.ref, None)

    def _send(self, event: Event) -> None:
        if self._steps is None:
            return
        waits, node = _advance(self._steps, event)
        if not waits:
            self._go(node)

    def _go(self, node: str | None) -> None:
        """From node to node until one waits."""
        for _ in range(MAX_SILENT_STEPS):
            self._leave()
            if node is None:
                self._finish()
                return
            self._steps = self._open(node)
            waits, node = _advance(self._steps, None)
            if waits:
                return
        raise FlowLoop(f"node {node!r}: {MAX_SILENT_STEPS} nodes without waiting for the caller")

    def _open(self, node: str) -> Steps:
        self.node = node
        self.note("node", node)
        return self.flow.nodes[node].run(self)

    def _leave(self) -> None:
        for ref in list(self._live):
            self.stop(ref)

    def _finish(self) -> None:
        self.node = None
        self._steps = None
        self.do(Hangup())

    # ------------------------------------------------------------------------------------------------- what verbs may do
    def do(self, command: Command) -> None:
        self._out.append(command)

    def start(self, command: Started) -> int:
        """Start something that lasts; it is stopped when the node is left."""
        self._live[command.ref] = command
        self._out.append(command)
        return command.ref

    def stop(self, ref: int | None) -> None:
        """Stop it if it is still going on; its late echo is dropped."""
        started = self._live.pop(ref, None) if ref is not None else None
        undo = started.undo() if started else None
        if undo is not None:
            self._out.append(undo)

    def note(self, fact: str, value: Json = None) -> None:
        noted = Noted(self.now, fact, value)
        self._keeper.add(noted)
        self._out.append(noted)

    def keep(self, digit: str) -> None:
        """A key pressed before it is asked for."""
        if len(self.typed) < MOST_TYPED:
            self.typed.append(digit)

    def entered(self) -> None:
        """All digits asked for are there: the '#' that may still come, or was typed ahead, ends nothing more."""
        if self.typed[:1] == ["#"]:
            self.typed.pop(0)
        else:
            self.entered_at = self.now

    def ref(self) -> int:
        self._last_ref += 1
        return self._last_ref

    def play(self, prompts: Iterable[Prompt]) -> int:
        said = tuple(prompts)
        self.note("said", [prompt.id for prompt in said])
        return self.start(Play(self.ref(), said))

    def timer(self, seconds: float) -> int:
        return self.start(SetTimer(self.ref(), seconds))

    def listen(self, grammar: Grammar, patience: float) -> int:
        return self.start(Listen(self.ref(), grammar, patience))

    def fill(self, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
        """Prompts with their ``{fact}`` arguments replaced by what is known."""
        return tuple(Prompt(prompt.id, self._filled(prompt.args)) for prompt in prompts)

    def _filled(self, args: Facts) -> dict[str, Json]:
        return {name: self.filled(value) for name, value in args.items()}

    def filled(self, value: Json) -> Json:
        """``"{fact}"`` becomes the fact as it is; inside a longer text it becomes its words, none when unknown."""
        if not isinstance(value, str):
            return value
        if alone := FACT.fullmatch(value):
            return self.facts.get(alone[1])
        return FACT.sub(lambda found: str(self.facts.get(found[1]) or ""), value)


def _advance(steps: Steps, event: Event | None) -> tuple[bool, str | None]:
    """Let a verb work until it waits (True), or until it says where the call goes on (False, node)."""
    try:
        if event is None:
            next(steps)
        else:
            steps.send(event)
    except StopIteration as stop:
        node: str | None = stop.value
        return False, node
    except GoTo as away:
        return False, away.node
    return True, None


def replay(flow: Flow, entries: Iterable[Event]) -> tuple[Call, list[Output]]:
    """Rebuild a call from its journal: the same events give the same state, notes and commands."""
    call = Call(flow)
    outputs: list[Output] = []
    for entry in entries:
        outputs += call.handle(entry)
    return call, outputs


__all__ = ["Call", "FlowLoop", "GoTo", "Output", "Steps", "replay"]
