"""What may happen next in an unruly world, drawn by chance: people come, wish, talk and go; reports and timers arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from ivr.core.messages import Event
from ivr.core.offers import (
    AgentRemoved,
    AgentSet,
    CallbackWithdrawn,
    CallerLeft,
    CallerMoved,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    EquipmentChanged,
    HoldAsked,
    LegAnswered,
    LegGone,
    LegRinging,
    OfferRefused,
    OwnCallBegan,
    OwnCallEnded,
    PersonLost,
    RecordingAsked,
    ResumeAsked,
    SuperviseAsked,
    TransferAsked,
    WishChanged,
    WrapUpDone,
    WrapUpExtended,
)
from ivr.core.queueing import Rules
from unruly import checks
from unruly.world import Kept, Leg, Person, Published, Stay, World

QUEUES: Final = {
    "general": Rules(ring=20.0, wrap_up=30.0, most=4, when_empty="wait", longest=900.0, sticky=30.0),
    "paie": Rules(
        ring=15.0, wrap_up=10.0, most=3, misses=2, weight=2.0, strategy="fewest_calls", skills=(("paie", 2),),
        relax=((20.0, (("paie", 1),)), (40.0, ())), overflow="general", overflow_after=120.0, when_empty="overflow",
        spacing=30.0,
    ),
    "urgence": Rules(ring=10.0, wrap_up=5.0, strategy="ring_all", record=True, misses=2, empty_after=30.0, spacing=15.0),
    "solde": Rules(strategy="linear", prefers=(("paie", 1),), tries=2, spacing=20.0, lasting=2000.0, weight=0.5, dial=25.0),
    "vip": Rules(strategy="round_robin", longest=200.0, when_empty="refuse", weight=4.0, spacing=10.0, dial=20.0),
    "foire": Rules(strategy="random", when_empty="wait", overflow="general", overflow_after=60.0),
}
OTHERWISE: Final = (
    {**QUEUES, "general": replace(QUEUES["general"], wrap_up=5.0, longest=300.0, when_empty="refuse")},
    {**QUEUES, "solde": replace(QUEUES["solde"], strategy="random", weight=1.5, longest=150.0)},
    {name: rules for name, rules in QUEUES.items() if name != "foire"},
    {**QUEUES, "vip": replace(QUEUES["vip"], strategy="least_occupied", ring=5.0, misses=1)},
    QUEUES,
)
"""Rules that are published on the way."""

STAFF: Final = {
    "Awa": (("general", "vip", "solde", "foire"), (("paie", 1),)),
    "Sery": (("general", "paie", "urgence"), (("paie", 2),)),
    "Adjoua": (("paie", "urgence"), (("paie", 1),)),
    "Serge": (("urgence", "solde", "general", "foire"), ()),
    "Ama": (("vip", "paie", "solde"), (("paie", 3),)),
}
OTHER_WORK: Final = ((("general",), (("paie", 1),)), (("paie", "solde"), (("paie", 2),)), (("urgence", "vip", "foire"), ()))
CALLERS: Final = ("Koffi", "Yao", "Ibrahim", "Mariam", "Fatou", "Aya")
NUMBERS: Final = ("0700000017", "0700000018", "0700000019")
DESTINATIONS: Final = (
    "queue:general", "queue:paie", "queue:urgence", "queue:foire", "agent:Awa", "agent:Sery", "agent:Serge", "agent:Ama",
    "number:0700000101", "number:0700000101", "number:0700000999", "queue:none", "agent:nobody",
)


def world(rules: Mapping[str, Rules] = QUEUES, staff: Mapping[str, tuple] = STAFF, *, keeps: bool = True) -> World:
    """A morning: everybody is ready."""
    people = {
        name: Person(queues, skills, dict.fromkeys(queues, turn + 1), "ready")
        for turn, (name, (queues, skills)) in enumerate(staff.items())
    }
    return World(rules, people, keeps=keeps)


class Walk:
    """Moves by chance through a world. A world that loses reports or hang-ups does so by this class alone."""

    def __init__(self, dice: Random, *, keeps: bool = False) -> None:
        self.dice = dice
        self.world = world(keeps=keeps)

    @property
    def events(self) -> int:
        return self.world.events

    def moves(self) -> None:
        """One move, drawn by weight."""
        [move] = self.dice.choices(MOVES, cum_weights=WEIGHTS)
        move(self)
        checks.everybody_is_known(self.world)

    # ----------------------------------------------------------------------------------------------------------- callers
    def a_caller_joins(self) -> None:
        world, dice = self.world, self.dice
        name = dice.choice(CALLERS)
        if name in world.stays:
            return
        skills = dice.choice(((), (), (("paie", 1),), (("paie", 3),)))
        number, sticky = dice.choice(("", *NUMBERS)), dice.choice(("", "", "Awa", "Serge"))
        world.joins(name, Stay(
            world.next_ref(name), dice.choice(tuple(QUEUES)), world.now, self._place(name), dice.choice((0, 0, 2)),
            skills=skills, sticky=sticky, number=number,
        ))

    def _place(self, _name: str) -> float:
        return self.world.now

    def a_caller_leaves(self) -> None:
        world = self.world
        if world.stays:
            name = self.dice.choice(sorted(world.stays))
            stay = world.stays[name]
            world.departs(name)
            world.tell(CallerLeft(world.now, name, stay.ref, self.dice.choice(("abandoned", "abandoned", "flow", "failed"))))

    def a_session_repeats_itself(self) -> None:
        """The joining told twice, or a new stay begun whose former end was never told; or an end told of a former stay."""
        world = self.world
        if not world.stays:
            return
        name = self.dice.choice(sorted(world.stays))
        stay = world.stays[name]
        if self.dice.random() < 0.3:
            world.tell(CallerLeft(world.now, name, stay.ref - 1))
            return
        if not stay.talking and self.dice.random() < 0.5:
            stay.ref, stay.place = world.next_ref(name), stay.place if stay.callback else stay.since
        world.joins(name)

    def a_supervisor_moves_a_caller(self) -> None:
        world, dice = self.world, self.dice
        name = dice.choice((*CALLERS, *world.store))
        queue = dice.choice(("", *QUEUES))
        world.tell(CallerMoved(world.now, name, queue, front=not queue or dice.random() < 0.3))

    # ------------------------------------------------------------------------------------------------------------ agents
    def _somebody(self) -> str:
        return self.dice.choice(tuple(self.world.staff))

    def an_agent_wishes(self) -> None:
        wish = self.dice.choice(("ready", "ready", "ready", "ready", "ready", "paused", "offline"))
        self.world.tell(WishChanged(self.world.now, self._somebody(), wish, "repas" if wish == "paused" else ""))

    def equipment_changes(self) -> None:
        self.world.tell(EquipmentChanged(self.world.now, self._somebody(), self.dice.random() < 0.85))

    def an_agent_telephones(self) -> None:
        name, channel, now = self._somebody(), self.dice.choice("ab"), self.world.now
        over = self.dice.random() < 0.8
        self.world.tell(OwnCallEnded(now, name, channel) if over else OwnCallBegan(now, name, channel))

    def an_agent_gets_other_work(self) -> None:
        name = self._somebody()
        if self.dice.random() < 0.2:
            self.world.tell(AgentRemoved(self.world.now, name))
            return
        queues, skills = self.dice.choice((STAFF[name], *OTHER_WORK))
        self.world.tell(AgentSet(self.world.now, name, queues, skills, {queue: self.dice.randrange(4) for queue in queues}))

    def an_agent_presses_a_button(self) -> None:
        dice, now, name = self.dice, self.world.now, self._somebody()
        talkers = [stay.agent for stay in self.world.stays.values() if stay.agent in self.world.staff]
        if talkers and dice.random() < 0.8:
            name = dice.choice(talkers)
        what = dice.choice(BUTTONS)
        if what in {ConsultAsked, TransferAsked}:
            event: Event = what(now, name, dice.choice(DESTINATIONS))
        elif what is WrapUpExtended:
            event = what(now, name, dice.choice((5.0, 60.0, 1e6)))
        elif what is RecordingAsked:
            event = what(now, name, on=dice.random() < 0.5)
        else:
            event = what(now, name)
        self.world.tell(event)

    def somebody_supervises(self) -> None:
        dice, world = self.dice, self.world
        call = dice.choice([*(name for name, stay in world.stays.items() if stay.talking), "Koffi"])
        mode = dice.choice(("listen", "whisper", "barge", "take_over", "stop"))
        world.tell(SuperviseAsked(world.now, self._somebody(), call, mode))

    # --------------------------------------------------------------------------------------------------------- telephony
    def a_leg_moves_on(self) -> None:
        world, dice = self.world, self.dice
        if not world.legs:
            return
        offer = dice.choice(list(world.legs))
        leg, luck = world.legs[offer], dice.random()
        if leg.told and luck < 0.05 and not leg.ghost:
            leg.told, leg.lost = False, True  # that of a leg unknown would not be repeated
        elif leg.told and luck < 0.1 and leg.stage == "ordered":
            leg.ghost = True  # known to be gone, and made afterwards
            world.reports.append(LegGone(0.0, offer, "ended"))
            leg.told = False
        elif leg.told and luck < 0.8:
            world.leg_goes(offer, "ended")
        else:
            self._moves_on(offer, leg)

    def _moves_on(self, offer: str, leg: Leg) -> None:
        world, luck = self.world, self.dice.random()
        if leg.stage == "ordered" and luck > 0.05:
            leg.stage = "ringing"
            world.reports.append(LegRinging(0.0, offer))
        elif leg.stage == "ringing" and luck < 0.65:
            leg.stage = "answered"
            world.reports.append(LegAnswered(0.0, offer))
        elif leg.stage != "answered" or luck < 0.15:
            why = {"ordered": ("lost",), "ringing": ("refused", "timed_out", "lost"), "answered": ("ended",)}[leg.stage]
            world.leg_goes(offer, self.dice.choice(why))

    def a_report_arrives(self) -> None:
        """Any of those under way: they overtake each other. One in ten comes again later, one in thirty never does."""
        world = self.world
        if not world.reports:
            return
        index = self.dice.randrange(len(world.reports))
        fate = self.dice.random()
        if fate < 0.1:
            world.reports.append(world.reports[index])
        if fate < 0.97:
            world.arrives(index)
        else:
            del world.reports[index]

    def time_passes(self) -> None:
        world, dice = self.world, self.dice
        world.now += dice.choice((0.01, 0.5, 2.0, 10.0))
        for timer in [timer for timer in world.timers if timer[0] <= world.now]:
            luck = dice.random()
            if luck < 0.9 and timer in world.timers:
                world.fires(world.timers.index(timer))
            if luck < 0.08:
                world.timers.append((world.now + dice.choice((1.0, 40.0)), timer[1]))
        checks.nothing_lasts(world)

    # --------------------------------------------------------------------------------------------------------- callbacks
    def a_callback_is_kept(self) -> None:
        world, dice = self.world, self.dice
        if sum(kept.state == "open" for kept in world.store.values()) >= 3:
            return
        name, queue = f"cb{len(world.store)}", dice.choice(("solde", "vip", "urgence", "paie"))
        since = world.now - dice.choice((0.0, 30.0))
        due = dice.choice((0.0, world.now + 20.0))
        world.store[name] = Kept(dice.choice(NUMBERS), queue, since, dice.choice((0, 1)), due=due)
        world.keeps_callback(name)

    def a_callback_is_told_again(self) -> None:
        """Perhaps because somebody wants it tried now."""
        opened = [name for name, kept in self.world.store.items() if kept.state == "open"]
        if opened:
            name = self.dice.choice(opened)
            self.world.store[name].due = self.dice.choice((self.world.store[name].due, self.world.now))
            self.world.keeps_callback(name)

    def a_callback_is_withdrawn(self) -> None:
        world = self.world
        opened = [name for name, kept in world.store.items() if kept.state == "open"]
        if opened:
            name = self.dice.choice(opened)
            world.store[name].state = "cancelled"
            world.tell(CallbackWithdrawn(world.now, name, "cancelled"))

    def a_person_is_reached(self) -> None:
        """Or not; or answers after we have given up."""
        world, dice = self.world, self.dice
        late = [name for name in list(world.store)[-3:] if dice.random() < 0.02]
        if not world.dials and not late:
            return
        name = dice.choice([*world.dials, *late])
        tries = world.dials.get(name, 0)
        if tries > 1 and dice.random() < 0.3:
            world.reports.append(PersonLost(0.0, name, "no_answer", tries - 1))  # the one before, told late
        elif name in world.dials and dice.random() < 0.4:
            why = dice.choice(("busy", "no_answer", "failed"))
            world.reports.append(PersonLost(0.0, name, why, world.dials.pop(name)))
        elif not any(stay.callback == name for stay in world.stays.values()):
            world.person_answers(name)

    # ------------------------------------------------------------------------------------------------------ the exchange
    def rules_are_published(self) -> None:
        world = self.world
        world.tell(Published(world.now, self.dice.choice(OTHERWISE)))

    def the_application_restarts(self) -> None:
        """Mostly those who talk come back first, so that their agents are known to be busy; not always."""
        self.world.restarts(last=self.dice.choice(("", "", *self.world.stays)))

    # ------------------------------------------------------------------------------------------------------------- quiet
    def falls_quiet(self) -> None:
        falls_quiet(self.world)


BUTTONS: Final = (
    HoldAsked, HoldAsked, ResumeAsked, ResumeAsked, ResumeAsked, TransferAsked, TransferAsked, ConsultAsked, ConsultAsked,
    ConsultAsked, CompleteAsked, CompleteAsked, ConferenceAsked, ConferenceAsked, RecordingAsked, WrapUpDone, WrapUpExtended,
    OfferRefused,
)

LIKELY: Final[dict[Callable[[Walk], None], float]] = {
    Walk.a_caller_joins: 8, Walk.a_caller_leaves: 3, Walk.a_session_repeats_itself: 1, Walk.a_supervisor_moves_a_caller: 0.7,
    Walk.an_agent_wishes: 2, Walk.equipment_changes: 0.7, Walk.an_agent_telephones: 1, Walk.an_agent_gets_other_work: 0.3,
    Walk.an_agent_presses_a_button: 8, Walk.somebody_supervises: 4, Walk.a_leg_moves_on: 24, Walk.a_report_arrives: 40,
    Walk.time_passes: 6, Walk.a_callback_is_kept: 1, Walk.a_callback_is_told_again: 0.2, Walk.a_callback_is_withdrawn: 0.2,
    Walk.a_person_is_reached: 3, Walk.rules_are_published: 0.2, Walk.the_application_restarts: 0.12,
}
MOVES: Final = tuple(LIKELY)
WEIGHTS: Final = tuple(sum(list(LIKELY.values())[: index + 1]) for index in range(len(LIKELY)))


def falls_quiet(world: World) -> None:
    """No more faults and no more answers: reports arrive, phones ring in vain, people hang up, timers fire."""
    for _ in range(5000):
        if world.reports:
            world.arrives(0)
        elif going := [offer for offer, leg in world.legs.items() if leg.told or (leg.stage != "answered" and not leg.lost)]:
            world.leg_goes(going[0], "ended" if world.legs[going[0]].told else "timed_out")
        elif world.dials:
            name = min(world.dials)
            world.reports.append(PersonLost(0.0, name, "no_answer", world.dials.pop(name)))
        elif world.timers:
            world.fires(min(range(len(world.timers)), key=lambda index: world.timers[index][0]))
        elif not _somebody_hangs_up(world):
            break
    assert not [*world.reports, *world.legs, *world.timers], "the world does not come to rest"
    world.now += 3600.0
    checks.everybody_is_known(world)
    checks.nobody_is_stuck(world)


def _somebody_hangs_up(world: World) -> bool:
    """Agents who talk, then callers who do. Nobody waits for a bridge by now, and what was told to go has gone."""
    waiting = [offer.id for offer in world.acd.offers.values() if offer.stage == "answered" or offer.dropped]
    assert not waiting, f"not bridged, or not gone, for ever: {waiting}"
    if talking := [offer for offer, leg in world.legs.items() if leg.stage == "answered" and not leg.lost]:
        world.leg_goes(talking[0], "ended")
        return True
    for name, stay in world.stays.items():
        if stay.talking:
            world.departs(name)
            world.tell(CallerLeft(world.now, name, stay.ref))
            return True
    return False
