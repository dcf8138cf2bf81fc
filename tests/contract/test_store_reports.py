"""One contract for every store: the journal of the distributor, and who served a person last."""

from dataclasses import replace

import pytest
from stores import AWA, KOFFI, KONE, MONDAY, QUEUED, SERVED, YAO, live

from ivr.core.messages import AgentLeft, Connected, Noted
from ivr.core.orders import Spent, Stayed, Worked

pytestmark = pytest.mark.asyncio
HOUR = 3600.0
STAYED = Stayed("1", "general", MONDAY - 60, MONDAY, MONDAY + 30, "answered", "", "serge", 5, True)
WORKED = Worked("o1", "callback", "serge", "general", "1", MONDAY, MONDAY + 90, "accepted", 4.5, 50.0, 5.0, 30.0)
SPENT = Spent("serge", "paused", "repas", MONDAY, MONDAY + 600)


async def test_reports_come_back_as_they_were_told(store):
    told = (STAYED, WORKED, SPENT)
    await store.keep_reports([SPENT, STAYED, WORKED])
    assert await store.reports(MONDAY, MONDAY + HOUR) == told
    assert [type(report) for report in await store.reports(MONDAY, MONDAY + HOUR)] == [Stayed, Worked, Spent]


async def test_a_report_told_twice_is_kept_once(store):
    await store.keep_reports([STAYED, WORKED, SPENT, STAYED])
    await store.keep_reports([STAYED, WORKED, SPENT])
    assert len(await store.reports(MONDAY, MONDAY + HOUR)) == 3


async def test_what_differs_is_kept_apart(store):
    others = [
        replace(STAYED, queue="solde"), replace(STAYED, entered=MONDAY + 1), replace(STAYED, call="2"),
        replace(WORKED, offer="o2"), replace(SPENT, agent="fanta"), replace(SPENT, since=MONDAY + 1),
    ]
    await store.keep_reports([STAYED, WORKED, SPENT, *others])
    assert len(await store.reports(MONDAY, MONDAY + HOUR)) == 9


async def test_nothing_to_report_is_no_error(store):
    await store.keep_reports([])
    assert await store.reports(MONDAY, MONDAY + HOUR) == ()


@pytest.mark.parametrize(("since", "until", "kinds"), [
    (MONDAY, MONDAY + 1, [Stayed, Worked, Spent]),
    (MONDAY + 1, MONDAY + 2, [Worked, Spent]),
    (MONDAY + 90, MONDAY + 600, [Spent]),
    (MONDAY + 600, MONDAY + HOUR, []),
    (MONDAY - HOUR, MONDAY, []),
    (MONDAY - HOUR, MONDAY + 0.5, [Stayed, Worked, Spent]),
])
async def test_a_stay_counts_when_it_began_and_work_while_it_lasts(store, since, until, kinds):
    await store.keep_reports([STAYED, WORKED, SPENT])
    assert [type(report) for report in await store.reports(since, until)] == kinds


async def test_an_offer_that_lasted_no_time_counts_once(store):
    await store.keep_reports([replace(WORKED, until=MONDAY, end="cancelled", rang=0.0, talked=0.0, held=0.0, wrapped=0.0)])
    found = [len(await store.reports(MONDAY + n * HOUR, MONDAY + (n + 1) * HOUR)) for n in (-1, 0, 1)]
    assert found == [0, 1, 0]


async def test_each_kind_is_told_in_the_order_of_time(store):
    late = replace(WORKED, offer="o2", at=MONDAY + 60)
    later = replace(STAYED, call="2", entered=MONDAY + 9)
    await store.keep_reports([late, WORKED, later, STAYED])
    assert await store.reports(MONDAY, MONDAY + HOUR) == (STAYED, later, WORKED, late)


# ---------------------------------------------------------------------------------------------------- who served her last
def served(agent):
    return (QUEUED, Noted(0, "agent", agent), Connected(0, 1, "o1"), AgentLeft(0, 1, "o1", False))


async def asked(store, at=MONDAY + HOUR, **who):
    return await store.answer("served_by", who, at)


async def test_the_agent_who_served_her_matricule_last(store):
    await live(store, "1", KONE, *served("serge"), caller=KOFFI)
    record, _ = await live(store, "2", KONE, *served("fanta"), start=MONDAY + 60)
    await live(store, "3", KONE, QUEUED, start=MONDAY + 120)
    await live(store, "4", YAO, *served("aya"), start=MONDAY + 180)
    expected = {"agent": "fanta", "at": record.ended_at}
    assert await asked(store, matricule="000123x", caller="") == expected
    assert await asked(store, matricule="000123X", caller=AWA) == expected


async def test_without_a_matricule_the_number_tells(store):
    record, _ = await live(store, "1", KONE, *SERVED)
    assert await asked(store, matricule=None, caller=AWA) == {"agent": "serge", "at": record.ended_at}
    assert await asked(store, caller=AWA) == {"agent": "serge", "at": record.ended_at}


@pytest.mark.parametrize("who", [
    {"matricule": "000999X", "caller": AWA}, {"matricule": "", "caller": KOFFI}, {"matricule": "", "caller": ""}, {},
])
async def test_nobody_served_this_person(store, who):
    await live(store, "1", KONE, *SERVED)
    await live(store, "2", *SERVED, caller="")
    await live(store, "3", QUEUED, caller=KOFFI)
    assert await asked(store, **who) == {"agent": "", "at": None}


async def test_a_month_later_it_is_forgotten(store):
    record, _ = await live(store, "1", KONE, *SERVED)
    month = 30 * 86_400
    assert (await asked(store, record.ended_at + month, matricule="000123X"))["agent"] == "serge"
    assert (await asked(store, record.ended_at + month + 1, matricule="000123X"))["agent"] == ""
