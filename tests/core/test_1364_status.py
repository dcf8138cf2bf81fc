"""Following a request: identification, the second factor, what is told, and what can be done next."""

from __future__ import annotations

import pytest

from ivr.core.verbs.lookup import MOST_LOOKUPS
from tests.personas import KOFFI
from tests.phone import Phone, phone

WRONG_BIRTH, KOFFIS_BIRTH, ADJOUAS_BIRTH = "01011970", "05031980", "31121975"


def by_birth(keys: str = "0001239", birth: str = KOFFIS_BIRTH) -> Phone:
    return phone().press("1").press("1").press(keys).press("1").press(birth).hear()


def by_code(reference: str = "2026000017", code: str = KOFFI.code) -> Phone:
    return phone().press("1").press("2").press(reference).press(f"{code}").hear()


@pytest.mark.parametrize("way", [by_birth, by_code])
def test_two_factors_open_the_status_and_only_the_category_is_told(way: type) -> None:
    call = way()
    first = call.heard().index("suivi.une")
    assert call.heard()[first : first + 6] == [
        "suivi.une", "suivi.entete", "suivi.objet", "suivi.statut_en_traitement", "suivi.echeance", "suivi.autre_requete",
    ]
    assert call.args("suivi.objet") == {"categorie": "categorie.CAR-AVANCEMENT"}
    assert call.args("suivi.echeance") == {"date": "2026-12-02"}
    record = call.hang_up().record
    assert (record.outcome, record.verified, record.request) == ("STATUT_LU_SVI", True, "REQ-2026-000017")


def test_a_wrong_birth_and_an_unknown_matricule_sound_the_same() -> None:
    wrong = by_birth(birth=WRONG_BIRTH)
    unknown = phone().press("1").press("1").press("0009999").press("2").press("1").press(WRONG_BIRTH).hear()
    after = [call.heard()[call.heard().index("facteur.intro"):] for call in (wrong, unknown)]
    assert after[0] == after[1]
    assert "facteur.echec" in after[0]
    for call in (wrong, unknown):
        assert not call.hang_up().record.verified


def test_a_wrong_code_and_an_unknown_reference_sound_the_same() -> None:
    calls = [by_code(code="000000"), by_code(reference="2026999999"), by_code(reference="2026000031")]
    assert len({tuple(call.heard()) for call in calls}) == 1
    assert "facteur.echec" in calls[0].heard()


def test_the_hash_that_was_asked_for_goes_with_its_digits() -> None:
    """« ... puis dièse »: said of ten digits, of which the tenth is enough."""
    call = phone().press("1").press("2").press("2026000017#").press(f"{KOFFI.code}#").hear()
    assert call.node == "suivi_suite"
    ahead = phone().interrupt(f"122026000017#{KOFFI.code}#").hear()
    assert ahead.node == "suivi_suite"
    late = phone().press("1").press("2").press("2026000017").wait(5).press("#").hear()
    assert late.node == "suivi"


def test_nobody_goes_through_dates_of_birth() -> None:
    call = by_birth(birth=WRONG_BIRTH)
    for _ in range(MOST_LOOKUPS - 1):
        call.press("1").press("0001239").press("1").press(WRONG_BIRTH).hear()
    assert "facteur.limite" not in call.heard()
    call.press("1").press("0001239").press("1").press(KOFFIS_BIRTH).hear()
    assert "facteur.limite" in call.heard()
    assert len([each for each in call.store.lookups if each.what == "status_by_birth"]) == MOST_LOOKUPS
    assert call.queue.queue == "general"


def test_a_lost_store_says_so_and_brings_an_agent() -> None:
    call = phone().press("1").press("2").press("2026000017").store_is_lost().press(KOFFI.code).hear()
    assert "technique.logirec_indisponible" in call.heard()
    assert call.queue


@pytest.mark.parametrize("keys", ["31021980", "3112", "99999999"])
def test_a_date_that_does_not_exist_is_asked_again(keys: str) -> None:
    call = phone().press("1").press("1").press("0001239").press("1").press(keys).pause()
    assert "naissance.incompris_1" in call.heard()
    assert call.node == "suivi_naissance"


def test_hash_at_the_date_goes_back_and_zero_brings_an_agent() -> None:
    call = phone().press("1").press("1").press("0001239").press("1")
    assert call.press("#").hear().node == "suivi"
    call = phone().press("1").press("2").press("0").pause()
    assert call.queue.queue == "general"


def test_several_requests_are_told_one_by_one() -> None:
    call = by_birth("0004562", ADJOUAS_BIRTH)
    assert call.args("suivi.plusieurs") == {"nombre": 2}
    assert "suivi.statut_complement" in call.heard()
    assert "suivi.statut_cloturee" not in call.heard()
    call.press("1").hear()
    assert call.args("suivi.statut_cloturee") == {"date": "2026-11-09"}
    assert call.node == "suivi_suite"
    call.press("1").hear()
    assert "suivi.fin_liste" in call.heard()
    assert call.node == "suivi"


def test_a_status_is_heard_again() -> None:
    call = phone().press("1").press("2").press("2026000017").press(KOFFI.code).wait(2).interrupt("*").hear()
    assert call.heard().count("suivi.statut_en_traitement") == 2


def test_what_is_done_is_done_to_the_request_just_told() -> None:
    call = by_birth("0004562", ADJOUAS_BIRTH).press("2").hear().wait(8).interrupt("#").hear()
    assert [(each.act, each.reference) for each in call.store.advances] == [("complete", "REQ-2026-000031")]


def test_an_agent_can_be_asked_for_amid_the_list() -> None:
    call = by_birth("0004562", ADJOUAS_BIRTH).press("0").hear()
    assert call.queue.facts["reference"] == "REQ-2026-000031"
    assert call.queue.facts["verified"] is True


@pytest.mark.parametrize("way", [by_birth, by_code])
def test_a_number_that_tried_too_often_hears_the_same_whatever_it_types(way: type) -> None:
    call = phone()
    call.store.limited = {KOFFI.telephone}
    call.press("1").press("2").press("2026000017").press(KOFFI.code).hear()
    assert "facteur.limite" in call.heard()
    assert call.queue.facts["verified"] is False
    assert not call.hang_up().record.verified


def test_a_good_factor_does_not_count_as_a_try() -> None:
    call = by_code()
    for _ in range(MOST_LOOKUPS):
        call.press("1").press("2").press("2026000017").press(KOFFI.code).hear()
        assert call.node == "suivi_suite"


# ---------------------------------------------------------------------------------------------------------------- the rest
def test_who_wants_to_be_called_back_is_so_about_the_request() -> None:
    call = by_code().press("3").press("1").hear()
    assert call.store.callbacks[0].facts["reference"] == "REQ-2026-000017"
    assert call.store.callbacks[0].facts["verified"] is True


@pytest.mark.parametrize(("key", "node"), [
    ("1", "suivi"), ("3", "rappel"), ("4", "contester_delai"), ("5", "file_general"), ("#", "suivi"),
])
def test_what_can_be_done_after_a_status(key: str, node: str) -> None:
    assert by_code().press(key).hear().node == node
