"""Everything that a caller does alone with requests, by keys on a real telephone; the store is looked at afterwards."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
import soundfile

from ivr.core.lifecycle import Act, Actor
from ivr.site import load_flow, store_rules
from storage import open_store
from tests.e2e.tones import tone

pytestmark = pytest.mark.e2e
CENTRE = {"rules": {"general": {"when_empty": "wait"}}}
AWA = Actor("awa", "agent")
KOFFI, BIRTH = "0001239", "05031980"
"""His matricule 000123X and his date of birth, as keys."""


@contextlib.asynccontextmanager
async def calling(centre, number="", keys=""):
    async with centre.caller(number) as koffi:
        await koffi.dial("1364")
        await koffi.until("connected")
        await koffi.press(keys)
        yield koffi
        if koffi.in_call:
            await koffi.hang_up()


@contextlib.asynccontextmanager
async def stored(centre):
    store = open_store(centre.settings.store_url, store_rules(load_flow(centre.settings, centre.catalogue)))
    try:
        yield store
    finally:
        await store.close()


async def made(centre, category="CAR-AVANCEMENT", *acts):
    """A request of Koffi's that the counter has taken, after these acts; returns its reference and the keys that open it."""
    now = datetime.now(UTC).timestamp() - 3600
    async with stored(centre) as store:
        kept = await store.register_for(AWA, {"category": category, "matricule": "000123X", "key": str(now)}, now)
        for name, said in acts:
            await store.advance(kept["reference"], Act(name, said), AWA, now + 60)
    return kept["reference"], f"12{kept['reference'][4:].replace('-', '')}{kept['code']}"


ACKNOWLEDGED = ("acknowledge", {})
RESOLVED = ("resolve", {"motif": "acte_delivre", "answer": "Votre acte est signé."})


async def message(centre, koffi, node, tmp_path):
    """Leave one where the call takes it."""
    before = recordings(centre)
    await centre.at_node(node)
    await centre.wait(lambda: len(recordings(centre)) > len(before), 25, "nothing is being recorded")
    await koffi.speak(tone(tmp_path, 500, 2.0))
    await koffi.press("#")


def recordings(centre):
    return list(centre.settings.recordings.rglob("*.wav"))


def request(centre, reference):
    [row] = centre.rows("SELECT * FROM requests WHERE reference = ?", reference)
    return row


def said_of(centre, reference):
    return [row["what"] for row in centre.rows("SELECT what FROM request_history WHERE request = ? ORDER BY id", reference)]


async def heard_the_number(centre, koffi):
    """Written already when it is told; returns its reference."""
    await centre.at_node("recu", patience=30)
    reference = asked_by_telephone(centre)[-1]["reference"]
    await centre.heard(koffi, "requete.enregistree", reference=reference)
    return reference


def asked_by_telephone(centre):
    return centre.rows("SELECT * FROM requests WHERE key LIKE 'enregistrement%' ORDER BY created_at, reference")


async def test_given_koffi_has_registered_when_he_calls_again_for_the_same_then_he_follows_that_one(centre, tmp_path):
    async with calling(centre, keys=f"2111{KOFFI}111") as koffi:
        await message(centre, koffi, "requete_message", tmp_path)
        await centre.at_node("requete_contact")
        await centre.heard(koffi, "requete.numero_rappel", telephone=koffi.account)
        await koffi.press("1")
        reference = await heard_the_number(centre, koffi)
        await koffi.press("1")
        await centre.heard(koffi, "requete.enregistree", reference=reference)
        await koffi.hang_up()
        record = await centre.record(koffi)
        assert (record["outcome"], record["request"]) == ("REQUETE_CREEE", reference)
    kept = request(centre, reference)
    assert (kept["category"], kept["matricule"], kept["verified"]) == ("ATT-TRAVAIL", "000123X", 0)
    assert kept["phone"].endswith(koffi.account)
    [file] = centre.rows("SELECT * FROM request_files WHERE request = ?", reference)
    assert file["name"] == kept["voice_note"]
    assert soundfile.info(centre.settings.recordings / f"{file['name']}.wav").duration > 1.5
    async with calling(centre, koffi.account, f"2111{KOFFI}11") as koffi:
        await centre.heard(koffi, "requete.deja_ouverte_choix", 30)
        await koffi.press(f"1{BIRTH}")
        await centre.heard(koffi, "suivi.une")
        await koffi.hang_up()
        assert (await centre.record(koffi))["request"] == reference
    assert len(centre.rows("SELECT 1 FROM requests WHERE category = 'ATT-TRAVAIL' AND key <> 'call'")) == 1


async def test_given_a_stranger_with_koffis_matricule_when_he_asks_the_same_then_he_learns_nothing(centre):
    await made(centre, "SOL-BULLETIN")
    async with calling(centre, keys=f"311{KOFFI}112") as stranger:
        await centre.at_node("requete_contact")
        await stranger.press("1")
        reference = await heard_the_number(centre, stranger)
        await centre.heard(stranger, "requete.code_suivi", 30, code=request(centre, reference)["code"])
    assert request(centre, reference)["parent"] is None


