"""The matricule, by keypad and by voice at once."""

from __future__ import annotations

import pytest

from ivr.core.commands import Listen, StopListening
from tests.personas import ISSA, KOFFI
from tests.phone import Phone, phone


def asked() -> Phone:
    """The question has been heard: « Dites ou tapez les six chiffres de votre matricule, puis sa lettre. »"""
    return phone().interrupt("25").press("1").hear()


def read_back(call: Phone) -> str:
    return str(call.hear().args("matricule.confirmer")["matricule"])


# ------------------------------------------------------------------------------------------------------------ the keypad
def test_a_letter_that_one_person_has_is_not_asked() -> None:
    call = asked().press("0001239")
    assert read_back(call) == KOFFI.matricule
    assert "matricule.lettre_choix_4" not in call.heard()


def test_a_letter_that_two_people_have_is_chosen() -> None:
    call = asked().press("0003219").hear()
    assert call.args("matricule.lettre_choix_4") == {f"lettre_{place}": letter for place, letter in enumerate("WXYZ", 1)}
    call.press("4").hear()
    assert read_back(call) == ISSA.matricule
    assert call.press("1").hear().node == "objet"


def test_a_matricule_the_directory_does_not_have_is_taken_all_the_same() -> None:
    call = asked().press("0009992").hear()
    assert call.args("matricule.lettre_choix") == {"lettre_1": "A", "lettre_2": "B", "lettre_3": "C"}
    call.press("3").press("1")
    assert call.hang_up().record.matricule == "000999C"


def test_without_its_store_the_letter_is_chosen_by_the_caller() -> None:
    call = asked().store_is_lost().press("0001239").hear()
    assert call.last() == ["matricule.lettre_choix_4"]


def test_six_digits_and_hash_lead_to_the_letter_by_key_or_by_voice() -> None:
    assert read_back(asked().press("000123#").press("9")) == KOFFI.matricule
    call = asked().press("000123").pause()
    assert call.last() == ["matricule.lettre"]
    assert read_back(call.say("x comme xavier")) == KOFFI.matricule


def test_the_letter_has_its_own_two_tries() -> None:
    call = asked().press("000123#").silence().press("1").hear()
    assert "lettre.silence_1" in call.heard()
    assert call.last(3) == ["matricule.incompris_1", "matricule.demander", "matricule.sans_matricule"]


@pytest.mark.parametrize("keys", ["0001#", "0001231"])
def test_a_short_number_and_a_key_without_letters_are_not_understood(keys: str) -> None:
    assert "matricule.incompris_1" in asked().press(keys).hear().heard()


def test_zero_then_a_pause_brings_an_agent() -> None:
    assert asked().press("0").pause().queue.queue == "carriere"


# -------------------------------------------------------------------------------------------------------------- the voice
@pytest.mark.parametrize("words", [
    "zéro zéro zéro cent vingt trois x comme xavier",
    "triple zéro un deux trois x comme xavier",
    "double zéro zéro douze trois x",
    "zéro zéro zéro un deux trois x",
    "zéro zéro zéro un vingt trois xavier",
    "mon matricule c'est zéro zéro zéro cent vingt-trois x",
])
def test_koffi_says_it_as_people_do(words: str) -> None:
    call = asked().say(words)
    assert read_back(call) == KOFFI.matricule
    call.say("oui").hear()
    record = call.hang_up().record
    assert (record.matricule, record.identified_by) == (KOFFI.matricule, "speech")


def test_among_the_readings_a_member_of_the_directory_wins() -> None:
    call = asked().say("zéro zéro zéro trois cent vingt et un w", "zéro zéro zéro cent vingt trois x", scores=[0.7, 0.3])
    assert read_back(call) == "000321W"
    assert call.say("non").hear().args("matricule.confirmer") == {"matricule": "000123X"}


