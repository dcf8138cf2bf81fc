"""Small centres to be played in tests. Rules without wrap-up and without a limit are those of the textbooks."""

import math

from ivr.core.queueing import Rules
from ivr.simulation.scenario import Law, Scenario, Stream, Worker

TEXTBOOK = Rules(wrap_up=0.0, short=0.0, most=10**9)


def textbook(per_hour, aht, agents, patience=math.inf, **more):
    """M/M/n, or M/M/n+M when callers lose patience."""
    given = {"days": 8, "length": 200 * 3600.0, "announce": False, **more}
    stream = Stream("general", (per_hour,), Law(aht), Law(patience))
    return Scenario({"general": TEXTBOOK}, (stream,), people(agents), **given)


def people(count, queues=("general",), **more):
    return tuple(Worker(name, queues, **more) for name in (f"agent{n:02d}" for n in range(1, count + 1)))


def busy_morning(**more):
    """Two queues, skills that relax, overflow, agents with shifts, telephones that ring, some in vain: everything."""
    rules = {
        "general": Rules(wrap_up=30.0, overflow="solde", overflow_after=120.0, misses=50),
        "solde": Rules(wrap_up=0.0, weight=1.5, skills=(("solde", 2),), relax=((40.0, (("solde", 1),)),), misses=50),
    }
    streams = (
        Stream("general", (30.0, 60.0, 40.0), Law(200.0, 0.8), Law(150.0)),
        Stream("solde", (20.0, 50.0, 10.0), Law(240.0), Law(200.0), priority=1),
    )
    hours = ((8 * 3600.0, 9.6 * 3600.0),)
    workers = (
        Worker("awa", ("general", "solde"), (("solde", 2),)), Worker("koffi", ("general",)),
        Worker("serge", ("solde",), (("solde", 1),)), Worker("mariam", ("general", "solde"), (("solde", 1),), hours=hours),
    )
    given = {
        "opening": 7.5 * 3600, "length": 3 * 3600.0, "days": 4, "together": 2, "answer": Law(6.0), "unanswered": 0.1, **more,
    }
    return Scenario(rules, streams, workers, **given)
