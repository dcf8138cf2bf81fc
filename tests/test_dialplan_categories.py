"""categories.yaml says what the ministry's table says; a bad one is refused with every problem, its line and what to do."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.check import findings
from ivr.config import Settings
from ivr.core.fields import Problem
from ivr.dialplan import source_of
from ivr.dialplan_categories import Category, read_categories, read_closings, read_directions
from ivr.site import store_rules
from tests.phone import ROOT, dialplan

GOOD = """\
directions:
  DGAPCE: {label: "Actes de carrière", sigle: "DGAPCE"}
  SOLDE: {label: "Direction de la Solde", sigle: "Solde"}
closings:
  acte_delivre: {label: "Acte délivré", text: "Votre acte est signé."}
  deja_traite: {label: "Déjà traité", text: "Votre demande a déjà été traitée."}
categories:
  CAR: {label: "Carrière", closings: [acte_delivre, deja_traite]}
  CAR-AVANCEMENT: {label: "Avancement", parent: CAR, circuit: [DGAPCE, SOLDE], delay: 60, unit: days, source: illustratif,
    documents: ["notation", "dernière décision"]}
  CAR-NOTATION: {label: "Notation", parent: CAR, direction: DGAPCE, also: [SOLDE], delay: 5, unit: business_days,
    source: "MEF", walled: true, closings: [deja_traite]}
