"""One contract for every store: how a request lives, doubles, waits and ends."""

import asyncio

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import AWA, DELAYS, KOFFI, MONDAY, begin, draft

from ivr.core.lifecycle import ACTS, ENDED, Act, Actor
from storage import Refused, Rules, open_store

pytestmark = pytest.mark.asyncio

DAY = 86_400.0
FANTA = Actor("fanta", "agent")
SERGE = Actor("serge", "supervisor")
DGAPCE = Actor("dgapce", "department", "DGAPCE")
SAID = {
    "assign": {"direction": "DGAPCE"}, "ask_documents": {"waits_for": "le bulletin"}, "ask_service": {"waits_for": "la DSI"},
    "resolve": {"motif": "acte", "answer": "Votre acte est prêt."}, "settle": {"why": "répondu"},
    "reopen": {"why": "pas reçu"}, "reject": {"why": "hors compétence", "channel": "la CGRAE"},
    "readmit": {"why": "erreur"}, "cancel": {"why": "retirée"}, "unmerge": {"why": "autre objet"},
}


@pytest_asyncio.fixture
async def office(store):
    """A store with one request of Awa's, made in her call 1: REQ-2026-000001."""
    await begin(store, "1")
    store.made = await store.register("1", draft(note="pour la banque"), MONDAY)
    return store


async def act(store, name, who=FANTA, at=MONDAY, reference="REQ-2026-000001", **said):
    return await store.advance(reference, Act(name, said or SAID.get(name, {})), who, at)


async def whole(store, reference="REQ-2026-000001"):
    return await store.request(reference)


async def second(store, **more):
    """Another request of hers in the same category, from a second call."""
    await begin(store, "2")
    return (await store.register("2", draft(**more), MONDAY + 60))["reference"]


# ------------------------------------------------------------------------------------------------------------------ the way
async def test_an_ordinary_life_is_written_line_by_line(office):
    for n, (name, who) in enumerate((
        ("acknowledge", FANTA), ("assign", FANTA), ("start", DGAPCE), ("resolve", DGAPCE),
    ), 1):
        await act(office, name, who, MONDAY + n)
    row = await act(office, "close", FANTA, MONDAY + 5)
    assert (row.status, row.direction, row.motif, row.answer) == ("closed", "DGAPCE", "acte", "Votre acte est prêt.")
    assert (row.since, row.closed_at, row.resolved_at) == (MONDAY + 5, MONDAY + 5, MONDAY + 4)
    assert [(line.who, line.status_to, line.what) for line in (await whole(office)).history] == [
        ("svi", "registered", "enregistrement"), ("fanta", "acknowledged", "prise en charge"),
        ("fanta", "assigned", "transmission"), ("dgapce", "in_progress", "traitement"),
        ("dgapce", "resolved", "réponse apportée"), ("fanta", "closed", "clôture"),
    ]


async def test_an_illegal_act_changes_nothing_and_says_why(office):
    before = await whole(office)
    for name, who, words in (
        ("close", FANTA, "impossible de la clore"), ("reject", FANTA, "Un superviseur"), ("start", DGAPCE, "impossible"),
        ("assign", Actor("x", "svi"), "pas vous"), ("merge", FANTA, "la requête d'origine"),
    ):
        with pytest.raises(Refused, match=words):
            await act(office, name, who)
    with pytest.raises(Refused, match="n'existe pas"):
        await act(office, "start", reference="REQ-2026-000999")
    assert await whole(office) == before
    assert [row.kind for row in await office.outbox_waiting()] == ["request_registered"]


