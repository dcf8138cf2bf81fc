"""One contract for every store: requests, and what callers may ask about them."""

import asyncio

import pytest
import pytest_asyncio
from stores import AWA, DELAYS, MONDAY, PEOPLE, begin, draft, live, told

from ivr.core.messages import Noted
from storage import Refused, Rules, open_store

pytestmark = pytest.mark.asyncio


# --------------------------------------------------------------------------------------------------------------- registering
async def test_a_request_gets_a_reference_a_code_and_a_promised_date(store):
    await begin(store, "1")
    made = await store.register("1", draft(note="pour la banque"), MONDAY)
    assert made["reference"] == "REQ-2026-000001"
    assert made["due"] == "2026-10-22"
    assert len(made["code"]) == 6
    assert made["code"].isdigit()
    request, _ = await told(store, "REQ-2026-000001")
    assert (request.phone, request.verified, request.note, request.status) == (AWA, True, "pour la banque", "registered")


@pytest.mark.parametrize(("category", "due"), [
    ("ATT-TRAVAIL", "2026-10-28"), ("CAR-AVANCEMENT", "2026-12-22"), ("INF-GENERALE", "2026-10-23"), ("AUTRE", None),
])
async def test_the_date_counts_business_days_or_days_from_a_friday(store, category, due):
    await begin(store, "1")
    friday = MONDAY + 4 * 86_400
    assert (await store.register("1", draft(category), friday))["due"] == due


async def test_the_calendar_of_the_ministry_is_asked(url):
    store = open_store(url, Rules(DELAYS, business_days_after=lambda start, days: start.replace(day=days)))
    await begin(store, "1")
    assert (await store.register("1", draft(), MONDAY))["due"] == "2026-10-03"
    await store.close()


async def test_a_replayed_registration_returns_the_first(store):
    await begin(store, "1")
    first = await store.register("1", draft(), MONDAY)
    assert await store.register("1", draft(), MONDAY + 9) == first
    other = await store.register("1", draft(key="2"), MONDAY + 9)
    assert other["reference"] == "REQ-2026-000002"


async def test_registrations_at_once_get_consecutive_references(store):
    await asyncio.gather(begin(store, "1"), begin(store, "2"))
    made = await asyncio.gather(*(store.register(f"{1 + n % 2}", draft(key=f"{n}"), MONDAY) for n in range(40)))
    assert sorted(one["reference"] for one in made) == [f"REQ-2026-{n:06d}" for n in range(1, 41)]


async def test_references_begin_again_each_year(store):
    await begin(store, "1")
    await store.register("1", draft(), MONDAY)
    made = await store.register("1", draft(key="2"), MONDAY + 86_400 * 100)
    assert made["reference"] == "REQ-2027-000001"


async def test_a_refused_registration_leaves_no_hole_in_the_numbers(store):
    await begin(store, "1")
    for wrong in (draft(category=None), draft(key=""), draft(parent="REQ-1999-000001")):
        with pytest.raises(Refused):
            await store.register("1", wrong, MONDAY)
    with pytest.raises(Refused):
        await store.register("ghost", draft(), MONDAY)
    assert (await store.register("1", draft(), MONDAY))["reference"] == "REQ-2026-000001"


# ----------------------------------------------------------------------------------------------------------------- questions
@pytest_asyncio.fixture
async def town(store):
    """Awa, Koffi and Fanta are known; Awa has one open request, one closed call, and Koffi nothing."""
    await store.import_people(PEOPLE)
    await begin(store, "1")
    store.made = await store.register("1", draft(), MONDAY)
    await live(store, "1", Noted(0, "request", store.made["reference"]))
    await live(store, "2", Noted(0, "identified", ["000123X", "keypad"]), Noted(0, "goal", "INFO_DONNEE"))
    return store


@pytest.mark.parametrize(("digits", "letters"), [("000123", "XZ"), ("000500", "A"), ("000999", ""), ("00012", "")])
async def test_letters_that_may_follow_six_digits(town, digits, letters):
    assert await town.answer("letters", {"digits": digits}, MONDAY) == {"letters": letters}


async def test_members_are_told_exactly_never_nearly(town):
    asked = {"matricules": ["000123Y", "000500a", "000123X"]}
    assert await town.answer("member", asked, MONDAY) == {"known": ["000500a", "000123X"]}


@pytest.mark.parametrize("reference", ["REQ-2026-000001", "2026000001", "000001", "1"])
async def test_status_by_reference_and_code(town, reference):
    asked = {"reference": reference, "code": town.made["code"]}
    row, = (await town.answer("status_by_code", asked, MONDAY))["requests"]
    assert row == {
        "reference": "REQ-2026-000001", "category": "ATT-TRAVAIL", "status": "registered", "date": "2026-10-19",
        "since": "2026-10-19", "due": "2026-10-22",
    }


async def test_a_wrong_code_and_an_unknown_reference_sound_the_same(town):
    wrong = {"reference": "1", "code": "xxxxxx"}
    unknown = {"reference": "REQ-2026-000999", "code": town.made["code"]}
    assert [await town.answer("status_by_code", asked, MONDAY) for asked in (wrong, unknown)] == [{"requests": []}] * 2


@pytest.mark.parametrize("birth", ["1980-12-24", "24121980"])
async def test_status_by_birth_tells_requests_but_not_mere_calls(town, birth):
    rows = (await town.answer("status_by_birth", {"matricule": "000 123x", "birth": birth}, MONDAY))["requests"]
    assert [row["reference"] for row in rows] == ["REQ-2026-000001"]


@pytest.mark.parametrize("who", [("000123X", "1980-12-25"), ("000999X", "1980-12-24"), ("000500A", ""), ("000500A", "None")])
async def test_a_wrong_birth_an_unknown_person_and_an_unknown_birth_sound_the_same(town, who):
    assert await town.answer("status_by_birth", {"matricule": who[0], "birth": who[1]}, MONDAY) == {"requests": []}


async def test_open_requests_come_first_then_the_newest(town):
    await begin(town, "3")
    for n, key in enumerate("abc", 1):
        await town.register("3", draft(key=key), MONDAY + n * 86_400)
    rows = (await town.answer("status_by_birth", {"matricule": "000123X", "birth": "24121980"}, MONDAY))["requests"]
    assert [row["date"] for row in rows] == ["2026-10-22", "2026-10-21", "2026-10-20", "2026-10-19"]


async def test_an_open_request_of_the_same_person_and_category_is_found(town):
    same = {"matricule": "000123X", "category": "ATT-TRAVAIL"}
    assert await town.answer("open_same", same, MONDAY) == {"reference": "REQ-2026-000001"}
    assert await town.answer("open_same", {**same, "category": "SOL-PRIME"}, MONDAY) == {"reference": None}


async def test_an_unknown_question_is_refused(store):
    with pytest.raises(Refused, match="letters, member"):
        await store.answer("weather", {}, MONDAY)


async def test_requests_are_listed_and_filtered(town):
    await begin(town, "3")
    await town.register("3", draft("SOL-PRIME", matricule="000123Z"), MONDAY + 60)

    async def references(**asked):
        return [row.reference for row in await town.list_requests(**asked)]
    assert await references() == ["REQ-2026-000003", "REQ-2026-000002", "REQ-2026-000001"]
    assert await references(only_open=True, matricule="000123X") == ["REQ-2026-000001"]
    assert await references(status="closed") == ["REQ-2026-000002"]
    assert await references(category="SOL-PRIME", limit=1) == ["REQ-2026-000003"]
    assert await town.request("REQ-2026-000999") is None
