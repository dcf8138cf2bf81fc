"""The people of `desk`: agents with their hands, callers with their ears, and persons who are called back.

Everything that somebody does returns that person, so that a story can go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.core import offers as told
from ivr.core import orders
from ivr.core.messages import Event
from ivr.core.offers import LegAnswered, LegRinging, Skills

if TYPE_CHECKING:
    from desk import Desk

    from ivr.core.agent import Agent
    from ivr.core.queueing import Entry, Offer

BEGAN = 1000.0


@dataclass
class Person:
    """An agent's hands, or those of somebody outside."""

    desk: Desk
    name: str

    @property
    def it(self) -> Agent:
        return self.desk.acd.agents[self.name]

    @property
    def state(self) -> str:
        return self.it.state

    @property
    def leg(self) -> str:
        """The offer whose leg was made last on this phone and is not gone."""
        return [offer for offer, agent in self.desk.legs.items() if agent == self.name][-1]

    # ----------------------------------------------------------------------------------------------------------- telephone
    def phone_rings(self) -> Person:
        return self._says(LegRinging(self.desk.now, self.leg))

    def answers(self) -> Person:
        return self._says(LegAnswered(self.desk.now, self.leg))

    def is_bridged(self) -> Person:
        offer = self.desk.acd.offers.get(self.leg)
        self.desk.bridge(offer.call if offer else "", self.leg)
        return self

    def refuses(self) -> Person:
        return self._gone("refused")

    def does_not_answer(self) -> Person:
        return self._gone("timed_out")

    def vanishes(self) -> Person:
        return self._gone("lost")

    def hangs_up(self) -> Person:
        return self._gone("ended")

    def line_is_clear(self) -> Person:
        """The end of a leg that was told to go is reported at last."""
        return self._gone("ended")

    def loses_the_phone(self) -> Person:
        return self._says(told.EquipmentChanged(self.desk.now, self.name, reachable=False))

    def finds_the_phone(self) -> Person:
        return self._says(told.EquipmentChanged(self.desk.now, self.name, reachable=True))

    def dials_somebody(self, channel: str = "own-1") -> Person:
        return self._says(told.OwnCallBegan(self.desk.now, self.name, channel))

    def is_done_dialling(self, channel: str = "own-1") -> Person:
        return self._says(told.OwnCallEnded(self.desk.now, self.name, channel))

    # -------------------------------------------------------------------------------------------------------------- console
    def is_ready(self) -> Person:
        return self._says(told.WishChanged(self.desk.now, self.name, "ready"))

    def pauses(self, reason: str = "repas") -> Person:
        return self._says(told.WishChanged(self.desk.now, self.name, "paused", reason))

    def signs_out(self) -> Person:
        return self._says(told.WishChanged(self.desk.now, self.name, "offline"))

    def presses_refuse(self) -> Person:
        return self._says(told.OfferRefused(self.desk.now, self.name))

    def has_finished(self) -> Person:
        return self._says(told.WrapUpDone(self.desk.now, self.name))

    def needs_more_time(self, seconds: float = 60.0) -> Person:
        return self._says(told.WrapUpExtended(self.desk.now, self.name, seconds))

    def holds(self) -> Person:
        return self._says(told.HoldAsked(self.desk.now, self.name))

    def resumes(self) -> Person:
        return self._says(told.ResumeAsked(self.desk.now, self.name))

    def transfers_to(self, target: str) -> Person:
        return self._says(told.TransferAsked(self.desk.now, self.name, target))

    def consults(self, target: str) -> Person:
        return self._says(told.ConsultAsked(self.desk.now, self.name, target))

    def completes(self) -> Person:
        return self._says(told.CompleteAsked(self.desk.now, self.name))

    def confers(self) -> Person:
        return self._says(told.ConferenceAsked(self.desk.now, self.name))

    def pauses_recording(self, *, on: bool = False) -> Person:
        return self._says(told.RecordingAsked(self.desk.now, self.name, on))

    def supervises(self, call: str, mode: told.Supervision) -> Person:
        return self._says(told.SuperviseAsked(self.desk.now, self.name, call, mode))

    # --------------------------------------------------------------------------------------------------- what can be read
    def wishes_kept(self) -> list[tuple[str, str]]:
        return [(order.wish, order.reason) for order in self.desk.ordered(orders.KeepWish) if order.agent == self.name]

    @property
    def refused(self) -> list[str]:
        """What this person asked in vain, in the words told."""
        return self.desk.refused(self.name)

    def _gone(self, why: str) -> Person:
        self.desk.leg_gone(self.leg, why)
        return self

    def _says(self, event: Event) -> Person:
        self.desk.tell(event)
        return self