"""
UNITS = {"business_days": "jours ouvrés", "days": "jours", "immediate": "immédiat"}
ASKED = {
    "DRH du ministère d'emploi": "DRH-EMPLOI", "DRH du ministère d'affectation": "DRH-AFFECTATION",
    "Supérieur hiérarchique + DRH (Abidjan) / préfet (intérieur)": "HIERARCHIE / DRH / PREFET",
    "DGAPCE / Conseil de Discipline": "DGAPCE / DISCIPLINE", "Correspondant à la protection": "CPD",
}


def read(text: str) -> tuple[dict[str, Category], list[str]]:
    found: list[Problem] = []
    source = source_of(text, "categories.yaml")
    read_directions(source, found)
    read_closings(source, found)
    categories = read_categories(source, found)
    return categories, [str(problem) for problem in found]


def table() -> dict[str, dict[str, str]]:
    """The ministry's table, a copy of which is kept beside these tests."""
    with (ROOT / "tests/categories.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file, delimiter=";")}


# ---------------------------------------------------------------------------------------------------- the file that serves
def test_every_category_of_the_table_is_there_with_its_label_and_its_family() -> None:
    served = dialplan().categories
    assert list(served) == list(table())
    for code, row in table().items():
        assert (served[code].label, served[code].parent) == (row["libelle_fr"], row["parent"])


def test_delays_documents_and_sources_are_those_of_the_table() -> None:
    for code, row in table().items():
        each = dialplan().categories[code]
        wanted = (int(row["delai_cible"]), row["unite"]) if row["unite"] else (None, "jours")
        assert (each.delay, UNITS[each.unit]) == wanted, code
        assert each.documents == tuple(part.strip() for part in row["pieces_types"].split(",") if part.strip())
        assert each.source == row["source_delai"]
        assert each.illustrative == ("illustratif" in row["source_delai"])


def test_directions_are_those_of_the_table() -> None:
    for code, row in table().items():
        each = dialplan().categories[code]
        told = row["direction"].replace("Direction de la Solde", "SOLDE")
        wanted = ASKED.get(row["direction"], told.partition(" (")[0])
        assert " / ".join((" > ".join(each.circuit), *each.also)) == wanted, code


def test_a_first_salary_goes_from_the_career_acts_to_the_pay() -> None:
    each = dialplan().categories["SOL-1ER-MANDATEMENT"]
    assert (each.circuit, each.direction) == (("DGAPCE", "SOLDE"), "DGAPCE")


def test_only_denunciations_are_walled() -> None:
    assert [code for code, each in dialplan().categories.items() if each.walled] == ["QUA-DENONCIATION"]


def test_every_category_can_be_closed_with_a_text_in_whole_sentences() -> None:
    plan = dialplan()
    for code, each in plan.categories.items():
        assert each.closings, code
    for closing in plan.closings.values():
        assert closing.text.endswith(".")
    used = {motif for each in plan.categories.values() for motif in each.closings}
    assert used == set(plan.closings)


def test_the_store_gets_delays_directions_walls_and_closing_texts() -> None:
    rules = store_rules(dialplan())
    assert rules.delays["ATT-TRAVAIL"] == (3, "jours ouvrés")
    assert rules.delays["INF-GENERALE"] == (0, "immédiat")
    assert "ATT" not in rules.delays
    assert rules.categories == set(rules.delays)
    assert rules.directions["SOL-1ER-MANDATEMENT"] == "DGAPCE"
    assert rules.walled == {"QUA-DENONCIATION"}
    assert rules.closings["ATT-TRAVAIL"]["acte_delivre"].startswith("Votre acte est signé.")
    assert set(rules.closings["QUA-SUGGESTION"]) == {"suggestion_transmise", "deja_traite"}
    assert set(rules.closings[""]) == set(dialplan().closings)


@pytest.mark.parametrize(("category", "asked", "due"), [
    ("ATT-TRAVAIL", "2026-12-23", "2026-12-29"),  # Christmas and a week-end between
    ("INF-GENERALE", "2026-12-25", "2026-12-25"),
    ("CAR-REDRESSEMENT", "2026-12-01", "2026-12-31"),
])
def test_promises_follow_the_calendar_of_the_country(category: str, asked: str, due: str) -> None:
    at = datetime.fromisoformat(asked).replace(hour=9, tzinfo=UTC).timestamp()
    promise = store_rules(dialplan()).promise(category, at)
    assert promise is not None
    assert promise.due == due


# ------------------------------------------------------------------------------------------------------------------- reading
def test_what_is_written_is_read_and_the_rest_comes_from_the_family() -> None:
    categories, problems = read(GOOD)
    assert problems == []
    assert categories["CAR-AVANCEMENT"] == Category(
        "CAR-AVANCEMENT", "Avancement", "CAR", ("DGAPCE", "SOLDE"), (), "", ("notation", "dernière décision"), 60, "days",
        "illustratif", False, ("acte_delivre", "deja_traite"),
    )
    assert categories["CAR-NOTATION"].closings == ("deja_traite",)
    assert categories["CAR-NOTATION"].walled
    assert categories["CAR"].direction == ""


@pytest.mark.parametrize(("before", "after", "told"), [
    ("direction: DGAPCE", "direction: DGPACE", "categories.CAR-NOTATION.direction: unknown direction 'DGPACE'. Known"),
    ("[DGAPCE, SOLDE]", "[DGAPCE, SOLD]", "unknown direction 'SOLD'. Known here: SOLDE."),
    ("[DGAPCE, SOLDE]", "[DGAPCE, DGAPCE]", "'DGAPCE' is written twice."),
    ("also: [SOLDE]", "also: SOLDE", "categories.CAR-NOTATION.also must be a list"),
    ("also: [SOLDE]", "circuit: [SOLDE]", "has both a direction and a circuit."),
    (", circuit: [DGAPCE, SOLDE]", "", "categories.CAR-AVANCEMENT: nobody treats it. Write direction: CODE."),
    ("parent: CAR, c", "parent: CRA, c", "unknown category 'CRA'. Known here: CAR"),
    ('"Carrière", c', '"Carrière", parent: CAR-NOTATION, c', "go in a circle, CAR > CAR-NOTATION > CAR. A head"),
    ("delay: 5, unit: business_days", "delay: 5", "categories.CAR-NOTATION: 5 of what? Write unit: business_days or days."),
    ("delay: 5, unit: business_days", "unit: days", "categories.CAR-NOTATION has a unit and no delay."),
    ("delay: 5, unit: business_days", "delay: 5, unit: immediate", "what is answered at once has no delay."),
    ("delay: 5, unit: business_days,", "", "categories.CAR-NOTATION: it promises nothing."),
    ("delay: 5", "delay: -5", "categories.CAR-NOTATION.delay: -5 is out of range. Give a number from 1 to 3650."),
    ("delay: 5", "delay: 2.5", "2.5 is no whole number of days."),
    ("delay: 5", "delay: cinq", "delay must be a number, not a word."),
    ("unit: days", "unit: jours", "unknown unit 'jours'."),
    (', text: "Votre acte est signé."', "", "closings.acte_delivre has no text. Write text:"),
    ('"Votre acte est signé."', '"  "', "closings.acte_delivre has no text."),
    ('"Votre acte est signé."', '"' + "a" * 301 + '"', "the text has 301 letters."),
    ("[acte_delivre, deja", "[acte_delibre, deja", "unknown motif 'acte_delibre'. Known here: acte_delivre."),
    ("closings: [acte_delivre, deja_traite]", "closings: []", "categories.CAR-AVANCEMENT: nothing closes it."),
    ("acte_delivre: {", "Acte délivré: {", "'Acte délivré' is not written like acte_delivre."),
    ("  CAR-NOTATION:", "  car notation:", "'car notation' is not written like ATT-TRAVAIL."),
    ('label: "Notation"', 'label: "avancement"', "categories.CAR-NOTATION has the label of CAR-AVANCEMENT"),
    ('label: "Notation", ', "", "categories.CAR-NOTATION has no label."),
    ('"Direction de la Solde"', '"Actes de carrière"', "directions.SOLDE has the label of DGAPCE"),
    (', sigle: "Solde"', "", "directions.SOLDE has no sigle."),
    ("walled: true", "walled: oui", "categories.CAR-NOTATION.walled must be true or false"),
    ("walled: true", "wall: true", "a category has no 'wall'. Known here: walled"),
    ('source: "MEF", ', "", "nothing says where its delay comes from. Write source: illustratif."),
    ('["notation", "dernière décision"]', '"notation, décision"', "documents must be a list, one item each."),
    ('["notation", "dernière décision"]', '["notation", ""]', "documents.1 must be a word"),
    ("directions:", "direction:", "the section 'directions' is missing or empty."),
    ("closings:\n", "closing:\n", "the file: this file has no 'closing'."),
])
def test_each_fault_is_told_with_what_to_do(before: str, after: str, told: str) -> None:
    assert before in GOOD
    _categories, problems = read(GOOD.replace(before, after, 1))
    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith("categories.yaml:") for problem in problems)


def test_a_fault_is_told_with_its_line() -> None:
    _categories, problems = read(GOOD.replace("[deja_traite]", "[deja_trete]"))
    (problem,) = problems
    assert problem.startswith("categories.yaml:12: categories.CAR-NOTATION.closings.0: unknown motif 'deja_trete'.")


def test_the_check_of_the_whole_folder_reads_it_too(tmp_path: Path) -> None:
    for file in (ROOT / "dialplans").glob("*.yaml"):
        text = file.read_text("utf-8")
        (tmp_path / file.name).write_text(text.replace("direction: DPCE", "direction: DCPE", 1), "utf-8")
    told = [each for each in findings(Settings(home=tmp_path / "home", dialplans=tmp_path)).problems if "DCPE" in each]
    assert len(told) == 1
    assert told[0].startswith("categories.yaml:")


def test_all_faults_are_told_at_once_and_once() -> None:
    _categories, problems = read(
        GOOD.replace("delay: 60, unit: days", "delay: 0, unit: lunes").replace("sigle: ", "sigel: ").replace("MEF", "")
    )
    told = sorted(int(problem.split(":")[1]) for problem in problems)
    assert told == [2, 2, 3, 3, 9, 9, 12]
    assert len(set(problems)) == len(problems)
