"""Personal data from the command line: looked at with a trace, exported, put right, kept, forgotten. It is Awa's."""

import json
import os
import re
import shutil
import stat
import time
import zipfile
from datetime import UTC, datetime

import pytest
import structlog

from ivr.config import ROOT, load_settings
from ivr.core.messages import CallEnded, CallStarted, Heard, Hypothesis, Noted
from ivr.core.record import fold
from ivr.dialplan import source_of
from ivr.retention import nightly
from ivr.retention_table import read_retention
from storage import Person
from storage.logirec import Rules
from storage.retention import DEFAULT

LONG_AGO = datetime(2020, 3, 2, 10, tzinfo=UTC).timestamp()
AWA, MATRICULE = "+2250700000991", "000991X"


@pytest.fixture
def reference(store):
    """Awa's request, left by telephone with a voice note, in 2020; closed the same day."""
    async def ask(one):
        one.rules = Rules(walled=frozenset({"QUA-DENONCIATION"}))
        await one.import_people([Person(MATRICULE, "Koné", "Awa", "1980-12-24", (AWA,))])
        await one.open_call("awa", LONG_AGO, AWA, "1364", "v1")
        asked = {"category": "ATT-TRAVAIL", "key": "1", "matricule": MATRICULE, "caller": AWA, "name": "Awa Koné",
                 "note": "mon attestation", "voice_note": "voix-awa"}
        made = await one.register("awa", asked, LONG_AGO)
        journal = [CallStarted(LONG_AGO, "awa", AWA, "1364", "v1"), Noted(LONG_AGO, "identified", [MATRICULE, "keypad"]),
                   Heard(LONG_AGO, 1, "speech", (Hypothesis("mon attestation"),)), CallEnded(LONG_AGO + 60, "caller")]
        await one.append("awa", 1, journal)
        await one.close_call("awa", fold(journal))
        return made["reference"]
    return store(ask)


@pytest.fixture
def denounced(store, reference):
    """Awa has also denounced somebody, in another call. Only the inspection knows."""
    async def ask(one):
        one.rules = Rules(walled=frozenset({"QUA-DENONCIATION"}))
        await one.open_call("awa-2", LONG_AGO + 900, AWA, "1364", "v1")
        asked = {"category": "QUA-DENONCIATION", "key": "1", "matricule": MATRICULE, "caller": AWA, "note": "un secret"}
        return (await one.register("awa-2", asked, LONG_AGO + 900))["reference"]
    return store(ask)


@pytest.fixture
def closed(store, reference):
    async def close(one):
        await one.engine.write(True, _closing, reference)
    store(close)
    return reference


def _closing(reference):
    from storage.engine import Ask
    row = (yield Ask("request", {"reference": reference}))[0]
    yield Ask("advance_request", {**row, "status": "closed", "closed_at": LONG_AGO + 3600})


def voice(home):
    folder = home / "asterisk-run" / "spool" / "recording"
    folder.mkdir(parents=True)
    (folder / "voix-awa.wav").write_bytes(b"RIFF her voice")
    os.utime(folder / "voix-awa.wav", (LONG_AGO, LONG_AGO))
    return folder / "voix-awa.wav"


def packed(folder):
    (place,) = folder.glob("*.zip")
    with zipfile.ZipFile(place) as pack:
        return place, {name: pack.read(name) for name in pack.namelist()}


# ----------------------------------------------------------------------------------------------------------------- export
def test_all_of_awa_is_in_one_file_that_nobody_else_reads_and_the_export_is_in_the_log(cruc, home, reference):
    voice(home)
    said = cruc("privacy", "export", MATRICULE, "--why", "droit d'accès", "--checked", "CNI", "--by", "mariam",
                "--to", str(home / "out"))
    assert said.exit_code == 0, said.output
    place, inside = packed(home / "out")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert MATRICULE not in place.name
    assert inside["audio/voix-awa.wav"] == b"RIFF her voice"
    told = json.loads(inside["dossier.json"])
    assert [row["reference"] for row in told["requests"]] == [reference]
    assert told["checked"] == "CNI"
    text = inside["dossier.txt"].decode()
    for words in ("Awa Koné", "1980-12-24", "mon attestation", reference, "Enregistrée", AWA):
        assert words in text
    seen = cruc("privacy", "accesses").stdout
    assert "export" in seen
    assert "mariam" in seen
    assert MATRICULE not in seen
    assert MATRICULE in cruc("privacy", "accesses", "--clear").stdout


def test_an_export_says_what_is_no_longer_there_and_needs_a_reason_and_a_check(cruc, home, refused, reference):
    said = cruc("privacy", "export", reference, "--why", "droit d'accès", "--checked", "CNI")
    assert "1 sons ne sont plus sur le disque" in said.stderr
    packed(home / "exports")
    assert "--checked" in refused("privacy", "export", reference, "--why", "droit d'accès", "--checked", " ")
    assert "journal" in refused("privacy", "export", reference, "--why", "", "--checked", "CNI")
    assert "Rien n'est conservé" in refused("privacy", "export", "000999Z", "--why", "droit", "--checked", "CNI")


