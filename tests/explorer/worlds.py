"""Small call centres to be explored: who is there, what they may do, and how often telephony may err.

A move is a tuple of words and numbers. `moves` lists all that are possible; `make` does one. What is limited is in
``World.left``: so many faults, so many wishes; everything else is unlimited but for the offers made to one caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from unruly import Kept, Person, Stay, World
from unruly.moves import falls_quiet

from ivr.core.messages import Event
from ivr.core.offers import (
    CallerLeft,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    LegAnswered,
    LegRinging,
    OfferRefused,
    PersonLost,
    ResumeAsked,
    SuperviseAsked,
    TransferAsked,
    WishChanged,
)
from ivr.core.queueing import Rules

Move = tuple[object, ...]


@dataclass(frozen=True)
class Setting:
    """``left``: how often each thing may happen; ``offers``: offers made to one caller at the most; ``depth``: the moves
    after which a run is cut; ``presses``: (button, who, whom or '')."""

    about: str
    rules: dict[str, Rules]
    staff: tuple[str, ...]
    callers: tuple[str, ...]
    left: dict[str, int]
    presses: tuple[tuple[str, str, str], ...] = ()
    callbacks: tuple[str, ...] = ()
    offers: int = 3
    depth: int = 60
    starts: tuple[Move, ...] = field(default=())


SIMPLE: Final = {"general": Rules(ring=20.0, wrap_up=30.0, when_empty="wait")}
ALL: Final = {"general": Rules(ring=20.0, wrap_up=30.0, when_empty="wait", strategy="ring_all")}
TALKING: Final = (
    ("joins", "Koffi"), ("leg", "Koffi.o1.1", "ringing"), ("arrives", 0), ("leg", "Koffi.o1.1", "answered"), ("arrives", 0),
    ("arrives", 0),
)
"""Koffi talks with Awa."""

SETTINGS: Final = {
    "small": Setting(
        "one caller, one agent, one fault of each kind: whatever can happen, to the end",
        SIMPLE, ("Awa",), ("Koffi",), {"leaves": 1, "refuses": 1, "hangs_up": 1, "lost": 1, "overtakes": 1, "twice": 1},
        offers=1,
    ),
    "race": Setting(
        "two callers, two agents: answers, refusals and hang-ups cross each other",
        SIMPLE, ("Awa", "Sery"), ("Koffi", "Yao"), {"leaves": 2, "refuses": 1, "hangs_up": 1, "lost": 1, "twice": 1,
                                                    "overtakes": 1, "wishes": 1}, offers=3,
    ),
    "one": Setting(
        "one caller, one agent, more faults: everything late, twice, out of order, or never; the application dies",
        SIMPLE, ("Awa",), ("Koffi",), {"leaves": 1, "refuses": 1, "hangs_up": 2, "lost": 2, "twice": 1, "overtakes": 2,
                                       "restarts": 1, "wishes": 1}, offers=3,
    ),
    "ring_all": Setting(
        "one caller, three agents who all ring: two answer at once",
        ALL, ("Awa", "Sery", "Serge"), ("Koffi",), {"leaves": 1, "refuses": 1, "hangs_up": 1, "lost": 1, "overtakes": 1,
                                                    "twice": 1}, offers=4,
    ),
    "consult": Setting(
        "Awa talks with Koffi and consults Sery: completed, confered, given up, and everybody may go at any moment",
        SIMPLE, ("Awa", "Sery"), ("Koffi",), {"leaves": 1, "hangs_up": 2, "lost": 1, "presses": 3, "overtakes": 1},
        (("consult", "Awa", "agent:Sery"), ("complete", "Awa", ""), ("conference", "Awa", ""), ("resume", "Awa", ""),
         ("hold", "Awa", "")), offers=4, starts=TALKING,
    ),
    "transfer": Setting(
        "Awa transfers Koffi blindly: to Sery, to the queue, to an outside number",
        SIMPLE, ("Awa", "Sery"), ("Koffi",), {"leaves": 1, "hangs_up": 2, "lost": 1, "presses": 2, "overtakes": 1,
                                              "restarts": 1},
        (("transfer", "Awa", "agent:Sery"), ("transfer", "Awa", "queue:general"), ("transfer", "Awa", "number:0700000101"),
         ("transfer", "Sery", "agent:Awa")), offers=4, starts=TALKING,
    ),
    "supervision": Setting(
        "Serge listens to Awa and Koffi, barges in and takes over",
        SIMPLE, ("Awa", "Serge"), ("Koffi",), {"leaves": 1, "hangs_up": 2, "lost": 1, "presses": 3, "overtakes": 1},
        (("listen", "Serge", "Koffi"), ("barge", "Serge", "Koffi"), ("take_over", "Serge", "Koffi"),
         ("stop", "Serge", "Koffi"), ("hold", "Awa", "")), offers=4, starts=TALKING,
    ),
    "callback": Setting(
        "somebody is called back, and does not answer, answers late, hangs up, or calls again meanwhile",
        {"general": Rules(ring=20.0, wrap_up=30.0, when_empty="wait", tries=2, spacing=60.0)}, ("Awa",), ("Koffi",),
        {"leaves": 1, "hangs_up": 1, "lost": 1, "overtakes": 1, "reached": 2, "missed": 2, "late": 1}, callbacks=("cb",),
        offers=4,
    ),
}

BUTTONS: Final = {
    "consult": ConsultAsked, "transfer": TransferAsked, "complete": CompleteAsked, "conference": ConferenceAsked,
    "resume": ResumeAsked, "hold": HoldAsked,
}


def begin(setting: Setting) -> World:
    """The world in the morning, with what its setting starts from done."""
    people = {name: Person(("general",), (), {"general": 1}, "ready") for name in setting.staff}
    world = World(setting.rules, people, keeps=False)
    world.left = Counter(setting.left)
    for name in setting.callbacks:
        world.store[name] = Kept("0700000017", "general", world.now)
        world.keeps_callback(name)
    for move in setting.starts:
        make(world, move)
    return world


# --------------------------------------------------------------------------------------------------------- what can happen
def moves(world: World, setting: Setting) -> list[Move]:
    """All that may happen next; none when an end is reached."""
    if any(entry.count > setting.offers for entry in world.acd.entries.values()):
        return []
    return [*_people(world, setting), *_legs(world), *_reports(world), *_time(world)]


def _people(world: World, setting: Setting) -> Iterator[Move]:
    left = world.left
    for name in setting.callers:
        if name not in world.refs:
            yield "joins", name
    if left["leaves"]:
        yield from (("leaves", name) for name in world.stays)
    if left["wishes"]:
        yield "wishes", setting.staff[0], "paused"
    if left["refuses"]:
        asked = [name for name, agent in world.acd.agents.items() if agent.activity in {"reserved", "ringing"}]
        yield from (("refuses", name) for name in asked)
    if left["presses"]:
        yield from (("presses", *press) for press in setting.presses)
    for name in world.dials:
        if left["reached"]:
            yield "reached", name
        if left["missed"]:
            yield "missed", name
    if left["late"] and not world.dials and left["reached"] < setting.left.get("reached", 0):
        yield from (("late", name) for name in world.store)


def _legs(world: World) -> Iterator[Move]:
    for offer, leg in world.legs.items():
        if leg.told:
            yield "leg", offer, "goes"
        if leg.stage == "ordered":
            yield "leg", offer, "ringing"
        elif leg.stage == "ringing":
            yield "leg", offer, "answered"
            if not leg.told and world.left["hangs_up"]:
                yield "leg", offer, "timed_out"
        elif not leg.told and world.left["hangs_up"]:
            yield "leg", offer, "ended"


def _reports(world: World) -> Iterator[Move]:
    seen: set[str] = set()
    left = world.left
    for index, report in enumerate(world.reports):
        about = getattr(report, "offer", "")
        if about not in seen:
            yield "arrives", index
            if left["twice"]:
                yield "twice", index
            if left["lost"]:
                yield "lost", index
        elif left["overtakes"]:
            yield "overtakes", index
        seen.add(about)


def _time(world: World) -> Iterator[Move]:
    """The timer that is due first; others, at the same moment, after it."""
    if world.timers:
        yield "fires", min(range(len(world.timers)), key=lambda index: world.timers[index][0])
    if world.left["restarts"]:
        yield ("restarts",)


# ------------------------------------------------------------------------------------------------------------ it happens
LIMITED: Final = frozenset({
    "leaves", "wishes", "refuses", "presses", "reached", "missed", "late", "twice", "lost", "overtakes", "restarts",
})


def make(world: World, move: Move) -> None:
    what, *more = move
    if what in LIMITED:
        world.left[what] -= 1
    DO[what](world, *more)


def _joins(world: World, name: str) -> None:
    number = "0700000017" if world.store else ""
    world.joins(name, Stay(world.next_ref(name), "general", world.now, world.now, number=number))


def _leaves(world: World, name: str) -> None:
    stay = world.stays[name]
    world.departs(name)
    world.tell(CallerLeft(world.now, name, stay.ref))


def _leg(world: World, offer: str, what: str) -> None:
    leg = world.legs[offer]
    if what == "goes":
        world.leg_goes(offer, "ended")
    elif what in {"ringing", "answered"}:
        leg.stage = what
        report: Event = LegRinging(0.0, offer) if what == "ringing" else LegAnswered(0.0, offer)
        world.reports.append(report)
    else:
        world.left["hangs_up"] -= 1
        world.leg_goes(offer, what)


def _twice(world: World, index: int) -> None:
    world.reports.append(world.reports[index])
    world.arrives(index)


def _lost(world: World, index: int) -> None:
    del world.reports[index]


def _presses(world: World, button: str, who: str, what: str) -> None:
    if button in BUTTONS:
        world.tell(BUTTONS[button](world.now, who, *([what] if what else [])))
    else:
        world.tell(SuperviseAsked(world.now, who, what, button))


def _missed(world: World, name: str) -> None:
    world.reports.append(PersonLost(0.0, name, "no_answer", world.dials.pop(name)))


DO: Final = {
    "joins": _joins, "leaves": _leaves, "leg": _leg, "twice": _twice, "lost": _lost, "presses": _presses, "missed": _missed,
    "arrives": World.arrives, "overtakes": World.arrives, "fires": World.fires, "restarts": World.restarts,
    "reached": World.person_answers, "late": World.person_answers,
    "wishes": lambda world, who, wish: world.tell(WishChanged(world.now, who, wish, "repas")),
    "refuses": lambda world, who: world.tell(OfferRefused(world.now, who)),
}

__all__ = ["SETTINGS", "Move", "Setting", "begin", "falls_quiet", "make", "moves"]