async def test_given_a_request_under_way_when_koffi_gives_its_code_then_he_hears_who_has_it_and_until_when(centre):
    reference, keys = await made(centre, "CAR-AVANCEMENT", ACKNOWLEDGED, ("assign", {"direction": "DGAPCE"}))
    async with calling(centre, keys=keys) as koffi:
        await centre.heard(koffi, "suivi.statut_transmise", 30)
        await centre.heard(koffi, "suivi.direction", direction="direction.DGAPCE")
        await centre.heard(koffi, "suivi.echeance", date=request(centre, reference)["due_at"])
        await koffi.press("41")
        await centre.heard(koffi, "suivi.relancee")
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert (record["outcome"], record["request"], record["verified"]) == ("REQUETE_COMPLETEE", reference, True)
    assert "relance" in said_of(centre, reference)


async def test_given_a_wrong_birth_three_times_when_koffi_tries_the_right_one_then_it_is_too_late(centre):
    async with calling(centre, keys=f"11{KOFFI}1") as koffi:
        for _ in range(3):
            await centre.at_node("suivi_naissance")
            await koffi.press("01011970")
            await centre.heard(koffi, "facteur.echec")
            await koffi.press(f"1{KOFFI}1")
        await koffi.press(BIRTH)
        await centre.heard(koffi, "facteur.limite")
        await centre.at_node("file_general")
        await koffi.hang_up()
        assert (await centre.record(koffi))["verified"] is False
    assert len(centre.rows("SELECT * FROM factor_failures WHERE number = ?", koffi.account)) == 3


async def test_given_documents_are_awaited_when_koffi_leaves_a_message_then_it_is_joined_and_work_goes_on(centre, tmp_path):
    waits = ("ask_documents", {"waits_for": "bulletin"})
    reference, keys = await made(centre, "CAR-AVANCEMENT", ACKNOWLEDGED, waits)
    async with calling(centre, keys=f"{keys}2") as koffi:
        await message(centre, koffi, "complement", tmp_path)
        await centre.heard(koffi, "suivi.complement_enregistre", reference=reference)
        await koffi.hang_up()
        record = await centre.record(koffi)
    assert (record["outcome"], record["request"]) == ("REQUETE_COMPLETEE", reference)
    [file] = centre.rows("SELECT name FROM request_files WHERE request = ?", reference)
    assert file["name"] == record["voice_message"]
    assert request(centre, reference)["status"] == "acknowledged"


async def test_given_a_denunciation_when_koffi_has_said_it_then_it_has_a_number_and_he_is_not_in_it(centre, tmp_path):
    async with calling(centre, keys="5321") as koffi:
        await message(centre, koffi, "plainte", tmp_path)
        await centre.at_node("recu")
        await koffi.hang_up()
        reference = (await centre.record(koffi))["request"]
    kept = request(centre, reference)
    assert (kept["category"], kept["walled"]) == ("QUA-DENONCIATION", 1)
    assert [kept[name] for name in ("phone", "matricule", "requester", "name")] == [None] * 4


async def test_given_an_answer_when_koffi_rates_it_badly_then_he_may_have_it_reopened(centre):
    reference, keys = await made(centre, "CAR-AVANCEMENT", ACKNOWLEDGED, RESOLVED)
    async with calling(centre, keys=f"{keys}1") as koffi:
        await centre.heard(koffi, "suivi.avis_bas")
        await koffi.press("1")
        await centre.heard(koffi, "suivi.rouverte")
        await koffi.press("2")
        await centre.heard(koffi, "fin.autre_demande")
        await koffi.hang_up()
        assert (await centre.record(koffi))["outcome"] == "REQUETE_COMPLETEE"
    kept = request(centre, reference)
    assert (kept["status"], kept["satisfaction"], kept["reopened"]) == ("acknowledged", 1, 1)


async def test_given_an_answer_when_koffi_is_satisfied_then_he_may_close_it_and_contests_it_no_later(centre):
    reference, keys = await made(centre, "CAR-AVANCEMENT", ACKNOWLEDGED, RESOLVED)
    async with calling(centre, keys=f"{keys}5") as koffi:
        await centre.heard(koffi, "suivi.avis_haut")
        await koffi.press("1")
        await centre.heard(koffi, "suivi.close")
    kept = request(centre, reference)
    assert (kept["status"], kept["satisfaction"]) == ("closed", 5)
    async with calling(centre, keys=f"{keys}41") as koffi:
        await centre.heard(koffi, "suivi.rouverte")
    assert request(centre, reference)["status"] == "acknowledged"


async def test_given_the_number_is_being_told_when_the_application_dies_then_it_is_told_again_of_one_request(own_centre):
    centre = own_centre
    async with calling(centre, keys="2111#12") as koffi:
        await centre.at_node("requete_contact")
        await koffi.press("1")
        await centre.at_node("recu")
        await centre.die_and_come_back()
        reference = await heard_the_number(centre, koffi)
        await koffi.hang_up()
        assert (await centre.record(koffi))["request"] == reference
    assert len(asked_by_telephone(centre)) == 1
