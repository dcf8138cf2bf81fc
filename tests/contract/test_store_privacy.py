"""Access log, holds, rectification, export and retention, on every engine."""

import re
from dataclasses import replace

import pytest

from ivr.core.lifecycle import Actor
from ivr.core.orders import Worked
from storage import Refused
from storage.asked import Search
from tests.contract.stores import AWA, KOFFI, KONE, MONDAY, PEOPLE, SERVED, YAO, begin, draft, live, told


async def test_each_record_read_is_a_line_newest_first(store):
    await store.log_access("awa", "agent", "read", ["REQ-2026-000001", "000123X", "000123X"], "appel en cours", MONDAY)
    await store.log_access("serge", "supervisor", "listen", ["000123X"], None, MONDAY + 60)
    lines = await store.accesses(subject="000123X")
    assert [(line.who, line.act, line.why) for line in lines] == [
        ("serge", "listen", None), ("awa", "read", "appel en cours"),
    ]
    assert [line.subject for line in await store.accesses(who="awa")] == ["000123X", "REQ-2026-000001"]
    assert len(await store.accesses(since=MONDAY + 1)) == 1
    assert len(await store.accesses(until=MONDAY + 60)) == 2
    assert len(await store.accesses(limit=1)) == 1


@pytest.mark.parametrize(("who", "act", "subjects"), [
    ("awa", "stare", ["000123X"]), ("", "read", ["000123X"]), ("awa", "read", []), ("awa", "read", ["000123X", ""]),
])
async def test_an_access_that_says_nothing_is_refused_and_leaves_no_line(store, who, act, subjects):
    with pytest.raises(Refused):
        await store.log_access(who, "agent", act, subjects, None, MONDAY)
    assert await store.accesses() == ()


# ------------------------------------------------------------------------------------- the export of all that is kept of one
async def test_all_that_is_kept_of_awa_is_found_from_her_matricule_a_reference_or_her_number(store):
    await store.import_people(PEOPLE)
    reference = await asked_by_awa(store)
    await live(store, "other", YAO, caller=KOFFI)
    await store.log_access("serge", "agent", "read", [reference], None, MONDAY)
    for asked in ("000123x", reference.lower(), AWA, "07 00 00 00 01"):
        found = await store.dossier(asked)
        assert found.person.first_name == "Awa"
        assert [row["reference"] for row in found.requests] == [reference]
        assert [row["id"] for row in found.calls] == ["awa"]
        assert found.calls[0]["events"]
        assert found.voices == ("voix-1", "talk-o1")
        assert [line.who for line in found.accesses] == ["serge"]


async def asked_by_awa(store):
    """In one call she left a voice note and then talked with an agent."""
    await begin(store, "awa")
    asked = draft(name="Awa Koné", note="dossier", voice_note="voix-1")
    reference = (await store.register("awa", asked, MONDAY))["reference"]
    await live(store, "awa", KONE, *SERVED)
    await store.keep_reports([Worked("o1", "call", "serge", "general", "awa", MONDAY, MONDAY + 9, "accepted", 1, 5, 0, 0)])
    return reference


async def test_a_number_of_two_people_is_refused_and_a_stranger_too(store):
    for name in ("Awa Koné", "Fanta Diabaté"):
        asked = {"category": "ATT-TRAVAIL", "key": name, "name": name, "phone": AWA}
        await store.register_for(Actor("mariam", "counter"), asked, MONDAY)
    with pytest.raises(Refused, match="plusieurs requérants"):
        await store.dossier(AWA)
    for stranger in ("000999Z", KOFFI, "REQ-2026-999999", "n'importe quoi"):
        with pytest.raises(Refused):
            await store.dossier(stranger)


async def test_a_call_from_a_shared_number_about_somebody_else_is_not_hers(store):
    await asked_by_awa(store)
    await live(store, "husband", YAO, caller=AWA, start=MONDAY + 3600)
    assert [row["id"] for row in (await store.dossier("000123X")).calls] == ["awa"]