def test_a_refused_candidate_is_never_offered_again() -> None:
    call = asked().say("zéro zéro zéro cent vingt trois x").say("non")
    assert call.hear().last(3) == ["matricule.corriger", "matricule.demander", "matricule.sans_matricule"]
    call.say("zéro zéro zéro cent vingt trois x").hear()
    assert call.heard().count("matricule.confirmer") == 1
    call.press("0001239").hear()
    offered = [prompt.args["matricule"] for prompt in call.prompts if prompt.id == "matricule.confirmer"]
    assert offered == [KOFFI.matricule]


def test_a_refused_letter_typed_again_is_chosen_among_the_others() -> None:
    call = asked().press("0001239").press("2").press("0001239").hear()
    assert call.args("matricule.lettre_choix") == {"lettre_1": "W", "lettre_2": "Y", "lettre_3": "Z"}


def test_digits_said_then_the_letter_typed() -> None:
    call = asked().say("zéro zéro zéro cent vingt trois").press("9")
    assert read_back(call) == KOFFI.matricule


def test_a_typed_answer_confirms_what_was_said() -> None:
    call = asked().say("zéro zéro zéro cent vingt trois x").press("1").hear()
    assert call.node == "objet"


def test_the_first_key_ends_listening() -> None:
    call = asked().interrupt("0")
    assert call.commands(Listen)
    assert [each.ref for each in call.commands(StopListening)] == [each.ref for each in call.commands(Listen)]


def test_after_two_misses_by_voice_the_keypad_is_advised() -> None:
    call = asked().say("bonjour").mumble().hear()
    assert "matricule.passer_clavier" in call.heard()


def test_a_lost_recogniser_leaves_the_keypad_within_the_same_question() -> None:
    call = asked().recogniser_dies()
    assert call.heard().count("matricule.demander") == 1
    assert read_back(call.press("0001239")) == KOFFI.matricule
    assert len(call.commands(Listen)) == 1


# ------------------------------------------------------------------------------------------------------------ all the way
def test_silence_all_the_way_brings_an_agent_without_it() -> None:
    call = asked().silence(3).hear()
    assert [name for name in call.heard() if name.startswith("matricule.silence")] == [
        "matricule.silence_1", "matricule.silence_2", "matricule.silence_3",
    ]
    assert call.queue.facts["matricule"] is None


def test_nonsense_all_the_way_brings_an_agent_without_it() -> None:
    call = asked().say("bonjour").say("bonjour").say("bonjour").hear()
    assert call.last(3) == ["matricule.incompris_3", "essais.agent", "file.mise_en_attente"]


def test_three_wrong_read_backs_bring_an_agent() -> None:
    call = asked()
    for keys in ("0001239", "0004562", "0003219"):
        call.press(keys).hear()
        if call.last() != ["matricule.confirmer"]:
            call.press("1")
        call.press("2")
    assert call.hear().queue.facts["matricule"] is None


def test_star_repeats_the_question_without_costing_a_try() -> None:
    call = asked()
    for _ in range(5):
        call.press("*").hear()
    assert call.heard().count("matricule.demander") == 6
    assert read_back(call.press("0001239")) == KOFFI.matricule


# -------------------------------------------------------------------------------------------------- a letter in doubt
def test_a_letter_in_doubt_may_be_said() -> None:
    call = asked().press("0003219").say("z comme zuénoula")
    assert read_back(call) == ISSA.matricule


def test_a_letter_in_doubt_has_two_tries_and_star_repeats() -> None:
    call = asked().press("0003219").press("*").hear()
    assert call.heard().count("matricule.lettre_choix_4") == 2
    call.silence().press("9").hear()
    assert "lettre.silence_1" in call.heard()
    assert call.last(3) == ["matricule.corriger", "matricule.demander", "matricule.sans_matricule"]


def test_silence_at_the_read_back_is_no() -> None:
    call = asked().press("0001239").silence(2)
    assert "confirmer.silence_1" in call.heard()
    assert call.last(3) == ["matricule.corriger", "matricule.demander", "matricule.sans_matricule"]
