"""Requests by category, their matricule, the rights menu, voice messages and callbacks."""

from __future__ import annotations

import pytest

from tests.personas import KOFFI, YAO, Person
from tests.phone import Phone, moment, phone


def asked_for_matricule() -> Phone:
    """Koffi wants an « attestation de travail » and has heard what to prepare."""
    return phone().interrupt("211").press("1").hear()


def registered(call: Phone) -> Phone:
    """The subject is confirmed, no message is left, the number of the call is right; everything is heard."""
    return call.press("1").press("2").press("1").hear()


def test_a_request_is_registered_with_its_matricule_and_its_reference_told() -> None:
    call = registered(asked_for_matricule().press("0001239").press("1"))
    assert call.last(7) == [
        "requete.enregistree", "requete.repeter", "requete.code_suivi", "requete.direction", "requete.echeance",
        "accueil.fraude", "requete.reecouter",
    ]
    assert call.args("requete.enregistree") == {"reference": "REQ-2026-000001"}
    assert call.args("requete.code_suivi") == {"code": "123456"}
    assert call.args("requete.direction") == {"direction": "direction.DGAPCE"}
    assert call.args("requete.echeance") == {"date": "2026-12-07"}
    (draft,) = call.store.drafts.values()
    assert (draft["category"], draft["matricule"], draft["caller"]) == ("ATT-TRAVAIL", KOFFI.matricule, KOFFI.telephone)
    assert (draft["phone"], draft["voice_note"], draft["duplicate_of"]) == (KOFFI.telephone, None, None)
    record = call.hang_up().record
    assert (record.outcome, record.request, record.category) == ("REQUETE_CREEE", "REQ-2026-000001", "ATT-TRAVAIL")
    assert (record.matricule, record.identified_by, record.verified) == (KOFFI.matricule, "keypad", False)


def test_nothing_is_told_before_it_is_written() -> None:
    call = asked_for_matricule().press("#").press("1").press("2").hear()
    assert "requete.enregistree" not in call.heard()
    call.press("1")
    assert [name for name in call.heard() if name.startswith("requete.enregistree")] == ["requete.enregistree"]
    assert call.store.drafts


def test_the_number_is_heard_again_as_often_as_wanted() -> None:
    call = registered(asked_for_matricule().press("#"))
    for key in "1*1":
        call.press(key).hear()
        assert call.last(4) == ["requete.enregistree", "requete.repeter", "requete.code_suivi", "requete.reecouter"]
    assert call.silence().last() == ["fin.autre_demande"]


@pytest.mark.parametrize(("key", "node"), [("2", "autre_demande"), ("0", "file_carriere"), ("#", "objet")])
def test_the_number_is_left_by_a_key(key: str, node: str) -> None:
    assert registered(asked_for_matricule().press("#")).press(key).hear().node == node


def test_keys_typed_too_early_do_not_silence_the_number() -> None:
    call = asked_for_matricule().press("#").press("1").press("2").hear().interrupt("155").hear()
    assert "requete.enregistree" in call.heard()
    assert call.node == "recu"


def test_hash_alone_registers_without_a_matricule() -> None:
    call = registered(asked_for_matricule().press("#"))
    (draft,) = call.store.drafts.values()
    assert draft["matricule"] is None
    assert call.hang_up().record.outcome == "REQUETE_CREEE"


def test_the_matricule_and_the_number_are_asked_once_a_call() -> None:
    call = registered(asked_for_matricule().press("0001239").press("1")).press("2").press("1").hear()
    assert call.node == "principal"
    call.interrupt("3").interrupt("1").hear().press("1").press("1").press("2").hear()
    assert call.heard().count("matricule.demander") == 1
    assert call.heard().count("requete.numero_rappel") == 1
    assert [draft["category"] for draft in call.store.drafts.values()] == ["ATT-TRAVAIL", "SOL-BULLETIN"]
    assert {draft["phone"] for draft in call.store.drafts.values()} == {KOFFI.telephone}


