"""The catalogue that is shipped, and how a wrong one is refused."""

import re
from pathlib import Path
from string import ascii_lowercase

import pytest

from ivr.prompts import CatalogueError, PromptError, load_catalogue
from ivr.prompts.lexicon import read_lexicon, spoken
from ivr.prompts.manifest import Slot
from ivr.prompts.saying import RECORDED, say

FRENCH = Path(__file__).resolve().parents[2] / "prompts" / "fr"
LEVELS = ["silence_1", "silence_2", "silence_3", "incompris_1", "incompris_2", "incompris_3"]


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(FRENCH / "catalog.yaml")


def refused(tmp_path, text) -> list[str]:
    path = tmp_path / "catalog.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as error:
        load_catalogue(path)
    return [problem.removeprefix(f"{path}:") for problem in error.value.problems]


def test_whatever_say_asks_for_is_in_the_catalogue_or_recorded(catalogue):
    samples = {
        "time": ["00:00", "12:00", "13:01"],
        "date": ["2026-03-01"],
        "day": ["2026-03-02"],
        "minutes": ["1", "2"],
        "duration": ["60", "3660"],
        "days": ["1", "2"],
        "calls": ["0", "1", "2"],
        "letter": list(ascii_lowercase),
        "number_feminine": ["1"],
        "matricule": ["000123X"],
        "reference": ["REQ-2026-000123"],
        "phone": ["0712345678"],
    }
    asked = {key for kind, values in samples.items() for value in values for key in say(kind, value)}
    assert asked - set(RECORDED) <= catalogue.ids


@pytest.mark.parametrize(
    ("menu", "choices"), [("principal", 5), ("carriere", 5), ("solde", 5), ("concours", 4), ("autres", 4), ("suivi", 5)]
)
def test_each_menu_has_an_intro_and_one_line_for_each_key(catalogue, menu, choices):
    keys = [int(found[1]) for i in catalogue.ids if (found := _choice(catalogue, menu, i))]
    assert f"{menu}.intro" in catalogue.ids
    assert sorted(set(keys)) == list(range(1, choices + 1))


def _choice(catalogue, menu, prompt_id):
    inside = prompt_id.startswith(f"{menu}.") and ", choix " in catalogue.prompts[prompt_id].used_in
    return re.fullmatch(r"Pour .*, tapez (\d)\.", catalogue.prompts[prompt_id].text) if inside else None


def test_every_question_has_its_three_levels_of_silence_and_of_nonsense(catalogue):
    asked = {i.split(".")[0] for i in catalogue.ids if i.endswith(".silence_1")} - {"erreur"}
    assert {"principal", "matricule", "lettre", "confirmer", "naissance", "code_suivi", "telephone"} <= asked
    assert [f"{node}.{level}" for node in asked for level in LEVELS if f"{node}.{level}" not in catalogue.ids] == []


def test_every_category_with_documents_has_its_label(catalogue):
    with_documents = {i.removeprefix("pieces.") for i in catalogue.ids if i.startswith("pieces.")}
    assert len(with_documents) > 40
    assert {f"categorie.{code}" for code in with_documents} <= catalogue.ids


def test_the_keys_are_the_same_everywhere(catalogue):
    sentences = [s for p in catalogue.prompts.values() for s in re.split(r"(?<=\.) ", p.text)]
    assert [s for s in sentences if "tapez étoile" in s and "réécouter" not in s] == []
    assert [s for s in sentences if re.search(r"menu (précédent|principal), tapez", s) and "dièse" not in s] == []
    assert [s for s in sentences if "parler à un agent, tapez" in s and not re.search(r"tapez [0125]\.", s)] == []


def test_what_binds_the_centre_waits_for_its_confirmation(catalogue):
    binding = re.compile(r"(categorie|pieces|droits|mention|direction)\.|suivi\.statut_")
    rights = re.compile(r"droits\.(silence|incompris)_\d")
    confirmed = {i for i, p in catalogue.prompts.items() if p.status == "confirmed" and not rights.fullmatch(i)}
    assert {i for i in confirmed if binding.match(i)} == set()


