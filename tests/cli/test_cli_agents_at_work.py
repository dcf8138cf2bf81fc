"""What an agent and a supervisor do from the command line, in a centre at work."""

import json

import pytest


@pytest.fixture
async def talking(room):
    """Awa talks with Koffi, whose call is « koffi »; Serge is free."""
    await room.agent("awa", "general")
    await room.caller("koffi")
    await room.agent("serge", "general", "solde")
    assert room.state("awa") == "talking"
    return room


async def test_awa_holds_her_caller_and_comes_back(talking, live):
    assert "l'appelant est en attente" in await live("agent", "hold", "awa")
    assert talking.state("awa") == "hold"
    await live("agent", "resume", "awa")
    assert talking.state("awa") == "talking"


@pytest.mark.parametrize("to", ["agent:serge", "serge"])
async def test_awa_consults_serge_and_hands_the_caller_over(talking, live, to):
    assert "consultation de serge" in await live("agent", "consult", "awa", to)
    assert (talking.state("awa"), talking.state("serge")) == ("consulting", "talking")
    await live("agent", "complete", "awa")
    assert (talking.state("awa"), talking.state("serge")) == ("wrap_up", "talking")


async def test_awa_makes_it_a_conference(talking, live):
    await live("agent", "consult", "awa", "serge")
    assert "à trois" in await live("agent", "conference", "awa")
    assert talking.state("awa") == "talking"


@pytest.mark.parametrize("to", ["queue:solde", "solde"])
async def test_awa_transfers_to_a_queue_by_its_name(talking, live, to):
    assert "transféré à solde" in await live("agent", "transfer", "awa", to)
    assert (talking.state("awa"), talking.state("serge")) == ("wrap_up", "talking")


async def test_a_target_that_is_nobody_is_refused_before_anything_is_asked(talking, live):
    assert "'soldes' is no queue and no agent" in await live("agent", "transfer", "awa", "soldes", code=2)
    assert talking.state("awa") == "talking"


async def test_an_outside_number_that_is_not_approved_is_refused_by_the_service_in_french(talking, live):
    said = await live("agent", "consult", "awa", "0700000199", code=2)
    assert said.endswith(".")
    assert "Traceback" not in said
    assert talking.state("awa") == "talking"


async def test_a_name_that_is_a_queue_and_an_agent_must_be_told_apart(talking, live):
    await talking.agent("solde", "general")
    assert "queue:solde or agent:solde" in await live("agent", "transfer", "awa", "solde", code=2)


async def test_the_recording_is_paused_and_goes_on(talking, live):
    assert "suspendu" in await live("agent", "recording", "awa", "off")
    assert "repris" in await live("agent", "recording", "awa", "on")
    assert "write on or off" in await live("agent", "recording", "awa", "peut-être", code=2)


async def test_a_wrap_up_is_made_longer_and_ended(talking, live):
    await live("agent", "transfer", "awa", "solde")
    assert "60 s de plus" in await live("agent", "more", "awa", "--seconds", "60")
    await live("agent", "done", "awa")
    assert talking.state("awa") == "ready"
    assert "Aucun travail après appel" in await live("agent", "done", "awa", code=2)


async def test_awa_refuses_the_call_that_rings_and_it_goes_to_serge(room, live):
    await room.agent("awa", "general", phone="rings")
    await room.caller("koffi")
    await room.agent("serge", "general")
    assert "appel refusé" in await live("agent", "refuse", "awa")
    assert (room.state("awa"), room.state("serge")) == ("resting", "talking")


async def test_what_cannot_be_done_is_told_in_the_services_own_sentence(talking, live):
    assert await live("agent", "hold", "serge", code=2) == "Vous n'êtes pas en conversation avec un appelant."


async def test_the_states_say_who_talks_and_why_somebody_pauses(talking, live):
    await live("agent", "pause", "serge", "--reason", "réunion")
    await talking.after(65)
    said = await live("agent", "states")
    awa, serge = (next(line for line in said.splitlines() if line.startswith(name)) for name in ("awa", "serge"))
    assert "parle" in awa
    assert "koffi" in awa
    assert "réunion" in serge
    assert "1:05" in serge
    rows = [json.loads(line) for line in (await live("agent", "states", "--json")).splitlines()]
    assert [row["agent"] for row in rows] == ["awa", "serge"]


@pytest.mark.parametrize("call", ["koffi", "awa"])
async def test_serge_listens_whispers_barges_in_and_leaves(talking, live, call):
    assert "à l'écoute" in await live("agent", "listen", "serge", call)
    assert talking.switch.spies
    await live("agent", "whisper", "serge", call)
    assert [whisper for _on, whisper in talking.switch.spies.values()] == [True]
    await live("agent", "barge", "serge", call)
    await live("agent", "unlisten", "serge", call)
    assert not talking.switch.spies
    assert talking.state("awa") == "talking"


async def test_serge_takes_the_call_over(talking, live):
    await live("agent", "takeover", "serge", "koffi")
    assert (talking.state("awa"), talking.state("serge")) == ("wrap_up", "talking")


async def test_nobody_can_be_heard_who_does_not_talk(talking, live):
    assert "pas en conversation" in await live("agent", "listen", "serge", "nobody", code=2)


def test_without_a_service_it_is_said_that_none_runs(refused, store):
    for words in (["hold", "koffi"], ["transfer", "koffi", "solde"], ["states"], ["listen", "koffi", "1"]):
        assert "No service runs" in refused("agent", *words)
