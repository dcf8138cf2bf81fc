"""Calls a second that the simulator plays with the production distributor, on all cores, beside SimPy.

Ten agents, exponential handling and patience (M/M/10+M, Erlang A), ten million calls in one run of `ivr.simulation.study`.

Calls a second are what the processor time of a call allows on these cores; the wall clock, which whatever else runs here is
part of, is told beside it. The SimPy model is the usual one: a `Resource`, a process for each caller, the same arrivals,
patiences and handling times drawn by the same code. It keeps sums of waits and nothing else; ours also reports, counts
quarters of hours, agents and queues. Both must agree with Erlang A.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import simpy

from benchmarks.results import keep
from ivr.core.erlang import erlang_a
from ivr.core.queueing import Rules
from ivr.simulation.callers import Callers, drawn
from ivr.simulation.scenario import Law, Scenario, Stream, Worker
from ivr.simulation.study import study

AGENTS, PER_HOUR, HANDLING, PATIENCE = 10, 100.0, 300.0, 180.0
A_DAY = 1000
"""Hours that callers come without a break: a hundred thousand calls."""


def centre(days: int, together: int) -> Scenario:
    stream = Stream("general", (PER_HOUR,), Law(HANDLING), Law(PATIENCE))
    return Scenario(
        {"general": Rules(wrap_up=0.0, short=0.0, most=10**9)}, (stream,),
        tuple(Worker(f"agent{number}", ("general",)) for number in range(AGENTS)),
        length=A_DAY * 3600.0, days=days, together=together, announce=False,
    )


def simpy_day(scenario: Scenario, day: int) -> tuple[int, int, float]:
    """(callers, abandoned, seconds waited by those answered) of one day in SimPy."""
    callers = drawn(scenario, day)
    world = simpy.Environment()
    desk = simpy.Resource(world, capacity=AGENTS)
    sums = [0, 0.0]

    def caller(patience: float, handling: float) -> Iterator[simpy.Event]:
        came = world.now
        with desk.request() as turn:
            yield turn | world.timeout(patience)
            if not turn.triggered:
                sums[0] += 1
                return
            sums[1] += world.now - came
            yield world.timeout(handling)

    def door(callers: Callers) -> Iterator[simpy.Event]:
        start = scenario.opens(day)
        for at, patience, handling in zip(callers.at, callers.patience, callers.handling, strict=True):
            yield world.timeout(at - start - world.now)
            world.process(caller(patience, handling))

    world.process(door(callers))
    world.run()
    return len(callers.at), int(sums[0]), sums[1]


def spent() -> float:
    """Processor seconds of the processes that have ended."""
    now = os.times()
    return now.children_user + now.children_system


def simpys(days: int, processes: int) -> tuple[float, float]:
    """(processor seconds a call, share abandoned) of SimPy on all cores."""
    scenario, before = centre(days, 1), spent()
    with ProcessPoolExecutor(processes) as pool:
        done = list(pool.map(simpy_day, [scenario] * days, range(days)))
    calls = sum(each[0] for each in done)
    return (spent() - before) / calls, sum(each[1] for each in done) / calls


def main(quick: bool) -> None:
    processes = os.cpu_count() or 1
    days, together, others = (10, 1, 2) if quick else (100, 5, 6)
    wanted = erlang_a(PER_HOUR, HANDLING, AGENTS, PATIENCE)
    first, _lost = simpys(others, processes)
    began, before = time.perf_counter(), spent()
    played = study(centre(days, together), processes=processes)
    seconds, work = time.perf_counter() - began, spent() - before
    last, simpy_lost = simpys(others, processes)
    calls = played.whole.figures().offered
    rate, simpy_rate = processes * calls / work, processes * 2 / (first + last)
    lost = played.estimate(lambda part: part.figures().abandonment, 0.99)
    known = {
        "processes": processes, "processor_us_a_call": round(1e6 * work / calls, 1), "wall_s": round(seconds, 1),
        "wall_calls_per_s": round(calls / seconds), "load_average": round(os.getloadavg()[0], 1),
        "agrees_with_erlang_a": f"abandoned {lost.mean:.4f} ± {lost.half:.4f} (99 %), formula {wanted.abandoned:.4f}, "
                                f"SimPy {simpy_lost:.4f}",
    }
    how = (f"{calls} calls of one run, {processes} processes, every event through ivr.core.acd.Acd, figures of queues and "
           f"agents counted; processor time a call, and what the cores allow of that; {AGENTS} agents, {PER_HOUR:g} calls "
           f"an hour of {HANDLING:g} s, patience {PATIENCE:g} s")
    keep(
        "simulated_calls_per_s", round(rate), "calls/s", ">= 100000", met=rate >= 100_000, how=how,
        note="the SimPy model knows one queue and nothing of offers, needs, rules, wrap-ups or reports",
        simpy_calls_per_s=round(simpy_rate), times_simpy=round(rate / simpy_rate, 2),
        simpy="the same callers through a Resource of SimPy on as many processes, half before and half after ours", **known,
    )
    took = seconds * 10_000_000 / calls
    keep("ten_million_calls_s", round(took, 1), "s", "< 180", met=took < 180, how=how + "; scaled up" * quick,
         note="by the clock on the wall: on a machine with nothing else to do; alone_s is what the processor time takes",
         alone_s=round(10_000_000 * work / calls / processes, 1), **known)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    main(options.parse_args().quick)
