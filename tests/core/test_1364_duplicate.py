"""A request that is already open on the same subject: offered to whom it belongs, unknown to everybody else."""

from __future__ import annotations

import pytest

from tests.personas import ADJOUA, KOFFI, MARIAM, Person
from tests.phone import Phone, phone

OPEN = "REQ-2026-000017"


def about_advancement(who: Person = KOFFI, registered_from: str = KOFFI.telephone, matricule: str = "0001239") -> Phone:
    """Confirms a request on Koffi's advancement, which he has asked for already."""
    call = phone(who)
    call.store.same = {(str(KOFFI.matricule), "CAR-AVANCEMENT"): (OPEN, registered_from)}
    return call.interrupt("223").press("1").hear().press(matricule).press("1").press("1").hear()


def after_a_second_factor() -> Phone:
    """From another telephone, Koffi has given his date of birth and heard his status before."""
    call = phone(MARIAM)
    call.store.same = {(str(KOFFI.matricule), "CAR-AVANCEMENT"): (OPEN, KOFFI.telephone)}
    call.press("1").press("1").press("0001239").press("1").press("05031980").hear().press("#").press("#").hear()
    assert call.node == "principal"
    return call.interrupt("223").press("1").hear().press("1").hear()


def test_who_calls_from_the_same_number_is_told_that_one_is_open_and_not_which() -> None:
    call = about_advancement()
    assert call.last() == ["requete.deja_ouverte_choix"]
    asked = next(each for each in call.store.lookups if each.what == "open_same")
    assert dict(asked.args) == {
        "matricule": KOFFI.matricule, "category": "CAR-AVANCEMENT", "caller": KOFFI.telephone, "verified": False,
    }


def test_who_has_proven_it_is_told_which() -> None:
    call = after_a_second_factor()
    assert call.args("requete.deja_ouverte") == {"reference": OPEN}


def test_a_matricule_alone_opens_nobodys_file() -> None:
    stranger, nobody = about_advancement(MARIAM), phone(MARIAM)
    nobody.interrupt("223").press("1").hear().press("0001239").press("1").press("1").hear()
    assert stranger.heard() == nobody.heard()
    assert stranger.node == "requete_message"


def test_without_a_matricule_nothing_is_asked() -> None:
    call = phone().interrupt("223").press("1").hear().press("#").press("1").hear()
    assert "open_same" not in [each.what for each in call.store.lookups]
    assert call.node == "requete_message"


def test_the_open_one_is_followed_after_a_second_factor() -> None:
    call = about_advancement().press("1").hear()
    assert call.last(2) == ["facteur.intro", "facteur.naissance"]
    call.press("05031980").hear()
    assert call.args("suivi.entete")["reference"] == OPEN
    assert not call.store.drafts


def test_who_has_given_the_factor_is_not_asked_again() -> None:
    call = after_a_second_factor()
    before = call.heard().count("facteur.naissance")
    call.press("1").hear()
    assert call.heard().count("facteur.naissance") == before
    assert call.node == "suivi_suite"


def test_the_open_one_takes_a_message() -> None:
    call = after_a_second_factor().press("1").press("2").hear().wait(8).interrupt("#").hear()
    assert [(each.act, each.reference) for each in call.store.advances] == [("complete", OPEN)]


@pytest.mark.parametrize("call", [about_advancement, after_a_second_factor])
def test_another_one_is_registered_by_who_insists(call: type) -> None:
    told = call().press("2").press("2").press("1").hear()
    (draft,) = told.store.drafts.values()
    assert (draft["category"], draft["duplicate_of"]) == ("CAR-AVANCEMENT", None)
    assert "requete.enregistree" in told.heard()


@pytest.mark.parametrize("kind", ["silence", "incompris"])
def test_who_does_not_choose_registers_another(kind: str) -> None:
    call = about_advancement()
    call = call.silence(3) if kind == "silence" else call.press("7").press("7").press("7").hear()
    misses = [name for name in call.heard() if name.startswith("doublon.")]
    assert misses == [f"doublon.{kind}_{level}" for level in (1, 2, 3)]
    assert call.node == "requete_message"


@pytest.mark.parametrize(("key", "node"), [("0", "file_carriere"), ("#", "objet"), ("*", "deja_ouverte")])
def test_the_choice_knows_the_keys_of_everywhere(key: str, node: str) -> None:
    assert about_advancement().press(key).hear().node == node


def test_a_lost_store_does_not_stop_at_this_question() -> None:
    call = phone().interrupt("223").press("1").hear().press("0001239").press("1").hear()
    call.store_is_lost().press("1").hear()
    assert call.node == "requete_message"


# --------------------------------------------------------------------------------------- what a factor proves, and of whom
def test_another_matricule_has_proven_nothing() -> None:
    """Koffi has proven himself, then gives Adjoua's matricule."""
    call = phone()
    call.store.same = {(str(ADJOUA.matricule), "CAR-AVANCEMENT"): ("REQ-2026-000031", ADJOUA.telephone)}
    call.press("1").press("1").press("0001239").press("1").press("05031980").hear()
    assert call.call.facts["verified"] is True
    call.press("#").press("1").press("0004562").press("1").hear()
    assert call.call.facts["verified"] is False
    assert not call.record.verified
    call.press("#").press("#").hear().interrupt("223").press("1").hear().press("1").press("1").hear()
    assert call.node == "requete_message"
    assert "requete.deja_ouverte" not in call.heard()


def test_a_code_opens_a_request_and_proves_no_matricule() -> None:
    """Adjoua gives Koffi's matricule, then follows a request of her own by its code."""
    call = phone(ADJOUA)
    call.interrupt("31").press("1").press("0001239").press("1").press("#").press("#").press("#").press("#").hear()
    assert call.node == "principal"
    assert call.call.facts["matricule"] == KOFFI.matricule
    call.press("1").press("2").press("2026000031").press(ADJOUA.code).hear().press("0").hear()
    shown = call.queue.facts
    assert (shown["verified"], shown["matricule"], shown["reference"]) == (True, None, "REQ-2026-000031")
    assert call.record.matricule is None


def test_a_wrong_factor_closes_what_was_opened_before() -> None:
    call = phone().press("1").press("2").press("2026000017").press(KOFFI.code).hear()
    call.press("1").press("2").press("2026000031").press("000000").press("0").hear()
    assert (call.queue.facts["verified"], call.queue.facts["reference"]) == (False, None)
