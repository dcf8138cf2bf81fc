"""`cruc doctor`: each check says ok, attention or failure, with what to do; it fails when something stands in the way."""

import json
import socket

import pytest


@pytest.fixture
def found(cruc, monkeypatch):
    """Run it; its lines by what they are about."""
    monkeypatch.setenv("CRUC_RECOGNIZER", "none")

    def run():
        result = cruc("doctor", "--json")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, {line["what"]: line for line in lines}
    return run


def test_on_a_bare_home_it_fails_and_says_what_to_do(found, home, monkeypatch):
    monkeypatch.setattr("ivr.site.find_system_asterisk", lambda: None)
    code, lines = found()
    assert code == 1
    assert lines["Python"]["state"] == "ok"
    assert lines["Asterisk"]["state"] == "fail"
    assert "make setup" in lines["Asterisk"]["advice"]
    assert lines["Prompts"]["state"] == "fail"
    assert lines["Base"]["state"] == "warn"
    assert lines["Service"]["state"] == "warn"
    assert all(line["advice"] for line in lines.values() if line["state"] == "warn")
    assert not home.exists()


def test_a_sound_store_is_ok_and_a_damaged_one_is_not(found, store, home):
    assert found()[1]["Base"]["state"] == "ok"
    (home / "store.db").write_bytes(b"no database at all" * 100)
    assert found()[1]["Base"]["state"] == "fail"


def test_a_port_taken_by_another_program_is_named(found, home, monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CRUC_SIP_PORT", str(other.getsockname()[1]))
        line = found()[1]["Ports"]
    assert line["state"] == "fail"
    assert "not free" in line["said"]


def test_a_faulty_flow_is_told_with_its_line(found, monkeypatch, tmp_path):
    import shutil

    from ivr.config import ROOT
    folder = shutil.copytree(ROOT / "dialplans", tmp_path / "dialplans")
    (folder / "1364.yaml").write_text((folder / "1364.yaml").read_text().replace("verb: hours", "verb: huors", 1))
    monkeypatch.setenv("CRUC_DIALPLANS", str(folder))
    line = found()[1]["Arbre d'appel"]
    assert line["state"] == "fail"
    assert line["said"].startswith("1364.yaml:")


def test_without_espeak_a_new_text_cannot_be_said(found, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert found()[1]["espeak-ng"]["advice"] == "apt-get install espeak-ng"


def test_a_recogniser_without_its_model_leaves_the_keypad(cruc, monkeypatch):
    monkeypatch.setenv("CRUC_RECOGNIZER", "vosk")
    monkeypatch.setenv("CRUC_RECOGNIZER_MODEL", "/nowhere")
    lines = [json.loads(line) for line in cruc("doctor", "--json").stdout.splitlines()]
    (line,) = [line for line in lines if line["what"] == "Reconnaissance vocale"]
    assert (line["state"], line["advice"]) == ("warn", "Le clavier suffit.")