def test_a_denunciation_is_in_the_export_only_beyond_the_wall_and_logged_apart(cruc, home, denounced, reference):
    words = ("privacy", "export", MATRICULE, "--why", "enquête", "--checked", "CNI")
    cruc(*words, "--to", str(home / "before"))
    for content in packed(home / "before")[1].values():
        assert not re.search(f"{denounced}|un secret|awa-2", content.decode())
    assert "walled" not in cruc("privacy", "accesses").stdout
    cruc(*words, "--walled", "--to", str(home / "beyond"))
    assert "un secret" in packed(home / "beyond")[1]["dossier.txt"].decode()
    assert denounced in cruc("privacy", "accesses", "--subject", denounced).stdout


# ------------------------------------------------------------------------------------------------------- rectify and hold
def test_a_name_is_put_right_with_a_reason(cruc, store, refused, reference):
    said = cruc("privacy", "rectify", reference, "--name", "Awa Touré", "--why", "CNI présentée", "--yes")
    assert said.stdout == "Rectifié : nom.\n"
    assert store(lambda one: one.request(reference)).request.name == "Awa Touré"
    assert "Rien ne change" in refused("privacy", "rectify", reference, "--name", "Awa Touré", "--why", "CNI", "--yes")
    assert cruc("privacy", "rectify", reference, "--name", "X", "--why", "CNI").exit_code == 1


def test_who_leaves_the_directory_is_taken_out_of_it(cruc, store, refused, reference):
    assert cruc("privacy", "forget-person", MATRICULE, "--why", "départ").exit_code == 1
    assert "Retirée" in cruc("privacy", "forget-person", MATRICULE, "--why", "départ", "--yes").stdout
    assert store(lambda one: one.person(MATRICULE)) is None
    assert "pas dans l'annuaire" in refused("privacy", "forget-person", MATRICULE, "--why", "départ", "--yes")


def test_a_held_request_is_listed_and_survives_the_purge(cruc, store, home, refused, closed):
    kept = voice(home)
    cruc("privacy", "hold", closed, "--why", "recours", "--by", "mariam")
    assert closed in cruc("privacy", "holds").stdout
    assert json.loads(cruc("privacy", "holds", "--json").stdout)["why"] == "recours"
    assert "déjà conservée" in refused("privacy", "hold", closed, "--why", "recours")
    cruc("privacy", "purge", "--yes")
    assert store(lambda one: one.request(closed)).request.note == "mon attestation"
    assert kept.exists()
    cruc("privacy", "release", closed, "--why", "jugement rendu")
    assert cruc("privacy", "holds").stdout == "(rien)\n"


# ----------------------------------------------------------------------------------------------------------------- purging
def test_a_purge_is_shown_before_it_is_done_then_done_and_kept(cruc, store, home, closed):
    kept = voice(home)
    shown = cruc("privacy", "purge").stdout
    assert "requêtes" in shown
    assert "2020-03-02" in shown
    assert "Rien n'a été effacé" in shown
    assert kept.exists()
    assert "Effacé." in cruc("privacy", "purge", "--yes").stdout
    assert not kept.exists()
    row = store(lambda one: one.request(closed)).request
    assert (row.note, row.name, row.phone, row.voice_note) == (None, None, None, None)
    assert row.matricule.startswith("P-")
    assert stat.S_IMODE((home / "secrets" / "pseudonym.key").stat().st_mode) == 0o600
    assert json.loads(json.loads(cruc("privacy", "purges").stdout)["report"])["scrubbed"]
    again = json.loads(cruc("privacy", "purge", "--yes", "--json").stdout)
    assert sum(line["rows"] for line in again["lines"]) == 0


def test_the_key_is_destroyed_when_one_is_sure(cruc, home, refused, closed):
    assert "pas de clé" in refused("privacy", "forget-key", "--yes")
    cruc("privacy", "purge", "--yes")
    assert cruc("privacy", "forget-key").exit_code == 1
    assert (home / "secrets" / "pseudonym.key").exists()
    assert "détruite" in cruc("privacy", "forget-key", "--yes").stdout
    assert not (home / "secrets" / "pseudonym.key").exists()


def test_a_damaged_key_stops_the_purge_before_anything_goes(cruc, store, home, refused, closed):
    (home / "secrets").mkdir(exist_ok=True)
    (home / "secrets" / "pseudonym.key").write_text("not hexadecimal")
    assert "clé des pseudonymes" in refused("privacy", "purge", "--yes")
    assert store(lambda one: one.request(closed)).request.note == "mon attestation"


# --------------------------------------------------------------------------------------------------------------- the terms
def test_the_terms_are_those_of_the_law_and_are_shown(cruc):
    assert re.search(r"calls +24 mois", cruc("privacy", "retention").stdout)
    assert re.search(r"clips +rien", cruc("privacy", "retention").stdout)


