"""A fake Asterisk: it says nothing to anybody and plays nothing, but takes the same orders and tells the same events.

Time is virtual: nothing happens but by `advance`. It ships for rehearsals and tests of sessions and distributor without a
switch; tests/contract/test_telephony.py holds it and the real one to the same conversations.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from ivr.ari import names
from ivr.ari.telephony import RING_BEYOND, Desk
from ivr.core.messages import (
    Answer,
    CallEnded,
    Command,
    CommandFailed,
    Connect,
    Connected,
    DigitReceived,
    Hangup,
    Play,
    PlayFinished,
    Prompt,
    Record,
    Recorded,
    Started,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
)
from ivr.core.offers import LegAnswered, LegBridged, LegGone, LegRinging, Ring
from ivr.ports import Emit

Manner = Literal["answers", "refuses", "rings", "vanished", "unregistered"]
"""What a telephone does when it is called. 'vanished': still registered, nobody there."""

SECONDS_A_PROMPT: Final = 2.0


@dataclass(slots=True)
class _Channel:
    """A caller's. ``plays``: refs and seconds in the order in which they are said; ``since``: when the first began."""

    plays: list[tuple[int, float]] = field(default_factory=list)
    recording: tuple[int, float] | None = None


@dataclass(slots=True)
class FakeAsterisk:
    """Implements `ivr.ports.Telephony`, `ivr.ports.Clock` and `ivr.distributor.Legs`."""

    emit: Emit
    desk: Desk
    seconds: Callable[[Prompt], float] = lambda _prompt: SECONDS_A_PROMPT
    phones: dict[str, Manner] = field(default_factory=dict)
    calls: dict[str, _Channel] = field(default_factory=dict)
    legs: dict[str, bool] = field(default_factory=dict)
    """Offer → whether the agent has answered."""
    _now: float = 0.0
    _agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: itertools.count[int] = field(default_factory=itertools.count)

    # ---------------------------------------------------------------------------------------------------------------- time
    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass; what is due happens in order."""
        until = self._now + seconds
        while self._agenda and self._agenda[0][0] <= until:
            self._now, _, happen = heapq.heappop(self._agenda)
            happen()
        self._now = until

    def _later(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self._now + seconds, next(self._count), happen))

    # --------------------------------------------------------------------------------------------------- the world outside
    def call_in(self, call: str) -> None:
        self.calls[call] = _Channel()

    def press(self, call: str, key: str) -> None:
        self.emit(call, DigitReceived(self._now, key))

    def caller_hangs_up(self, call: str) -> None:
        self._end(call)

    def agent_hangs_up(self, offer: str) -> None:
        self._gone(offer, "ended")

    def _end(self, call: str) -> None:
        """The call is told ended before what it heard is."""
        channel = self.calls.pop(call, None)
        if channel is None:
            return
        self.emit(call, CallEnded(self._now, "caller"))
        for ref, _seconds in channel.plays:
            self.emit(call, PlayFinished(self._now, ref))

    # ------------------------------------------------------------------------------------------------- orders about a call
    async def perform(self, call: str, command: Command) -> None:
        channel = self.calls.get(call)
        if channel is None:
            if isinstance(command, Started):
                self.emit(call, CommandFailed(self._now, command.ref, type(command).__name__, "Channel not found"))
            elif isinstance(command, Connect):
                await self.drop(command.offer)
            return
        self._obey(call, channel, command)

    def _obey(self, call: str, channel: _Channel, command: Command) -> None:
        match command:
            case Answer() | StartMusic() | StopMusic():
                pass
            case Hangup():
                self._end(call)
            case Play():
                self._play(call, channel, command)
            case StopPlay(ref=ref):
                self._play_over(call, channel, ref)
            case Record(ref=ref, seconds=seconds):
                channel.recording = (ref, self._now)
                self._later(seconds, lambda: self._recorded(call, channel, ref))
            case StopRecording(ref=ref):
                self._recorded(call, channel, ref)
            case Connect():
                self._connect(call, command)
            case _:
                raise TypeError(f"telephony has no {type(command).__name__}")

    def _play(self, call: str, channel: _Channel, command: Play) -> None:
        """One that comes while another is said waits for its turn, as in Asterisk."""
        channel.plays.append((command.ref, sum(self.seconds(prompt) for prompt in command.prompts)))
        if len(channel.plays) == 1:
            self._say_first(call, channel)

    def _say_first(self, call: str, channel: _Channel) -> None:
        ref, seconds = channel.plays[0]
        self._later(seconds, lambda: self._play_over(call, channel, ref))

    def _play_over(self, call: str, channel: _Channel, ref: int) -> None:
        if self.calls.get(call) is not channel or ref not in dict(channel.plays):
            return
        said_now = channel.plays[0][0] == ref
        channel.plays = [each for each in channel.plays if each[0] != ref]
        self.emit(call, PlayFinished(self._now, ref))
        if said_now and channel.plays:
            self._say_first(call, channel)

    def _recorded(self, call: str, channel: _Channel, ref: int) -> None:
        if self.calls.get(call) is not channel or channel.recording is None or channel.recording[0] != ref:
            return
        seconds = self._now - channel.recording[1]
        channel.recording = None
        self.emit(call, Recorded(self._now, ref, names.playback(call, ref), seconds))

    def _connect(self, call: str, command: Connect) -> None:
        if not self.legs.get(command.offer):
            self._gone(command.offer, "ended")
            return
        self.desk.post(LegBridged(self._now, command.offer))
        self.emit(call, Connected(self._now, command.ref, command.offer))

    # ------------------------------------------------------------------------------------------------- orders about a leg
    async def ring(self, order: Ring) -> None:
        manner = self.phones.get(order.agent, "unregistered")
        offer = order.offer
        if manner == "unregistered":
            self.desk.post(LegGone(self._now, offer, "lost"))
            return
        self.legs[offer] = False
        if manner == "refuses":
            self._later(0, lambda: self._gone(offer, "refused"))
            return
        if manner in {"answers", "rings"}:
            self._later(0, lambda: self._on_leg(offer, LegRinging(self._now, offer)))
        if manner == "answers":
            self._later(0, lambda: self._picked_up(offer))
        why = "lost" if manner == "vanished" else "timed_out"
        self._later(round(order.seconds) + RING_BEYOND, lambda: self._unanswered(offer, why))

    async def drop(self, offer: str) -> None:
        self._gone(offer, "ended")

    def _picked_up(self, offer: str) -> None:
        if offer in self.legs:
            self.legs[offer] = True
            self.desk.post(LegAnswered(self._now, offer))

    def _unanswered(self, offer: str, why: str) -> None:
        if self.legs.get(offer) is False:
            self._gone(offer, why)

    def _on_leg(self, offer: str, event: LegRinging) -> None:
        if offer in self.legs:
            self.desk.post(event)

    def _gone(self, offer: str, why: str) -> None:
        """Told for a leg that does not exist, too: nobody waits for its end."""
        self.legs.pop(offer, None)
        self.desk.post(LegGone(self._now, offer, why))
