"""The rules of the queues on real telephones. Each test publishes the rules that it is about.

The races of the call centre (who is first when two things happen at once) and where they are tested with telephones.
`Centre.frozen` makes two things happen at once: the application learns of both only afterwards.

* caller leaves while the agent's phone rings: ..._rings_when_koffi_gives_up, ..._gives_up_and_awa_answers_at_once
* caller leaves before the leg exists: no telephone sees that; tests/core/test_acd_races
* agent answers at the instant of the time-out: ..._answered_when_they_stop_ringing
* agent answers, hangs up before the bridge: ..._hangs_up_before_the_bridge
* two agents answer: ..._two_answer_at_once
* two calls to one agent: test_agents, ..._one_agent_and_two_callers
* transfer, agent leaves first: test_conversations, ..._she_leaves_first_and_serge_has_koffi
* consult target answers after the caller left: test_conversations, ..._gives_up_while_it_rings (one who talked is told
  « l'appelant a raccroché »: ..._serge_is_told_and_both_are_free_again)
* pause pressed while ringing: ..._presses_pause_while_it_rings
* a person called back goes before the agent is there: test_callbacks, ..._answers_and_hangs_up_before
* application killed: test_application_killed, test_killed_in_conversation, test_callbacks
* console lost, clock jumps: no telephone takes part; tests/core
"""

from __future__ import annotations

import pytest

from tests.e2e.talks import ask_for_an_agent, exactly, hang_up, hears, over, people, talk, works

pytestmark = pytest.mark.e2e
CENTRE = {
    "agents": ("awa", "serge", "mariam"), "brief": True, "skills": {"serge": {"solde": 2}},
    "serves": {"mariam": ("concours",)},
}
RINGS = {"answer_after": None}


def both_ring(centre):
    return people(centre, "caller", "awa", "serge", signed_in=["awa", "serge"], awa=RINGS, serge=RINGS)


async def waits(centre, queue="general", number=1):
    async def there():
        return sum(each["queue"] == queue for each in (await centre.status())["waiting"]) == number

    await centre.wait(there, 15, f"not {number} wait in {queue}")


# --------------------------------------------------------------------------------------------------------- who rings, how
async def test_given_all_ring_when_serge_answers_then_awa_s_phone_stops_and_it_is_no_miss(centre):
    await centre.ruled(general={"strategy": "ring_all"})
    async with both_ring(centre) as (koffi, awa, serge):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 15)
        await serge.until("ringing")
        await serge.answer()
        await awa.until("ended")
        await hears(centre, koffi=(koffi, ["serge"]))
        await centre.agent_is("awa", "ready", 3)
        assert (await centre.agent("awa"))["misses"] == 0
        await over(centre, koffi)
        parts = await works(centre, (await centre.record(koffi))["id"], 2)
        assert {each["agent"]: each["end"] for each in parts} == {"awa": "cancelled", "serge": "accepted"}


async def test_given_all_ring_when_two_answer_at_once_then_there_is_one_conversation_and_the_other_is_free(centre):
    await centre.ruled(general={"strategy": "ring_all", "wrap_up": 0})
    async with both_ring(centre) as (koffi, awa, serge):
        for _ in range(3):
            await ask_for_an_agent(centre, koffi)
            await awa.until("ringing", 15)
            await serge.until("ringing")
            with centre.frozen():
                await awa.answer()
                await serge.answer()
                await awa.until("connected")
                await serge.until("connected")

            async def one():
                return sorted([(await centre.agent(name))["state"] for name in ("awa", "serge")]) == ["ready", "talking"]

            await centre.wait(one, 10, "not one of them talks, the other ready")
            await centre.wait(lambda: exactly(koffi, ["awa"]) != exactly(koffi, ["serge"]), 8, "Koffi hears not one of them")
            await over(centre, koffi, awa, serge)
            for name in ("awa", "serge"):
                await centre.agent_is(name, "ready")
                assert (await centre.agent(name))["misses"] == 0


async def test_given_phones_that_are_answered_when_they_stop_ringing_then_each_caller_talks_with_one_agent_or_waits(centre):
    """Asterisk lets a phone ring one second longer than the rules say: so these are picked up about when it stops."""
    await centre.ruled(general={"ring": 1, "wrap_up": 0, "misses": 100})
    late = {"awa": {"answer_after": 1.96}, "serge": {"answer_after": 2.0}}
    names = ("caller", "other", "awa", "serge")
    async with people(centre, *names, signed_in=["awa", "serge"], **late) as (koffi, adjoua, *phones):
        callers = (koffi, adjoua)
        for second in ((1.92, 2.04), (0.05, 0.05)):
            for caller in callers:
                await ask_for_an_agent(centre, caller)
            for phone in phones:
                await phone.until("ringing", 15)

            async def settled():
                states = [(await centre.agent(phone.account))["state"] for phone in phones]
                return all(state in {"talking", "resting"} for state in states)

            await centre.wait(settled, 10, "neither talking nor missed")
            for phone in phones:
                await phone.behave(answer_after=0.05)
            for phone in phones:
                await centre.agent_is(phone.account, "talking", 15)
            calls = [(await centre.agent(phone.account))["call"] for phone in phones]
            assert len(set(calls)) == 2
            for caller in callers:
                await centre.wait(lambda: exactly(caller, ["awa"]) != exactly(caller, ["serge"]), 8, "no conversation")  # noqa: B023
            await hang_up(koffi)
            await over(centre, adjoua, *phones)
            for phone, after in zip(phones, second, strict=True):
                await centre.agent_is(phone.account, "ready")
                await phone.behave(answer_after=after)


