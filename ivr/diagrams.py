"""Pictures drawn from the tables that the code runs on, so that they cannot differ from it.

``python -m ivr.diagrams`` writes docs/agent.md, docs/offer.md and docs/request.md again; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from ivr.core.agent import TRANSITIONS
from ivr.core.queueing import ENDS, STAGES
from ivr.request_page import REQUEST_PAGE, request_page

ROOT: Final = Path(__file__).resolve().parent.parent

AGENT_PAGE: Final = "docs/agent.md"
OFFER_PAGE: Final = "docs/offer.md"

ABOUT_ACTIVITIES: Final[Mapping[str, str]] = {
    "idle": "nothing to do; takes offers if also ready and reachable",
    "reserved": "an offer is made, the phone does not ring yet",
    "ringing": "the phone rings",
    "answered": "picked up, not yet bridged with the caller",
    "talking": "bridged with the caller",
    "hold": "the caller hears music, the agent nothing",
    "consulting": "speaks with, or rings, a colleague or an outside number; the caller hears music",
    "wrap_up": "finishing the last call; ends by its timer, or when the agent says so",
    "resting": "an offer failed; a few seconds without another one",
}

ABOUT_MOVES: Final[Mapping[str, str]] = {
    "reserve": "a waiting caller is offered to this agent",
    "ring": "the leg is reported ringing",
    "answer": "the leg is reported answered",
    "bridge": "caller and agent share a bridge",
    "release": "the caller left, or somebody else had answered, and the leg is gone; nothing is to be finished",
    "hold": "the agent makes the caller wait a moment",
    "consult": "the agent asks somebody, or hands the caller over after a word",
    "resume": "the agent is back with the caller, alone or in a conference",
    "miss": "refused, not answered, lost or never bridged, and the leg is gone",
    "finish": "the leg of a conversation is gone",
    "free": "the time of the wrap-up or of the rest is over, or the agent has finished before",
    "adopt": "the application came back and found this conversation; an offer made since is withdrawn",
}

TEXT: Final = """\
<!-- Written by `python -m ivr.diagrams` from `ivr.core.agent.TRANSITIONS`. Edit the table, not this page. -->
# An agent

An agent is three separate things: the **wish** (ready, paused with a reason, offline), the **equipment** (whether the phone
can be reached, and which calls it has that are none of ours) and the **activity**, drawn here. Offers are taken when idle,
ready, reachable and without a call of one's own, and in no other case. A wish never interrupts an activity: a pause pressed
in a call begins after it.

```mermaid
{diagram}
```

| activity | what it is |
|---|---|
{activities}

| move | what happened |
|---|---|
{moves}

A move that is not drawn raises `IllegalMove` and changes nothing.
"""


ABOUT_STAGES: Final[Mapping[str, str]] = {
    "ringing": "agent and caller are reserved for each other, the telephone is called",
    "answered": "picked up; the bridge is being made, or the person to be called back is called",
    "talking": "a conversation, or a part in one",
}

ABOUT_ENDS: Final[Mapping[str, str]] = {
    "accepted": "they talked; the wrap-up begins when the leg is gone",
    "refused": "declined on the telephone or by the button: a miss",
    "timed_out": "rang in vain: a miss",
    "cancelled": "the caller left, a colleague was faster, or the person to be called back did not answer: no miss",
    "lost": "the telephone could not be reached, or vanished, or the bridge was never made: no miss",
}

OFFER_TEXT: Final = """\
<!-- Written by `python -m ivr.diagrams` from `ivr.core.queueing.STAGES` and `ENDS`. Edit the tables, not this page. -->
# An offer

One agent asked to take one caller (or a callback, a consultation, a supervision). It has an id, which every report about its
telephone call names, and exactly one end. The agent is free again when that call is reported gone, however the offer ended.

```mermaid
{diagram}
```

| stage | what it is |
|---|---|
{stages}

| end | what it means |
|---|---|
{ends}

A step or an end that is not drawn raises `IllegalMove` and changes nothing. In a queue that rings all, a caller has several
offers; the first that is answered while none has won wins, and the others are cancelled once the two are bridged.
"""


def offer_page() -> str:
    """docs/offer.md. A stage or an end without its line here is a KeyError: say what it is."""
    steps = [(*pair, target) for pair, target in STAGES.items()]
    ends = [(stage, end, "[*]") for stage, possible in ENDS.items() for end in possible]
    return OFFER_TEXT.format(
        diagram=state_diagram([*steps, *ends], "ringing"),
        stages="\n".join(f"| {name} | {ABOUT_STAGES[name]} |" for name in ENDS),
        ends="\n".join(f"| {name} | {ABOUT_ENDS[name]} |" for name in dict.fromkeys(end for _, end, _ in ends)),
    )


def state_diagram(transitions: Iterable[tuple[str, str, str]], start: str) -> str:
    """A mermaid stateDiagram of (state, move, next state). Moves between the same two states share an arrow."""
    return "\n".join(["stateDiagram-v2", f"    [*] --> {start}", *_arrows(transitions)])


def _arrows(transitions: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    moves: dict[tuple[str, str], list[str]] = {}
    for source, move, target in transitions:
        moves.setdefault((source, target), []).append(move)
    for (source, target), named in moves.items():
        yield f"    {source} --> {target}: {', '.join(named)}"


def agent_page() -> str:
    """docs/agent.md. A state or a move without its line here is a KeyError: say what it is."""
    activities = dict.fromkeys(source for source, _ in TRANSITIONS)
    moves = dict.fromkeys(move for _, move in TRANSITIONS)
    return TEXT.format(
        diagram=state_diagram(((*pair, target) for pair, target in TRANSITIONS.items()), "idle"),
        activities="\n".join(f"| {name} | {ABOUT_ACTIVITIES[name]} |" for name in activities),
        moves="\n".join(f"| {name} | {ABOUT_MOVES[name]} |" for name in moves),
    )


if __name__ == "__main__":
    (ROOT / AGENT_PAGE).write_text(agent_page(), encoding="utf-8")
    (ROOT / OFFER_PAGE).write_text(offer_page(), encoding="utf-8")
    (ROOT / REQUEST_PAGE).write_text(request_page(), encoding="utf-8")
