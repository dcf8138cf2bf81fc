"""Awa is ready and Koffi calls: everything by key, heard as he hears it, up to the record."""

from __future__ import annotations

import pytest

from tests.e2e.tones import tone

pytestmark = pytest.mark.e2e
CENTRE = {"notice": True}


async def test_given_a_ready_agent_when_koffi_types_everything_then_they_talk_and_the_record_is_complete(centre, tmp_path):
    low, high = tone(tmp_path, 440), tone(tmp_path, 660)
    async with (
        centre.desk("awa", answer_after=0.3, microphone=high) as awa,
        centre.caller(microphone=low) as koffi,
    ):
        await centre.ready(awa)
        await koffi.dial("1364")
        await koffi.until("connected")
        assert await centre.heard(koffi, "accueil.bienvenue") < 0.5
        await centre.heard(koffi, "accueil.notice_courte")
        await koffi.press("2")
        await centre.at_node("carriere")
        await koffi.press("1")
        await centre.at_node("attestations")
        await koffi.press("1")
        await centre.at_node("pieces", "suite")
        await centre.heard(koffi, "choix.pieces", pieces="pieces.ATT-TRAVAIL")
        await koffi.press("1")
        await centre.at_node("requete_matricule")
        await koffi.press("0001239")
        await centre.heard(koffi, "matricule.confirmer", matricule="000123X")
        await koffi.press("1")
        await centre.at_node("objet")
        await centre.heard(koffi, "requete.objet_confirme", categorie="categorie.ATT-TRAVAIL")
        await koffi.press("1")
        await centre.heard(koffi, "requete.offre_message")
        await koffi.press("2")
        await centre.heard(koffi, "requete.numero_rappel", telephone=koffi.account)
        await koffi.press("1")
        await centre.heard(koffi, "requete.enregistree", reference="REQ-2026-000001")
        await koffi.press("0")
        await centre.heard(koffi, "file.mise_en_attente")
        await awa.until("connected", 20)
        before = koffi.heard.seconds, awa.heard.seconds
        await centre.wait(lambda: min(koffi.heard.seconds - before[0], awa.heard.seconds - before[1]) > 2, 8, "no audio")
        assert koffi.heard.tone(660, since=before[0] + 0.5) > 0.9, "Koffi hears Awa"
        assert awa.heard.tone(440, since=before[1] + 0.5) > 0.9, "Awa hears Koffi"
        await awa.hang_up()
        await centre.heard(koffi, "fin.agent_parti")
        await koffi.press("5")
        await centre.heard(koffi, "enquete.merci")
        await koffi.until("ended", 15)
        record = await centre.record(koffi)
    assert record["outcome"] == "TRANSFERE"
    assert (record["agent"], record["matricule"], record["satisfaction"]) == ("awa", "000123X", 5)
    assert record["identified_by"] == "keypad"
    assert record["category"] == "ATT-TRAVAIL"
