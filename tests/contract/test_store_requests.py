"""One contract for every store: how requests are registered and listed."""

import asyncio

import pytest
from stores import AWA, DELAYS, MONDAY, begin, draft, told, town_of

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


async def test_requests_are_listed_and_filtered(store):
    town = await town_of(store)
    await begin(town, "3")
    await town.register("3", draft("SOL-PRIME", matricule="000123Z"), MONDAY + 60)

    async def references(**asked):
        return [row.reference for row in await town.list_requests(**asked)]
    assert await references() == ["REQ-2026-000003", "REQ-2026-000002", "REQ-2026-000001"]
    assert await references(only_open=True, matricule="000123X") == ["REQ-2026-000001"]
    assert await references(status="closed") == ["REQ-2026-000002"]
    assert await references(category="SOL-PRIME", limit=1) == ["REQ-2026-000003"]
    assert await town.request("REQ-2026-000999") is None
