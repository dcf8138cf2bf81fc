"""What agents want and do: wishes, equipment, calls of their own, wrap-ups; and the account of their time.

A wish never interrupts anything. Whatever changes an agent ends with `settle`, which lets the floor know and closes the
account of the spell that is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.core.agent import Agent, Wish
from ivr.core.offers import (
    AgentRemoved,
    AgentSet,
    BusyOver,
    EquipmentChanged,
    OwnCallBegan,
    OwnCallEnded,
    WishChanged,
    WrapUpDone,
    WrapUpExtended,
)
from ivr.core.orders import KeepWish, NotDone, Spent, Wake, Worked
from ivr.core.waiting import watch_desertion

if TYPE_CHECKING:
    from ivr.core.acd import Acd
    from ivr.core.queueing import Offer, Rules

MOST_WRAP_UP: Final = 1800.0
"""Seconds to which a wrap-up can be extended in all: beyond, a pause is the honest word."""

ACCOUNTED: Final = frozenset({"ready", "paused", "offline", "unreachable", "resting", "other_call"})
"""States whose time is told as `Spent`; that of all others is in `Worked`."""

ACCOUNTED_ACTIVITIES: Final = frozenset({"idle", "resting"})
"""Where those states are possible, and where alone an agent can become free or stop being so."""


def set_agent(acd: Acd, event: AgentSet) -> None:
    agent = acd.agents.get(event.agent)
    before = agent.queues if agent is not None else ()
    if agent is None:
        agent = Agent(event.agent, event.queues, event.skills, dict(event.ranks), idle_since=event.at, spell_since=event.at)
        acd.floor.add(agent)
    elif (agent.queues, agent.skills, agent.ranks) != (event.queues, event.skills, dict(event.ranks)):
        agent.ranks = dict(event.ranks)
        acd.floor.reassign(agent, event.queues, event.skills)
    for queue in (*before, *agent.queues):
        watch_desertion(acd, queue, event.at)


def removed(acd: Acd, event: AgentRemoved) -> None:
    _want(acd, event.agent, "offline", "", event.at)


def wish(acd: Acd, event: WishChanged) -> None:
    _want(acd, event.agent, event.wish, event.reason, event.at)


def _want(acd: Acd, name: str, wish: Wish, reason: str, at: float) -> None:
    agent = acd.agents.get(name)
    if agent is None:
        return
    agent.want(wish, reason, at)
    acd.out.append(KeepWish(name, wish, reason))
    settle(acd, agent, at)


def equipment(acd: Acd, event: EquipmentChanged) -> None:
    agent = acd.agents.get(event.agent)
    if agent is not None:
        agent.reachable = event.reachable
        settle(acd, agent, event.at)


def own_call_began(acd: Acd, event: OwnCallBegan) -> None:
    agent = acd.agents.get(event.agent)
    if agent is not None:
        agent.own.add(event.channel)
        settle(acd, agent, event.at)


def own_call_ended(acd: Acd, event: OwnCallEnded) -> None:
    agent = acd.agents.get(event.agent)
    if agent is not None:
        agent.own.discard(event.channel)
        settle(acd, agent, event.at)


# ---------------------------------------------------------------------------------------------------------- after a call
def busy(acd: Acd, agent: Agent, seconds: float, at: float) -> None:
    """The agent has this long for itself."""
    agent.busy_until = at + seconds
    acd.out.append(Wake(seconds, BusyOver(at, agent.id, agent.idle_since)))


def busy_over(acd: Acd, event: BusyOver) -> None:
    agent = acd.agents.get(event.agent)
    if agent is None or agent.activity not in {"wrap_up", "resting"} or agent.idle_since != event.since:
        return
    left = agent.busy_until - event.at
    if left > 0.001:  # it was extended meanwhile: this timer is the one that was set first
        acd.out.append(Wake(left, BusyOver(event.at, agent.id, agent.idle_since)))
        return
    move(acd, agent, "free", event.at)


def wrap_up_done(acd: Acd, event: WrapUpDone) -> None:
    agent = acd.agents.get(event.agent)
    if agent is None or agent.activity != "wrap_up":
        acd.out.append(NotDone(event.agent, "Aucun travail après appel n'est en cours."))
        return
    move(acd, agent, "free", event.at)


def wrap_up_extended(acd: Acd, event: WrapUpExtended) -> None:
    agent = acd.agents.get(event.agent)
    if agent is None or agent.activity != "wrap_up":
        acd.out.append(NotDone(event.agent, "Aucun travail après appel n'est en cours."))
        return
    most = agent.idle_since + MOST_WRAP_UP
    if agent.busy_until >= most:
        acd.out.append(NotDone(event.agent, "Le travail après appel ne peut pas durer davantage : mettez-vous en pause."))
        return
    agent.busy_until = min(agent.busy_until + max(0.0, event.seconds), most)


def charge(acd: Acd, agent: Agent, rules: Rules, at: float) -> None:
    """One more miss in a row. Too many, and whoever still claims to be ready is paused."""
    agent.misses += 1
    if agent.misses >= rules.misses and agent.wish == "ready":
        _want(acd, agent.id, "paused", "sans réponse", at)


# ------------------------------------------------------------------------------------------------------------ accounts
def move(acd: Acd, agent: Agent, what: str, at: float, offer: str = "") -> None:
    """The agent's activity changes. Raises `IllegalMove`, with nothing changed."""
    before = agent.activity
    agent.move(what, at, offer)
    after = agent.activity
    if agent.closing is not None and after != "wrap_up":
        report_work(acd, agent.closing, at)
        agent.closing = None
    if after in ACCOUNTED_ACTIVITIES or before in ACCOUNTED_ACTIVITIES:
        settle(acd, agent, at)


def settle(acd: Acd, agent: Agent, at: float) -> None:
    """The floor knows whether the agent is free; a spell that is over is told."""
    was_counted = agent.counted
    acd.floor.settle(agent)
    if was_counted and not agent.counted:
        for queue in agent.queues:
            watch_desertion(acd, queue, at)
    state = agent.activity if agent.activity != "idle" else agent.state
    if state != agent.spell or agent.reason != agent.spell_reason:
        if agent.spell in ACCOUNTED and at > agent.spell_since:
            acd.out.append(Spent(agent.id, agent.spell, agent.spell_reason, agent.spell_since, at))
        agent.spell, agent.spell_reason, agent.spell_since = state, agent.reason, at


def report_work(acd: Acd, offer: Offer, at: float) -> None:
    """One row about an agent's part in an offer, once its last second is over."""
    line = acd.floor.lines.get(offer.queue)
    rang_until = offer.answered_at or offer.ended_at
    talked = max(0.0, offer.ended_at - offer.talk_from - offer.held) if offer.talk_from else 0.0
    wrapped = max(0.0, at - offer.ended_at) if offer.end == "accepted" else 0.0
    acd.out.append(Worked(
        offer.id, offer.kind, offer.agent, offer.queue, offer.call, offer.at, at, offer.end or "lost",
        max(0.0, rang_until - offer.at), talked, offer.held, wrapped,
    ))
    if line is not None and offer.end == "accepted" and offer.kind in {"call", "callback"}:
        line.pace.handled(talked + offer.held + wrapped)


