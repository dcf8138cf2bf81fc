"""Requests searched and listed on the command line, and exported as spreadsheets that compute nothing."""

import csv
import json
import sqlite3
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.cli.sheets import Column, sheet

WHY = ("--why", "contrôle mensuel")
AWA = "000123X"
ATTACKS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=cmd|' /C calc'!A0", '=HYPERLINK("http://x")',
    "'=1", "http://exemple.test/", "mailto:a@exemple.test", "internal:A1", "0012",
    "1e5", "01/02/2026", "TRUE", "{=1}", 'a;b"c',
    "\0=1", "\x0b=1", "_x000D_", "\ud800", "œ€é", "", "x" * 40_000,
]


@pytest.fixture
def made(cruc, store):
    """Register a request at the desk; its reference."""
    def run(category="CAR-AVANCEMENT", *words, matricule=AWA):
        result = cruc("requests", "register", "--category", category, "--matricule", matricule, "--json", *words)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)["reference"]
    return run


@pytest.fixture
def found(cruc):
    def run(*words):
        result = cruc("requests", *words, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line)["reference"] for line in result.stdout.splitlines()]
    return run


@pytest.fixture
def log(cruc, store):
    """(act, subject, why) of the access log, the oldest first."""
    def run():
        rows = store(lambda one: one.accesses())
        return [(row.act, row.subject, row.why) for row in reversed(rows)]
    return run


def rows_of(path):
    if path.suffix == ".csv":
        return list(csv.reader(path.open(encoding="utf-8-sig", newline=""), delimiter=";"))
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for each in book.worksheets for row in each.iter_rows()]


# ---------------------------------------------------------------------------------------------------------------- the lists
def test_a_request_is_found_by_words_name_number_and_reference(made, found):
    hers = made("SOL-RAPPEL", "--name", "N'Guessan Affoué", "--note", "rappel de l'œuvre sociale", "--phone", "0700000055")
    for typed in ("nguessan", "oeuvre soc", "07 00 00 00 55", hers, hers.lower().replace("-", " ")):
        assert found("search", typed) == [hers], typed
    assert found("search", "introuvable") == []


def test_a_list_masks_whose_the_requests_are_and_leaves_their_texts_out(made, cruc):
    made("SOL-RAPPEL", "--name", "Affoué", "--note", "signée Affoué", "--phone", "0700000055")
    for said in (cruc("requests", "list").stdout, cruc("requests", "search", "affoué").stdout,
                 cruc("requests", "search", "affoué", "--json").stdout):
        assert "Affoué" not in said
        assert AWA not in said
        assert "0700000055" not in said
    assert "Affoué" in cruc("requests", "search", "affoué", "--clear", *WHY).stdout


def test_names_in_full_need_a_reason_and_each_is_logged(made, cruc, refused, log):
    hers = made("SOL-RAPPEL", "--name", "Affoué")
    assert "--why" in refused("requests", "search", "affoué", "--clear")
    assert log() == []
    cruc("requests", "search", "affoué", "--clear", *WHY)
    assert log() == [("search", "requêtes « •••••• »", WHY[1]), ("search", hers, WHY[1])]
    cruc("requests", "list", "--matricule", AWA, "--open")
    assert log()[2:] == [("list", "requêtes matricule=•••••3X only_open=True", None)]


def test_filters_are_joined(made, found):
    first, second = made("CAR-AVANCEMENT"), made("SOL-RAPPEL", matricule="000700A")
    assert found("list", "--category", "car", "--since", "today") == [first]
    assert found("list", "--matricule", "000 700a") == [second]
    assert found("list", "--since", "today", "--kind", "asked", "--sort", "reference") == [first, second]
    assert found("list", "--since", "today", "--status", "registered", "--status", "rejected") == [second, first]
    assert found("list", "--until", "2020-01-01") == []


@pytest.mark.parametrize(("words", "sentence"), [
    (("--status", "open"), "« open » n'est pas un statut"), (("--category", "XYZ"), "La catégorie « XYZ » n'existe pas"),
    (("--at", "NASA"), "NASA"), (("--due", "soon"), "n'est pas une échéance"), (("--since", "hier soir"), "today"),
    (("--walled",), "--why"), (("--after", "x"), "première page"), (("--sort", "name"), "newest"), (("--limit", "0"), "1"),
])
def test_a_wrong_filter_is_refused_with_what_would_be_right(store, refused, words, sentence):
    assert sentence in refused("requests", "list", *words)


def test_a_page_says_where_the_next_one_begins(made, cruc, found):
    made()
    page = cruc("requests", "list", "--limit", "2", "--json")
    after = page.stderr.split("--after ")[1].strip()
    told = [json.loads(line)["reference"] for line in page.stdout.splitlines()]
    assert told + found("list", "--limit", "1000", "--after", after) == found("list", "--limit", "1000")


def test_a_denunciation_is_listed_and_exported_only_for_the_inspection(made, found, cruc, log, tmp_path):
    secret = made("QUA-DENONCIATION", "--note", "zorglub")
    assert secret not in found("list")
    assert found("search", "zorglub") == []
    assert found("search", "zorglub", "--walled", *WHY) == [secret]
    assert ("walled", secret, WHY[1]) in log()
    cruc("requests", "export", str(tmp_path / "out.csv"))
    assert secret not in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_the_words_of_all_requests_are_written_again(cruc, store, found, home):
    with sqlite3.connect(home / "store.db") as database:
        database.execute("DELETE FROM counters WHERE name = 'words'")
    assert "cruc requests reindex" in cruc("requests", "search", "travail").stderr
    assert "4 requêtes indexées" in cruc("requests", "reindex").stdout
    assert cruc("requests", "search", "travail").stderr == ""
    assert len(found("search", "travail")) >= 1