async def test_two_who_take_the_same_request_at_once_are_one_after_the_other(office):
    both = await asyncio.gather(act(office, "acknowledge"), act(office, "acknowledge", SERGE), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["Refused", "RequestRow"]


async def test_a_motif_must_be_one_of_the_category(url):
    closings = {"ATT-TRAVAIL": {"acte": "Votre acte est prêt."}, "": {"autre": "Répondu."}}
    store = open_store(url, Rules(DELAYS, closings=closings))
    await begin(store, "1")
    await store.register("1", draft(), MONDAY)
    await act(store, "acknowledge")
    with pytest.raises(Refused, match="pas un motif de clôture de ATT-TRAVAIL : dites acte"):
        await act(store, "resolve", motif="autre", answer="Répondu.")
    assert (await act(store, "resolve", motif="acte", answer="Prêt.")).status == "resolved"
    await store.close()


async def test_a_text_without_end_is_refused(office):
    with pytest.raises(Refused, match="4000 au plus"):
        await act(office, "cancel", why="x" * 4001)


async def test_a_remark_is_a_line_and_an_empty_one_is_refused(office):
    await office.remark("REQ-2026-000001", "rappelée, absente", FANTA, MONDAY + 9)
    line = (await whole(office)).history[-1]
    assert (line.who, line.what, line.why, line.status_to) == ("fanta", "remarque", "rappelée, absente", "registered")
    with pytest.raises(Refused, match="vide"):
        await office.remark("REQ-2026-000001", "  ", FANTA, MONDAY)


# ---------------------------------------------------------------------------------------------------------------- the clock
async def test_while_documents_are_awaited_the_promise_waits_too(office):
    assert (await whole(office)).request.due_at == "2026-10-22"
    paused = await act(office, "ask_documents", at=MONDAY + DAY)
    assert (paused.paused_at, paused.waits_for) == (MONDAY + DAY, "le bulletin")
    row = await act(office, "complete", at=MONDAY + 4 * DAY)
    assert (row.status, row.paused_at, row.waits_for) == ("acknowledged", None, None)
    assert (row.warn_at, row.due_at, row.late_at) == ("2026-10-27", "2026-10-27", "2026-10-29")


async def test_a_reopened_request_is_promised_anew(office):
    await act(office, "settle")
    row = await act(office, "reopen", at=MONDAY + 20 * DAY)
    assert (row.status, row.reopened, row.due_at, row.closed_at) == ("acknowledged", 1, "2026-11-11", None)
    with pytest.raises(Refused, match="impossible de la rouvrir"):
        await act(office, "reopen", at=MONDAY + 20 * DAY)


async def test_alerts_are_told_once_at_80_100_and_150_percent(office):
    told = []
    for days in range(2, 9):
        await office.keep_time(MONDAY + days * DAY)
        await office.keep_time(MONDAY + days * DAY)
        told.append((await whole(office)).request.alert)
    assert told == [0, 80, 100, 100, 100, 100, 150]
    lines = [line.why for line in (await whole(office)).history if line.what == "échéance"]
    assert lines == ["80 % du délai", "100 % du délai", "150 % du délai"]
    assert [row.kind for row in await office.outbox_waiting()].count("request_alert") == 3


async def test_a_pause_keeps_alerts_away(office):
    await act(office, "ask_documents", at=MONDAY)
    assert await office.keep_time(MONDAY + 30 * DAY) == 0


async def test_what_was_answered_closes_by_itself_after_ten_business_days(office):
    await act(office, "acknowledge")
    await act(office, "resolve", at=MONDAY + 9 * 3600)
    assert await office.keep_time(MONDAY + 14 * DAY) == 0
    assert (await whole(office)).request.status == "resolved"
    assert await office.keep_time(MONDAY + 15 * DAY) == 1
    row = (await whole(office)).request
    assert (row.status, row.closed_at) == ("closed", MONDAY + 15 * DAY)
    assert (await whole(office)).history[-1].why == "10 jours ouvrés sans contestation"


# --------------------------------------------------------------------------------------------------------------- duplicates
async def test_a_second_request_in_the_same_category_is_told_to_the_staff_alone(office):
    made = await second(office)
    last = (await whole(office, made)).history[-1]
    assert (last.what, last.why, last.status_to) == ("doublon possible", "REQ-2026-000001", "registered")


async def test_another_category_another_person_or_an_ended_one_is_no_duplicate(office):
    for key, more in (("a", {"category": "CAR-AVANCEMENT"}), ("b", {"matricule": "000123Z", "caller": KOFFI})):
        made = await second(office, key=key, **more) if key == "a" else (await office.register(
            "2", draft(key=key, **more), MONDAY))["reference"]
        assert len((await whole(office, made)).history) == 1
    await act(office, "settle")
    made = (await office.register("2", draft(key="c"), MONDAY))["reference"]
    assert len((await whole(office, made)).history) == 1


async def test_a_duplicate_is_answered_with_its_original(office):
    child = await second(office, duplicate_of="REQ-2026-000001")
    assert (await whole(office, child)).request.status == "merged"
    assert (await whole(office)).duplicates == (child,)
    await act(office, "acknowledge")
    await act(office, "resolve", at=MONDAY + DAY)
    file = await whole(office, child)
    assert (file.request.status, file.request.answer) == ("merged", "Votre acte est prêt.")
    assert file.history[-1].what == "réponse de REQ-2026-000001"
    last = (await office.outbox_waiting())[-1]
    assert (last.kind, last.request) == ("request_answered", child)


async def test_a_duplicate_of_what_is_answered_has_the_answer_at_once(office):
    child = await second(office)
    await act(office, "acknowledge")
    await act(office, "resolve")
    assert (await act(office, "merge", reference=child, parent="REQ-2026-000001")).answer == "Votre acte est prêt."


async def test_an_unlinked_duplicate_goes_on_by_itself(office):
    child = await second(office, duplicate_of="REQ-2026-000001")
    row = await act(office, "unmerge", reference=child)
    assert (row.status, row.parent, row.closed_at) == ("acknowledged", None, None)
    assert (await whole(office)).duplicates == ()


async def test_duplicates_follow_their_original_to_its_own(office):
    child = await second(office, duplicate_of="REQ-2026-000001")
    third = (await office.register("2", draft(key="z"), MONDAY))["reference"]
    await act(office, "merge", parent=third)
    assert (await whole(office, third)).duplicates == ("REQ-2026-000001", child)
    with pytest.raises(Refused, match="est « Doublon » de"):
        await act(office, "merge", reference=third, parent=child)


async def test_a_denunciation_is_no_original_for_others(url):
    store = open_store(url, Rules(walled=frozenset({"QUA-DENONCIATION"})))
    await begin(store, "1")
    secret = (await store.register("1", draft("QUA-DENONCIATION", "a"), MONDAY))["reference"]
    await store.register("1", draft(key="b"), MONDAY)
    assert (await whole(store, secret)).request.walled
    with pytest.raises(Refused, match="n'existe pas"):
        await act(store, "merge", reference="REQ-2026-000002", parent=secret)
    await store.close()


# --------------------------------------------------------------------------------------------------------------- the caller
async def by_phone(store, what, call="9", at=MONDAY, reference="REQ-2026-000001", **said):
    return await store.advance_for_caller(call, reference, what, said, at)


async def test_a_voice_message_completes_what_waits_for_documents(office):
    await act(office, "ask_documents")
    assert await by_phone(office, "complete", voice_note="vm-9") == {"done": True, "status": "acknowledged"}
    file = await whole(office)
    assert [(one.kind, one.name, one.call) for one in file.files] == [("voice", "vm-9", "9")]
    assert file.history[-1].call == "9"


async def test_two_messages_left_in_one_call_are_both_kept(office):
    for name in ("vm-1", "vm-2", "vm-1"):
        assert (await by_phone(office, "complete", voice_note=name))["done"]
    assert [one.name for one in (await whole(office)).files] == ["vm-1", "vm-2"]


async def test_what_is_told_twice_in_a_call_is_done_once(office):
    for _ in range(2):
        assert (await by_phone(office, "complete", voice_note="vm-9"))["done"]
    assert len((await whole(office)).files) == 1
    await by_phone(office, "complete", call="10", voice_note="vm-10")
    assert len((await whole(office)).files) == 2


async def test_a_caller_contests_within_thirty_days(office):
    assert await by_phone(office, "reopen") == {"done": False, "why": "not_now"}
    await act(office, "settle")
    assert await by_phone(office, "reopen", at=MONDAY + 31 * DAY) == {"done": False, "why": "late"}
    assert await by_phone(office, "reopen", at=MONDAY + 29 * DAY) == {"done": True, "status": "acknowledged"}


async def test_a_caller_rates_an_answer_and_closes_it(office):
    assert await by_phone(office, "rate", score=4) == {"done": False, "why": "not_now"}
    await act(office, "acknowledge")
    await act(office, "resolve")
    assert (await by_phone(office, "rate", score="9"))["done"] is False
    assert (await by_phone(office, "rate", score=4))["done"]
    assert await by_phone(office, "close") == {"done": True, "status": "closed"}
    assert (await whole(office)).request.satisfaction == 4


async def test_a_caller_reminds_and_an_unknown_request_is_unknown(office):
    assert await by_phone(office, "remind") == {"done": True, "status": "registered"}
    assert (await whole(office)).history[-1].what == "relance"
    assert await by_phone(office, "remind", reference="REQ-2026-000999") == {"done": False, "why": "unknown"}
    with pytest.raises(Refused, match="reopen, complete"):
        await by_phone(office, "explode")


# ---------------------------------------------------------------------------------------------------------------- the staff
COUNTER = Actor("mariam", "counter")


async def test_the_counter_registers_and_hears_of_the_open_one(office):
    asked = {"category": "ATT-TRAVAIL", "matricule": "000 123x", "name": "Awa Koné", "phone": "07 00 00 00 01",
             "birth": "24/12/1980", "key": "a"}
    assert await office.open_same(asked) == "REQ-2026-000001"
    made = await office.register_for(COUNTER, asked, MONDAY)
    assert (made["reference"], made["same"]) == ("REQ-2026-000002", "REQ-2026-000001")
    row = (await whole(office, "REQ-2026-000002")).request
    assert (row.matricule, row.phone, row.channel, row.call) == ("000123X", AWA, "counter", None)
    assert (await office.register_for(COUNTER, asked, MONDAY))["reference"] == "REQ-2026-000002"


@pytest.mark.parametrize(("field", "wrong", "words"), [
    ("category", None, "catégorie"), ("matricule", "123", "matricule"), ("phone", "12", "téléphone"),
    ("birth", "31/02/1980", "naissance"), ("channel", "pigeon", "canal"), ("name", "x" * 201, "« nom » a 201"),
    ("note", "\x07", "signes de commande"), ("exam_number", "!", "composition"),
    ("parent", "REQ-1999-000001", "n'existe pas"), ("duplicate_of", "REQ-1999-000001", "n'existe pas"),
])
async def test_a_wrong_field_is_named_and_nothing_is_written(store, field, wrong, words):
    asked = {"category": "ATT-TRAVAIL", "name": "Awa", "key": "a", field: wrong}
    with pytest.raises(Refused, match=words):
        await store.register_for(COUNTER, asked, MONDAY)
    assert (await store.register_for(COUNTER, {"category": "ATT-TRAVAIL", "name": "Awa", "key": "b"}, MONDAY))[
        "reference"] == "REQ-2026-000001"


async def test_somebody_must_ask_unless_it_is_a_denunciation(url):
    store = open_store(url, Rules(walled=frozenset({"QUA-DENONCIATION"}), categories=frozenset({"QUA-DENONCIATION", "A"})))
    with pytest.raises(Refused, match="requérant manque"):
        await store.register_for(COUNTER, {"category": "A"}, MONDAY)
    with pytest.raises(Refused, match="n'existe pas"):
        await store.register_for(COUNTER, {"category": "B", "name": "Awa"}, MONDAY)
    assert (await store.register_for(COUNTER, {"category": "QUA-DENONCIATION"}, MONDAY))["reference"] == "REQ-2026-000001"
    await store.close()


# --------------------------------------------------------------------------------------------------------- whatever they do
deeds = st.lists(st.tuples(
    st.sampled_from(sorted(ACTS)), st.sampled_from([1, 2, 3]), st.sampled_from([1, 2, 3]),
    st.sampled_from([FANTA, SERGE, DGAPCE, Actor("svi", "requester")]), st.integers(0, 12),
), max_size=25)


@given(deeds)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_three_requests_go_through_their_rows_and_histories_agree(tried):
    store = open_store("memory:", Rules(DELAYS))
    await begin(store, "1")
    for key in "abc":
        await store.register("1", draft(key=key), MONDAY)
    at = MONDAY
    for name, which, other, who, days in tried:
        at += days * DAY
        said = SAID.get(name, {}) if name != "merge" else {"parent": f"REQ-2026-{other:06d}"}
        try:
            await store.advance(f"REQ-2026-{which:06d}", Act(name, said), who, at)
        except Refused:
            continue
        await store.keep_time(at)
    for which in (1, 2, 3):
        file = await whole(store, f"REQ-2026-{which:06d}")
        row = file.request
        assert file.history[-1].status_to == row.status
        assert all(one.status_to == two.status_from for one, two in zip(file.history, file.history[1:], strict=False))
        assert (row.closed_at is not None) == (row.status in ENDED)
        assert (row.paused_at is not None) == (row.status == "pending_requester")
        assert row.warn_at <= row.due_at <= row.late_at
        if row.status == "merged":
            assert (await whole(store, row.parent)).request.status != "merged"
    await store.close()
