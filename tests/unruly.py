"""A call centre where telephony misbehaves: its reports come late, twice, out of order or never; orders may fail and yet be
done. What is true (which legs exist, who wanted what since when) is kept here, apart from the distributor, and everything
that must hold is checked against it after every event (`Unruly.tell`).

The world offers moves (`a_caller_joins`, `a_report_arrives`...); walks and hypothesis choose among them. All that is told
to the distributor is kept in ``told`` and all it answered in ``answers``, so that a run can be replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from ivr.core.acd import REST_AFTER_MISS, Acd
from ivr.core.agent import Agent
from ivr.core.messages import AgentAnswered, AgentLeft, Event, QueueRefused
from ivr.core.offers import (
    AcdCommand,
    AgentSet,
    BusyOver,
    CallerJoined,
    CallerLeft,
    DropLeg,
    EquipmentChanged,
    KeepWish,
    LegAnswered,
    LegBridged,
    LegGone,
    LegRinging,
    Offer,
    Ring,
    RingTimedOut,
    Rules,
    Tell,
    WakeAgent,
    WakeOffer,
    WishChanged,
)

QUEUES = {
    "general": Rules(ring=20.0, wrap_up=30.0, most=4, misses=3),
    "paie": Rules(ring=15.0, wrap_up=10.0, most=3, misses=2),
}
AGENTS = {"Awa": ("general",), "Sery": ("general", "paie"), "Adjoua": ("paie",)}
CALLERS = ("Koffi", "Yao", "Ibrahim", "Mariam", "Fatou")


@dataclass
class Stay:
    """What a caller's session knows: where it waits since when, and with which offer it talks."""

    ref: int
    queue: str
    since: float
    priority: int
    talking: str = ""
    agent: str = ""


