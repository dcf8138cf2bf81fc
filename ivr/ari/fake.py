"""A fake Asterisk: it says nothing to anybody and plays nothing, but takes the same orders and tells the same events.

Time is virtual: nothing happens but by `advance`. It ships for rehearsals and tests of sessions and distributor without a
switch; tests/contract holds it and the real one to the same conversations. The agents' side is `ivr.ari.fake_legs`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.ari import names
from ivr.ari.fake_legs import FakeLegs, Line
from ivr.core.commands import (
    Answer,
    Command,
    Connect,
    Hangup,
    Play,
    Record,
    Started,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
)
from ivr.core.messages import CallEnded, CommandFailed, Connected, DigitReceived, PlayFinished, Recorded
from ivr.core.offers import LegBridged


@dataclass(slots=True)
class FakeAsterisk(FakeLegs):
    """Implements `ivr.ports.Telephony`, `ivr.ports.Clock` and `ivr.distributor.Legs`."""

    # --------------------------------------------------------------------------------------------------- the world outside
    def call_in(self, call: str) -> None:
        self.calls[call] = Line()

    def press(self, call: str, key: str) -> None:
        self.emit(call, DigitReceived(self._now, key))

    def caller_hangs_up(self, call: str) -> None:
        self._end(call)

    def _end(self, call: str) -> None:
        """The call is told ended before what it heard is."""
        channel = self.calls.pop(call, None)
        if channel is None:
            return
        self._no_bridge(names.bridge(call))
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

    def _obey(self, call: str, channel: Line, command: Command) -> None:
        match command:
            case Answer():
                pass
            case StartMusic():
                self._end_hold(call)
                channel.music = True
            case StopMusic():
                channel.music = False
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

    def _play(self, call: str, channel: Line, command: Play) -> None:
        """One that comes while another is said waits for its turn, as in Asterisk."""
        self._end_hold(call)
        channel.plays.append((command.ref, sum(self.seconds(prompt) for prompt in command.prompts)))
        if len(channel.plays) == 1:
            self._say_first(call, channel)

    def _say_first(self, call: str, channel: Line) -> None:
        ref, seconds = channel.plays[0]
        self._later(seconds, lambda: self._play_over(call, channel, ref))

    def _play_over(self, call: str, channel: Line, ref: int) -> None:
        if self.calls.get(call) is not channel or ref not in dict(channel.plays):
            return
        said_now = channel.plays[0][0] == ref
        channel.plays = [each for each in channel.plays if each[0] != ref]
        self.emit(call, PlayFinished(self._now, ref))
        if said_now and channel.plays:
            self._say_first(call, channel)

    def _recorded(self, call: str, channel: Line, ref: int) -> None:
        if self.calls.get(call) is not channel or channel.recording is None or channel.recording[0] != ref:
            return
        seconds = self._now - channel.recording[1]
        channel.recording = None
        self.emit(call, Recorded(self._now, ref, names.playback(call, ref), seconds))

    def _connect(self, call: str, command: Connect) -> None:
        self._share(call, (command.offer,))
        if not self.legs.get(command.offer):
            self._gone(command.offer, "ended")
            return
        self.desk.post(LegBridged(self._now, command.offer))
        self.emit(call, Connected(self._now, command.ref, command.offer))
