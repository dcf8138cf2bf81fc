"""Queues from the command line: how they stand, their rules, who waits and why, moving a caller, new rules."""

import json
from dataclasses import fields

import pytest

from ivr.cli.rule_words import CHOICES, MEANINGS
from ivr.core.flow import FlowErrors, Problem
from ivr.core.queueing import Rules
from ivr.core.strategy import STRATEGIES


async def test_the_list_says_how_queues_stand_and_what_the_level_means(room, live):
    await room.agent("awa", "general")
    await room.caller("koffi")
    await room.caller("adjoua", "solde")
    await room.after(75)
    said = await live("queue", "list")
    general, solde = (next(line for line in said.splitlines() if line.startswith(name)) for name in ("general", "solde"))
    assert "100 %" in general
    assert "1:15" in solde
    assert "–" in solde
    assert "NS 80/20, 80/30 : répondus en 20 ou 30 s au plus" in said
    rows = [json.loads(line) for line in (await live("queue", "list", "--json")).splitlines()]
    assert [(row["waiting"], row["day"].get("answered")) for row in rows] == [(0, 1), (1, None)]


def test_without_a_service_the_list_is_that_of_the_rules(cruc, home):
    result = cruc("queue", "list")
    assert result.exit_code == 0
    assert "Aucun service en marche" in result.stderr
    assert "longest_idle" in result.stdout
    assert json.loads(cruc("queue", "list", "--json").stdout.splitlines()[0])["rules"]["ring"] == "20 s"


def test_every_rule_and_every_choice_has_its_words():
    assert set(MEANINGS) == {each.name for each in fields(Rules)}
    assert set(STRATEGIES) <= set(CHOICES)


def test_a_queue_is_shown_with_its_rules_in_words_and_defaults_marked(cruc, home):
    lines = cruc("queue", "show", "solde").stdout.splitlines()
    rule = {line.split()[0]: line for line in lines if line}
    assert "1.5" in rule["weight"]
    assert "(défaut)" not in rule["weight"]
    assert "(défaut)" in rule["misses"]
    assert "168 h" in rule["sticky_within"]
    assert "solde 1" in rule["prefers"]
    assert "jamais" in rule["longest"]
    assert "Aucun service en marche." in lines


async def test_a_queue_is_shown_with_who_is_signed_in_and_who_waits_with_why(room, live):
    await room.agent("awa", "solde", phone="rings", wish="paused")
    await room.caller("koffi", "solde", skills=(("solde", 2),))
    said = await live("queue", "show", "solde")
    assert "pause" in said
    assert "aucun agent ; il faut Solde et salaires ≥ 2, élargi dans 1:00" in said
    told = json.loads(await live("queue", "show", "solde", "--json"))
    assert [each["agent"] for each in told["agents"]] == ["awa"]
    assert [each["call"] for each in told["waiting"]] == ["koffi"]


def test_an_unknown_queue_is_named_with_those_there_are(refused, home):
    assert "There is no queue 'soldes': the dialplans have general" in refused("queue", "show", "soldes")


async def test_those_who_wait_are_shown_with_place_covered_number_and_when_their_need_relaxes(room, live):
    await room.agent("serge", "solde", wish="paused")
    await room.caller("adjoua", "solde", number="0700000102", skills=(("solde", 2),))
    await room.after(20)
    await room.caller("yao", "solde", number="0700000103")
    said = await live("queue", "waiting")
    adjoua, yao = (next(line for line in said.splitlines() if line.endswith(name)) for name in ("adjoua", "yao"))
    assert adjoua.split()[1] == "1"
    assert yao.split()[1] == "2"
    assert "•••02" in adjoua
    assert "il faut Solde et salaires ≥ 2, élargi dans 0:40" in adjoua
    assert "0700000102" not in said
    assert len((await live("queue", "waiting", "--json")).splitlines()) == 2


async def test_a_caller_is_moved_to_another_queue_or_to_the_front(room, live):
    await room.caller("koffi")
    await room.caller("adjoua")
    assert "file solde" in await live("queue", "move", "koffi", "--to", "solde")
    assert [entry.key for entry in room.desk.acd.waiting("solde")] == ["koffi"]
    await room.caller("yao")
    await live("queue", "move", "yao", "--front")
    assert [entry.key for entry in room.desk.acd.waiting("general")] == ["yao", "adjoua"]


@pytest.mark.parametrize(("words", "why"), [
    (["koffi"], "--to QUEUE, or --front"), (["koffi", "--to", "solde", "--front"], "--to QUEUE, or --front"),
    (["nobody", "--front"], "n'attend pas"), (["koffi", "--to", "soldes"], "La file soldes n'existe pas."),
])
async def test_a_move_that_cannot_be_is_refused(room, live, words, why):
    await room.caller("koffi")
    assert why in await live("queue", "move", *words, code=2)


async def test_new_rules_are_published_or_refused_with_line_and_what_stays(room, live):
    assert "v2" in await live("queue", "reload")
    room.fault = FlowErrors([Problem("queues.yaml", 57, "'soldes' is no skill.", "")])
    for words in (["queue", "reload"], ["flow", "publish"]):
        said = await live(*words, code=2)
        assert "queues.yaml:57: 'soldes' is no skill." in said
        assert "le dernier arbre valable et ses files restent en service" in said


async def test_the_status_still_tells_calls_queues_and_agents(room, live):
    await room.agent("awa", "general")
    said = await live("status")
    assert "Accueil général" in said
    assert "libre" in said
    assert json.loads(await live("status", "--json"))["unanswered"] == []
