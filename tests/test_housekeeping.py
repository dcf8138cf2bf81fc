"""What the service does by itself, and that it does it once."""

from ivr.core.lifecycle import Act, Actor
from ivr.housekeeping import Housekeeping
from storage import Rules, StoreError, open_store
from storage.asked import Search

MONDAY = 1_792_396_800.0
"""2026-10-19, 08:00: the sun is up in Abidjan."""
FANTA = Actor("fanta", "agent")


class HandMoved:
    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at


async def test_alerts_are_told_and_answers_closed_in_their_time():
    store, clock = open_store("memory:", Rules({"ATT-TRAVAIL": (3, "jours ouvrés")})), HandMoved(MONDAY)
    made = [await store.register_for(FANTA, {"category": "ATT-TRAVAIL", "name": "Awa", "key": key}, MONDAY) for key in "ab"]
    await store.advance(made[0]["reference"], Act("acknowledge"), FANTA, MONDAY)
    await store.advance(made[0]["reference"], Act("resolve", {"motif": "acte", "answer": "Prêt."}), FANTA, MONDAY)
    clock.at = MONDAY + 30 * 86_400
    await Housekeeping(store, clock).round()
    rows = [(await store.request(one["reference"])).request for one in made]
    assert [(row.status, row.alert) for row in rows] == [("closed", 0), ("registered", 150)]
    await store.close()


async def test_the_requests_of_an_earlier_version_are_found_by_their_words_again():
    store = open_store("memory:")
    await store.register_for(FANTA, {"category": "ATT-TRAVAIL", "name": "Awa N'Guessan", "key": "a"}, MONDAY)
    await Housekeeping(store, HandMoved(MONDAY)).round()
    assert await store.words_are_current()
    assert [row.name for row in (await store.search(Search(text="nguessan"), MONDAY)).rows] == ["Awa N'Guessan"]
    await store.close()


async def test_the_nightly_chore_is_done_once_a_night():
    done, clock = [], HandMoved(MONDAY + 10 * 3600)

    async def chore(at):
        done.append(at)

    store = open_store("memory:")
    keeping = Housekeeping(store, clock, chore)
    for hours in (10, 18, 18.1, 19, 20, 30, 42.5):
        clock.at = MONDAY + hours * 3600
        await keeping.round()
    await store.close()
    assert [(at - MONDAY) / 3600 for at in done] == [18, 42.5]


async def test_a_store_that_fails_is_tried_again_the_same_night():
    tried = []

    async def chore(at):
        tried.append(at)
        if len(tried) == 1:
            raise StoreError("busy")

    store, clock = open_store("memory:"), HandMoved(MONDAY + 18 * 3600)
    keeping = Housekeeping(store, clock, chore)
    await keeping.round()
    await keeping.round()
    await keeping.round()
    await store.close()
    assert len(tried) == 2
