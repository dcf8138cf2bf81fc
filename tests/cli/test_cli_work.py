"""Lost calls as work, from the command line."""

import json

import pytest

from ivr.core.messages import CallEnded, CallStarted, Noted
from ivr.core.record import fold

KOFFI, ADJOUA = "0700000101", "+33612345678"
HIS_MATRICULE = "000123X"
NOON = 1_795_435_200.0


@pytest.fixture
def lost(store):
    """Koffi gave up twice in the queue « solde »; Adjoua, who calls from abroad, once. The items, by name."""
    async def give_up(one, call, number, at, matricule=HIS_MATRICULE):
        journal = [
            CallStarted(at, call, number, "1364", "v1"), Noted(at, "identified", [matricule, "keypad"]),
            Noted(at, "queued", "solde"), CallEnded(at + 60, "caller"),
        ]
        await one.open_call(call, at, number, "1364", "v1")
        await one.close_call(call, fold(journal))

    async def give_up_all(one):
        await give_up(one, "1", KOFFI, NOON)
        await give_up(one, "2", KOFFI, NOON + 600)
        await give_up(one, "3", ADJOUA, NOON + 900, "000321A")
        return {row.number: str(row.id) for row in await one.list_work()}

    return store(give_up_all)


def test_lost_calls_are_listed_oldest_first_and_masked(cruc, lost):
    said = cruc("work", "list").stdout
    koffi, adjoua = said.splitlines()[1:]
    assert koffi.split()[0] == lost[KOFFI]
    assert "abandon en file" in koffi
    assert "à faire" in adjoua
    for words in (["work", "list"], ["work", "list", "--json"], ["work", "show", lost[KOFFI]]):
        told = cruc(*words).stdout
        assert KOFFI not in told
        assert HIS_MATRICULE not in told
    row = json.loads(cruc("work", "list", "--json", "--clear").stdout.splitlines()[0])
    assert (row["number"], row["calls"], row["queue"]) == (KOFFI, 2, "solde")


def test_one_is_shown_and_closed_with_an_outcome_and_a_word(cruc, store, lost):
    assert KOFFI in cruc("work", "show", lost[KOFFI], "--clear").stdout
    cruc("work", "close", lost[KOFFI], "--outcome", "joint", "--note", "rappelé le matin", "--by", "awa")
    row = store(lambda one: one.work_item(int(lost[KOFFI])))
    assert (row.outcome, row.note, row.closed_by) == ("joint", "rappelé le matin", "awa")
    assert lost[KOFFI] not in [line.split()[0] for line in cruc("work", "list").stdout.splitlines()]
    assert "joint" in cruc("work", "list", "--all").stdout


def test_a_person_is_called_back_in_the_queue_that_the_call_was_lost_in(cruc, store, lost):
    assert cruc("work", "call", lost[KOFFI]).exit_code != 0
    assert store(lambda one: one.list_callbacks()) == ()
    said = cruc("work", "call", lost[KOFFI], "--yes").stdout
    assert "attend d'être rappelé" in said
    assert KOFFI not in said
    [row] = store(lambda one: one.list_callbacks())
    assert (row.number, row.queue, row.call, row.matricule) == (KOFFI, "solde", "2", HIS_MATRICULE)
    assert store(lambda one: one.work_item(int(lost[KOFFI]))).state == "open"


@pytest.mark.parametrize(("words", "named"), [
    (["show", "99"], "There is no work item 99"), (["call", "99"], "There is no work item 99"),
    (["close", "99", "--outcome", "joint"], "There is no work item 99"),
    (["close", "1", "--outcome", "content"], "is no outcome"), (["list", "--kind", "lost"], "There is no kind 'lost'"),
])
def test_what_makes_no_sense_is_refused_by_name(refused, lost, words, named):
    assert named in refused("work", *words)


def test_who_calls_from_abroad_or_was_served_is_not_called_back(refused, cruc, lost):
    assert "no number that we call back" in refused("work", "call", lost[ADJOUA])
    cruc("work", "close", lost[KOFFI], "--outcome", "joint")
    assert "was closed before" in refused("work", "call", lost[KOFFI])