def test_a_known_and_an_unknown_matricule_are_answered_in_the_same_words(catalogue):
    ids = ["matricule.inconnu", "facteur.echec", "suivi.acces_refuse", "suivi.reference_inconnue"]
    assert len({catalogue.prompts[i].text for i in ids}) == 1


def test_the_callers_are_warned_of_fraud_and_told_their_rights(catalogue):
    assert "d'argent ni votre mot de passe" in catalogue.prompts["accueil.fraude"].text
    notice = catalogue.prompts["droits.notice"].text
    for item in ("responsable", "servent", "destinées", "facultatif", "accès, de rectification", "conservés", "article 28"):
        assert item in notice


def test_a_flow_can_ask_what_each_prompt_needs(catalogue):
    assert catalogue.arguments["suivi.entete"] == {"reference", "date"}
    assert catalogue.arguments.keys() == catalogue.ids


def test_a_prompt_with_arguments_is_cut_around_them(catalogue):
    parts = catalogue.prompts["matricule.confirmer_clavier"].parts()
    assert parts == (
        "Votre matricule est,",
        Slot("matricule", "matricule"),
        "Si c'est exact, tapez 1. Sinon, tapez 2.",
    )


def test_all_problems_are_told_at_once_with_line_and_advice(tmp_path):
    problems = refused(
        tmp_path,
        "a.un: {text: Bonjour., status: confirmed}\n"
        "a.un: {text: Encore., status: confirmed}\n"
        "a.deux: {txt: Bonjour., status: confirmed}\n"
        "a.trois: {text: 'À {heure}.', status: confirmed}\n"
        "a.quatre: {text: 'À {heure}.', args: {heure: hour}, status: confirmed}\n"
        "a.cinq: {text: Bonjour., args: {heure: time}, status: confirmed}\n"
        "a.six: {text: 'À {heure.', status: confirmed}\n"
        "a.sept: {text: Bonjour., status: sure}\n"
        "Huit: {text: Bonjour., status: confirmed}\n"
        "a.neuf: Bonjour\n"
        "a.dix: {sound: cloche, status: confirmed}\n",
    )
    expected = [
        (2, "'a.un' is already written at line 1. Keep"),
        (3, "'a.deux' needs a text"),
        (3, "unknown key 'txt'"),
        (4, "{heure} in 'a.trois' is not declared. Add"),
        (5, "unknown type 'hour'. Use one of: calls"),
        (6, "'heure' of 'a.cinq' is not in its text"),
        (7, "braces of 'a.six' do not close"),
        (8, "status 'sure' of 'a.sept' is not known"),
        (9, "'Huit' is no prompt id"),
        (10, "'a.neuf' is not a mapping"),
        (11, "'cloche' is no sound"),
    ]
    for line, sentence in expected:
        assert [p for p in problems if p.startswith(f"{line}: ") and sentence in p], (line, sentence, problems)
    assert all(problem.endswith(".") for problem in problems)


@pytest.mark.parametrize(("text", "line"), [("a.b: {text: 'x\n", 1), ("", 1), ("- a\n", 1)])
def test_what_is_no_catalogue_at_all_is_one_problem(tmp_path, text, line):
    (problem,) = refused(tmp_path, text)
    assert int(problem.split(":")[0]) >= line


def test_nothing_can_be_played_before_it_is_built(catalogue):
    with pytest.raises(PromptError, match="Build the prompts first"):
        catalogue.render("accueil.bienvenue")
    assert set(catalogue.unbuilt()) == catalogue.ids


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Vous êtes au 1364.", "Vous êtes au treize soixante-quatre."),
        ("Le 13640 reste.", "Le 13640 reste."),
        ("de 7h30 à 16h30", "de sept heures trente à seize heures trente"),
        ("à 12h", "à midi"),
        ("sur LOGIREC", "sur Logirec"),
        ("loi 2013-450", "loi deux mille treize quatre cent cinquante"),
    ],
)
def test_the_lexicon_spells_for_the_voice(written, said):
    assert spoken(written, read_lexicon(FRENCH / "lexicon.csv")) == said