@dataclass
class Unruly:
    dice: Random
    make: type[Acd] = Acd
    now: float = 1000.0
    told: list[Event] = field(default_factory=list)
    answers: list[list[AcdCommand]] = field(default_factory=list)
    stays: dict[str, Stay] = field(default_factory=dict)
    refs: dict[str, int] = field(default_factory=dict)
    wishes: dict[str, tuple[str, str]] = field(default_factory=dict)
    legs: dict[str, tuple[str, str]] = field(default_factory=dict)
    ghosts: set[str] = field(default_factory=set)
    reports: list[Event] = field(default_factory=list)
    timers: list[tuple[float, Event]] = field(default_factory=list)
    ends: dict[str, str | None] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.acd = self.make(QUEUES)
        self._opens()

    def _opens(self) -> None:
        for name, queues in AGENTS.items():
            self.tell(AgentSet(self.now, name, queues))
            self.tell(EquipmentChanged(self.now, name, reachable=True))
            self.tell(WishChanged(self.now, name, *self.wishes.get(name, ("ready", ""))))

    # ------------------------------------------------------------------------------------------------------------- moves
    def a_caller_joins(self) -> None:
        name = self.dice.choice(CALLERS)
        if name in self.stays:
            return
        queue = self.dice.choice(tuple(QUEUES))
        self.stays[name] = Stay(self._ref(name), queue, self.now, self.dice.choice((0, 0, 2)))
        self._joins(name)

    def a_caller_leaves(self) -> None:
        if self.stays:
            name = self.dice.choice(sorted(self.stays))
            stay = self.stays.pop(name)
            self.tell(CallerLeft(self.now, name, stay.ref))

    def a_session_repeats_itself(self) -> None:
        """The joining told twice, or a new stay begun whose former end was never told."""
        if self.stays:
            name = self.dice.choice(sorted(self.stays))
            stay = self.stays[name]
            if not stay.talking and self.dice.random() < 0.5:
                stay.ref = self._ref(name)
            self._joins(name)

    def an_agent_wishes(self) -> None:
        wish = self.dice.choice(("ready", "ready", "ready", "paused", "offline"))
        self.tell(WishChanged(self.now, self.dice.choice(tuple(AGENTS)), wish, "repas" if wish == "paused" else ""))

    def equipment_changes(self) -> None:
        self.tell(EquipmentChanged(self.now, self.dice.choice(tuple(AGENTS)), self.dice.random() < 0.8))

    def a_leg_moves_on(self) -> None:
        if self.legs:
            offer = self.dice.choice(sorted(self.legs))
            self._moves_on(offer, *self.legs[offer])

    def a_report_arrives(self) -> None:
        """Any of those under way: they overtake each other. One in ten comes again later, one in thirty never does."""
        if not self.reports:
            return
        report = self.reports.pop(self.dice.randrange(len(self.reports)))
        fate = self.dice.random()
        if fate < 0.1:
            self.reports.append(report)
        if fate < 0.97:
            self.tell(_now(report, self.now))

    def time_passes(self) -> None:
        self.now += self.dice.choice((0.01, 0.5, 2.0, 10.0))
        due = [timer for timer in self.timers if timer[0] <= self.now]
        for timer in due:
            if self.dice.random() < 0.9:
                self.timers.remove(timer)
                self._rings_again(timer[1])
                self.tell(_now(timer[1], self.now))

    def the_application_restarts(self) -> None:
        """A new distributor; timers are lost, conversations and places are not; callers come back in any order."""
        self.acd = self.make(QUEUES)
        self.timers.clear()
        self.ends.clear()
        self.over |= set(self.legs) | {report.offer for report in self.reports if hasattr(report, "offer")}
        self.over -= {stay.talking for stay in self.stays.values()}
        self.ghosts |= set(self.legs)
        self._opens()
        for name in self.dice.sample(sorted(self.stays), len(self.stays)):
            stay = self.stays[name]
            stay.ref = self._ref(name)
            self.ghosts.discard(stay.talking)
            self._joins(name)
        for stay in list(self.stays.values()):
            if stay.talking and stay.talking not in self.legs:
                self.tell(LegGone(self.now, stay.talking, "ended"))
        for offer in sorted(self.ghosts & set(self.legs)):
            self._hangs_up(offer)

    MOVES = (
        (a_caller_joins, 8), (a_caller_leaves, 3), (a_session_repeats_itself, 1), (an_agent_wishes, 3),
        (equipment_changes, 1), (a_leg_moves_on, 12), (a_report_arrives, 22), (time_passes, 10),
        (the_application_restarts, 0.4),
    )

    def moves(self) -> None:
        """One move, drawn by weight."""
        [move] = self.dice.choices([move for move, _ in self.MOVES], [weight for _, weight in self.MOVES])
        move(self)
        self.everybody_is_known()

    # ------------------------------------------------------------------------------------------------------ the world obeys
    def _ref(self, name: str) -> int:
        self.refs[name] = self.refs.get(name, 0) + 1
        return self.refs[name]

    def _joins(self, name: str) -> None:
        stay = self.stays[name]
        self.tell(CallerJoined(
            self.now, name, stay.ref, stay.queue, stay.priority, stay.since, {}, stay.talking, stay.agent,
        ))

    def _rings_again(self, event: Event) -> None:
        """Timers may fire twice, the second time long after."""
        if self.dice.random() < 0.1:
            self.timers.append((self.now + self.dice.choice((1.0, 40.0)), event))

    def _moves_on(self, offer: str, agent: str, stage: str) -> None:
        if stage == "made":
            self.legs[offer] = agent, "ringing"
            self.reports.append(LegRinging(0.0, offer))
        elif stage == "ringing" and self.dice.random() < 0.6:
            self.legs[offer] = agent, "answered"
            self.reports.append(LegAnswered(0.0, offer))
        else:
            self._goes(offer, self.dice.choice(("refused", "timed_out", "lost")) if stage == "ringing" else "ended")

    def _goes(self, offer: str, why: str) -> None:
        del self.legs[offer]
        self.reports.append(LegGone(0.0, offer, why))

    def _hangs_up(self, offer: str) -> None:
        """What Asterisk does: a leg that does not exist is known to be gone; otherwise its end is reported, perhaps."""
        if offer not in self.legs:
            self.reports.append(LegGone(0.0, offer, "ended"))
        elif self.dice.random() < 0.95:
            self._goes(offer, "ended")

    def _rings(self, order: Ring) -> None:
        fate = self.dice.random()
        if fate < 0.05:
            self.reports.append(LegGone(0.0, order.offer, "lost"))
        if fate < 0.02:
            self.ghosts.add(order.offer)
        if not 0.02 <= fate < 0.05:
            self.legs[order.offer] = order.agent, "made"

    def _obeys(self, order: AcdCommand) -> None:
        match order:
            case Ring():
                self._rings(order)
            case DropLeg():
                self._hangs_up(order.offer)
            case Tell():
                self._hears(order.call, order.event)
            case WakeOffer():
                self.timers.append((self.now + order.seconds, RingTimedOut(0.0, order.offer)))
            case WakeAgent():
                self.timers.append((self.now + order.seconds, BusyOver(0.0, order.agent, order.since)))
            case KeepWish():
                self.wishes[order.agent] = order.wish, order.reason

    def _hears(self, name: str, event: Event) -> None:
        stay = self.stays.get(name)
        if stay is None or stay.ref != event.ref:
            return
        match event:
            case QueueRefused():
                del self.stays[name]
            case AgentLeft() if event.requeued:
                stay.talking = stay.agent = ""
            case AgentLeft():
                del self.stays[name]
            case AgentAnswered():
                self._bridges(stay, event)

    def _bridges(self, stay: Stay, event: AgentAnswered) -> None:
        if self.legs.get(event.offer, ("", ""))[1] == "answered":
            stay.talking, stay.agent = event.offer, event.agent
            self.reports.append(LegBridged(0.0, event.offer))
        else:
            self._hangs_up(event.offer)

    # ------------------------------------------------------------------------------------------------------------- checks
    def tell(self, event: Event) -> None:
        """Tell the distributor, do what it orders, and check everything."""
        before = dict(self.acd.agents)
        known = self.acd.offers.get(getattr(event, "offer", ""))
        self.told.append(event)
        answer = self.acd.handle(event)
        self.answers.append(answer)
        self._a_dead_offer_has_its_leg_dropped(event, known, answer)
        if isinstance(event, CallerJoined) and event.offer:
            # What was offered to the agent of an adopted conversation is withdrawn: that leg is nobody's from now on.
            self.ghosts |= {order.offer for order in answer if isinstance(order, DropLeg)}
        for order in answer:
            self._obeys(order)
        self._agents_hold(before)
        self._offers_hold()
        self._callers_hold(answer)

    def _a_dead_offer_has_its_leg_dropped(self, event: Event, known: Offer | None, answer: list[AcdCommand]) -> None:
        if isinstance(event, LegRinging | LegAnswered) and (known is None or known.dropped):
            assert DropLeg(event.offer) in answer, f"the leg of {event.offer} rings for nobody"

    def _agents_hold(self, before: dict[str, Agent]) -> None:
        held = [offer.agent for offer in self.acd.offers.values()]
        for name, agent in self.acd.agents.items():
            assert held.count(name) == (agent.activity not in {"idle", "wrap_up", "resting"}), f"{agent}: offers {held}"
            if agent.activity in {"wrap_up", "resting"}:
                assert (name, agent.idle_since) in self._wakings(), f"{agent}: nothing will wake this agent"
            was = before.get(name)
            if was and was.activity in {"wrap_up", "resting"} and agent.activity not in {"wrap_up", "resting"}:
                least = REST_AFTER_MISS if was.activity == "resting" else min(rules.wrap_up for rules in QUEUES.values())
                assert self.now - was.idle_since >= least - 0.001, f"{was} was freed too early, by {self.told[-1]}"
        phones = [agent for offer, (agent, _) in self.legs.items() if offer not in self.ghosts]
        assert len(phones) == len(set(phones)), f"a phone is asked twice: {self.legs}"

    def _wakings(self) -> set[tuple[str, float]]:
        return {(due.agent, due.since) for _, due in self.timers if isinstance(due, BusyOver)}

    def _offers_hold(self) -> None:
        live = [offer.call for offer in self.acd.offers.values() if not offer.dropped]
        assert len(live) == len(set(live)), f"a caller with two live offers: {live}"
        for name, end in list(self.ends.items()):
            offer = self.acd.offers.get(name)
            if offer is None:
                self.over.add(name)
                del self.ends[name]
            else:
                assert end in {None, offer.end}, f"{name} had ended as {end}, and ends again as {offer.end}"
        for offer in self.acd.offers.values():
            assert offer.id not in self.over, f"{offer.id} lives again"
            assert offer.end or not offer.dropped, f"{offer} is dropped without an end"
            self.ends[offer.id] = offer.end

    def _callers_hold(self, answer: list[AcdCommand]) -> None:
        waiting = [entry for entry in self.acd.entries.values() if not entry.offer]
        takers = {queue for agent in self.acd.agents.values() if agent.takes_offers for queue in agent.queues}
        for entry in waiting:
            assert entry.queue not in takers, f"{entry.call} waits while an agent takes offers"
        for entry in self.acd.entries.values():
            stay = self.stays.get(entry.call)
            if stay is None or stay.ref != entry.ref:
                continue  # a session in the middle of its own move: `_joins` comes next
            assert entry.since == stay.since, f"{entry.call} has lost the place"
            assert not entry.offer or not self.acd.offers[entry.offer].dropped, f"{entry.call} hangs on a dropped offer"
        rung = [self.acd.entries[order.call] for order in answer if isinstance(order, Ring)]
        for entry in rung:
            before = [other.call for other in waiting if other.queue == entry.queue and other.order < entry.order]
            assert not before, f"{entry.call} overtook {before}"

    def everybody_is_known(self) -> None:
        """Between two moves: sessions and distributor agree on who is there."""
        sessions = {name: stay.ref for name, stay in self.stays.items()}
        known = {name: entry.ref for name, entry in self.acd.entries.items()}
        assert sessions == known, f"sessions know {sessions}, the distributor {known}"

    # -------------------------------------------------------------------------------------------------------------- quiet
    def falls_quiet(self) -> None:
        """No more faults and no more answers: reports arrive, phones ring in vain, people hang up, timers fire."""
        for _ in range(5000):
            if self.reports:
                self.tell(_now(self.reports.pop(0), self.now))
            elif self.legs:
                offer, (_, stage) = min(self.legs.items())
                self._goes(offer, "ended" if stage == "answered" else "timed_out")
            elif self.timers:
                self.timers.sort(key=lambda timer: timer[0])
                at, event = self.timers.pop(0)
                self.now = max(self.now, at)
                self.tell(_now(event, self.now))
            elif not self._a_talker_leaves():
                break
        self.nobody_is_stuck()

    def _a_talker_leaves(self) -> bool:
        for name, stay in self.stays.items():
            if stay.talking:
                del self.stays[name]
                self.tell(CallerLeft(self.now, name, stay.ref))
                return True
        return False

    def nobody_is_stuck(self) -> None:
        assert not [*self.reports, *self.legs, *self.timers], "the world does not come to rest"
        assert not self.acd.offers, f"offers for ever: {self.acd.offers}"
        for agent in self.acd.agents.values():
            assert agent.activity == "idle", f"{agent} is stuck"
        for entry in self.acd.entries.values():
            assert not entry.offer, f"{entry} is stuck"
        self.everybody_is_known()


def _now(event: Event, at: float) -> Event:
    """The event as it is told at last: it is stamped when it reaches us."""
    return replace(event, at=at)