# --------------------------------------------------------------------------------------------------------------- the export
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_export_has_every_request_page_by_page_masked_for_its_owner_alone(made, cruc, tmp_path, ending, monkeypatch):
    monkeypatch.setattr("ivr.cli.requests_search.MOST_ROWS", 2)
    hers = made("SOL-RAPPEL", "--name", "Affoué", "--note", "=1+1")
    file = tmp_path / f"requêtes.{ending}"
    result = cruc("requests", "export", str(file), "--sort", "reference")
    assert result.exit_code == 0, result.output
    assert "5 requêtes écrites" in result.stdout
    titles, *rows = rows_of(file)
    assert titles[:4] == ["Référence", "Catégorie", "Libellé", "Statut"]
    assert [row[0] for row in rows][-1] == hers
    assert len({row[0] for row in rows}) == 5
    assert not any(AWA in str(value) or "Affoué" in str(value) or "1+1" in str(value) for row in rows for value in row)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "requ" in each.name] == [file.name]


def test_an_export_in_full_is_logged_with_every_request(made, cruc, refused, log, tmp_path):
    hers = made("SOL-RAPPEL", "--name", "Affoué", "--note", "=1+1", "--phone", "0700000055")
    file = tmp_path / "clair.xlsx"
    assert "--why" in refused("requests", "export", str(file), "--clear")
    cruc("requests", "export", str(file), "--clear", *WHY, "--text", "affoué")
    titles, row = rows_of(file)
    told = dict(zip(titles, row, strict=True))
    assert (told["Nom"], told["Note"], told["Téléphone"], told["Matricule"]) == ("Affoué", "=1+1", "+2250700000055", AWA)
    assert isinstance(told["Enregistrée le"], datetime)
    assert isinstance(told["Échéance"], datetime)
    assert openpyxl.load_workbook(file).active.freeze_panes == "A2"
    assert log() == [("export", "requêtes « •••••• »", WHY[1]), ("export", hers, WHY[1])]


def test_a_file_that_is_there_is_replaced_only_when_one_is_sure_and_kept_when_it_fails(cruc, store, refused, tmp_path):
    file = tmp_path / "out.csv"
    file.write_text("avant")
    assert cruc("requests", "export", str(file)).exit_code == 1
    assert "n'est pas un statut" in refused("requests", "export", str(file), "--yes", "--status", "x")
    assert file.read_text() == "avant"
    assert "ni .xlsx ni .csv" in refused("requests", "export", str(tmp_path / "out.ods"))
    assert "ne peut pas être écrit" in refused("requests", "export", str(tmp_path / "no" / "out.csv"))
    assert cruc("requests", "export", str(file), "--yes").exit_code == 0
    assert file.read_text("utf-8-sig").startswith("Référence;")


def _broken_off(file):
    with sheet(file, [Column("a", 5)], "s") as add:
        add(["x"])
        raise RuntimeError("coupure")


def test_a_sheet_that_breaks_off_leaves_nothing(tmp_path):
    for ending in ("xlsx", "csv"):
        with pytest.raises(RuntimeError, match="coupure"):
            _broken_off(tmp_path / f"out.{ending}")
    assert list(tmp_path.iterdir()) == []


def test_what_is_more_than_a_sheet_holds_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("ivr.cli.sheets.ROWS", 3)
    with sheet(tmp_path / "out.xlsx", [Column("n", 5)], "Requêtes") as add:
        for n in range(7):
            add([n])
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["Requêtes", "Requêtes 2", "Requêtes 3"]
    assert [[row[0].value for row in each.iter_rows()] for each in book] == [["n", 0, 1, 2], ["n", 3, 4, 5], ["n", 6]]


def _xlsx_cells(path):
    return [row[0] for row in openpyxl.load_workbook(path)["s"].iter_rows(min_row=2)]


def test_an_attack_stays_a_text_in_xlsx(tmp_path):
    with sheet(tmp_path / "out.xlsx", [Column("a", 5), Column("jour", 9)], "s") as add:
        for text in ATTACKS:
            add([text, date(2026, 11, 25)])
    for text, cell in zip(ATTACKS, _xlsx_cells(tmp_path / "out.xlsx"), strict=True):
        assert cell.data_type == "s", text
        assert cell.hyperlink is None
        if text.isprintable() and "_x" not in text:
            assert (cell.value or "") == (text if len(text) < 32_767 else text[:32_766] + "…")


def _computed(value):
    """What Excel and LibreOffice take for a formula in a CSV."""
    return value.lstrip(" \u00a0\t\r\n").startswith(("=", "+", "-", "@"))


def test_an_attack_stays_a_text_in_csv(tmp_path):
    with sheet(tmp_path / "out.csv", [Column("a", 5), Column("b", 5)], "s") as add:
        for text in ATTACKS:
            add([text, "suite"])
    rows = rows_of(tmp_path / "out.csv")[1:]
    assert len(rows) == len(ATTACKS)
    for text, (value, _rest) in zip(ATTACKS, rows, strict=True):
        assert not _computed(value), text
        if not _computed(text.replace("\0", "").lstrip()):
            assert value == text.replace("\0", "").encode("utf-8", "replace").decode()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=6))
def test_any_text_comes_back_as_a_text(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("sheets")
    for ending in ("csv", "xlsx"):
        with sheet(folder / f"out.{ending}", [Column("a", 5), Column("b", 5)], "s") as add:
            for row in rows:
                add(row)
    told = rows_of(folder / "out.csv")[1:]
    assert len(told) == len(rows)
    assert not any(_computed(value) for row in told for value in row)
    assert all(cell.data_type in ("s", "n") for cell in _xlsx_cells(folder / "out.xlsx"))
