"""The application dies without a word and comes back: whoever was calling goes on, and every record is right."""

from __future__ import annotations

import pytest

from tests.e2e.tones import tone

pytestmark = pytest.mark.e2e


async def test_given_three_calls_when_the_application_is_killed_and_restarted_then_all_three_go_on(own_centre, tmp_path):
    centre = own_centre
    low, high = tone(tmp_path, 440), tone(tmp_path, 660)
    async with (
        centre.desk("awa", answer_after=0.1, microphone=high) as awa,
        centre.caller() as in_menu, centre.caller() as in_queue, centre.caller(microphone=low) as talking,
    ):
        await centre.ready(awa)
        for phone, keys in ((talking, "0"), (in_queue, "0"), (in_menu, "7")):
            await phone.dial("1364")
            await phone.until("connected")
            await phone.press(keys)
            if phone is talking:
                await awa.until("connected", 10)
                await centre.agent_is("awa", "talking")
        await centre.at_node("principal")
        await centre.at_node("file_general", number=2)
        await centre.heard(in_queue, "file.suivant", 20)
        await centre.wait(lambda: talking.heard.tone(660, since=talking.heard.seconds - 0.5) > 0.9, 8, "they don't talk")
        killed_at = talking.heard.seconds - 0.3, awa.heard.seconds - 0.3

        centre.kill()
        await centre.restart()

        status = await centre.status()
        assert {call["node"] for call in status["calls"]} == {"principal", "file_general"}
        assert len(status["calls"]) == 3
        await centre.agent_is("awa", "talking")
        await centre.heard(in_menu, "menu.agent")
        await centre.heard(in_queue, "file.suivant", 20)
        assert talking.heard.longest_silence(since=killed_at[0]) < 0.2, "Koffi lost Awa's voice"
        assert awa.heard.longest_silence(since=killed_at[1]) < 0.2, "Awa lost Koffi's voice"

        await talking.hang_up()
        await awa.until("ended")
        await awa.until("connected", 15)
        await centre.agent_is("awa", "talking")
        await in_queue.hang_up()
        await in_menu.hang_up()
        outcomes = {phone: (await centre.record(phone))["outcome"] for phone in (talking, in_queue, in_menu)}
        assert outcomes == {talking: "TRANSFERE", in_queue: "TRANSFERE", in_menu: "ABANDON_SVI"}
        assert (await centre.record(talking))["agent"] == "awa"


async def test_given_a_conversation_when_it_ends_while_the_application_is_dead_then_its_record_is_closed(own_centre):
    centre = own_centre
    async with centre.desk("awa", answer_after=0.1) as awa, centre.caller() as koffi, centre.caller() as adjoua:
        await centre.ready(awa)
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press("0")
        await awa.until("connected", 10)
        await centre.agent_is("awa", "talking")
        centre.kill()
        await koffi.hang_up()
        await centre.restart()
        record = await centre.record(koffi)
        assert (record["outcome"], record["agent"]) == ("TRANSFERE", "awa")
        await awa.until("ended", 10)
        await adjoua.dial("1364")
        await adjoua.until("connected")
        await adjoua.press("0")
        await awa.until("connected", 20)
        await centre.agent_is("awa", "talking")
        await adjoua.hang_up()
        assert (await centre.record(adjoua))["outcome"] == "TRANSFERE"


async def test_given_no_application_when_somebody_calls_then_the_message_is_heard_and_the_number_kept(own_centre):
    centre = own_centre
    centre.kill()
    async with centre.caller() as koffi, centre.caller() as adjoua:
        await koffi.dial("1364")
        await koffi.until("connected")
        await centre.heard(koffi, "technique.application_absente")
        await koffi.until("ended", 15)
        await centre.restart()
        record = await centre.record(koffi)
        assert (record["outcome"], record["cause"]) == ("RAPPEL_PROGRAMME", "cut")
        assert [each["reason"] for each in centre.callbacks(koffi)] == ["application_absente"]
        await adjoua.dial("1364")
        await adjoua.until("connected")
        await centre.heard(adjoua, "accueil.bienvenue")
        await adjoua.hang_up()
        assert (await centre.record(adjoua))["outcome"] == "MUET"