def test_the_same_category_twice_makes_two_requests() -> None:
    call = registered(asked_for_matricule().press("#")).press("2").press("1").hear()
    call.interrupt("211").press("1").press("#").press("1").press("2").hear()
    assert call.args("requete.enregistree") == {"reference": "REQ-2026-000002"}


def test_who_does_not_confirm_goes_back_and_nothing_is_registered() -> None:
    call = asked_for_matricule().press("#").press("2").hear()
    assert call.node == "principal"
    assert not call.store.drafts


@pytest.mark.parametrize(("at", "node"), [("monday 10:00", "file_carriere"), ("sunday 10:00", "rappel")])
def test_a_lost_store_promises_nothing_and_brings_an_agent_or_a_callback(at: str, node: str) -> None:
    call = asked_for_matricule().press("#").press("1").press("2").hear()
    call.now += moment(at) - moment("monday 10:00")
    call.store_is_lost().press("1").hear()
    assert "requete.echec" in call.heard()
    assert "requete.enregistree" not in call.heard()
    assert call.node == node
    assert call.hang_up().record.request is None


@pytest.mark.parametrize("key", ["0", "#"])
def test_zero_and_hash_leave_even_a_confirmation(key: str) -> None:
    call = asked_for_matricule().press("#").press(key).hear()
    assert call.node == {"0": "file_carriere", "#": "suite"}[key]


def test_star_repeats_the_confirmation() -> None:
    call = asked_for_matricule().press("#").press("*").hear()
    assert call.last(2) == ["requete.objet_confirme", "requete.objet_confirme"]
    assert call.args("requete.objet_confirme") == {"categorie": "categorie.ATT-TRAVAIL"}


def test_silence_at_the_confirmation_registers_nothing() -> None:
    call = asked_for_matricule().press("#").silence(3)
    assert [name for name in call.heard() if name.startswith("confirmer")] == [
        "confirmer.silence_1", "confirmer.silence_2", "confirmer.silence_3",
    ]
    assert not call.store.drafts
    assert call.node == "principal"


def test_a_missing_matricule_is_asked_for_by_exam_number() -> None:
    call = phone().press("4").press("4").hear()
    assert call.last(2) == ["info.matricule_non_recu", "matricule.composition"]
    registered(call.press("98721#"))
    (draft,) = call.store.drafts.values()
    assert (draft["category"], draft["note"]) == ("CON-MATRICULE", "Numéro de composition : 98721")
    assert draft["exam_number"] == "98721"


def test_an_exam_number_too_short_is_asked_again_and_its_pause_ends_it() -> None:
    call = phone().press("4").press("4").press("12#").hear()
    assert "composition.incompris_1" in call.heard()
    assert call.press("98721").pause().node == "objet"


# ------------------------------------------------------------------------------------------------- the optional message
def offered() -> Phone:
    return asked_for_matricule().press("#").press("1").hear()


def test_a_message_goes_with_the_request() -> None:
    call = offered().press("1").hear().wait(12).interrupt("#").press("1").hear()
    (draft,) = call.store.drafts.values()
    assert draft["voice_note"] == "message-1"
    record = call.hang_up().record
    assert (record.outcome, record.voice_message) == ("REQUETE_CREEE", "message-1")


@pytest.mark.parametrize("how", ["silence", "8 and silence", "88", "2", "an empty message"])
def test_a_request_goes_on_without_a_message(how: str) -> None:
    call = offered()
    match how:
        case "silence":
            call.silence()
        case "8 and silence":
            call.press("8").silence()
        case "an empty message":
            call.press("1").hear().wait(0.3).interrupt("#").hear().wait(0.2).interrupt("#").hear()
            assert "messagerie.vide" in call.heard()
        case keys:
            for key in keys:
                call.press(key)
    assert call.hear().node == "requete_contact"
    call.press("1").hear()
    (draft,) = call.store.drafts.values()
    assert draft["voice_note"] is None


