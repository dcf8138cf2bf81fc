"""What each status sounds like: plain words, the direction, the promise, the documents; never the store's own words."""

from __future__ import annotations

import pytest

from ivr.core.verbs.status import STATUS_PROMPTS, told
from tests.personas import request
from tests.phone import dialplan, known_prompts
from tests.small_world import assert_can_be_said

NONE_YET = ("suivi.entete", "suivi.objet")
SAID = {
    "registered": ("suivi.statut_enregistree", "suivi.echeance"),
    "acknowledged": ("suivi.statut_prise_en_charge", "suivi.direction", "suivi.echeance"),
    "assigned": ("suivi.statut_transmise", "suivi.direction", "suivi.echeance"),
    "in_progress": ("suivi.statut_en_traitement", "suivi.direction", "suivi.echeance"),
    "pending_requester": ("suivi.statut_complement", "choix.pieces"),
    "pending_third_party": ("suivi.statut_attente_tiers", "suivi.direction", "suivi.echeance"),
    "resolved": ("suivi.statut_resolue", "suivi.obtenir_reponse"),
    "closed": ("suivi.statut_cloturee",),
    "rejected": ("suivi.statut_rejetee",),
    "cancelled": ("suivi.statut_annulee",),
    "merged": ("suivi.statut_doublon",),
}


def said(status: str, **more: object) -> list[str]:
    asked = request("REQ-2026-000031", "SOL-RAPPEL", status, direction="DPCE", waits_for="l'acte de Mme N.", **more)
    prompts = told(asked, dialplan().flow.directions)
    for each in prompts:
        assert_can_be_said(each)
    assert "Mme" not in repr(prompts)
    return [each.id for each in prompts]


@pytest.mark.parametrize("status", STATUS_PROMPTS)
def test_each_status_is_told_in_plain_words_and_never_in_the_store_s(status: str) -> None:
    assert said(status) == [*NONE_YET, *SAID[status]]


def test_missing_documents_are_those_of_the_category() -> None:
    assert told(request("REQ-2026-000031", "SOL-RAPPEL", "pending_requester"))[-1].args == {"pieces": "pieces.SOL-RAPPEL"}


def test_a_reopened_request_is_said_to_be() -> None:
    assert said("in_progress", reopened=1) == [*NONE_YET, "suivi.statut_rouverte", "suivi.direction", "suivi.echeance"]
    assert "suivi.statut_rouverte" in said("acknowledged", reopened=1)
    assert "suivi.statut_rouverte" not in said("resolved", reopened=1)


def test_a_duplicate_stands_where_its_original_stands() -> None:
    assert said("in_progress", parent="REQ-2026-000005")[2:] == ["suivi.statut_doublon", *SAID["in_progress"]]


def test_every_direction_has_its_words_and_no_other_words_are_said() -> None:
    directions = dialplan().flow.directions
    assert {f"direction.{each}" for each in directions} <= set(known_prompts())
    assert {each.direction for each in dialplan().categories.values()} - {""} <= directions
    unheard = told(request("REQ-2026-000031", "SOL-RAPPEL", "in_progress", direction="chez M. Untel"), directions)
    assert "suivi.direction" not in [each.id for each in unheard]
