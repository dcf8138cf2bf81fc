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


def test_each_is_shown_with_its_request_which_ends_with_it(cruc, store, lost):
    row = store(lambda one: one.work_item(int(lost[KOFFI])))
    assert row.request.startswith("REQ-")
    assert row.request in cruc("work", "list").stdout
    assert json.loads(cruc("work", "list", "--json").stdout.splitlines()[0])["request"] == row.request
    assert f"requête       {row.request}" in cruc("work", "show", lost[KOFFI]).stdout
    assert f"requête {row.request} : " in cruc("work", "call", lost[KOFFI], "--yes").stdout
    assert f"Requête {row.request} : enregistrée." in cruc("work", "close", lost[KOFFI], "--outcome", "joint").stdout
    [callback] = store(lambda one: one.list_callbacks())
    assert callback.request == row.request
    cruc("callback", "close", str(callback.id), "--outcome", "joint")
    assert store(lambda one: one.request(row.request)).request.status == "closed"


def test_closing_one_says_that_its_request_is_closed(cruc, store, lost):
    row = store(lambda one: one.work_item(int(lost[ADJOUA])))
    said = cruc("work", "close", lost[ADJOUA], "--outcome", "injoignable").stdout
    assert said == f"Appel perdu {lost[ADJOUA]} clos : injoignable. Requête {row.request} : clôturée.\n"


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
    (["show", "99"], "L'appel perdu 99 n'existe pas"), (["call", "99"], "L'appel perdu 99 n'existe pas"),
    (["close", "99", "--outcome", "joint"], "L'appel perdu 99 n'existe pas"),
    (["close", "1", "--outcome", "content"], "n'est pas une issue"),
    (["list", "--kind", "lost"], "« lost » n'est pas une sorte"),
])
def test_what_makes_no_sense_is_refused_by_name(refused, lost, words, named):
    assert named in refused("work", *words)


def test_who_calls_from_abroad_or_was_served_is_not_called_back(refused, cruc, lost):
    assert "n'a pas de numéro que l'on rappelle" in refused("work", "call", lost[ADJOUA])
    cruc("work", "close", lost[KOFFI], "--outcome", "joint")
    assert "a déjà été clos" in refused("work", "call", lost[KOFFI])


@pytest.mark.parametrize(("words", "noted"), [
    (("work", "list"), ("list", "appels perdus")), (("work", "show", "1"), ("read", "REQ-2026-00000")),
    (("callback", "list"), ("list", "rappels")),
])
def test_who_sees_people_in_full_is_in_the_access_log(cruc, lost, store, words, noted):
    assert lost
    cruc(*words)
    cruc(*words, "--clear")

    async def accesses(one):
        return [(each.act, each.subject.rstrip("123456789")) for each in await one.accesses()]

    assert store(accesses) == [noted]