def test_a_message_for_a_request_that_was_given_up_goes_with_no_other() -> None:
    call = offered().press("1").hear().wait(12).interrupt("#").hear().press("#").hear()
    assert call.node == "objet"
    call.press("1").press("2").press("1").hear()
    (draft,) = call.store.drafts.values()
    assert draft["voice_note"] is None


@pytest.mark.parametrize(("key", "node"), [("0", "file_carriere"), ("#", "objet")])
def test_the_offer_of_a_message_is_left_by_the_keys_of_everywhere(key: str, node: str) -> None:
    assert offered().press(key).hear().node == node


# ------------------------------------------------------------------------------------------------- the number to reach
def contact(who: Person = KOFFI) -> Phone:
    return phone(who).interrupt("211").press("1").hear().press("#").press("1").press("2").hear()


def test_another_number_is_typed_and_kept_beside_the_one_of_the_call() -> None:
    call = contact().press("2").press("0500000456").hear()
    (draft,) = call.store.drafts.values()
    assert (draft["phone"], draft["caller"]) == ("0500000456", KOFFI.telephone)


def test_a_withheld_number_is_asked_for_and_may_be_refused() -> None:
    call = contact(YAO)
    assert call.last(3) == ["requete.numero_masque", "requete.autre_numero", "requete.sans_numero"]
    call.press("#").hear()
    (draft,) = call.store.drafts.values()
    assert (draft["phone"], draft["caller"]) == (None, "")


def test_a_number_that_is_none_is_asked_again_and_given_up_after_three() -> None:
    call = contact(YAO).press("0900000000").hear()
    assert call.last(3) == ["rappel.numero_invalide", "requete.autre_numero", "requete.sans_numero"]
    call.press("0900000000").press("0900000000").hear()
    assert call.node == "recu"


def test_a_caller_from_abroad_can_be_reached_there() -> None:
    call = contact(Person("Mamadou", telephone="+33600000101"))
    assert call.args("requete.numero_rappel") == {"telephone": "+33600000101"}
    call.press("1").hear()
    assert [draft["phone"] for draft in call.store.drafts.values()] == ["+33600000101"]


@pytest.mark.parametrize(("key", "node"), [("0", "file_carriere"), ("#", "objet"), ("*", "requete_contact")])
def test_the_question_for_the_number_knows_the_keys_of_everywhere(key: str, node: str) -> None:
    assert contact().press(key).hear().node == node


# --------------------------------------------------------------------------------------------------------------- rights
@pytest.mark.parametrize("when", ["welcome", "notice", "main menu"])
def test_key_nine_leads_to_the_rights(when: str) -> None:
    call = phone()
    if when == "notice":
        while "accueil.droits" not in call.heard():
            call.wait(1)
    if when == "main menu":
        call.hear()
    assert call.interrupt("9").hear().node == "droits"


def test_recording_is_refused_and_the_service_is_the_same() -> None:
    call = phone().interrupt("9").press("1").hear()
    assert "droits.refus_enregistre" in call.heard()
    assert call.node == "principal"
    assert call.hang_up().record.recording_refused


def test_the_full_notice_can_be_heard_and_recording_stays_allowed() -> None:
    call = phone().interrupt("9").press("2").hear()
    assert "droits.notice" in call.heard()
    assert call.node == "droits"
    assert call.press("#").hear().node == "principal"
    assert not call.hang_up().record.recording_refused


def test_access_to_personal_data_is_a_request() -> None:
    call = registered(phone().interrupt("9").press("3").press("#"))
    assert [draft["category"] for draft in call.store.drafts.values()] == ["QUA-DCP"]


# ------------------------------------------------------------------------------------------------- messages and callbacks
def at_the_beep() -> Phone:
    return phone().press("5").press("3").press("1").press("1").hear()


def test_a_complaint_is_left_as_a_voice_message_and_has_a_number() -> None:
    call = at_the_beep().wait(12).interrupt("#").press("1").hear()
    (draft,) = call.store.drafts.values()
    assert (draft["category"], draft["voice_note"], draft["phone"]) == ("QUA-RECLAMATION", "message-1", KOFFI.telephone)
    record = call.hang_up().record
    assert (record.outcome, record.voice_message, record.category) == ("REQUETE_CREEE", "message-1", "QUA-RECLAMATION")


