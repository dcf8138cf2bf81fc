"""Numbers to call back from the command line: in the store, and in the service that runs."""

import json

import pytest

KOFFI = "0700000101"
HIS_MATRICULE = "000123X"
FACTS = {"caller": KOFFI, "matricule": HIS_MATRICULE, "name": "Kouassi Koffi"}
NOON = 1_795_435_200.0


@pytest.fixture
def left(store):
    """Koffi has asked to be called back."""
    return store(lambda one: one.register_callback("1", KOFFI, "solde", "file", NOON, facts=FACTS))["callback"]


def test_a_list_masks_all_that_tells_who_it_is(cruc, left):
    for words in (["list"], ["list", "--json"]):
        said = cruc("callback", *words).stdout
        assert KOFFI not in said
        assert HIS_MATRICULE not in said
        assert "Kouassi" not in said
    clear = json.loads(cruc("callback", "list", "--json", "--clear").stdout)
    assert (clear["number"], clear["facts"]["name"], clear["place"]) == (KOFFI, "Kouassi Koffi", 1)


def test_the_former_name_of_the_command_still_works_and_is_not_shown(cruc, left):
    assert "solde" in cruc("callbacks", "list").stdout
    assert "callbacks" not in cruc("--help").stdout


@pytest.mark.parametrize("written", [KOFFI, "+225 07 00 00 01 01", "0022507.00.00.01.01"])
def test_a_number_is_kept_once_however_it_is_written(cruc, store, written):
    said = cruc("callback", "add", written, "--queue", "solde")
    assert "à son démarrage" in said.stdout
    assert KOFFI not in said.stdout
    assert "attend déjà" in cruc("callback", "add", KOFFI).stdout
    [row] = store(lambda one: one.list_callbacks())
    assert (row.number, row.queue, row.expires > row.since) == (KOFFI, "solde", True)


@pytest.mark.parametrize(("words", "named"), [
    (["add", "+33612345678"], "is no number that we call back"), (["add", "1364"], "is no number"),
    (["add", KOFFI, "--queue", "soldes"], "There is no queue 'soldes'"),
    (["close", "99", "--outcome", "joint"], "There is no callback 99"),
    (["close", "1", "--outcome", "content"], "n'est pas une issue"), (["cancel", "99", "--yes"], "There is no callback 99"),
    (["now", "99"], "There is no open callback 99"),
])
def test_what_makes_no_sense_is_refused_by_name(refused, left, words, named):
    assert named in refused("callback", *words)


def test_one_is_closed_with_what_came_of_it_only_once(cruc, store, left):
    assert "joint" in cruc("callback", "close", left, "--outcome", "joint", "--by", "awa").stdout
    [row] = store(lambda one: one.list_callbacks(None))
    assert (row.state, row.outcome, row.closed_by) == ("done", "joint", "awa")
    assert cruc("callback", "close", left, "--outcome", "joint").exit_code == 2
    assert "(rien)" in cruc("callback", "list").stdout
    assert "done" in cruc("callback", "list", "--all").stdout


def test_giving_one_up_is_asked_back(cruc, store, left):
    assert cruc("callback", "cancel", left).exit_code != 0
    assert [row.state for row in store(lambda one: one.list_callbacks(None))] == ["open"]
    assert cruc("callback", "cancel", left, "--yes").exit_code == 0
    assert [row.state for row in store(lambda one: one.list_callbacks(None))] == ["cancelled"]


async def test_a_running_service_takes_and_forgets_what_the_command_line_says(room, live):
    assert "Le service en tient compte." in await live("callback", "add", KOFFI, "--queue", "solde")
    [callback] = room.desk.acd.callbacks
    await room.caller("adjoua", "solde", number="0700000102")
    said = await live("callback", "list")
    assert "attend un agent" in said
    await live("callback", "cancel", callback, "--yes")
    assert not room.desk.acd.callbacks
    assert [row.state for row in await room.store.list_callbacks(None)] == ["cancelled"]


async def test_the_place_of_a_callback_is_its_place_among_all_who_wait(room, live):
    await room.caller("adjoua", "solde", number="0700000102")
    await room.after(5)
    await live("callback", "add", KOFFI, "--queue", "solde")
    assert json.loads(await live("callback", "list", "--json"))["place"] == 2


async def test_one_that_waits_for_its_next_try_is_made_due(room, live):
    await live("callback", "add", KOFFI, "--queue", "solde")
    [callback] = room.desk.acd.callbacks
    later = room.clock.now() + 900
    await room.store.keep_callback(callback, "open", 1, later, room.clock.now())
    assert f"Rappel {callback}" in await live("callback", "now", callback)
    [row] = await room.store.list_callbacks()
    assert (row.tries, row.due < later) == (1, True)
