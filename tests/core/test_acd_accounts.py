"""The distributor's journal adds up: every second of an agent is in one row, every caller in one end."""

from itertools import pairwise

from desk import OPENED, desk
from hypothesis import given
from hypothesis import strategies as some

from ivr.core.duty import ACCOUNTED
from ivr.core.messages import AgentLeft, QueueChanged
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.queueing import Rules

AGENTS, CALLERS = ("Awa", "Sery", "Adjoua"), ("Koffi", "Yao", "Issa", "Fanta")
PHONE = ("phone_rings", "answers", "refuses", "does_not_answer", "vanishes", "hangs_up")
CONSOLE = ("is_ready", "pauses", "signs_out", "loses_the_phone", "finds_the_phone", "dials_somebody", "is_done_dialling",
           "presses_refuse", "has_finished", "needs_more_time", "holds", "resumes", "completes", "confers")
TARGETS = ("queue:paie", "agent:Sery", "agent:Awa", "number:0700000101")

done = some.one_of(
    some.tuples(some.sampled_from(PHONE + CONSOLE + ("joins", "leaves")), some.integers(0, 3), some.none()),
    some.tuples(some.sampled_from(("transfers_to", "consults")), some.integers(0, 3), some.sampled_from(TARGETS)),
    some.tuples(some.sampled_from(("listen", "whisper", "barge", "take_over")), some.integers(0, 3),
                some.sampled_from(CALLERS)),
    some.tuples(some.just("time"), some.integers(0, 60), some.none()),
)
RULES = {
    "general": Rules(wrap_up=10.0, overflow_after=30.0, overflow="paie"),
    "paie": Rules(wrap_up=5.0, strategy="ring_all", most=1, overflow="general"),
}


def does(room, what, number, target):
    """One thing happens, if it can."""
    if what == "time":
        room.after(number)
        return
    name = (*AGENTS, "0700000101")[number]
    if what == "joins":
        room.caller(CALLERS[number]).joins(("general", "paie")[number % 2])
    elif what == "leaves":
        room.caller(CALLERS[number]).leaves()
    elif what in PHONE:
        if name in room.legs.values():
            getattr(room.outside(name), what)()
    elif name in AGENTS:
        if what in CONSOLE:
            getattr(room[name], what)()
        elif what in {"transfers_to", "consults"}:
            getattr(room[name], what)(target)
        else:
            room[name].supervises(target, what)


def a_day(story):
    room = desk(approved=("0700000101",), **RULES)
    for name in AGENTS:
        room.agent(name, "general", "paie")
    for step in story:
        does(room, *step)
    return room


@given(some.lists(done, max_size=60))
def test_every_second_of_an_agent_is_in_one_row_and_only_one(story):
    room = a_day(story)
    for name in AGENTS:
        rows = [(row.since, row.until) for row in room.ordered(Spent) if row.agent == name]
        rows += [(row.at, row.until) for row in room.ordered(Worked) if row.agent == name]
        rows = sorted(row for row in rows if row[0] != row[1])
        agent = room[name].it
        begun = agent.spell_since if agent.state in ACCOUNTED else (agent.closing or room.acd.offers[agent.offer]).at
        edges = [(OPENED, OPENED), *rows, (begun, begun)]
        assert [one[1] for one, _ in pairwise(edges)] == [other[0] for _, other in pairwise(edges)]


@given(some.lists(done, max_size=60))
def test_what_an_agent_worked_is_no_longer_than_it_lasted(story):
    for row in a_day(story).ordered(Worked):
        assert min(row.rang, row.talked, row.held, row.wrapped) >= 0
        assert row.rang + row.talked + row.held + row.wrapped <= row.until - row.at + 1e-6


def begun(caller):
    """The stays of this caller: each joining, each transfer to a queue, each change of queue that was not a transfer."""
    transfers = [isinstance(event, AgentLeft) and event.to.startswith("queue:") for event in caller.told]
    changes = [isinstance(event, QueueChanged) for event in caller.told]
    moves = [change and not before for before, change in zip([False, *transfers], changes, strict=False)]
    return caller.ref + sum(transfers) + sum(moves)


@given(some.lists(done, max_size=60))
def test_every_stay_has_one_end_or_goes_on(story):
    room = a_day(step for step in story if step[0] != "transfers_to" or step[2].startswith("queue:"))
    going_on = sum(not entry.served for entry in room.acd.entries.values())
    assert sum(map(begun, room.callers.values())) == len(room.ordered(Stayed)) + going_on
