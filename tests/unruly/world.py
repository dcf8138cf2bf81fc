"""What is true in a call centre where telephony misbehaves: which legs exist, who shares a bridge, who wanted what when.

The world is kept apart from the distributor. It tells it what happens (`World.tell`), does what it orders, and has
everything that must hold checked after every event (`unruly.checks`). Reports wait in ``reports`` until a move lets one
arrive, timers in ``timers`` until one fires: late, twice, in any order, or never. Chance is not here: walks
(`unruly.moves`) draw the moves, the explorer (`explorer`) takes all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.core.acd import Acd
from ivr.core.messages import AgentAnswered, AgentChanged, AgentLeft, Event, QueueChanged, QueueRefused
from ivr.core.offers import (
    AgentRemoved,
    AgentSet,
    CallbackKept,
    CallerJoined,
    CallerMoved,
    EquipmentChanged,
    LegAnswered,
    LegBridged,
    LegGone,
    OwnCallBegan,
    OwnCallEnded,
    WishChanged,
)
from ivr.core.orders import (
    AcdCommand,
    Aside,
    DialOut,
    DropLeg,
    KeepCallback,
    KeepWish,
    Ring,
    SayToLeg,
    Spy,
    Stayed,
    StopDialling,
    Tell,
    Together,
    Wake,
    Worked,
)
from ivr.core.queueing import Rules
from unruly import checks

OPENED = 1000.0
APPROVED = frozenset({"0700000101"})


@dataclass(slots=True, unsafe_hash=True)
class Published(Event):
    """New rules, told as if it were an event, so that a run can be replayed from what was told."""

    rules: Mapping[str, Rules]


@dataclass(slots=True, unsafe_hash=True)
class Opened(Published):
    """The distributor began: the first one, or the one after a restart."""


@dataclass(slots=True, eq=False)
class Leg:
    """A channel to a telephone. ``stage``: ordered, ringing, answered. ``told``: it was told to go and has not yet.
    ``ghost``: the distributor was right to believe that it is gone, or never knew of it; ``lost``: an order to go was lost,
    and whoever is there waits for the next."""

    agent: str
    stage: str = "ordered"
    told: bool = False
    ghost: bool = False
    lost: bool = False


@dataclass(slots=True, eq=False)
class Stay:
    """What a caller's session knows: where it waits since when, and with which offer it talks. ``place``: what the
    distributor owes it, earlier than ``since`` when it took over a callback's."""

    ref: int
    queue: str
    since: float
    place: float
    priority: int = 0
    talking: str = ""
    agent: str = ""
    skills: tuple[tuple[str, int], ...] = ()
    sticky: str = ""
    callback: str = ""
    number: str = ""


@dataclass(slots=True, eq=False)
class Kept:
    """A callback as the store has it."""

    number: str
    queue: str
    since: float
    priority: int = 0
    tries: int = 0
    due: float = 0.0
    state: str = "open"


@dataclass(slots=True, eq=False)
class Person:
    """An agent as known outside the distributor. ``turn``: the number of the last offer; ``spent``: seconds in the books
    since ``since``."""

    queues: tuple[str, ...]
    skills: tuple[tuple[str, int], ...] = ()
    ranks: dict[str, int] = field(default_factory=dict)
    wish: str = "offline"
    reason: str = ""
    reachable: bool = True
    own: set[str] = field(default_factory=set)
    turn: int = 0
    since: float = OPENED
    spent: float = 0.0


