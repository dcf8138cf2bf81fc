"""Between people who talk: hold, transfer, consultation, conference, supervision, recording.

A conversation is an entry whose `winner` is talking. Beside the winner there may be one `guest` (an agent or an outside
number that the winner consults, the two apart or all together) and `spies` (supervisors). What people hear is ordered as
a state, not as steps: `Together` and `Aside` name who shares a bridge, so that an order told twice, or after somebody has
gone, does no harm.

Rule 1: an agent's part ends with that agent's leg, whoever goes first; the wrap-up begins there.
Rule 2: a caller who is left by the last agent goes on with the flow; one who is transferred waits, at the old place.
Rule 3: whoever cannot be reached brings the caller back to the agent, or to the queue when the agent has gone: nobody is
left with music for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.core import duty, offering, supervision
from ivr.core.messages import AgentChanged, AgentHeld, AgentLeft, QueueChanged
from ivr.core.offers import (
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    RecordingAsked,
    ResumeAsked,
    RingTimedOut,
    TransferAsked,
)
from ivr.core.orders import Aside, NotDone, PauseRecording, SayToLeg, Together, Wake
from ivr.core.queueing import Entry, Need, Offer
from ivr.core.waiting import awaited, plan, wait

if TYPE_CHECKING:
    from ivr.core.acd import Acd
    from ivr.core.agent import Agent

TRANSFER_PATIENCE: Final = 30.0
"""Seconds that a call transferred to one agent waits for that agent alone."""

NO_TALK: Final = "Vous n'êtes pas en conversation avec un appelant."
GONE: Final = "agent.appel_perdu"


def _talk_of(acd: Acd, name: str, *activities: str) -> tuple[Agent, Offer, Entry] | None:
    """The conversation that this agent leads, when the agent does one of these things in it; else a refusal is told."""
    agent = acd.agents.get(name)
    made = acd.offers.get(agent.offer) if agent is not None else None
    entry = made.entry if made is not None else None
    if agent is None or made is None or entry is None or entry.winner is not made or agent.activity not in activities:
        acd.out.append(NotDone(name, NO_TALK))
        return None
    return agent, made, entry


# ------------------------------------------------------------------------------------------------------------------ hold
def hold(acd: Acd, event: HoldAsked) -> None:
    talk = _talk_of(acd, event.agent, "talking")
    if talk is None:
        return
    agent, made, entry = talk
    if entry.conference:
        acd.out.append(NotDone(event.agent, "Une conférence ne peut pas être mise en attente."))
        return
    duty.move(acd, agent, "hold", event.at)
    _put_on_hold(acd, made, entry, event.at)


def _put_on_hold(acd: Acd, made: Offer, entry: Entry, at: float) -> None:
    if not made.held_from:
        made.held_from = at
        acd.out.append(Together(entry.key, ()))
        acd.tell(entry, AgentHeld(at, entry.ref, made.id, on=True))


def resume(acd: Acd, event: ResumeAsked) -> None:
    talk = _talk_of(acd, event.agent, "hold", "consulting", "talking")
    if talk is None:
        return
    agent, made, entry = talk
    if agent.activity == "talking" and entry.guest is None:
        acd.out.append(NotDone(event.agent, "L'appelant n'est pas en attente."))
        return
    let_guest_go(acd, entry, event.at)
    _back_to_caller(acd, agent, made, entry, event.at)


def _back_to_caller(acd: Acd, agent: Agent, made: Offer, entry: Entry, at: float) -> None:
    if agent.activity != "talking":
        duty.move(acd, agent, "resume", at)
    acd.out.append(Together(entry.key, (made.id, *supervision.barging(entry))))
    _take_off_hold(acd, made, entry, at)


def _take_off_hold(acd: Acd, made: Offer, entry: Entry, at: float) -> None:
    if made.held_from:
        made.held, made.held_from = made.held + at - made.held_from, 0.0
        acd.tell(entry, AgentHeld(at, entry.ref, made.id, on=False))


def let_guest_go(acd: Acd, entry: Entry, at: float) -> None:
    guest, entry.guest = entry.guest, None
    if guest is None:
        return
    if guest.stage == "talking" and not entry.conference:
        acd.out.append(Aside(entry.key, ()))
    entry.conference = False
    offering.drop(acd, guest, "cancelled", at)


# ------------------------------------------------------------------------------------------------------------ consultation
def consult(acd: Acd, event: ConsultAsked) -> None:
    talk = _talk_of(acd, event.agent, "talking", "hold")
    if talk is None:
        return
    agent, made, entry = talk
    kind, _, name = event.to.partition(":")
    why = _unreachable(acd, kind, name, event.agent)
    if entry.guest is not None:
        why = "Une consultation est déjà en cours."
    if why:
        acd.out.append(NotDone(event.agent, why))
        return
    duty.move(acd, agent, "consult", event.at)
    _put_on_hold(acd, made, entry, event.at)
    entry.guest = _call_guest(acd, entry, kind, name, event.at)


def _unreachable(acd: Acd, kind: str, name: str, asker: str) -> str:
    """Why this one cannot be called now, or ''."""
    if kind == "number":
        return "" if name in acd.approved else "Ce numéro n'est pas autorisé."
    agent = acd.agents.get(name) if kind == "agent" else None
    if agent is None or name == asker:
        return "Ce destinataire n'existe pas."
    return "" if agent.takes_offers else f"{name} n'est pas disponible."


def _call_guest(acd: Acd, entry: Entry, kind: str, name: str, at: float) -> Offer:
    guest = offering.new_offer(acd, entry, name if kind == "agent" else "", at)
    guest.kind = "consult"
    if kind == "agent":
        duty.move(acd, acd.agents[name], "reserve", at, guest.id)
    else:
        guest.number = name
    offering.ring(acd, guest, acd.rules_of(entry.queue).ring, entry)
    return guest


def joined(acd: Acd, made: Offer, at: float) -> None:
    """A guest or a supervisor has picked up."""
    entry = made.entry
    if entry is None or acd.entries.get(entry.key) is not entry or entry.winner is None:
        acd.out.append(SayToLeg(made.id, GONE, then_drop=True))
        return
    agent = acd.agents.get(made.agent)
    if agent is not None:
        duty.move(acd, agent, "answer", at, made.id)
        duty.move(acd, agent, "bridge", at, made.id)
    made.advance("bridge")
    made.talk_from = at
    if made is entry.guest:
        acd.out.append(Aside(entry.key, (entry.winner.id, made.id)))
    else:
        supervision.supervised(acd, entry, made, at)


def complete(acd: Acd, event: CompleteAsked) -> None:
    talk = _talk_of(acd, event.agent, "consulting", "talking")
    if talk is None:
        return
    _agent, made, entry = talk
    if entry.guest is None:
        acd.out.append(NotDone(event.agent, "Aucune consultation n'est en cours."))
        return
    _hand_over(acd, entry, made, event.at)
    offering.drop(acd, made, "accepted", event.at)


def _hand_over(acd: Acd, entry: Entry, made: Offer, at: float) -> None:
    """The guest gets the caller; one whose telephone still rings gets the caller by answering."""
    guest, entry.guest = entry.guest, None
    if guest is None:
        return
    guest.kind, entry.offers, entry.winner = "call", [guest], None
    if guest.stage != "talking":
        entry.patient = at
        end_recording(acd, entry)
        supervision.dismiss(acd, entry, at)
        acd.tell(entry, AgentLeft(at, entry.ref, made.id, requeued=True, to=_name(guest)))
        return
    entry.winner = guest
    acd.out.append(Aside(entry.key, ()))
    talks_instead(acd, entry, guest, at)


def talks_instead(acd: Acd, entry: Entry, made: Offer, at: float) -> None:
    """From now on the caller talks with this one."""
    entry.conference = False
    acd.out.append(Together(entry.key, (made.id, *supervision.barging(entry))))
    supervision.follow(acd, entry, made)
    acd.tell(entry, AgentChanged(at, entry.ref, made.id, made.agent, made.number if not made.agent else ""))


def _name(made: Offer) -> str:
    return f"agent:{made.agent}" if made.agent else f"number:{made.number}"


def conference(acd: Acd, event: ConferenceAsked) -> None:
    talk = _talk_of(acd, event.agent, "consulting")
    if talk is None:
        return
    agent, made, entry = talk
    guest = entry.guest
    if guest is None or guest.stage != "talking":
        acd.out.append(NotDone(event.agent, "Votre correspondant n'a pas encore répondu."))
        return
    entry.conference = True
    duty.move(acd, agent, "resume", event.at)
    acd.out += [Aside(entry.key, ()), Together(entry.key, (made.id, guest.id, *supervision.barging(entry)))]
    _take_off_hold(acd, made, entry, event.at)


# --------------------------------------------------------------------------------------------------------------- transfer
def transfer(acd: Acd, event: TransferAsked) -> None:
    talk = _talk_of(acd, event.agent, "talking", "hold")
    if talk is None:
        return
    _agent, made, entry = talk
    kind, _, name = event.to.partition(":")
    why = _no_transfer(acd, kind, name, event.agent)
    if entry.guest is not None:
        why = "Terminez d'abord la consultation en cours."
    if why:
        acd.out.append(NotDone(event.agent, why))
        return
    offering.drop(acd, made, "accepted", event.at)
    entry.offers, entry.winner, entry.patient = [], None, event.at
    end_recording(acd, entry)
    supervision.dismiss(acd, entry, event.at)
    if kind == "number":
        _to_number(acd, entry, made, name, event.at)
    else:
        _to_queue(acd, entry, made, event)


def _no_transfer(acd: Acd, kind: str, name: str, asker: str) -> str:
    if kind == "queue":
        return "" if name in acd.floor.lines else f"La file {name} n'existe pas."
    if kind == "agent" and name in acd.agents and name != asker:
        return "" if awaited(acd, name) else f"{name} n'est pas connecté."
    return _unreachable(acd, kind, name, asker)


def _to_number(acd: Acd, entry: Entry, made: Offer, number: str, at: float) -> None:
    outside = _call_guest(acd, entry, "number", number, at)
    outside.kind, entry.offers = "call", [outside]
    acd.tell(entry, AgentLeft(at, entry.ref, made.id, requeued=True, to=f"number:{number}"))


def _to_queue(acd: Acd, entry: Entry, made: Offer, event: TransferAsked) -> None:
    """A new stay, in that queue or for that agent; the place is the old one."""
    kind, _, name = event.to.partition(":")
    at = event.at
    queue = name if kind == "queue" else entry.queue
    changed = queue != entry.queue
    entry.queue, entry.entered, entry.served = queue, at, False
    plan(entry, acd.rules_of(queue))
    if kind == "agent":
        entry.plan = ((TRANSFER_PATIENCE, entry.need), *entry.plan)
        entry.need = Need(name)
    acd.tell(entry, AgentLeft(at, entry.ref, made.id, requeued=True, to=event.to))
    if changed:
        acd.tell(entry, QueueChanged(at, entry.ref, queue))
    wait(acd, entry, at)


# ------------------------------------------------------------------------------------------------------------ who has gone
def agent_left(acd: Acd, entry: Entry, made: Offer, at: float) -> None:
    """The winner's leg is gone: a guest gets the caller, else the caller goes on with the flow."""
    if entry.guest is not None and entry.guest.dropped:
        entry.guest = None
    if entry.guest is not None:
        _hand_over(acd, entry, made, at)
        return
    if entry.spies:
        supervision.dismiss(acd, entry, at)
    end_recording(acd, entry)
    del acd.entries[entry.key]
    acd.tell(entry, AgentLeft(at, entry.ref, made.id, requeued=False))