async def test_given_awa_answers_and_hangs_up_before_the_bridge_then_koffi_is_still_the_first(centre):
    await centre.ruled(general={})
    names = ("caller", "other", "awa", "serge")
    async with people(centre, *names, signed_in=["awa"], awa=RINGS) as (koffi, adjoua, awa, serge):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 15)
        await ask_for_an_agent(centre, adjoua)
        await waits(centre)
        with centre.frozen():
            await awa.answer()
            await awa.until("connected")
            await awa.hang_up()
        await waits(centre, number=2)
        await centre.on_duty(serge)
        await serge.until("connected")
        await hears(centre, koffi=(koffi, ["serge"]))
        assert (await centre.agent("awa"))["misses"] == 0
        await adjoua.hang_up()
        await over(centre, koffi)
        parts = await works(centre, (await centre.record(koffi))["id"], 2)
        assert [(each["agent"], each["end"]) for each in parts] == [("awa", "lost"), ("serge", "accepted")]


async def test_given_awa_s_phone_rings_when_koffi_gives_up_then_she_is_free_at_once_and_it_is_no_miss(centre):
    await centre.ruled(general={})
    async with people(centre, "caller", "awa", signed_in=["awa"], awa=RINGS) as (koffi, awa):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 15)
        await over(centre, koffi)
        await awa.until("ended")
        await centre.agent_is("awa", "ready", 3)
        assert (await centre.agent("awa"))["misses"] == 0
        record = await centre.record(koffi)
        assert [each["end"] for each in await works(centre, record["id"], 1)] == ["cancelled"]
        assert record["outcome"] == "ABANDON_FILE"


async def test_given_koffi_gives_up_and_awa_answers_at_once_then_she_is_let_go(centre):
    await centre.ruled(general={})
    async with people(centre, "caller", "awa", signed_in=["awa"], awa=RINGS) as (koffi, awa):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 15)
        with centre.frozen():
            await koffi.hang_up()
            await awa.answer()
            await awa.until("connected")
        await awa.until("ended")
        await centre.agent_is("awa", "ready", 3)
        await over(centre, koffi)


async def test_given_a_call_is_offered_when_awa_refuses_it_by_hand_and_presses_pause_while_it_rings_then_both_count(centre):
    await centre.ruled(general={})
    async with people(centre, "caller", "awa", "serge", signed_in=["awa"], awa=RINGS, serge=RINGS) as (koffi, awa, serge):
        await ask_for_an_agent(centre, koffi)
        await awa.until("ringing", 15)
        await centre.ready(serge)
        await centre.act("awa", "refuse")
        await awa.until("ended")
        await serge.until("ringing")
        await centre.wish("serge", "paused")
        await centre.agent_is("serge", "ringing", 2)
        await serge.answer()
        await hears(centre, koffi=(koffi, ["serge"]))
        await over(centre, koffi)
        await centre.agent_is("serge", "paused")
        parts = await works(centre, (await centre.record(koffi))["id"], 2)
        assert [(each["agent"], each["end"]) for each in parts] == [("awa", "refused"), ("serge", "accepted")]


async def test_given_a_long_wrap_up_when_awa_is_done_before_then_the_next_is_hers(centre):
    await centre.ruled(general={"wrap_up": 60})
    async with people(centre, "caller", "other", "awa", signed_in=["awa"]) as (koffi, adjoua, awa):
        await talk(centre, koffi, awa)
        await hang_up(koffi, awa)
        await centre.agent_is("awa", "wrap_up")
        await ask_for_an_agent(centre, adjoua)
        await waits(centre)
        await centre.act("awa", "wrap-up-more", seconds=60)
        await centre.act("awa", "wrap-up-done")
        await awa.until("connected")
        await centre.agent_is("awa", "talking")
        await over(centre, adjoua, awa)
        await centre.act("awa", "wrap-up-done")


# ------------------------------------------------------------------------------------------------------------ who gets whom
async def test_given_a_skill_is_asked_for_when_only_awa_without_it_is_there_then_she_rings_once_that_is_enough(centre):
    await centre.ruled(general={"skills": {"solde": 1}, "relax": [{"after": 2, "skills": {}}]})
    async with people(centre, "caller", "awa", "serge", signed_in=["awa", "serge"]) as (koffi, awa, serge):
        await talk(centre, koffi, serge)
        await over(centre, koffi, serge)
        await centre.wish("serge", "paused")
        assert awa.happened("ringing") == 0
        await ask_for_an_agent(centre, koffi)
        await waits(centre)
        await awa.until("connected", 10)
        await centre.agent_is("awa", "talking")
        await over(centre, koffi)
        record = await centre.record(koffi)
    assert record["agent"] == "awa"
    assert 1.9 < record["waited"] < 4


