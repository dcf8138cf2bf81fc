"""What a caller may do to the request just told: complete, contest, reopen, remind, rate, close."""

from __future__ import annotations

import pytest

from tests.personas import KOFFI
from tests.phone import Phone, phone


def by_code() -> Phone:
    return phone().press("1").press("2").press("2026000017").press(KOFFI.code).hear()


def of_status(status: str, **more: object) -> Phone:
    """Koffi's only request stands so."""
    told_so = {"reference": "REQ-2026-000017", "date": "2026-11-02", "category": "CAR-AVANCEMENT", "status": status,
               "since": "2026-11-09", "due": "2026-12-02", "satisfaction": 3, **more}
    call = phone()
    call.store.standing = {"REQ-2026-000017": told_so}
    return call.press("1").press("2").press("2026000017").press(KOFFI.code).hear()


# --------------------------------------------------------------------------------------------------------------- complete
def test_a_request_is_completed_by_a_voice_message_said_to_be_joined_once_it_is() -> None:
    call = by_code().press("2").hear().wait(8).interrupt("#").hear()
    (done,) = call.store.advances
    assert (done.act, done.reference, done.said) == ("complete", "REQ-2026-000017", {"voice_note": "message-1"})
    assert call.args("suivi.complement_enregistre") == {"reference": "REQ-2026-000017"}
    record = call.hang_up().record
    assert (record.outcome, record.request, record.voice_message) == ("REQUETE_COMPLETEE", "REQ-2026-000017", "message-1")


def test_hanging_up_after_a_message_joins_it_all_the_same() -> None:
    call = by_code().press("2").hear().wait(8).hang_up()
    assert [each.act for each in call.store.advances] == ["complete"]
    assert call.record.outcome == "REQUETE_COMPLETEE"


def test_a_message_that_could_not_be_joined_is_said_so_and_brings_an_agent() -> None:
    call = by_code().press("2").hear().wait(8).store_is_lost().interrupt("#").hear()
    assert "suivi.echec" in call.heard()
    assert "suivi.complement_enregistre" not in call.heard()
    assert call.queue.facts["reference"] == "REQ-2026-000017"
    assert call.hang_up().record.outcome != "REQUETE_COMPLETEE"


@pytest.mark.parametrize("act", ["complete", "remind", "reopen"])
def test_what_the_store_does_not_do_is_said_so_and_brings_an_agent(act: str) -> None:
    call = of_status("resolved" if act == "reopen" else "in_progress")
    call.store.undone[act] = "not_now"
    if act == "complete":
        call.press("2").hear().wait(8).interrupt("#").hear()
    else:
        call.press("4").press("1").hear()
    assert "suivi.impossible" in call.heard()
    assert call.queue.queue == "general"


def test_an_empty_message_completes_nothing() -> None:
    call = by_code().press("2").hear().wait(0.3).interrupt("#").hear().wait(0.2).interrupt("#").hear()
    assert call.node == "suivi_suite"
    assert not call.store.advances


@pytest.mark.parametrize("status", ["closed", "rejected", "cancelled", "merged"])
def test_what_is_over_takes_no_message(status: str) -> None:
    call = of_status(status).press("2").hear()
    assert "suivi.complement_impossible" in call.heard()
    assert call.node == "suivi_suite"


# ------------------------------------------------------------------------------------------------- contest, reopen, remind
@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_an_answer_is_contested_by_reopening_with_a_message_that_says_why(status: str) -> None:
    call = of_status(status).press("4").press("1").hear()
    assert call.last(2) == ["suivi.rouverte", "suivi.offre_motif"]
    call.press("1").hear().wait(9).interrupt("#").hear()
    assert [(each.act, dict(each.said)) for each in call.store.advances] == [
        ("reopen", {"why": "contestation par téléphone"}), ("complete", {"voice_note": "message-1"}),
    ]
    assert call.node == "autre_demande"
    record = call.hang_up().record
    assert (record.outcome, record.request) == ("REQUETE_COMPLETEE", "REQ-2026-000017")


def test_reopening_needs_no_message() -> None:
    call = of_status("resolved").press("4").press("1").silence()
    assert [each.act for each in call.store.advances] == ["reopen"]
    assert call.node == "autre_demande"


def test_after_thirty_days_a_new_request_or_a_complaint_is_offered() -> None:
    call = of_status("closed")
    call.store.undone["reopen"] = "late"
    call.press("4").press("1").hear()
    assert call.last(4) == ["suivi.reouverture_impossible", "suivi.nouvelle_requete", "suivi.reclamer", "menu.retour"]
    call.press("1").hear().press("#").press("1").press("2").press("1").hear()
    (draft,) = call.store.drafts.values()
    assert draft["category"] == "CAR-AVANCEMENT"


def test_after_thirty_days_a_complaint_names_the_request() -> None:
    call = of_status("closed")
    call.store.undone["reopen"] = "late"
    call.press("4").press("1").press("2").press("1").press("2").press("1").hear()
    (draft,) = call.store.drafts.values()
    assert (draft["category"], draft["parent"]) == ("QUA-RECLAMATION", "REQ-2026-000017")


