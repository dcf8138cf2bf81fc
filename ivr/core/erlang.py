"""How many agents a queue needs: the formulas of Erlang (B, C) and Palm (A), computed without simulation.

Everywhere: calls arrive at random (Poisson) at ``arrivals_per_hour``, keep an agent for ``aht`` seconds on average
(exponential), ``agents`` of them serve in order of arrival. Load A = arrivals per second × AHT, in erlangs.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

NEGLIGIBLE: Final = 50.0
"""A state e⁵⁰ times less likely than the likeliest is left out."""
MOST_WAITING: Final = 1_000_000
"""A queue longer than this is not computed: nobody is that patient."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A queue in its steady state. waiting: share of the callers who find no agent free. level: share of **all** callers
    answered within the time asked. asa: mean wait in seconds of those answered; wait: of everybody, those who leave
    included. abandoned: share of all callers. occupancy: share of the agents' time. queue: callers waiting, on average."""

    waiting: float
    level: float
    asa: float
    wait: float
    abandoned: float
    occupancy: float
    queue: float


NOBODY_CALLS: Final = Prediction(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
SWAMPED: Final = Prediction(1.0, 0.0, math.inf, math.inf, 0.0, 1.0, math.inf)
"""Patient callers, and more of them than can be served: the queue grows for ever."""


def load(arrivals_per_hour: float, aht: float) -> float:
    """The offered load in erlangs. ValueError when the calls are negative or the time is not positive."""
    _must(0 <= arrivals_per_hour < math.inf, "calls per hour cannot be negative", arrivals_per_hour)
    _must(0 < aht < math.inf, "the handling time is a positive number of seconds", aht)
    return arrivals_per_hour * aht / 3600


def erlang_b(erlangs: float, agents: int) -> float:
    """Share of the calls that find all agents busy when nobody waits (Erlang 1917, B formula).

    B₀ = 1, Bₖ = A·Bₖ₋₁ / (k + A·Bₖ₋₁). ValueError when the load or the number of agents is negative.
    """
    _must(0 <= erlangs < math.inf, "a load is not negative", erlangs)
    _must(agents >= 0, "agents cannot be negative", agents)
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = erlangs * blocked / (k + erlangs * blocked)
    return blocked


def erlang_c(arrivals_per_hour: float, aht: float, agents: int, within: float = 20.0) -> Prediction:
    """Callers who wait for ever (Erlang 1917, C formula; Gross & Harris, Fundamentals of Queueing Theory, M/M/c).

    Pw = N·B / (N − A·(1 − B)); SL(T) = 1 − Pw·e^(−(N−A)·T/AHT); ASA = Pw·AHT / (N − A). With N ≤ A it is `SWAMPED`.
    """
    erlangs = load(arrivals_per_hour, aht)
    _check(agents, within)
    if erlangs == 0:
        return NOBODY_CALLS
    if agents <= erlangs:
        return SWAMPED
    blocked = erlang_b(erlangs, agents)
    waiting = agents * blocked / (agents - erlangs * (1 - blocked))
    asa = waiting * aht / (agents - erlangs)
    level = 1 - waiting * math.exp(-(agents - erlangs) * within / aht)
    return Prediction(waiting, level, asa, asa, 0.0, erlangs / agents, asa * erlangs / aht)


def erlang_a(arrivals_per_hour: float, aht: float, agents: int, patience: float, within: float = 20.0) -> Prediction:
    """Callers who leave after ``patience`` seconds on average (exponential): Palm's M/M/N+M, exactly.

    Garnett, Mandelbaum & Reiman, « Designing a Call Center with Impatient Customers », M&SOM 4(3), 2002. Birth λ, death
    min(n, N)·μ + max(n − N, 0)·θ; P(abandon) = θ·E[queue]/λ; the mean wait of everybody is E[queue]/λ (Little).
    ValueError when the queue would be longer than `MOST_WAITING`: such callers are those of `erlang_c`.
    """
    erlangs = load(arrivals_per_hour, aht)
    _check(agents, within)
    _must(0 < patience < math.inf, "patience is a positive number of seconds", patience)
    if erlangs == 0:
        return NOBODY_CALLS
    line = _Line(arrivals_per_hour / 3600, agents / aht, 1 / patience)
    at_once, found = line.found(_below(erlangs, agents))
    queue = math.fsum(k * share for k, share in enumerate(found))
    abandoned = line.theta * queue / line.arriving
    served = [share * line.stays(k) for k, share in enumerate(found)]
    level = at_once + math.fsum(share * soon for share, soon in zip(served, line.answered_within(within), strict=False))
    waited = math.fsum(share * wait for share, wait in zip(served, line.waits(), strict=False))
    return Prediction(
        waiting=min(1.0, math.fsum(found)), level=min(1.0, level), asa=waited / (1 - abandoned), wait=queue / line.arriving,
        abandoned=abandoned, occupancy=min(1.0, erlangs * (1 - abandoned) / agents), queue=queue,
    )


def agents_needed(
    arrivals_per_hour: float, aht: float, level: float = 0.8, within: float = 20.0, *,
    patience: float | None = None, occupancy: float | None = None,
) -> int:
    """The fewest agents with whom ``level`` of the callers are answered within ``within`` seconds.

    ``patience`` (mean, seconds): callers leave (Erlang A); None: they never do (Erlang C). ``occupancy``: the agents are
    busy for that share of their time at the most. 0 when nobody calls.
    """
    _must(0 < level < 1, "a service level lies between 0 and 1, both excluded", level)
    _must(occupancy is None or 0 < occupancy <= 1, "an occupancy lies between 0 (excluded) and 1", occupancy)
    if load(arrivals_per_hour, aht) == 0:
        return 0

    def enough(agents: int) -> bool:
        if patience is None:
            found = erlang_c(arrivals_per_hour, aht, agents, within)
        else:
            found = erlang_a(arrivals_per_hour, aht, agents, patience, within)
        return found.level >= level and found.occupancy <= (occupancy or 1.0)

    return _first(enough)


# ------------------------------------------------------------------------------------------------------ the line of Palm
@dataclass(frozen=True, slots=True)
class _Line:
    """Those who wait. Rates per second: ``arriving`` calls, ``serving`` Nμ of all agents together, ``theta`` of leaving.

    Who finds k callers waiting is served after k + 1 departures, at the rates Nμ + kθ, ..., Nμ + θ, Nμ. Let S be their
    sum and a = Nμ/θ. As a product of independent powers of uniforms, e^(−θS) has the law Beta(a, k + 1) (Rényi's
    representation of order statistics). The caller is still there with probability E[e^(−θS)]; weighing the law with
    e^(−θs) makes it Beta(a + 1, k + 1). So all follows in closed form, without integrating anything.
    """

    arriving: float
    serving: float
    theta: float

    def found(self, below: float) -> tuple[float, list[float]]:
        """Probability to be answered at once, and to find all agents busy and k callers waiting, k = 0, 1... ``below``:
        the weight of a free agent, where all busy and nobody waiting weighs 1. In logarithms: weights overflow."""
        logs, peak = [0.0], 0.0
        while logs[-1] > peak - NEGLIGIBLE:
            _must(len(logs) < MOST_WAITING, "callers so patient make an endless queue: use erlang_c", len(logs))
            logs.append(logs[-1] + math.log(self.arriving / (self.serving + len(logs) * self.theta)))
            peak = max(peak, logs[-1])
        weights = [math.exp(log - peak) for log in logs]
        free = below * math.exp(-peak)
        total = free + math.fsum(weights)
        return (free / total if math.isfinite(free) else 1.0), [weight / total for weight in weights]

    def stays(self, k: int) -> float:
        """Probability that who finds k waiting is served at last: a / (a + k + 1)."""
        return self.serving / (self.serving + (k + 1) * self.theta)

    def waits(self) -> Iterator[float]:
        """Mean wait of those served who find 0, 1, 2... waiting: Σ 1/(Nμ + jθ), j = 1..k+1."""
        wait, j = 0.0, 0
        while True:
            j += 1
            wait += 1 / (self.serving + j * self.theta)
            yield wait

    def answered_within(self, within: float) -> Iterator[float]:
        """Of those served who find 0, 1, 2... waiting, the share served within so many seconds.

        1 − I_x(a + 1, k + 1) with x = e^(−θT): for a whole k + 1 the incomplete beta function is the finite sum
        x^b · Σ (b)ᵢ/i! · (1 − x)^i, i = 0..k, of positive terms (DLMF 8.17.5; a negative binomial law).
        """
        b = self.serving / self.theta + 1
        gone = -math.expm1(-self.theta * within)
        log_term, late, i = -(self.serving + self.theta) * within, 0.0, 0
        while True:
            late += math.exp(log_term)
            yield max(0.0, 1 - late)
            log_term += math.log((b + i) * gone / (i + 1)) if gone else -math.inf
            i += 1


def _below(erlangs: float, agents: int) -> float:
    """Weight of the states with a free agent when « all busy, nobody waiting » weighs 1: 1/B − 1, without cancellation."""
    inverse = 1.0
    for k in range(1, agents):
        inverse = 1 + inverse * k / erlangs
    return inverse * agents / erlangs


def _first(holds: Callable[[int], bool]) -> int:
    """The least positive number for which it holds; from there on it holds for all."""
    most = 1
    while not holds(most):
        most *= 2
    return bisect_left(range(most), x=True, lo=most // 2 + 1, key=holds) if most > 1 else 1


def _check(agents: int, within: float) -> None:
    _must(agents >= 1, "at least one agent serves", agents)
    _must(within >= 0, "the time to answer within is not negative", within)


def _must(holds: bool, sentence: str, value: float | None) -> None:
    if not holds:
        raise ValueError(f"{sentence} (here: {value})")
