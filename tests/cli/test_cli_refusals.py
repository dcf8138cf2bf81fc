"""Whatever is wrong with the installation: one clear sentence on stderr, exit code 2, nothing half-done."""

import os
import shutil
import sqlite3

import pytest

from ivr.config import ROOT
from ivr.control import claim


def test_an_unknown_variable_is_named_with_those_that_exist(refused, monkeypatch):
    monkeypatch.setenv("CRUC_SPEED", "9")
    said = refused("records")
    assert said.startswith("CRUC_SPEED is no setting.")
    assert "sip_port" in said


@pytest.mark.parametrize(("text", "named"), [
    ("speed = 9", "'speed' is no setting"),
    ("sip_port = 'high'", "setting 'sip_port'"),
    ("sip_port = = 1", "not readable as TOML"),
    ("max_calls = -1", "setting 'max_calls'"),
    ("recognizer = 'dragon'", "setting 'recognizer'"),
])
def test_a_faulty_settings_file_is_refused_with_what_is_wrong(refused, monkeypatch, tmp_path, text, named):
    (tmp_path / "cruc.toml").write_text(text)
    monkeypatch.setenv("CRUC_SETTINGS", str(tmp_path / "cruc.toml"))
    assert named in refused("status")


def test_a_settings_file_that_is_not_there_is_named(refused, monkeypatch):
    monkeypatch.setenv("CRUC_SETTINGS", "/nowhere/cruc.toml")
    assert "/nowhere/cruc.toml" in refused("records")


def test_a_port_that_is_no_number_is_refused(refused, monkeypatch):
    monkeypatch.setenv("CRUC_SIP_PORT", "telephone")
    assert "sip_port" in refused("run")


def test_without_a_store_reading_commands_say_how_to_get_one(refused, home):
    reading = ["records"], ["call", "1"], ["requests", "list"], ["callback", "list"], ["people", "show", "000123X"]
    for words in (*reading, ["work", "list"], ["report"]):
        assert "make setup" in refused(*words)
    assert not home.exists()


def test_a_damaged_store_is_refused(refused, home):
    home.mkdir()
    (home / "store.db").write_bytes(b"no database at all" * 100)
    said = refused("records")
    assert "store.db" in said
    assert "backup" in said
    assert len(said.splitlines()) == 1


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_was(refused, home, store):
    with sqlite3.connect(home / "store.db") as database:
        table = next(name for name, in database.execute("select name from sqlite_master where name like '%migration%'"))
        columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
        values = {"name": "99_the_future", "migration_set": "cruc", "applied_at": "2031-01-01"}
        used = [column for column in columns if column in values]
        database.execute(f"insert into {table} ({', '.join(used)}) values ({', '.join('?' * len(used))})",
                         [values[column] for column in used])
    assert "newer version (99_the_future)" in refused("records")


def test_a_home_that_cannot_be_made_is_refused(refused, monkeypatch):
    monkeypatch.setenv("CRUC_HOME", "/proc/no/such/home")
    assert "/proc/no" in refused("agent", "list")


def test_a_second_service_on_a_home_is_refused_with_the_first_ones_process(refused, home):
    with claim(home):
        assert f"process {os.getpid()}" in refused("run")


def test_the_claim_ends_with_its_holder(refused, home):
    with claim(home):
        pass
    assert "Another service" not in refused("run")


def test_the_service_does_not_start_without_prompts(refused, monkeypatch, home):
    said = refused("run")
    assert "cruc prompts build" in said
    assert not (home / "store.db").exists()


def test_no_service_running_is_said(refused, home):
    for words in (["status"], ["drain"], ["flow", "publish"], ["live", "--once"], ["queue", "waiting"]):
        assert f"No service runs on {home}" in refused(*words)


def test_check_tells_every_fault_of_every_file_with_its_line(cruc, monkeypatch, tmp_path):
    folder = shutil.copytree(ROOT / "dialplans", tmp_path / "dialplans")
    flow, hours = ((folder / name).read_text() for name in ("1364.yaml", "hours.yaml"))
    flow = flow.replace("next: notice\n", "next: nowhere\n", 1).replace("verb: hours", "verb: huors", 1)
    (folder / "1364.yaml").write_text(flow)
    (folder / "hours.yaml").write_text(hours.replace('lundi: ["07:30-12:30"', 'lundi: ["12:30-07:30"', 1))
    monkeypatch.setenv("CRUC_DIALPLANS", str(folder))
    result = cruc("check")
    assert result.exit_code == 1
    assert "'nowhere'" in result.stderr
    assert "'huors'" in result.stderr
    assert "hours.yaml:" in result.stderr
    assert all(line.split(":")[1].isdigit() for line in result.stderr.splitlines() if line.startswith(("1364", "hours")))


def test_a_faulty_catalogue_is_refused_with_its_line(refused, cruc, monkeypatch, tmp_path):
    (tmp_path / "catalog.yaml").write_text('accueil.bienvenue: {text: "Bonjour {nom}", status: confirmed}\n')
    monkeypatch.setenv("CRUC_PROMPTS", str(tmp_path))
    assert "catalog.yaml:1:" in cruc("check").stderr
    assert "catalog.yaml:1:" in refused("prompts", "check")


def test_a_missing_catalogue_is_refused(refused, monkeypatch, tmp_path):
    monkeypatch.setenv("CRUC_PROMPTS", str(tmp_path / "none"))
    assert "No such file" in refused("prompts", "check")


ADD = ["agent", "add", "awa", "--name", "Awa", "--extension", "102"]


@pytest.mark.parametrize(("words", "named"), [
    (["agent", "add", "Awa!", "--name", "Awa", "--extension", "102"], "no id"),
    (["agent", "add", "demo", "--name", "Awa", "--extension", "102"], "no id"),
    (["agent", "add", "awa", "--name", "Awa", "--extension", "1x"], "no extension"),
    (["agent", "add", "awa", "--name", "Awa", "--extension", "102", "--queues", "generale"], "no queue"),
    (["agent", "add", "awa", "--name", "Awa", "--extension", "101"], "belongs to the agent koffi"),
    ([*ADD, "--skills", "soldes=2"], "no skill called 'soldes'"),
    ([*ADD, "--skills", "solde=10"], "from 1 to 9"),
    ([*ADD, "--skills", "solde"], "from 1 to 9"),
    ([*ADD, "--ranks", "solde=1"], "no queue of this agent called 'solde'"),
    (["agent", "ready", "nobody"], "no agent called nobody"),
    (["agent", "remove", "nobody"], "no agent called nobody"),
    (["call", "none"], "No call none"),
    (["requests", "show", "REQ-1"], "n'est pas une référence"),
    (["people", "show", "000998Z"], "n'est pas dans l'annuaire"),
    (["people", "import", "/nowhere.csv"], "/nowhere.csv"),
    (["prompts", "say", "accueil.rien"], "no prompt"),
    (["records", "--since", "yesterweek"], "no time"),
    (["records", "--limit", "0"], "--limit"),
    (["hours", "seed", "1999"], "2026"),
    (["frobnicate"], "frobnicate"),
])
def test_a_wrong_argument_is_refused_by_name(refused, store, words, named):
    assert named in refused(*words)