async def test_a_denunciation_and_the_call_that_left_it_are_there_only_beyond_the_wall(store):
    store.rules = replace(store.rules, walled=frozenset({"QUA-DENONCIATION"}))
    reference = await asked_by_awa(store)
    await begin(store, "denounced", at=MONDAY + 3600)
    secret = await store.register("denounced", draft("QUA-DENONCIATION", "2", voice_note="voix-2"), MONDAY + 3600)
    await live(store, "denounced", KONE, start=MONDAY + 3600)
    await store.log_access("serge", "supervisor", "walled", ["000123X"], "contrôle", MONDAY)
    found = await store.dossier("000123X")
    assert [row["reference"] for row in found.requests] == [reference]
    assert [row["id"] for row in found.calls] == ["awa"]
    assert "voix-2" not in found.voices
    assert found.accesses == ()
    with pytest.raises(Refused, match="n'existe pas"):
        await store.dossier(secret["reference"])
    beyond = await store.dossier(secret["reference"], walled=True)
    assert {row["reference"] for row in beyond.requests} == {reference, secret["reference"]}
    assert {row["id"] for row in beyond.calls} == {"awa", "denounced"}


# ----------------------------------------------------------------------------------------------------------- rectification
async def test_a_name_and_a_number_are_put_right_with_who_and_why_and_found_by_their_new_words(store):
    reference = await asked_by_awa(store)
    said = {"name": "Awa Touré", "phone": "0500000009", "birth": "1980-12-24"}
    changed = await store.rectify(reference, said, "mariam", "CNI vue", MONDAY + 60)
    assert changed == ("nom", "téléphone", "date de naissance")
    row, history = await told(store, reference)
    assert (row.name, row.phone, row.matricule) == ("Awa Touré", "+2250500000009", "000123X")
    assert (history[-1].who, history[-1].what, history[-1].why) == (
        "mariam", "rectification : nom, téléphone, date de naissance", "CNI vue",
    )
    assert (await store.dossier("0500000009")).requester["name"] == "Awa Touré"
    assert [found.reference for found in (await store.search(Search("Touré"), MONDAY)).rows] == [reference]
    assert (await store.search(Search("Koné"), MONDAY)).rows == ()
    assert [line.act for line in await store.accesses(who="mariam")] == ["rectify"]


async def test_a_matricule_that_is_somebody_else_s_is_refused_without_naming_anybody(store):
    reference = await asked_by_awa(store)
    his = {"category": "ATT-TRAVAIL", "key": "k", "matricule": "000123Z", "name": "Koffi Yao"}
    await store.register_for(Actor("mariam", "counter"), his, MONDAY)
    with pytest.raises(Refused) as refused:
        await store.rectify(reference, {"matricule": "000123Z"}, "mariam", "CNI vue", MONDAY)
    assert not re.search("000123|Yao|Koné|0700", str(refused.value))
    assert (await told(store, reference))[0].matricule == "000123X"
    assert await store.rectify(reference, {"matricule": "000124A"}, "mariam", "CNI vue", MONDAY) == ("matricule",)
    assert (await store.dossier("000124A")).requester["standing"] == "unverified"


@pytest.mark.parametrize(("said", "why"), [
    ({"name": "Awa Koné"}, ""), ({}, "CNI"), ({"phone": "12"}, "CNI"), ({"birth": "hier"}, "CNI"),
    ({"matricule": "12"}, "CNI"), ({"name": "x" * 300}, "CNI"), ({"name": "Awa Koné"}, "CNI"),
    ({"phone": "0500000009", "wrong_phone": "0100000001"}, "CNI"),
])
async def test_what_cannot_be_put_right_is_refused_and_nothing_changes(store, said, why):
    reference = await asked_by_awa(store)
    before = await told(store, reference)
    with pytest.raises(Refused):
        await store.rectify(reference, said, "mariam", why, MONDAY)
    assert await told(store, reference) == before
    assert await store.accesses() == ()


async def test_who_leaves_the_directory_is_no_longer_found_there_and_the_request_stays(store):
    await store.import_people(PEOPLE)
    reference = await asked_by_awa(store)
    await store.forget_person("000123x", "mariam", "a quitté la fonction publique", MONDAY)
    assert await store.person("000123X") is None
    assert await store.find_people("Koné") == ()
    assert [row.matricule for row in await store.people_at(AWA)] == []
    assert (await told(store, reference))[0].name == "Awa Koné"
    assert [(line.act, line.subject) for line in await store.accesses(who="mariam")] == [("purge", "000123X")]
    with pytest.raises(Refused):
        await store.forget_person("000123X", "mariam", "encore", MONDAY)
