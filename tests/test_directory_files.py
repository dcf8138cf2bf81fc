"""Directories as they come: encodings, separators, spreadsheets' habits, and files that are none."""

import io
import os
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.core.directory_rows import DirectoryRow, Refusal, column_of, read_row
from ivr.directory_files import FileRefused, read_directory

TODAY = date(2026, 11, 25)
BORN, NEW_YEAR = (datetime(*day, tzinfo=UTC).replace(tzinfo=None) for day in ((1980, 12, 24), (2026, 1, 1)))
"""As a workbook tells them: without a zone."""
AWA = DirectoryRow("000123X", "Koné", "Awa", "1980-12-24", "Direction de la solde", ("+2250700000001",))
HEADER = "Matricule;Nom;Prénoms;Date de naissance;Direction;Téléphone"
LINE = "000123X;Koné;Awa;24/12/1980;Direction de la solde;0700000001"


def rows_of(path):
    reading = read_directory(path, TODAY)
    rows = [row for piece in reading.pieces() for row in piece]
    reading.close()
    return reading, rows


@pytest.fixture
def written(tmp_path):
    def write(content, name="annuaire.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path
    return write


@pytest.fixture
def refused(written):
    def read(content, name="annuaire.csv"):
        with pytest.raises(FileRefused) as caught:
            rows_of(content if hasattr(content, "exists") else written(content, name))
        return str(caught.value)
    return read


def sheet(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


# ---------------------------------------------------------------------------------------------------------- what is read
@pytest.mark.parametrize(("encoding", "told"), [
    ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
    ("cp1252", "Windows-1252"),
])
@pytest.mark.parametrize(("separator", "named"), [(";", "point-virgule"), (",", "virgule"), ("\t", "tabulation")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_whatever_the_encoding_and_the_separator_a_name_is_read_right(written, encoding, told, separator, named, end):  # noqa: PLR0917
    text = end.join((HEADER, LINE, "")).replace(";", separator)
    reading, rows = rows_of(written(text, encoding=encoding))
    assert rows == [AWA]
    assert (told in reading.form, named in reading.form) == (True, True)


def test_a_workbook_gives_the_same_person_with_its_dates_and_numbers(written):
    path = written(sheet(
        ["Annuaire du personnel"], [], HEADER.split(";"),
        ["000 123-x", "Koné", "Awa", BORN, "Direction de la solde", 700000001],
        [None, None], ["000124Y", "Yao", "Koffi", 29579, None, 7.00000002e8],
    ), "annuaire.xlsx")
    reading, rows = rows_of(path)
    assert rows == [AWA, DirectoryRow("000124Y", "Yao", "Koffi", "1980-12-24", None, ("+2250700000002",))]
    assert reading.form == "XLSX, feuille « Sheet »"


def test_headers_in_any_order_case_and_language_and_unknown_ones_are_told(written):
    reading, rows = rows_of(written(
        "Grade,PHONES,first_name,LAST_NAME,Mat,Tel 2,birth\nA4,0700000001,Awa,Koné,000123X,05 00 00 00 02,1980-12-24\n"))
    assert rows == [DirectoryRow("000123X", "Koné", "Awa", "1980-12-24", None, ("+2250500000002", "+2250700000001"))]
    assert reading.unknown == ("Grade",)
    assert reading.columns == {"matricule", "last_name", "first_name", "birth", "phones"}


def test_quoted_cells_keep_separators_and_lines(written):
    _reading, rows = rows_of(written('matricule;nom;prénoms;direction\n000123X;Koné;"Awa; ""Marie""";"Solde\nAbidjan"\n'))
    assert (rows[0].first_name, rows[0].direction) == ('Awa; "Marie"', "Solde Abidjan")


@pytest.mark.parametrize(("header", "column"), [
    ("Prénom(s)", "first_name"), ("TÉL. 2", "phones"), ("N° matricule", "matricule"), ("Né(e) le", "birth"),
    ("Ministère / Service", "direction"), ("Nom de famille", "last_name"), ("Nom et prénoms", None), ("Numéro", None),
    ("", None), (None, None), (12, None), ("nom/prénoms", None),
])
def test_a_header_means_one_column_or_none(header, column):
    assert column_of(header) == column


# --------------------------------------------------------------------------------------------------------- rows refused
CELLS = {"matricule": ["000123X"], "last_name": ["Koné"], "first_name": ["Awa"]}


@pytest.mark.parametrize(("column", "value", "why"), [
    ("matricule", "12X", "six chiffres et une lettre"), ("matricule", None, "manque"),
    ("matricule", 123.0, "lu comme un nombre"),
    ("matricule", "1.23E+05", "notation scientifique"), ("matricule", "0001234", "sans lettre"),
    ("matricule", NEW_YEAR, "lu comme un nombre ou une date"), ("matricule", "٠٠٠١٢٣X", "six chiffres"),
    ("last_name", "  ", "manque"), ("last_name", "123", "aucune lettre"), ("last_name", "Ko\x07né", "illisibles"),
    ("last_name", "#N/A", "erreur de formule"), ("last_name", "K" * 121, "120 caractères"),
    ("birth", "24/12/80", "deux chiffres"), ("birth", "12/24/1980", "n'existe pas"), ("birth", "1980", "pas une date"),
    ("birth", 1980, "pas une date"), ("birth", "2099-01-01", "avenir"), ("birth", True, "ni 24/12/1980"),
    ("birth", "hier", "ni 24/12/1980"), ("birth", float("nan"), "pas une date"),
    ("phones", "70000001", "huit chiffres"), ("phones", "+33 6 12 34 56 78", "ordinaire de Côte d'Ivoire"),
    ("phones", "7.0E+08", "perdu des chiffres"), ("phones", "0900000001", "dix chiffres"),
    ("phones", float("inf"), "dix chiffres"),
    ("phones", "0700000001 ; 12", "dix chiffres"), ("phones", NEW_YEAR, "date"),
    ("direction", "D" * 301, "300 caractères"),
])
def test_what_is_wrong_with_a_row_is_said_by_column_and_reason(column, value, why):
    refusal = read_row(7, {**CELLS, column: [value]}, TODAY)
    assert isinstance(refusal, Refusal)
    assert refusal.line == 7
    assert why in refusal.reason
    assert value is None or str(value).strip() not in refusal.reason or len(str(value)) < 4


@pytest.mark.parametrize(("value", "phones"), [
    (700000001, ["07"]), (700000001.0, ["07"]), ("700000001", ["07"]), ("7,00000001E+08", ["07"]),
    (2250700000001, ["07"]),
    ("00225 07-00-00-00-01", ["07"]), ("07.00.00.00.01 / 05 00 00 00 01", ["05", "07"]),
    ("0700000001 ou 0700000001", ["07"]),
    ("", []), (None, []), ("+225(0)700000001", None),
])
def test_a_number_that_a_spreadsheet_mangled_is_put_right_when_it_has_one_reading(value, phones):
    row = read_row(1, {**CELLS, "phones": [value]}, TODAY)
    if phones is None:
        assert isinstance(row, Refusal)
    else:
        assert row.phones == tuple(f"+225{prefix}00000001" for prefix in phones)


def test_a_matricule_twice_in_a_file_is_refused_with_both_lines(written):
    reading, rows = rows_of(written(f"{HEADER}\n{LINE}\n\n000123x;Yao;Koffi;;;\n"))
    assert rows == [AWA]
    (refusal,) = reading.refused
    assert (refusal.line, refusal.column) == (4, "matricule")
    assert "à la ligne 2" in refusal.reason
    assert reading.reasons == {("matricule", "en double"): 1}


def test_a_quote_or_a_separator_out_of_place_refuses_its_row_alone(written):
    reading, rows = rows_of(written(f'{HEADER}\n"000124Y"x;Yao;Koffi;;;\n000125Z;Yao;Koffi;;;;;encore\n{LINE}\n'))
    assert rows == [AWA]
    assert [(each.line, each.reason[:9]) for each in reading.refused] == [(2, "un guille"), (3, "plus de c")]


def test_all_refusals_are_told_and_the_first_thousand_kept(written):
    told = []
    path = written(HEADER + "\n" + "12X;Yao;Koffi;;;\n" * 1500)
    reading = read_directory(path, TODAY, told.append)
    assert list(reading.pieces()) == []
    assert (len(told), len(reading.refused), reading.refusals) == (1500, 1000, 1500)


# --------------------------------------------------------------------------------------------------------- files refused
def test_a_file_without_the_needed_columns_is_told_what_was_found(refused):
    said = refused("nom;grade\nKoné;A4\n")
    assert "n'ont pas : matricule, prénoms" in said
    assert "« nom », « grade »" in said


@pytest.mark.parametrize(("content", "why"), [
    (b"", "est vide"), (b"\n\n\n", "En-têtes trouvés : aucun"), (b"\x89PNG\r\n\x1a\n\x00\x00", "pas un texte"),
    (f"{HEADER}\n000123X;Ko\0né;Awa;;;\n".encode(), "pas un texte (ligne 2)"),
    (f"{HEADER}\n000123X;Ko\0né;Awa;;;\n".encode("utf-16"), "pas un texte (ligne 2)"),
    (f"{HEADER}\n000123X;Koné".encode() + b";Andr\xe9;;;\n", "ni en UTF-8"),
    (b"\xef\xbb\xbfmatricule;nom\n\xe9", "ni en UTF-8"), (b"matricule;nom\n\x81\xe9\n", "ni en UTF-8"),
    ("matricule;nom".encode("utf-32"), "UTF-32"), ((HEADER + "\n" + LINE).encode("utf-16")[:-1], "tronqué"),
    (f'{HEADER}\n000123X;"Koné;Awa;;;\n{LINE}\n'.encode(), "guillemet ouvert à la ligne 2"),
    (f'{HEADER}\n000123X;"Koné;Awa;;;\n{LINE}\n'.encode() + b"x\n" * 200_000, "guillemet ouvert à la ligne 2"),
    (b"matricule,nom,prenoms" + b"," * 999_990 + b"\n", "999993 colonnes"),
    (b"a" * 6_000_000, "démesurée"), (b"a;" * 1_000_000 + b"\n", "démesurée"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien .xls"), (b"PK\x03\x04 and no more", "tronqué"),
    (b"matricule;nom;nom;prenoms\n", "2 colonnes « nom »"),
])
def test_a_file_that_is_no_directory_ends_with_one_sentence(refused, content, why):
    said = refused(content)
    assert why in said
    assert "\n" not in said


def test_a_folder_a_pipe_and_nothing_at_all_are_no_files(refused, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "n'est pas un fichier" in refused(tmp_path)
    assert "n'est pas un fichier" in refused(tmp_path / "pipe")
    assert "ne peut pas être lu" in refused(tmp_path / "none.csv")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(refused, tmp_path):
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(2 << 30)
    assert "plus de 500 Mo" in refused(tmp_path / "huge.csv")


def zipped(**parts):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(io.BytesIO(sheet(["a"]))) as real:
        for name in real.namelist():
            archive.writestr(name, parts.pop(name, real.read(name)))
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(("parts", "why"), [
    ({SHEET: b"<" + b" " * (20 << 20)}, "démesurément"), ({"xl/media/a.png": b"\0" * (9 << 20)}, "démesurément"),
    ({SHEET: XML.format("<row>" + "<c/>" * 1_000_000 + "</row>")}, "trop de colonnes"),
    ({SHEET: XML.format("<row><c t='inlineStr'><is><t><![CDATA[<row ]]></t></is></c></row>")}, "abîmé"),
    ({SHEET: XML.format("<row r='1'><c r='ZZZZ1'/></row>")}, "abîmé"), ({SHEET: "<worksheet>"}, "abîmé"),
    ({"xl/workbook.xml": "<workbook/>"}, "abîmé|pas de feuille"), ({"[Content_Types].xml": ""}, "abîmé"),
    ({SHEET: XML.format("<row r='9' s='x'><c r='A9' t='s'><v>99999</v></c></row>")}, "abîmé"),
])
def test_a_workbook_that_is_a_bomb_or_broken_ends_with_one_sentence(written, parts, why):
    with pytest.raises(FileRefused, match=why):
        rows_of(written(zipped(**parts), "annuaire.xlsx"))


def test_a_workbook_cut_anywhere_is_refused(written):
    whole = sheet(HEADER.split(";"), *(LINE.split(";") for _ in range(50)))
    for end in range(0, len(whole), 97):
        with pytest.raises(FileRefused):
            rows_of(written(whole[:end], "annuaire.xlsx"))


def test_rows_far_down_an_empty_sheet_do_not_fill_the_memory(written):
    cells = "".join(f"<c r='{'ABC'[n]}1' t='inlineStr'><is><t>{name}</t></is></c>"
                    for n, name in enumerate(("matricule", "nom", "prenoms")))
    content = XML.format(f"<row r='1'>{cells}</row><row r='1048576'><c r='A1048576'><v>1</v></c></row>")
    reading, rows = rows_of(written(zipped(**{SHEET: content}), "annuaire.xlsx"))
    assert rows == []
    assert [each.line for each in reading.refused] == [1_048_576]


# ------------------------------------------------------------------------------------------------------------- hypothesis
fuzzed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FRAGMENTS = st.one_of(
    st.binary(max_size=30), st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore")),
    st.sampled_from([LINE.encode(), b"\n", b"\r\n", b'"', b";", b",", "é".encode(), "é".encode("cp1252"), b"\0",
                     b"000124Y"]),
)


def read_or_refused(path):
    """Anything else that is raised fails the test."""
    said = ""
    try:
        reading, rows = rows_of(path)
    except FileRefused as refusal:
        said = str(refusal)
    else:
        assert len({row.matricule for row in rows}) == len(rows)
        assert reading.refusals == len(reading.refused)
    assert "\n" not in said
    assert not said or said.endswith(".")


@fuzzed
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(written, content):
    read_or_refused(written(content))


@fuzzed
@given(st.sampled_from(["utf-8", "utf-16", "cp1252"]), st.lists(FRAGMENTS, max_size=20))
def test_anything_under_a_good_header_is_read_or_refused(written, encoding, fragments):
    read_or_refused(written(f"{HEADER}\n".encode(encoding) + b"".join(fragments)))


@fuzzed
@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(written, place, change):
    whole = sheet(HEADER.split(";"), LINE.split(";"))
    place %= len(whole)
    read_or_refused(written(whole[:place] + change + whole[place + len(change):], "annuaire.xlsx"))


CELL = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.dates(), st.datetimes())


@fuzzed
@given(st.dictionaries(st.sampled_from(["matricule", "last_name", "first_name", "birth", "phones", "direction"]),
                       st.lists(CELL, min_size=1, max_size=3)))
def test_any_cells_are_a_row_or_a_refusal(cells):
    row = read_row(1, {**CELLS, **cells}, TODAY)
    assert isinstance(row, DirectoryRow | Refusal)
    if isinstance(row, DirectoryRow):
        assert all(phone.startswith("+225") and len(phone) == 14 for phone in row.phones)
