"""One contract for every store: what callers may ask, and what they are told on the strength of a second factor."""

import pytest
import pytest_asyncio
from stores import AWA, DELAYS, KOFFI, KONE, MONDAY, QUEUED, YAO, begin, draft, live, town_of

from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import Noted
from storage import Refused, Rules, factors, open_store
from storage.factors import FAILURES_OF_NUMBER, FAILURES_OF_SUBJECT

pytestmark = pytest.mark.asyncio
SERGE = Actor("serge", "agent")
NOTHING, LIMITED = {"requests": []}, {"requests": [], "limited": True}


@pytest_asyncio.fixture
async def town(store):
    return await town_of(store)


def by_code(town, reference="1", caller=AWA, **more):
    return {"reference": reference, "code": town.made["code"], "caller": caller, **more}


def by_birth(matricule="000123X", birth="24121980", caller=AWA):
    return {"matricule": matricule, "birth": birth, "caller": caller}


async def follow(town, at=MONDAY, **asked):
    row, = (await town.answer("status_by_code", by_code(town, **asked), at))["requests"]
    return row


# ----------------------------------------------------------------------------------------------------------------- questions
@pytest.mark.parametrize(("digits", "letters"), [("000123", "XZ"), ("000500", "A"), ("000999", ""), ("00012", "")])
async def test_letters_that_may_follow_six_digits(town, digits, letters):
    assert await town.answer("letters", {"digits": digits}, MONDAY) == {"letters": letters}


async def test_members_are_told_exactly_never_nearly(town):
    asked = {"matricules": ["000123Y", "000500a", "000123X"]}
    assert await town.answer("member", asked, MONDAY) == {"known": ["000500a", "000123X"], "likely": []}


async def test_a_member_whose_number_calls_or_has_called_about_him_is_likely(town):
    asked = {"matricules": ["000500A", "000123Z", "000123X"], "caller": AWA}
    assert (await town.answer("member", asked, MONDAY + 60))["likely"] == ["000123X"]
    await live(town, "7", YAO, caller=AWA, start=MONDAY + 60)
    assert (await town.answer("member", asked, MONDAY + 600))["likely"] == ["000123Z", "000123X"]


