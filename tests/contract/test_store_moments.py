"""One contract for every store: the information of the moment, which all callers hear first."""

import pytest
from stores import MONDAY

from storage import MomentRow, Refused

pytestmark = pytest.mark.asyncio
HOUR = 3600.0
SILENT = {"active": False, "id": None, "sound": "", "prompt": ""}


async def put(store, sound, since=0.0, until=None, queue=""):
    return await store.put_moment(f"Texte {sound}", sound, MONDAY + since, until and MONDAY + until, "fanta", queue=queue)


async def heard(store, after=0.0, queue=""):
    return (await store.answer("moment", {"queue": queue}, MONDAY + after))["sound"]


async def test_an_information_is_heard_from_its_beginning_to_its_end(store):
    number = await put(store, "panne", 60, 120)
    assert [await heard(store, after) for after in (59, 60, 119, 120)] == ["", "panne", "panne", ""]
    assert await store.answer("moment", {"queue": ""}, MONDAY) == SILENT
    assert await store.answer("moment", {}, MONDAY + 60) == {
        "active": True, "id": number, "sound": "panne", "prompt": "Texte panne",
    }
    row = MomentRow(number, "", "Texte panne", "panne", MONDAY + 60, MONDAY + 120, "fanta", None)
    assert await store.moments(MONDAY + 60) == (row,)


async def test_without_an_end_it_lasts_until_somebody_ends_it(store):
    number = await put(store, "panne")
    assert await heard(store, 1000 * HOUR) == "panne"
    await store.end_moment(number, MONDAY + HOUR)
    assert [await heard(store, after) for after in (HOUR - 1, HOUR)] == ["panne", ""]
    with pytest.raises(Refused, match="nothing was changed"):
        await store.end_moment(number, MONDAY + 2 * HOUR)


async def test_a_new_one_ends_the_earlier(store):
    await put(store, "panne")
    await put(store, "greve", 60)
    assert [await heard(store, after) for after in (59, 60)] == ["panne", "greve"]
    assert len(await store.moments(MONDAY + 60)) == 1


async def test_one_planned_for_tomorrow_is_not_lost_by_one_of_today(store):
    await put(store, "demain", 24 * HOUR, 30 * HOUR)
    await put(store, "panne", 0, HOUR)
    assert [await heard(store, after) for after in (0, HOUR, 24 * HOUR)] == ["panne", "", "demain"]


async def test_one_that_a_planned_one_will_end_is_ended_sooner_by_a_third(store):
    await put(store, "panne")
    await put(store, "midi", 4 * HOUR, 5 * HOUR)
    await put(store, "greve", HOUR, 2 * HOUR)
    assert [await heard(store, after) for after in (0, HOUR, 2 * HOUR, 4 * HOUR)] == ["panne", "greve", "", "midi"]


async def test_a_queue_has_its_own_and_else_hears_the_one_for_all(store):
    await put(store, "tous")
    await put(store, "solde", queue="solde")
    heard_in = [await heard(store, queue=queue) for queue in ("", "general", "solde")]
    assert heard_in == ["tous", "tous", "solde"]
    assert [row.queue for row in await store.moments(MONDAY)] == ["", "solde"]


async def test_all_are_ended_at_once(store):
    await put(store, "tous")
    await put(store, "solde", queue="solde")
    await put(store, "demain", 24 * HOUR)
    assert await store.end_moments(MONDAY + 60) == 2
    assert await store.moments(MONDAY + 60) == ()
    assert await heard(store, 24 * HOUR) == "demain"


async def test_one_ended_before_its_beginning_is_never_heard(store):
    number = await put(store, "demain", 24 * HOUR)
    await store.end_moment(number, MONDAY)
    assert await heard(store, 24 * HOUR) == ""


async def test_one_that_says_nothing_or_never_lasts_is_refused(store):
    await put(store, "panne")
    with pytest.raises(Refused, match="needs a text or a sound"):
        await store.put_moment("", "", MONDAY, None, "fanta")
    with pytest.raises(Refused, match="ends after it begins"):
        await put(store, "greve", 60, 60)
    with pytest.raises(Refused, match="No information of the moment 999"):
        await store.end_moment(999, MONDAY)
    assert await heard(store, 60) == "panne"
