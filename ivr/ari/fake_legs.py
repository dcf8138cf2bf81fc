"""The agents' side of the fake Asterisk: time, legs, and who talks with whom. `ivr.ari.fake` adds the callers' side."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from ivr.ari import names
from ivr.ari.legs import CENTRE, RING_BEYOND, Desk
from ivr.ari.translate import Arrived
from ivr.core.commands import Prompt
from ivr.core.offers import LegAnswered, LegGone, LegRinging, OwnCallBegan, OwnCallEnded, PersonLost
from ivr.core.orders import Aside, DialOut, PauseRecording, RecordTalk, Ring, SayToLeg, Spy, StopDialling, Together
from ivr.ports import Emit

Manner = Literal["answers", "refuses", "rings", "vanished", "unregistered"]
"""What a telephone does when it is called. 'vanished': still registered, nobody there."""

SECONDS_A_PROMPT: Final = 2.0
MUSIC: Final = "music"


@dataclass(slots=True)
class Line:
    """A caller's. ``plays``: refs and seconds in the order in which they are said; ``since``: when the first began."""

    plays: list[tuple[int, float]] = field(default_factory=list)
    recording: tuple[int, float] | None = None
    music: bool = False


@dataclass(slots=True)
class Talk:
    """The recording of a bridge: ``seconds`` of it are kept; ``since``: when the part under way began, None in a pause."""

    bridge: str
    since: float | None
    seconds: float = 0.0
    over: bool = False