async def test_given_serge_has_served_koffi_when_he_calls_again_then_serge_gets_him_though_awa_has_waited_longer(centre):
    await centre.ruled(general={"sticky": 20})
    async with people(centre, "caller", "awa", "serge", signed_in=["serge"]) as (koffi, awa, serge):
        await talk(centre, koffi, serge)
        await over(centre, koffi, serge)
        assert (await centre.record(koffi))["agent"] == "serge"
        await centre.ready(awa)
        await centre.agent_is("serge", "ready")
        await centre.wish("serge", "paused")
        await centre.wish("serge", "ready")
        await talk(centre, koffi, serge)
        await over(centre, koffi)
        assert awa.happened("ringing") == 0


async def test_given_minutes_that_count_more_and_a_priority_when_awa_is_free_then_they_decide_who_is_first(centre):
    await centre.ruled(general={"when_empty": "wait"}, solde={"when_empty": "wait", "weight": 10})
    async with people(centre, "caller", "other", "awa") as (koffi, adjoua, awa):
        await ask_for_an_agent(centre, koffi)
        await waits(centre)
        await ask_for_an_agent(centre, adjoua, "30")
        await waits(centre, "solde")

        async def overtaken():
            waited = {each["queue"]: each["waited"] for each in (await centre.status())["waiting"]}
            return 10 * waited["solde"] > waited["general"] + 1

        await centre.wait(overtaken, 15, "nobody waits so long")
        await centre.on_duty(awa)
        await hears(centre, adjoua=(adjoua, ["awa"]))
        await hang_up(adjoua, awa)
        await hears(centre, koffi=(koffi, ["awa"]))
        await over(centre, koffi, awa)

        await centre.wish("awa", "paused")
        await centre.ruled(general={"when_empty": "wait"}, solde={"when_empty": "wait"})
        await ask_for_an_agent(centre, koffi)
        await waits(centre)
        await ask_for_an_agent(centre, adjoua, "330")
        await waits(centre, "solde")
        await centre.wish("awa", "ready")
        await hears(centre, adjoua=(adjoua, ["awa"]))
        await adjoua.hang_up()
        await over(centre, koffi)


# --------------------------------------------------------------------------------------------------------- who is not taken
@pytest.mark.parametrize("rules", [
    {"when_empty": "overflow", "overflow": "concours"}, {"when_empty": "wait", "overflow": "concours", "overflow_after": 1},
])
async def test_given_nobody_serves_general_when_it_overflows_then_mariam_of_another_queue_gets_koffi(centre, rules):
    await centre.ruled(general=rules)
    async with people(centre, "caller", "mariam", signed_in=["mariam"]) as (koffi, mariam):
        await talk(centre, koffi, mariam)
        await over(centre, koffi)
        record = await centre.record(koffi)
        assert (record["queue"], record["agent"]) == ("concours", "mariam")
        stays = []

        def told():
            stays[:] = centre.rows('SELECT queue, "end" FROM stays WHERE call = ? ORDER BY id', record["id"])
            return len(stays) == 2

        await centre.wait(told, 8, "the journal has not both stays")
        assert [tuple(each.values()) for each in stays] == [("general", "flow_out"), ("concours", "answered")]


@pytest.mark.parametrize(("why", "rules", "waiting"), [
    ("closed", {"hours": "nuit"}, 0), ("full", {"most": 1}, 1), ("empty", {}, 0),
])
async def test_given_a_queue_that_does_not_take_koffi_then_he_is_offered_a_callback(centre, why, rules, waiting):
    await centre.ruled(general=rules)
    async with people(centre, "caller", "other", "awa") as (koffi, adjoua, awa):
        if why != "empty":
            await centre.ready(awa)
        if waiting:
            await centre.ruled(general={"when_empty": "wait"})
            await centre.wish("awa", "paused")
            await ask_for_an_agent(centre, adjoua)
            await waits(centre)
            await centre.ruled(general={"when_empty": "wait", **rules})
        await ask_for_an_agent(centre, koffi)
        await centre.heard(koffi, "file.aucun_agent")
        await centre.heard(koffi, "rappel.confirmer_numero", telephone=koffi.account)
        await adjoua.hang_up()
        await over(centre, koffi)
        record = await centre.record(koffi)
    assert record["queue_refused"] == why


async def test_given_the_pace_is_known_when_koffi_waits_then_he_is_told_how_long(centre):
    await centre.ruled(general={"wrap_up": 0})
    async with people(centre, "caller", "other", "awa", signed_in=["awa"]) as (koffi, adjoua, awa):
        for _ in range(10):
            await talk(centre, adjoua, awa)
            await hang_up(adjoua, awa)
            await centre.agent_is("awa", "ready")
        await talk(centre, adjoua, awa)
        await ask_for_an_agent(centre, koffi)
        await centre.heard(koffi, "file.attente", duree=60)
        await hang_up(adjoua, awa)
        await awa.until("connected", 10)
        await over(centre, koffi, awa)
        record = await centre.record(koffi)
    assert [seconds for _at, seconds in record["announced"]] == [60]