@dataclass(slots=True, eq=False)
class World:
    rules: Mapping[str, Rules]
    staff: dict[str, Person]
    now: float = OPENED
    acd: Acd = None
    told: list[Event] = field(default_factory=list)
    answers: list[list[AcdCommand]] = field(default_factory=list)
    keeps: bool = True
    stays: dict[str, Stay] = field(default_factory=dict)
    refs: dict[str, int] = field(default_factory=dict)
    store: dict[str, Kept] = field(default_factory=dict)
    dials: dict[str, int] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    bridge: dict[str, set[str]] = field(default_factory=dict)
    aside: dict[str, set[str]] = field(default_factory=dict)
    spying: dict[str, tuple[str, bool]] = field(default_factory=dict)
    reports: list[Event] = field(default_factory=list)
    timers: list[tuple[float, Event]] = field(default_factory=list)
    ends: dict[str, str | None] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    worked: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
    goodbyes: set[str] = field(default_factory=set)
    picked: set[str] = field(default_factory=set)
    fronted: set[str] = field(default_factory=set)
    dialled: set[tuple[str, int]] = field(default_factory=set)
    begun: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    told_by: str = ""
    left: Counter[str] = field(default_factory=Counter)
    events: int = 0
    last: Event | None = None

    def __post_init__(self) -> None:
        if self.acd is None:
            self.opens()

    def opens(self) -> None:
        self.acd = Acd(self.rules, APPROVED)
        if self.keeps:
            self.told.append(Opened(self.now, self.rules))
            self.answers.append([])
        known = {name: replace(person, own=set(person.own)) for name, person in self.staff.items()}
        for person in self.staff.values():
            person.since, person.spent, person.turn = self.now, 0.0, 0
            person.wish, person.reason, person.reachable = "offline", "", False
            person.own.clear()
        for name, was in known.items():
            self.tell(AgentSet(self.now, name, was.queues, was.skills, dict(was.ranks)))
        for name, was in known.items():
            for channel in sorted(was.own):
                self.tell(OwnCallBegan(self.now, name, channel))
            self.tell(EquipmentChanged(self.now, name, was.reachable))
            self.tell(WishChanged(self.now, name, was.wish, was.reason))

    # ----------------------------------------------------------------------------------------------------------- the edge
    def tell(self, event: Event) -> None:
        """Tell the distributor, do what it orders, and check everything."""
        before = checks.before(self, event)
        self.events += 1
        self.last = event
        self._learns(event)
        self.told_by = getattr(event, "call", "")
        if self.keeps:
            self.told.append(event)
        published = isinstance(event, Published)
        answer = self.acd.publish(event.rules, event.at) if published else self.acd.handle(event)
        if self.keeps:
            self.answers.append(answer)
        for order in answer:
            self.obeys(order)
        self._adopted(event, answer)
        checks.answer_holds(self, event, before, answer)
        checks.state_holds(self)

    def _learns(self, event: Event) -> None:
        match event:
            case LegGone():
                if self.held.pop(event.offer, None):
                    self.owed.add(event.offer)
                for legs in (*self.bridge.values(), *self.aside.values()):
                    legs.discard(event.offer)
                self.spying.pop(event.offer, None)
            case LegAnswered():
                self.picked.add(event.offer)
            case CallerMoved() if event.front:
                self.fronted.add(event.call)
            case WishChanged():
                person = self.staff[event.agent]
                person.wish, person.reason = event.wish, event.reason
            case AgentRemoved():
                self.staff[event.agent].wish, self.staff[event.agent].reason = "offline", ""
            case EquipmentChanged():
                self.staff[event.agent].reachable = event.reachable
            case OwnCallBegan():
                self.staff[event.agent].own.add(event.channel)
            case OwnCallEnded():
                self.staff[event.agent].own.discard(event.channel)
            case AgentSet():
                person = self.staff[event.agent]
                person.queues, person.skills, person.ranks = event.queues, event.skills, dict(event.ranks)
            case Published():
                self.rules = event.rules

    def _adopted(self, event: Event, answer: list[AcdCommand]) -> None:
        """A conversation under way was taken up: what its agent was offered since is nobody's any more."""
        if isinstance(event, CallerJoined) and event.offer and Together(event.call, (event.offer,)) in answer:
            for offer in [each for each, agent in self.held.items() if agent == event.agent]:
                del self.held[offer]
                if offer not in self.worked:
                    self.owed.add(offer)
                if offer in self.legs:
                    self.legs[offer].ghost = True
            if event.agent in self.staff:
                self.held[event.offer] = event.agent
            if event.offer in self.legs:
                self.legs[event.offer].ghost = False

    def obeys(self, order: AcdCommand) -> None:
        match order:
            case Tell():
                self._hears(order.call, order.event)
            case Wake():
                self.timers.append((self.now + order.seconds, order.event))
            case Ring():
                self._rings(order)
            case DropLeg():
                self.hangs_up(order.offer)
            case Together():
                self.bridge[order.call] = set(order.legs)
            case Aside():
                self.aside[order.call] = set(order.legs)
            case Spy() if order.on:
                self.spying[order.offer] = order.on, order.whisper
            case Spy():
                self.spying.pop(order.offer, None)
            case SayToLeg() if order.then_drop:
                self.goodbyes.add(order.offer)
                self.hangs_up(order.offer)
            case KeepWish():
                self.staff[order.agent].wish, self.staff[order.agent].reason = order.wish, order.reason
            case DialOut():
                dialled = order.callback, order.tries
                assert dialled not in self.dialled, f"{order.callback} is dialled once more for the same try"
                self.dialled.add(dialled)
                assert order.callback not in self.dials, f"{order.callback} is dialled twice"
                assert self.store[order.callback].state == "open", f"{order.callback} is closed, and dialled"
                self.dials[order.callback] = order.tries
            case StopDialling():
                self.dials.pop(order.callback, None)
            case KeepCallback():
                kept = self.store[order.callback]
                assert order.tries >= kept.tries, f"{order.callback} has forgotten {kept.tries} tries"
                assert kept.state == "open", f"{order.callback} is {kept.state}, and becomes {order.state}"
                kept.state, kept.tries, kept.due = order.state, order.tries, order.due
                if order.state == "called_again":
                    stay = self.stays[self.told_by]
                    stay.place = min(stay.place, kept.since)
            case Worked() | Stayed():
                checks.row_holds(self, order)
            case _:
                checks.row_holds(self, order)

    def _rings(self, order: Ring) -> None:
        if order.agent:
            twice = [offer for offer, leg in self.legs.items() if leg.agent == order.agent and not leg.ghost]
            assert not twice, f"the phone of {order.agent} is asked twice: {twice} and {order.offer}"
            assert order.agent not in self.held.values(), f"{order.agent} has {self.held} and is asked for {order.offer}"
            self.held[order.offer] = order.agent
        self.legs[order.offer] = Leg(order.agent)

    def hangs_up(self, offer: str) -> None:
        """A leg that does not exist is known to be gone; another goes in its own time (`leg_goes`)."""
        leg = self.legs.get(offer)
        if leg is None:
            if not any(isinstance(each, LegGone) and each.offer == offer for each in self.reports):
                self.reports.append(LegGone(0.0, offer, "ended"))
        else:
            leg.told, leg.lost = True, False

    def _hears(self, name: str, event: Event) -> None:
        stay = self.stays.get(name)
        if stay is None or stay.ref != event.ref:
            return
        match event:
            case QueueRefused():
                self.departs(name)
            case AgentLeft() if event.requeued:
                stay.talking = stay.agent = ""
                self.bridge.pop(name, None)
            case AgentLeft():
                self.departs(name)
            case QueueChanged():
                stay.queue = event.queue
            case AgentChanged():
                stay.talking, stay.agent = event.offer, event.agent or event.number
            case AgentAnswered():
                self._bridges(name, stay, event)

    def _bridges(self, name: str, stay: Stay, event: AgentAnswered) -> None:
        leg = self.legs.get(event.offer)
        if leg is not None and leg.stage == "answered":
            stay.talking, stay.agent = event.offer, event.agent
            self.bridge[name] = {event.offer}
            self.reports.append(LegBridged(0.0, event.offer))
        else:
            self.hangs_up(event.offer)

    def departs(self, name: str) -> None:
        """The session has left the queue."""
        del self.stays[name]
        self.bridge.pop(name, None)
        self.aside.pop(name, None)

    # ------------------------------------------------------------------------------------------------- what people can do
    def joins(self, name: str, stay: Stay | None = None) -> None:
        """A caller comes, or (without ``stay``) the session of one who is here says so once more."""
        if stay is not None:
            self.stays[name] = stay
        stay = self.stays[name]
        facts = {"caller": stay.number, "matricule": "000017"}
        self.tell(CallerJoined(
            self.now, name, stay.ref, stay.queue, stay.priority, stay.since, facts, stay.talking, stay.agent, stay.skills,
            stay.sticky, stay.callback,
        ))

    def next_ref(self, name: str) -> int:
        self.refs[name] = self.refs.get(name, 0) + 1
        return self.refs[name]

    def keeps_callback(self, name: str) -> None:
        kept = self.store[name]
        self.tell(CallbackKept(
            self.now, name, kept.number, kept.queue, kept.since, kept.priority, (), {"matricule": "000018"}, kept.tries,
            kept.due,
        ))

    def person_answers(self, name: str) -> None:
        """The one called back picks up: a call of its own arrives, with this callback."""
        kept, call = self.store[name], f"{name}-{self.next_ref('call of ' + name)}"
        self.dials.pop(name, None)
        self.joins(call, Stay(self.next_ref(call), kept.queue, kept.since, kept.since, kept.priority, callback=name))

    def leg_goes(self, offer: str, why: str) -> None:
        del self.legs[offer]
        self.reports.append(LegGone(0.0, offer, why))

    def arrives(self, index: int) -> None:
        """A report reaches the distributor."""
        self.tell(replace(self.reports.pop(index), at=self.now))

    def fires(self, index: int) -> None:
        due, event = self.timers.pop(index)
        self.now = max(self.now, due)
        self.tell(replace(event, at=self.now))

    def restarts(self, last: str = "") -> None:
        """A new distributor: timers are lost, conversations, places and the store are not. Those who talk come first, legs
        that belong to no conversation are hung up, as `ivr.recovery` does. ``last`` comes last, though it talks."""
        self.lives += 1
        self.timers.clear()
        self.reports[:] = [each for each in self.reports if hasattr(each, "offer")]
        talk = (self.bridge, self.aside, self.spying)
        for each in (self.ends, self.held, self.begun, *talk, self.dials, self.owed, self.dialled):
            each.clear()
        talking = {stay.talking for stay in self.stays.values() if stay.talking}
        self.over |= (set(self.legs) | {report.offer for report in self.reports}) - talking
        for leg in self.legs.values():
            leg.ghost = True
        for name in [name for name, stay in self.stays.items() if stay.callback and not stay.talking]:
            self.stays[name].since = self.stays[name].place
        self.now += 1.0
        self.opens()
        self._comes_back(talking, last)

    def _comes_back(self, talking: set[str], last: str) -> None:
        """Those who talk, so that their agents are known to be busy; then places kept; then those who wait."""
        first = [name for name in sorted(self.stays) if self.stays[name].talking and name != last]
        waiting = [*sorted(self.stays.keys() - {*first, last}), last]
        for name in first:
            self._rejoins(name)
        for name in sorted(self.store):
            if self.store[name].state == "open":
                self.keeps_callback(name)
        for name in waiting:
            self._rejoins(name)
        for offer in sorted(talking - set(self.legs)):
            self.tell(LegGone(self.now, offer, "ended"))
        for offer in sorted(set(self.legs) - {stay.talking for stay in self.stays.values()}):
            self.hangs_up(offer)

    def _rejoins(self, name: str) -> None:
        if name in self.stays:
            stay = self.stays[name]
            stay.ref, stay.place = self.next_ref(name), stay.since
            self.joins(name)
