"""`cruc people`: what an import tells, refuses and writes, and who is shown to whom."""

import csv
import json

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADER = "Matricule;Nom;Prénoms;Date de naissance;Téléphone;Direction;Grade\n"
AMA = "000777C;Kacou;Ama;01/01/1990;0700000077;Solde;A4\n"
BAD = "12X;Yao;Koffi;;;;\n000778D;=1+1;Eba;24/12/80;;;\n000777c;Kacou;Double;;;;\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "annuaire.csv"

    def write(text=HEADER + AMA):
        path.write_text(text)
        return str(path)
    return write


@pytest.fixture
def told(cruc):
    def run(*words, code=0):
        result = cruc("people", *words)
        assert result.exit_code == code, result.output
        return result.stdout
    return run


def test_a_file_is_imported_shown_with_masks_and_found(told, store, file):
    said = told("import", file())
    assert "CSV, UTF-8, séparateur point-virgule" in said
    assert "Colonnes ignorées : Grade." in said
    assert "Personnes nouvelles 1, modifiées 0, inchangées 0 ; lignes refusées 0." in said
    assert "Kacou" not in told("show", "000777C") + told("find", "kac") + told("find", "0700000077")
    assert "+2250700000077" in told("show", "000 777-c", "--clear")
    assert "Kacou" in told("find", "kac", "am", "--clear")
    assert json.loads(told("find", "07 00 00 00 77", "--json", "--clear"))["matricule"] == "000777C"
    assert json.loads(told("show", "000777C", "--json"))["phones"] == ["••••••••••••77"]
    assert "(rien)" in told("find", "nobody")


def test_a_workbook_is_imported_like_a_file_of_text(told, store, tmp_path):
    book = openpyxl.Workbook()
    for row in (["nom", "prénoms", "matricule"], ["Kacou", "Ama", "000777C"]):
        book.active.append(row)
    book.save(tmp_path / "annuaire.xlsx")
    assert "XLSX, feuille « Sheet »" in told("import", str(tmp_path / "annuaire.xlsx"))
    assert "Kacou" in told("show", "000777C", "--clear")


def test_bad_rows_are_refused_with_line_and_reason_and_the_others_taken(told, store, file, tmp_path):
    report = tmp_path / "refus.csv"
    said = told("import", file(HEADER + AMA + BAD), "--report", str(report), code=1)
    assert "lignes refusées 3" in said
    assert "année sur deux chiffres" not in said  # the name comes first: « =1+1 » has no letter
    assert "4      nom        aucune lettre" in said
    assert "en double : déjà à la ligne 2 de ce fichier" in said
    assert "12X" not in said
    rows = list(csv.DictReader(report.open(encoding="utf-8-sig"), delimiter=";"))
    assert [(row["ligne"], row["valeur"]) for row in rows] == [("3", "12X"), ("4", "'=1+1"), ("5", "000777C")]
    assert report.stat().st_mode & 0o777 == 0o600
    assert "Ama" in told("show", "000777C", "--clear")


def test_strict_takes_nothing_when_a_row_is_refused(cruc, store, file, refused):
    result = cruc("people", "import", file(HEADER + AMA + BAD), "--strict")
    assert result.exit_code == 2
    assert "--strict est demandé : rien n'a été changé." in result.stderr
    assert "n'est pas dans l'annuaire" in refused("people", "show", "000777C")


def test_a_dry_run_tells_the_same_and_changes_nothing(told, store, file, refused):
    assert "C'était un essai" in told("import", file(), "--dry-run")
    assert "n'est pas dans l'annuaire" in refused("people", "show", "000777C")
    assert "(rien)" in told("imports")


def test_the_same_file_again_changes_nothing_and_says_so(told, store, file):
    told("import", file())
    assert "est déjà l'annuaire en place (import n° 1" in told("import", file())
    assert json.loads(told("import", file(), "--json"))["already"] == 1
    assert len(told("imports", "--json").splitlines()) == 1