def test_a_denunciation_is_anonymous_and_has_a_number() -> None:
    call = phone().press("5").press("3").press("2").press("1").hear().wait(12).interrupt("#").hear()
    (draft,) = call.store.drafts.values()
    assert [draft[name] for name in ("matricule", "caller", "phone", "verified")] == [None, None, None, False]
    assert (draft["category"], draft["voice_note"]) == ("QUA-DENONCIATION", "message-1")
    assert "requete.enregistree" in call.heard()


@pytest.mark.parametrize("way", ["no matricule yet", "a denunciation"])
def test_a_store_lost_at_the_end_of_any_way_promises_nothing(way: str) -> None:
    call = phone()
    if way == "no matricule yet":
        call.press("4").press("4").press("98721#").press("1").press("2").hear().store_is_lost().press("1").hear()
    else:
        call.press("5").press("3").press("2").press("1").hear().wait(9).store_is_lost().interrupt("#").hear()
    assert "requete.echec" in call.heard()
    assert "requete.enregistree" not in call.heard()
    assert call.queue


@pytest.mark.parametrize(("seconds", "said"), [(9, "confirmer.pris_en_compte"), (0.3, "messagerie.vide")])
def test_a_message_is_taken_while_the_centre_is_closed(seconds: float, said: str) -> None:
    call = phone(at="sunday 10:00").press("3").hear().wait(seconds).interrupt("#").hear()
    if seconds < 1:
        call.wait(0.2).interrupt("#").hear()
    assert call.last(2) == [said, "fin.autre_demande"]


def test_hanging_up_is_a_way_to_end_a_message() -> None:
    record = at_the_beep().wait(9).hang_up().record
    assert (record.outcome, record.voice_message) == ("MESSAGE_VOCAL", "message-1")


def test_a_message_too_short_is_taken_again_once() -> None:
    call = at_the_beep().wait(0.3).interrupt("#").hear().wait(0.2).interrupt("#").hear()
    assert call.heard().count("requete.message_court") == 2
    assert call.node == "autre_demande"


@pytest.mark.parametrize(("keys", "number"), [("1", KOFFI.telephone), ("20500000009", "0500000009")])
def test_a_callback_takes_the_callers_number_or_another(keys: str, number: str) -> None:
    call = phone().press("0").hear().interrupt("1").hear()
    assert call.args("rappel.confirmer_numero") == {"telephone": KOFFI.telephone}
    call.press(keys[0])
    if keys[1:]:
        call.press(keys[1:])
    call.hear()
    assert [(each.number, each.queue) for each in call.store.callbacks] == [(number, "general")]
    record = call.hang_up().record
    assert (record.outcome, record.callback) == ("RAPPEL_PROGRAMME", number)


def test_a_withheld_number_is_asked_for_and_checked() -> None:
    call = phone(YAO).press("0").hear().interrupt("1").hear()
    assert call.last(2) == ["rappel.numero_masque", "rappel.autre_numero"]
    call.press("0900000000").hear()
    assert "rappel.numero_invalide" in call.heard()
    assert call.press("0700000999").hear().node == "autre_demande"


def test_a_callback_that_cannot_be_kept_becomes_a_message() -> None:
    call = phone().press("0").hear().store_is_lost().interrupt("1").press("1").hear()
    assert "rappel.enregistre" not in call.heard()
    assert call.node == "message"


def test_nothing_more_wanted_ends_politely() -> None:
    call = registered(asked_for_matricule().press("#")).silence(2)
    assert call.last() == ["fin.au_revoir"]
    assert call.over
    assert call.record.cause == "us"


def test_keys_typed_before_the_beep_do_not_choose_what_comes_after_it() -> None:
    call = phone().interrupt("53111").hear().wait(5).interrupt("#").hear()
    assert call.node == "requete_contact"