@dataclass(slots=True)
class FakeLegs:
    """Implements `ivr.ports.Clock` and `ivr.distributor.Legs`. ``phones``: how an agent's telephone, or an outside number,
    behaves; ``arrived`` is told of those who were called back and have answered."""

    emit: Emit
    desk: Desk
    seconds: Callable[[Prompt], float] = lambda _prompt: SECONDS_A_PROMPT
    phones: dict[str, Manner] = field(default_factory=dict)
    calls: dict[str, Line] = field(default_factory=dict)
    legs: dict[str, bool] = field(default_factory=dict)
    """Offer → whether the agent has answered."""
    trunk: str = "operateur"
    arrived: Callable[[Arrived], None] = lambda _arrived: None
    bridges: dict[str, set[str]] = field(default_factory=dict)
    """By name, as in Asterisk: the channels in it, and `MUSIC` while it plays."""
    spies: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Offer of a supervisor → the offer that is heard, and whether its agent hears the supervisor."""
    talks: dict[str, Talk] = field(default_factory=dict)
    """Recordings of conversations, by name."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """(offer, prompt) that were played to an agent alone."""
    dialling: set[str] = field(default_factory=set)
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
    def agent_hangs_up(self, offer: str) -> None:
        self._gone(offer, "ended")

    def agent_dials(self, agent: str, colleague: str) -> None:
        """The two are in a call of their own from now on."""
        for whose, channel in ((agent, f"{agent}-1"), (colleague, names.own(f"{agent}-1"))):
            self.desk.post(OwnCallBegan(self._now, whose, channel))

    def own_call_ends(self, agent: str, colleague: str) -> None:
        for whose, channel in ((agent, f"{agent}-1"), (colleague, names.own(f"{agent}-1"))):
            self.desk.post(OwnCallEnded(self._now, whose, channel))

    def hears(self, channel: str) -> set[str]:
        """The channels that this one hears, and `MUSIC`."""
        if channel in self.calls and self.calls[channel].music:
            return {MUSIC}
        heard = {other for inside in self.bridges.values() if channel in inside for other in inside}
        for supervisor, (on, whisper) in self.spies.items():
            if channel == names.leg(supervisor):
                heard |= {names.leg(on), *self.hears(names.leg(on))}
            elif whisper and channel == names.leg(on):
                heard.add(names.leg(supervisor))
        return heard - {channel}

    # ----------------------------------------------------------------------------------------------------------- one leg
    async def ring(self, order: Ring) -> None:
        offer = order.offer
        manner = self._manner(order.number) if order.number else self.phones.get(order.agent, "unregistered")
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
        self._take_out(names.leg(offer))
        self.spies = {spy: each for spy, each in self.spies.items() if offer not in (spy, each[0])}
        self.desk.post(LegGone(self._now, offer, why))

    async def say_to_leg(self, order: SayToLeg) -> None:
        if self.legs.get(order.offer):
            self.said.append((order.offer, order.prompt))
            if order.then_drop:
                self._later(self.seconds(Prompt(order.prompt)), lambda: self._dismissed(order.offer))
        elif order.then_drop:
            self._gone(order.offer, "ended")

    def _dismissed(self, offer: str) -> None:
        if offer in self.legs:
            self._gone(offer, "ended")

    # ------------------------------------------------------------------------------------------------- who talks with whom
    async def together(self, order: Together) -> None:
        self._share(order.call, order.legs)

    def _share(self, call: str, offers: Iterable[str]) -> None:
        bridge, legs = names.bridge(call), self._answered(offers)
        if call not in self.calls:
            self._no_bridge(bridge)
            return
        self._fill(bridge, {call, *legs} if offers else {call, MUSIC})

    def _end_hold(self, call: str) -> None:
        self.bridges.get(names.bridge(call), set()).discard(MUSIC)

    async def aside(self, order: Aside) -> None:
        if order.legs:
            self._fill(names.aside(order.call), self._answered(order.legs))
        else:
            self._no_bridge(names.aside(order.call))

    def _answered(self, offers: Iterable[str]) -> set[str]:
        return {names.leg(offer) for offer in offers if self.legs.get(offer)}

    def _fill(self, bridge: str, wanted: set[str]) -> None:
        """One who is in another bridge leaves it."""
        for channel in wanted - {MUSIC}:
            self._take_out(channel)
        self.bridges[bridge] = wanted

    def _take_out(self, channel: str) -> None:
        for inside in self.bridges.values():
            inside.discard(channel)

    def _no_bridge(self, bridge: str) -> None:
        self.bridges.pop(bridge, None)
        for talk in self.talks.values():
            if talk.bridge == bridge and not talk.over:
                self._pause(talk)
                talk.over = True

    async def spy(self, order: Spy) -> None:
        if order.on and self.legs.get(order.on) and self.legs.get(order.offer):
            self._take_out(names.leg(order.offer))
            self.spies[order.offer] = (order.on, order.whisper)
        else:
            self.spies.pop(order.offer, None)

    # ---------------------------------------------------------------------------------------------------------- recording
    async def record_talk(self, order: RecordTalk) -> None:
        bridge, under_way = names.bridge(order.call), self.talks.get(order.name)
        if bridge in self.bridges and (under_way is None or under_way.over):
            self.talks[order.name] = Talk(bridge, self._now)

    async def pause_recording(self, order: PauseRecording) -> None:
        talk = self.talks.get(order.name)
        if talk is None or talk.over:
            return
        if not order.on:
            self._pause(talk)
        elif talk.since is None:
            talk.since = self._now

    def _pause(self, talk: Talk) -> None:
        if talk.since is not None:
            talk.seconds, talk.since = talk.seconds + self._now - talk.since, None

    # ---------------------------------------------------------------------------------------------------------- callbacks
    async def dial_out(self, order: DialOut) -> None:
        manner, channel = self._manner(order.number), names.out(order.callback, order.tries)
        self.dialling.add(channel)
        if manner == "unregistered":
            self._lost(channel, "failed")
        elif manner == "refuses":
            self._later(0, lambda: self._lost(channel, "busy"))
        elif manner == "answers":
            self._later(0, lambda: self._person_answers(channel, order))
        else:
            self._later(round(order.seconds), lambda: self._lost(channel, "no_answer"))

    async def stop_dialling(self, order: StopDialling) -> None:
        self._lost(names.out(order.callback, order.tries), "failed")

    def _manner(self, number: str) -> Manner:
        return self.phones.get(number, "rings") if self.trunk else "unregistered"

    def _person_answers(self, channel: str, order: DialOut) -> None:
        if channel in self.dialling:
            self.dialling.discard(channel)
            self.calls[channel] = Line()
            self.arrived(Arrived(channel, order.number, CENTRE, self._now, order.callback))

    def _lost(self, channel: str, why: str) -> None:
        callback = names.callback_of(channel)
        if channel in self.dialling and callback:
            self.dialling.discard(channel)
            self.desk.post(PersonLost(self._now, callback[0], why, callback[1]))