def test_the_file_delivered_says_what_the_code_takes_for_granted():
    problems = []
    written = (ROOT / "dialplans" / "retention.yaml").read_text("utf-8")
    assert read_retention(source_of(written, "retention.yaml"), problems) == DEFAULT
    assert problems == []


@pytest.mark.parametrize(("instead", "line", "words"), [
    ("  calls: {keep: 2, unit: siecles}", 9, "siecles"),
    ("  calls: {keep: -1, unit: days}", 9, "keep"),
    ("  calls: {keep: 24}", 9, "unit"),
    ("  calls: 24", 9, "key: value"),
    ("  call: {keep: 24, unit: months}", 9, "no purpose"),
    ("  # nothing", 1, "no term"),
    ("  calls: {keep: 24, unit: months, until: '2030'}", 9, "until"),
])
def test_a_wrong_term_is_told_with_its_line_and_nothing_is_guessed(instead, line, words):
    lines = ["#"] * 7 + ["retention:", "  calls: {keep: 24, unit: months}"] + [
        f"  {name}: {{keep: 1, unit: days}}"
        for name in ("clips", "recordings", "voicemail", "requests", "work", "attempts", "access_log", "exports")
    ]
    lines[8] = instead
    problems = []
    assert read_retention(source_of("\n".join(lines), "retention.yaml"), problems) is None
    assert any(words in str(each) and (each.line == line or words == "no term") for each in problems), problems


# ------------------------------------------------------------------------------------------- a call and who looks at it
def test_a_call_shown_in_full_is_in_the_access_log_and_a_masked_one_is_not(cruc, reference):
    assert AWA not in cruc("call", "awa").stdout
    assert cruc("privacy", "accesses").stdout == "(rien)\n"
    assert AWA in cruc("call", "awa", "--clear", "--why", "réclamation").stdout
    cruc("records", "--clear", "--matricule", MATRICULE)
    told = [json.loads(line) for line in cruc("privacy", "accesses", "--json", "--clear").stdout.splitlines()]
    assert [(line["act"], line["subject"], line["why"]) for line in told] == [
        ("list", f"appels limit=50 matricule={MATRICULE}", None), ("read", "awa", "réclamation"),
    ]
    assert MATRICULE not in cruc("privacy", "accesses", "--json").stdout


def test_a_call_that_led_to_a_denunciation_is_opened_with_a_reason_and_logged_apart(cruc, store, refused, denounced):
    async def end(one):
        at = LONG_AGO + 900
        journal = [CallStarted(at, "awa-2", AWA, "1364", "v1"), Noted(at, "category", "QUA-DENONCIATION"),
                   Noted(at, "request", denounced), CallEnded(at + 60, "caller")]
        await one.append("awa-2", 1, journal)
        await one.close_call("awa-2", fold(journal))
    store(end)
    for words in (("call", "awa-2"), ("call", "awa-2", "--json", "--clear"), ("records", "--json"), ("records",)):
        assert not re.search(f"DENONCIATION|{denounced}", cruc(*words).stdout)
    assert "--why" in refused("call", "awa-2", "--walled")
    assert denounced in cruc("call", "awa-2", "--walled", "--why", "enquête de l'IG").stdout
    (line,) = [row for row in cruc("privacy", "accesses").stdout.splitlines() if "walled" in row]
    assert "awa-2" in line


# ------------------------------------------------------------------------------------------------- the purge of each night
def test_the_purge_of_the_night_is_told_in_the_log_by_its_counts_alone(store, home, closed):
    settings = load_settings()
    with structlog.testing.capture_logs() as told:
        store(lambda one: nightly(settings, one, time.time()))
    (line,) = told
    assert (line["event"], line["requests"], line["missing"]) == ("purged", 1, 1)
    assert not [word for word in (MATRICULE, AWA, "Awa") if word in str(line)]
    assert store(lambda one: one.request(closed)).request.note is None


def test_terms_that_cannot_be_read_are_an_error_in_the_log_and_nothing_goes(store, closed, tmp_path, monkeypatch):
    broken = tmp_path / "dialplans"
    shutil.copytree(ROOT / "dialplans", broken)
    text = (broken / "retention.yaml").read_text("utf-8")
    (broken / "retention.yaml").write_text(text.replace("keep: 24", "keep: deux"), "utf-8")
    monkeypatch.setenv("CRUC_DIALPLANS", str(broken))
    settings = load_settings()
    with structlog.testing.capture_logs() as told:
        store(lambda one: nightly(settings, one, time.time()))
    assert "retention.yaml:" in told[0]["error"]
    assert store(lambda one: one.request(closed)).request.note == "mon attestation"


def test_cruc_check_reads_the_terms(cruc, home, tmp_path, monkeypatch):
    broken = tmp_path / "dialplans"
    shutil.copytree(ROOT / "dialplans", broken)
    (broken / "retention.yaml").unlink()
    monkeypatch.setenv("CRUC_DIALPLANS", str(broken))
    said = cruc("check")
    assert said.exit_code == 1
    assert "retention.yaml:1" in said.output