def test_a_request_under_way_is_reminded_of() -> None:
    call = by_code().press("4").press("1").hear()
    assert [(each.act, each.reference) for each in call.store.advances] == [("remind", "REQ-2026-000017")]
    assert call.last(2) == ["suivi.relancee", "fin.autre_demande"]


@pytest.mark.parametrize(("status", "key"), [("in_progress", "2"), ("closed", "2"), ("rejected", "1"), ("merged", "1")])
def test_a_complaint_names_the_request_and_has_a_number_of_its_own(status: str, key: str) -> None:
    call = of_status(status).press("4").press(key).press("1").press("1").hear().wait(9).interrupt("#").press("1").hear()
    (draft,) = call.store.drafts.values()
    assert (draft["category"], draft["parent"], draft["verified"]) == ("QUA-RECLAMATION", "REQ-2026-000017", True)
    assert draft["voice_note"] == "message-1"
    assert "requete.enregistree" in call.heard()
    assert call.hang_up().record.outcome == "REQUETE_CREEE"


@pytest.mark.parametrize("steps", ["2", "silence"])
def test_a_complaint_that_is_not_confirmed_is_not_registered(steps: str) -> None:
    call = by_code().press("4").press("2")
    call = call.silence(3) if steps == "silence" else call.press(steps).hear()
    assert call.node == "suivi_suite"
    assert not call.store.drafts


@pytest.mark.parametrize(("status", "said"), [("closed", "suivi.rouverte"), ("in_progress", "suivi.relancee")])
def test_a_lost_store_reopens_and_reminds_of_nothing(status: str, said: str) -> None:
    call = of_status(status).press("4").store_is_lost().press("1").hear()
    assert "suivi.echec" in call.heard()
    assert said not in call.heard()
    assert call.queue.queue == "general"


def test_a_lost_store_registers_no_complaint() -> None:
    call = by_code().press("4").press("2").press("1").press("2").hear().store_is_lost().press("1").hear()
    assert "requete.echec" in call.heard()
    assert "requete.enregistree" not in call.heard()
    assert call.queue.queue == "general"


# ------------------------------------------------------------------------------------------------------------ satisfaction
def rated(key: str) -> Phone:
    return of_status("resolved", satisfaction=None).press(key).hear()


@pytest.mark.parametrize(("key", "asks", "then"), [
    ("1", "suivi.avis_bas", "motif"), ("2", "suivi.avis_bas", "motif"), ("4", "suivi.avis_haut", "autre_demande"),
    ("5", "suivi.avis_haut", "autre_demande"),
])
def test_a_bad_mark_offers_to_reopen_and_a_good_one_to_close(key: str, asks: str, then: str) -> None:
    call = rated(key)
    assert call.last(2) == ["suivi.avis_merci", asks]
    assert call.press("1").hear().node == then
    assert [(each.act, each.said.get("score")) for each in call.store.advances] == [
        ("rate", int(key)), ("reopen" if key in "12" else "close", None),
    ]


@pytest.mark.parametrize("mark", ["2", "5"])
@pytest.mark.parametrize("keys", ["2", "", "#", "789"])
def test_what_is_offered_after_a_mark_may_be_left(mark: str, keys: str) -> None:
    call = rated(mark)
    for key in keys:
        call.press(key)
    call = call.hear() if keys else call.silence()
    assert call.node == ("suivi" if keys == "#" else "suivi_suite")
    assert [each.act for each in call.store.advances] == ["rate"]


@pytest.mark.parametrize(("why", "node"), [("not_now", "suivi_suite"), ("lost", "file_general")])
def test_a_request_that_is_not_closed_is_not_said_to_be(why: str, node: str) -> None:
    call = rated("5")
    if why == "lost":
        call.store_is_lost()
    else:
        call.store.undone["close"] = why
    call.press("1").hear()
    assert "suivi.close" not in call.heard()
    assert call.node == node


def test_a_middle_mark_goes_on() -> None:
    assert rated("3").node == "suivi_suite"


@pytest.mark.parametrize("how", ["silence", "77"])
def test_no_mark_is_an_answer(how: str) -> None:
    call = of_status("resolved", satisfaction=None)
    assert call.last() == ["suivi.avis"]
    call = call.silence() if how == "silence" else call.press("7").press("7").hear()
    assert call.node == "suivi_suite"
    assert not call.store.advances


@pytest.mark.parametrize("why", ["not_now", "lost"])
def test_a_mark_that_cannot_be_kept_is_not_said_to_be(why: str) -> None:
    call = of_status("resolved", satisfaction=None)
    if why == "lost":
        call.store_is_lost()
    else:
        call.store.undone["rate"] = why
    call.press("5").hear()
    assert "suivi.avis_merci" not in call.heard()
    assert call.node == "suivi_suite"


@pytest.mark.parametrize("more", [{"satisfaction": 4}, {"status": "closed", "satisfaction": None}])
def test_a_mark_is_asked_for_an_answer_that_has_none_yet(more: dict[str, object]) -> None:
    assert of_status(**{"status": "resolved", **more}).node == "suivi_suite"
