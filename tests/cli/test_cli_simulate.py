"""cruc simulate: a table, JSON, a picture; what stands in the way is one clear sentence."""

import json
from xml.etree import ElementTree as ET

import pytest

QUICK = ("simulate", "--calls-per-hour", "60", "--handling", "300", "--patience", "120", "--days", "2", "--processes", "1")


def lines(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_given_a_span_of_agents_then_a_line_for_each_and_more_agents_serve_better(cruc):
    told = lines(cruc(*QUICK, "--agents", "3..5", "--json"))
    assert [row["case"] for row in told] == ["3 agents", "4 agents", "5 agents"]
    assert told[0]["service_level"] < told[1]["service_level"] < told[2]["service_level"]
    assert len({row["offered"] for row in told}) == 1


def test_given_the_same_seed_then_the_same_figures(cruc):
    assert cruc(*QUICK, "--json", "--seed", "4").stdout == cruc(*QUICK, "--json", "--seed", "4").stdout
    assert cruc(*QUICK, "--json", "--seed", "4").stdout != cruc(*QUICK, "--json", "--seed", "5").stdout


def test_the_table_is_in_french(cruc):
    result = cruc(*QUICK, "--agents", "4")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split() == [
        "Cas", "File", "Appels", "NS", "±", "Abandon", "±", "Attente", "P50", "P90", "Max", "DMT", "Occup.", "En", "file",
        "Écart", "annoncé",
    ]


def test_given_other_rules_then_both_meet_the_same_calls(cruc, tmp_path):
    other = tmp_path / "autres.yaml"
    other.write_text("queues:\n  general: {label: Accueil, wrap_up: 120}\n", "utf-8")
    first, second = lines(cruc(*QUICK, "--agents", "4", "--rules", str(other), "--json"))
    assert (first["case"], second["case"]) == ("4 agents", "4 agents, autres.yaml")
    assert first["offered"] == second["offered"]
    assert second["service_level"] < first["service_level"]


def test_given_a_scenario_file_then_each_queue_has_its_line(cruc, tmp_path):
    file = tmp_path / "jour.yaml"
    file.write_text("days: 1\ncallers:\n  general: {per_hour: 30}\n  solde: {per_hour: 20}\n"
                    "agents: [{count: 6, queues: [general, solde]}]\n", "utf-8")
    told = lines(cruc("simulate", str(file), "--json", "--processes", "1"))
    assert [row["queue"] for row in told] == ["", "general", "solde"]


def test_the_picture_is_an_svg_with_french_words(cruc, tmp_path):
    file = tmp_path / "jour.svg"
    assert cruc(*QUICK, "--agents", "4", "--picture", str(file)).exit_code == 0
    words = " ".join(element.text or "" for element in ET.parse(file).iter())
    assert "Niveau de service" in words
    assert "Appelants en attente" in words
    assert "Occupation de chaque agent" in words


@pytest.mark.parametrize(("words", "told"), [
    (("simulate",), "Give a scenario file, or --calls-per-hour"),
    ((*QUICK, "--agents", "many"), "write a number such as 8, or 6..12"),
    ((*QUICK, "--agents", "9..3"), "write a number such as 8, or 6..12"),
    ((*QUICK, "--queue", "solde2"), "There is no queue 'solde2'"),
    ((*QUICK, "--shape", "flat"), "There is no shape 'flat'"),
    ((*QUICK, "--wrap-up", "400"), "leaves nothing beside a wrap-up of 400 s"),
    (("simulate", "--from", "yesterday"), "'yesterday' is no time"),
    (("simulate", "--from", "2026-11-05", "--to", "2026-11-01"), "--to must not be before --from"),
    (("simulate", "--from", "2026-11-01"), "There is no store"),
])
def test_what_cannot_be_played_is_refused_in_a_sentence(refused, words, told):
    shown = " ".join(refused(*words).replace("│", " ").split())
    assert told in shown


def test_a_faulty_scenario_is_told_with_its_line(refused, tmp_path):
    file = tmp_path / "jour.yaml"
    file.write_text("days: 1\ncallers:\n  generale: {per_hour: 30}\nagents: [{queues: [general]}]\n", "utf-8")
    assert "jour.yaml:3: callers.generale: unknown queue 'generale'." in refused("simulate", str(file))