@dataclass
class Caller:
    """A caller and the ear of its session: ``told`` is all that the distributor said to it."""

    desk: Desk
    name: str
    ref: int = 0
    told: list[Event] = field(default_factory=list)

    def joins(
        self, queue: str = "general", *, priority: int = 0, since: float | None = None, skills: Skills = (),
        sticky: str = "", callback: str = "", **facts: str,
    ) -> Caller:
        self.ref += 1
        place = self.desk.now if since is None else since
        self.desk.tell(told.CallerJoined(
            self.desk.now, self.name, self.ref, queue, priority, place, facts, skills=skills, sticky=sticky,
            callback=callback,
        ))
        return self

    def comes_back_talking(self, offer: str, agent: str, *, since: float = BEGAN, callback: str = "") -> Caller:
        """The application was restarted while this conversation went on."""
        self.ref += 1
        self.desk.legs[offer] = agent
        self.desk.tell(told.CallerJoined(
            self.desk.now, self.name, self.ref, "general", 0, since, {}, offer, agent, callback=callback,
        ))
        return self

    def leaves(self, why: str = "abandoned") -> Caller:
        self.desk.tell(told.CallerLeft(self.desk.now, self.name, self.ref, why))
        return self

    def is_moved(self, queue: str = "", *, front: bool = False) -> Caller:
        """By a supervisor."""
        self.desk.tell(told.CallerMoved(self.desk.now, self.name, queue, front))
        return self

    @property
    def entry(self) -> Entry | None:
        return self.desk.acd.entries.get(self.name)

    @property
    def waits(self) -> bool:
        return self.entry is not None and not self.entry.offers

    @property
    def queue(self) -> str:
        return self.entry.queue if self.entry else ""

    @property
    def ahead(self) -> int:
        return self.desk.acd.place(self.name).ahead

    @property
    def offered_to(self) -> str:
        """Whose phone is asked to take this caller, or ''."""
        return next(iter(self.rings), "")

    @property
    def rings(self) -> list[str]:
        """Whose phones ring for this caller."""
        return [offer.agent or offer.number for offer in self._offers if offer.stage != "talking"]

    @property
    def talks_with(self) -> str:
        return next((offer.agent or offer.number for offer in self._offers if offer.stage == "talking"), "")

    @property
    def hears(self) -> list[str]:
        """Who shares the bridge with this caller; nobody: music."""
        return self.desk.names(self.desk.bridges.get(self.name, ()))

    @property
    def aside(self) -> list[str]:
        """Who talks apart about this caller."""
        return self.desk.names(self.desk.asides.get(self.name, ()))

    @property
    def _offers(self) -> list[Offer]:
        return self.entry.offers if self.entry else []

    @property
    def heard(self) -> list[str]:
        """The kinds of events told, in order."""
        return [type(event).__name__ for event in self.told]


@dataclass
class Called:
    """Somebody who is to be called back. ``name`` is the callback's; the call that comes of it is '<name>-call'."""

    desk: Desk
    name: str
    number: str

    def asks(self, queue: str = "general", *, since: float | None = None, **more: float) -> Called:
        place = self.desk.now if since is None else since
        self.desk.tell(told.CallbackKept(self.desk.now, self.name, self.number, queue, place, **more))
        return self

    def picks_up(self) -> Caller:
        """The call that comes of it joins the queue at once."""
        entry = self.desk.acd.callbacks.get(self.name)
        queue = entry.queue if entry else "general"
        return self.desk.caller(f"{self.name}-call").joins(queue, since=entry.since if entry else None, callback=self.name)

    def is_lost(self, why: str = "no_answer", tries: int = 0) -> Called:
        self.desk.tell(told.PersonLost(self.desk.now, self.name, why, tries))
        return self

    def is_withdrawn(self, why: str = "done") -> Called:
        self.desk.tell(told.CallbackWithdrawn(self.desk.now, self.name, why))
        return self

    @property
    def caller(self) -> Caller:
        """The place in the queue while nobody is on the line."""
        return self.desk.caller(self.name)

    @property
    def dialled(self) -> int:
        """How many times the number was called."""
        return sum(order.callback == self.name for order in self.desk.ordered(orders.DialOut))

    @property
    def kept(self) -> list[tuple[str, int]]:
        """(state, tries) as they were remembered."""
        kept = self.desk.ordered(orders.KeepCallback)
        return [(order.state, order.tries) for order in kept if order.callback == self.name]