def test_an_import_is_told_as_json_without_what_is_personal(told, store, file):
    told("import", file())
    now = json.loads(told("import", file(HEADER + AMA.replace("Ama", "Aya") + BAD), "--json", code=1))
    assert (now["added"], now["changed"], now["refused"], now["fields"]) == (0, 1, 3, {"first_name": 1})
    assert {"column": "matricule", "reason": "en double", "rows": 1} in now["reasons"]
    assert [each["line"] for each in now["refusals"]] == [3, 4, 5]
    assert "000777C" not in json.dumps(now)
    assert (now["taken"], now["import"]) == (True, 2)


def test_the_last_import_is_taken_back_after_asking(cruc, told, store, file):
    told("import", file())
    told("import", file(HEADER + AMA.replace("Ama", "Aya")))
    assert cruc("people", "undo").exit_code == 1
    assert "Aya" in told("show", "000777C", "--clear")
    assert "est annulé : 0 personnes retirées, 1 rétablies." in told("undo", "--yes")
    assert "Ama" in told("show", "000777C", "--clear")
    assert "déjà annulé" in cruc("people", "undo", "--yes").stderr
    (undone, kept) = [json.loads(line) for line in told("imports", "--json").splitlines()]
    assert (undone["undone_at"] is None, kept["undone_at"]) == (False, None)
    assert "annuaire.csv" in told("imports")


@pytest.mark.parametrize(("content", "why"), [
    ("", "est vide"), ("nom;prenom\n", "n'ont pas : matricule"), ("\0\1\2", "pas un texte"),
    (HEADER + '000777C;"Kacou\n' + AMA, "guillemet"),
])
@pytest.mark.usefixtures("store")
def test_a_file_that_is_no_directory_ends_with_a_sentence_and_an_untouched_store(refused, told, file, content, why):
    before = told("imports", "--json")
    said = refused("people", "import", file(content))
    assert why in said.splitlines()[-1]
    assert said.endswith("Rien n'a été changé.")
    assert told("imports", "--json") == before


def test_a_report_that_cannot_be_written_stops_the_import_before_it_begins(refused, told, store, file, tmp_path):
    assert "ne peut pas être écrit" in refused("people", "import", file(), "--report", str(tmp_path / "no" / "refus.csv"))
    assert "(rien)" in told("imports")


def test_an_import_that_fails_leaves_the_report_that_was_there(refused, store, file, tmp_path):
    report = tmp_path / "refus.csv"
    report.write_text("earlier")
    refused("people", "import", file("nom\n"), "--report", str(report))
    assert report.read_text() == "earlier"
    assert list(tmp_path.glob("*.new")) == []


def test_who_looked_at_somebody_is_in_the_access_log_before_it_is_shown(told, store, file):
    told("import", file())
    told("show", "000777C")
    told("find", "kacou", "--clear")
    told("find", "kacou")

    async def accesses(one):
        return [(each.act, each.subject) for each in await one.accesses()]
    assert store(accesses) == [("search", "annuaire"), ("search", "000777C"), ("read", "000777C")]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(
    st.binary(max_size=12), st.sampled_from([AMA.encode(), b"000778D;Yao;Eba;;;;\n", b'"', b"\n", b";"]),
)))
def test_any_bytes_under_a_header_are_imported_whole_or_not_at_all(cruc, store, tmp_path, parts):
    (tmp_path / "any.csv").write_bytes(HEADER.encode() + b"".join(parts))

    async def everybody(one):
        return [await one.person(f"00077{each}") for each in ("7C", "8D")]

    before = store(everybody)
    result = cruc("people", "import", str(tmp_path / "any.csv"), "--json")
    assert not result.exception or isinstance(result.exception, SystemExit)
    after = store(everybody)
    if result.exit_code == 2:
        assert after == before
        assert result.stderr.strip().endswith("Rien n'a été changé.")
    else:
        told = json.loads(result.stdout)
        assert told["already"] or told["added"] + told["changed"] + told["same"] <= len(parts)
        assert told["already"] or sum(map(bool, after)) - sum(map(bool, before)) <= told["added"]