@pytest.mark.parametrize("reference", ["REQ-2026-000001", "2026000001", "000001", "1"])
async def test_status_by_reference_and_code(town, reference):
    asked = {"reference": reference, "code": town.made["code"]}
    row, = (await town.answer("status_by_code", asked, MONDAY))["requests"]
    assert row == {
        "reference": "REQ-2026-000001", "category": "ATT-TRAVAIL", "status": "registered", "date": "2026-10-19",
        "since": "2026-10-19", "due": "2026-10-22", "direction": "", "waits_for": None, "reopened": 0,
        "satisfaction": None, "resolved": None, "closed": None, "parent": None,
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
    same = {"matricule": "000123X", "category": "ATT-TRAVAIL", "verified": True}
    assert await town.answer("open_same", same, MONDAY) == {
        "reference": "REQ-2026-000001", "status": "registered", "due": "2026-10-22",
    }
    none = {"reference": None, "status": None, "due": None}
    assert await town.answer("open_same", {**same, "category": "SOL-PRIME"}, MONDAY) == none
    await town.advance("REQ-2026-000001", Act("settle", {"why": "remis au guichet"}), SERGE, MONDAY + 60)
    assert await town.answer("open_same", same, MONDAY) == none


@pytest.mark.parametrize(("who", "told"), [
    ({}, False), ({"caller": ""}, False), ({"caller": "+2250500000999"}, False), ({"verified": False}, False),
    ({"caller": KOFFI}, False), ({"caller": AWA}, True), ({"verified": True}, True),
    ({"verified": True, "caller": "+2250500000999"}, True),
])
async def test_a_matricule_alone_does_not_tell_that_its_owner_has_asked(town, who, told):
    answer = await town.answer("open_same", {"matricule": "000123X", "category": "ATT-TRAVAIL", **who}, MONDAY)
    assert answer["reference"] == ("REQ-2026-000001" if told else None)


async def test_a_lost_call_is_no_request_that_a_second_one_would_double(town):
    await live(town, "3", KONE, Noted(0, "category", "SOL-PRIME"), QUEUED)
    asked = {"matricule": "000123X", "category": "SOL-PRIME", "verified": True}
    assert (await town.answer("open_same", asked, MONDAY))["reference"] is None


async def test_an_unknown_question_is_refused(store):
    with pytest.raises(Refused, match="letters, member"):
        await store.answer("weather", {}, MONDAY)


# ------------------------------------------------------------------------------------------------------- what is told of one
async def test_where_a_request_stands_is_told_whole(url):
    town = await town_of(open_store(url, Rules(DELAYS, directions={"ATT-TRAVAIL": "DGAPCE"})))
    for n, (name, said) in enumerate([
        ("acknowledge", {}), ("start", {}), ("ask_documents", {"waits_for": "acte de naissance"}), ("complete", {}),
        ("resolve", {"motif": "fait", "answer": "À retirer au guichet 3."}), ("close", {}),
        ("reopen", {"why": "erreur de nom"}),
    ], 1):
        await town.advance("REQ-2026-000001", Act(name, said), SERGE, MONDAY + n * 86_400)
        row = await follow(town)
        seen = [row[fact] for fact in ("status", "direction", "waits_for", "resolved", "closed", "reopened")]
        assert seen == {
            "acknowledge": ["acknowledged", "", None, None, None, 0],
            "start": ["in_progress", "DGAPCE", None, None, None, 0],
            "ask_documents": ["pending_requester", "DGAPCE", "acte de naissance", None, None, 0],
            "complete": ["acknowledged", "", None, None, None, 0],
            "resolve": ["resolved", "DGAPCE", None, "2026-10-24", None, 0],
            "close": ["closed", "DGAPCE", None, "2026-10-24", "2026-10-25", 0],
            "reopen": ["acknowledged", "", None, None, None, 1],
        }[name]
    await town.close()


async def test_the_direction_that_has_it_is_told_not_the_one_of_the_table(url):
    town = await town_of(open_store(url, Rules(DELAYS, directions={"ATT-TRAVAIL": "DGAPCE"})))
    await town.advance("REQ-2026-000001", Act("assign", {"direction": "DPCE"}), SERGE, MONDAY + 60)
    assert (await follow(town))["direction"] == "DPCE"
    await town.close()


@pytest.mark.parametrize(("who", "told"), [
    ({}, ("assigned", "DPCE", "REQ-2026-000001")),
    ({"verified": False}, ("assigned", "DPCE", "REQ-2026-000001")),
    ({"caller": KOFFI}, ("assigned", "DPCE", "REQ-2026-000001")),
    ({"verified": False, "caller": KOFFI}, ("merged", "", None)),
    ({"verified": False, "caller": None}, ("merged", "", None)),
    ({"matricule": "000123Z"}, ("merged", "", None)),
])
async def test_a_duplicate_stands_where_its_own_persons_original_stands(town, who, told):
    await begin(town, "3")
    made = await town.register("3", draft(**who), MONDAY + 60)
    await town.advance(made["reference"], Act("merge", {"parent": "REQ-2026-000001"}), SERGE, MONDAY + 90)
    await town.advance("REQ-2026-000001", Act("assign", {"direction": "DPCE"}), SERGE, MONDAY + 99)
    row = await follow(town, reference=made["reference"], code=made["code"])
    assert (row["reference"], row["status"], row["direction"], row["parent"]) == (made["reference"], *told)


async def test_a_denunciation_is_told_by_its_reference_and_code_only(url):
    town = await town_of(open_store(url, Rules(DELAYS, walled=frozenset({"DEN-FRAUDE"}))))
    await begin(town, "3")
    made = await town.register("3", draft("DEN-FRAUDE"), MONDAY)
    assert (await follow(town, reference=made["reference"], code=made["code"]))["category"] == "DEN-FRAUDE"
    rows = (await town.answer("status_by_birth", by_birth(), MONDAY))["requests"]
    assert [row["reference"] for row in rows] == ["REQ-2026-000001"]
    same = {"matricule": "000123X", "category": "DEN-FRAUDE", "verified": True}
    assert (await town.answer("open_same", same, MONDAY))["reference"] is None
    await town.close()


# ------------------------------------------------------------------------------------------------- wrong factors are limited
async def wrong(town, times, what="status_by_code", **asked):
    for _again in range(times):
        asked_of = by_birth(birth="01011901", **asked) if what == "status_by_birth" else by_code(town, code="x", **asked)
        assert await town.answer(what, asked_of, MONDAY) == NOTHING


async def test_a_number_has_nine_wrong_ones_a_day_whatever_it_asks_for(town):
    for n in range(FAILURES_OF_NUMBER):
        await wrong(town, 1, reference=str(100 + n))
    for asked in (by_code(town), by_code(town, code="x"), by_code(town, reference="999")):
        assert await town.answer("status_by_code", asked, MONDAY + 60) == LIMITED
    for asked in (by_birth(), by_birth(birth="01011901"), by_birth("000999X")):
        assert await town.answer("status_by_birth", asked, MONDAY + 60) == LIMITED
    assert await follow(town, caller=KOFFI)
    assert await follow(town, at=MONDAY + 86_401)


async def test_what_is_asked_for_has_twelve_wrong_ones_a_day_from_whatever_numbers(town):
    for n in range(FAILURES_OF_SUBJECT):
        await wrong(town, 1, "status_by_birth", caller=f"07000003{n:02d}")
    for caller in (AWA, KOFFI):
        assert await town.answer("status_by_birth", by_birth(caller=caller), MONDAY) == LIMITED
    assert await follow(town)


async def test_however_a_reference_is_typed_it_is_the_same(town):
    for n in range(FAILURES_OF_SUBJECT):
        await wrong(town, 1, reference=("1", "REQ-2026-000001", "2026000001", "000001")[n % 4], caller=f"07000003{n:02d}")
    assert await town.answer("status_by_code", by_code(town), MONDAY) == LIMITED


async def test_callers_who_hide_their_number_are_counted_together(town):
    for n in range(FAILURES_OF_NUMBER):
        await wrong(town, 1, reference=str(100 + n), caller=("", None)[n % 2])
    assert await town.answer("status_by_code", by_code(town, caller=""), MONDAY) == LIMITED


async def test_the_right_one_at_last_and_the_wrong_ones_of_that_caller_are_forgotten(town):
    await wrong(town, FAILURES_OF_NUMBER - 1, reference="1")
    assert await follow(town)
    await wrong(town, FAILURES_OF_NUMBER - 1, reference="1")
    assert await follow(town)
    await wrong(town, FAILURES_OF_NUMBER - 2, reference="1", caller=KOFFI)
    assert await follow(town)
    await wrong(town, 2, reference="1", caller=KOFFI)
    assert await town.answer("status_by_code", by_code(town, caller=KOFFI), MONDAY) == LIMITED


def listened(asked, rule, *args):
    """The rule, and the names of what it asked."""
    steps = rule(*args)
    rows = None
    while True:
        try:
            question = steps.send(rows)
        except StopIteration as end:
            return end.value
        asked.append(question.name)
        rows = yield question


@pytest.mark.parametrize("limited", [False, True])
async def test_known_and_unknown_cost_the_same_questions(town, limited):
    if limited:
        for n in range(FAILURES_OF_NUMBER):
            await wrong(town, 1, reference=str(100 + n))

    async def asked_for(what, args):
        names = []
        answer = await town.engine.write(False, listened, names, factors.QUESTIONS[what], town.rules, args, MONDAY)
        assert answer == (LIMITED if limited else NOTHING)
        return names
    known = await asked_for("status_by_birth", by_birth(birth="01011901"))
    for unknown in ("000999X", "000500A", "", "?"):
        assert await asked_for("status_by_birth", by_birth(unknown, "01011901")) == known
    known = await asked_for("status_by_code", by_code(town, code="x"))
    assert await asked_for("status_by_code", by_code(town, reference="999")) == known
    if limited:
        assert await asked_for("status_by_birth", by_birth()) == await asked_for("status_by_birth", by_birth("000999X"))
        assert await asked_for("status_by_code", by_code(town)) == known
