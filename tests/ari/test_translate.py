"""What Asterisk told, as recorded from the real one (tests/ari/golden), and what it means to us.

The traces are made by ``python -m tests.e2e.record_golden`` and ``python -m tests.contract.record_golden``.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from ivr.ari.generated import AnyMessage
from ivr.ari.translate import (
    Arrived,
    CodeDialed,
    Farewell,
    ForCall,
    ForDesk,
    OwnAnswered,
    OwnDialed,
    OwnOver,
    Parted,
    TapEntered,
    translate,
)

GOLDEN = Path(__file__).parent / "golden"
NOW = 1_000_000.0
OFFER = "call-1.o4.1"


def told(trace):
    """The events of a trace, as the client hands them on."""
    lines = json.loads((GOLDEN / f"{trace}.json").read_text())
    decoder = msgspec.json.Decoder(AnyMessage)
    return [decoder.decode(json.dumps(line)) for line in lines if "ask" not in line]


def meanings(trace):
    return [shown(each) for event in told(trace) for each in translate(event, NOW)]


def shown(meaning):
    match meaning:
        case Arrived():
            because = f", called back for {meaning.callback}" if meaning.callback else ""
            return f"{meaning.call} arrived from {meaning.caller} for {meaning.dialed}{because}"
        case CodeDialed():
            return f"{meaning.agent} dialled {meaning.code}"
        case Parted():
            return f"{meaning.bridge} parted"
        case OwnDialed():
            return f"{meaning.agent} dialled {meaning.target} from {meaning.channel}"
        case OwnOver():
            return f"{meaning.channel} over, {'after' if meaning.talked else 'without'} a talk"
        case OwnAnswered() | TapEntered() | Farewell():
            return f"{type(meaning).__name__} {meaning.channel}"
        case ForCall() | ForDesk():
            fields = {name: getattr(meaning.event, name) for name in meaning.event.__slots__}
            return " ".join([type(meaning.event).__name__, *(str(value) for value in fields.values())])
    raise TypeError(f"the tests do not know {meaning!r}")


@pytest.mark.parametrize("trace", [file.stem for file in GOLDEN.glob("*.json")])
def test_every_event_of_a_trace_is_known_and_every_call_of_ours_ends(trace):
    events = told(trace)
    assert events
    said = meanings(trace)
    arrived = [each for each in said if "arrived" in each]
    assert len(arrived) <= 1
    assert not arrived or "CallEnded caller" in said


def test_given_a_hang_up_during_a_prompt_then_the_call_has_ended_before_the_prompt_has():
    said = meanings("hangs_up_while_something_is_said")
    assert said[0] == "call-1 arrived from 0700000101 for 1364"
    ended = said.index("CallEnded caller")
    assert all("PlayFinished" not in each for each in said[:ended]), "a prompt cut by a hang-up was not heard to its end"


def test_given_an_agent_who_talks_then_the_leg_rings_answers_and_ends_and_the_bridge_goes_with_the_caller():
    said = meanings("agent_talks_and_hangs_up")
    about_the_leg = [each for each in said if each.startswith("Leg")]
    assert about_the_leg == [f"LegRinging {OFFER}", f"LegAnswered {OFFER}", f"LegGone {OFFER} ended"]
    assert said.count("br-call-1 parted") == 1
    assert said.index(f"LegGone {OFFER} ended") < said.index("br-call-1 parted")


@pytest.mark.parametrize(("trace", "why"), [("agent_refuses", "refused"), ("agent_does_not_answer", "timed_out")])
def test_given_an_offer_that_fails_then_its_leg_is_gone_for_its_reason(trace, why):
    gone = next(each for each in meanings(trace) if each.startswith("LegGone"))
    assert gone == f"LegGone {OFFER} {why}"


def test_given_a_code_then_it_is_the_agent_s_and_no_call():
    said = meanings("agent_dials_a_code")
    assert "awa dialled *11" in said
    assert not [each for each in said if "arrived" in each]


def test_given_one_called_back_who_answers_then_a_call_arrives_and_ends_once_in_words():
    said = meanings("person_called_back_answers")
    assert said[0] == "out-cb-12.1 arrived from 0700000101 for 1364, called back for cb-12"
    assert set(said[1:]) == {"CallEnded caller"}


@pytest.mark.parametrize(("trace", "why"), [
    ("person_called_back_is_busy", "busy"), ("person_called_back_does_not_answer", "no_answer"),
])
def test_given_one_called_back_who_does_not_answer_then_the_reason_is_all_that_is_told(trace, why):
    assert meanings(trace) == [f"PersonLost cb-12 {why} 1"]


def test_given_an_agent_who_dials_a_colleague_then_both_are_busy_until_their_own_ends():
    assert meanings("agent_dials_a_colleague") == [
        "OwnCallBegan awa call-1", "awa dialled 102 from call-1", "OwnAnswered own-call-1",
        "OwnCallEnded serge own-call-1", "own-call-1 over, after a talk",
        "OwnCallEnded awa call-1", "call-1 over, after a talk",
    ]


def test_given_a_supervisor_then_neither_the_snoop_nor_the_recording_nor_the_last_words_are_the_call_s():
    said = meanings("supervisor_whispers_and_the_caller_goes")
    assert "TapEntered spy-call-1.o9.2.0" in said
    assert "Farewell leg-call-1.o9.1" in said
    assert said.index("br-call-1 parted") < said.index("Farewell leg-call-1.o9.1")
    told = {each.split()[0] for each in said}
    assert not told & {"PlayFinished", "Recorded", "CommandFailed"}