def guest_left(acd: Acd, entry: Entry, made: Offer, at: float) -> None:
    """A guest or a supervisor has gone, or never came: the agent is back with the caller."""
    if made in entry.spies:
        entry.spies.remove(made)
        if made.stage == "talking":
            supervision.stop(acd, entry, made)
        return
    if made is not entry.guest:
        return
    talked_apart = made.stage == "talking" and not entry.conference
    entry.guest, entry.conference = None, False
    if talked_apart:
        acd.out.append(Aside(entry.key, ()))
    winner = entry.winner
    agent = acd.agents.get(winner.agent) if winner is not None else None
    if winner is not None and agent is not None and not winner.dropped and agent.activity in {"consulting", "talking"}:
        _back_to_caller(acd, agent, winner, entry, at)


def dissolve(acd: Acd, entry: Entry, at: float) -> None:
    """The caller has gone: a guest who talks is told so in words, the others are simply let go."""
    guest, entry.guest = entry.guest, None
    if guest is not None:
        if guest.stage == "talking" and not entry.conference:
            acd.out.append(Aside(entry.key, ()))
            acd.out.append(SayToLeg(guest.id, GONE, then_drop=True))
            acd.out.append(Wake(offering.BRIDGE_WITHIN, RingTimedOut(at, guest.id)))
        else:
            offering.drop(acd, guest, "cancelled", at)
    supervision.dismiss(acd, entry, at)


# -------------------------------------------------------------------------------------------------------------- recording
def end_recording(acd: Acd, entry: Entry) -> None:
    """Nothing more goes into this recording, though the bridge may live on: the next agent's is another one."""
    if entry.recording:
        acd.out.append(PauseRecording(entry.key, entry.recording, on=False))
        entry.recording = ""


def recording(acd: Acd, event: RecordingAsked) -> None:
    talk = _talk_of(acd, event.agent, "talking", "hold", "consulting")
    if talk is None:
        return
    entry = talk[2]
    if not entry.recording:
        acd.out.append(NotDone(event.agent, "Cet appel n'est pas enregistré."))
        return
    acd.out.append(PauseRecording(entry.key, entry.recording, event.on))
