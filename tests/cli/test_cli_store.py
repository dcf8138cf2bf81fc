"""What the command line reads from a real store and writes into it, with and without masks."""

import csv
import json
from dataclasses import replace

import pytest

from ivr.config import load_settings
from ivr.core.call import Call
from ivr.core.messages import CallEnded, CallStarted, DigitReceived, Noted, PlayFinished
from ivr.site import load_flow, load_prompts

NOON = 1_795_435_200.0
"""Monday 2026-11-23, 12:00 in Abidjan."""
AWA, HER_MATRICULE = "0700000001", "000123X"


@pytest.fixture
def told_call(store):
    """Awa listens to the welcome, asks for an agent's menu by key 2, and hangs up: journaled as a session does."""
    settings = load_settings()
    dialplan = load_flow(settings, load_prompts(settings))
    call, journal = Call(dialplan.flow), []

    def happens(event):
        journal.append(event)
        journal.extend(output for output in call.handle(event) if isinstance(output, Noted))

    happens(CallStarted(NOON - 4 * 3600, "call-1", AWA, "1364", dialplan.flow.version))
    for second in range(1, 6):
        for started in list(call.live)[:1]:
            happens(PlayFinished(call.now + second, started.ref))
    happens(DigitReceived(call.now + 1, "2"))
    happens(CallEnded(call.now + 2, "caller"))

    async def write(one):
        await one.keep_flow(dialplan.flow.version, dialplan.source)
        await one.open_call("call-1", journal[0].at, AWA, "1364", dialplan.flow.version)
        await one.append("call-1", 0, journal)
        await one.close_call("call-1", call.record)

    store(write)
    return journal


def test_records_mask_numbers_and_matricules_unless_clear(cruc, store):
    masked, clear = cruc("records"), cruc("records", "--clear")
    assert AWA not in masked.stdout
    assert HER_MATRICULE not in masked.stdout
    assert "••••••••01" in masked.stdout
    assert AWA in clear.stdout
    assert HER_MATRICULE in clear.stdout


def test_records_are_chosen_by_outcome_matricule_and_age(cruc, store):
    def ids(*words):
        return [json.loads(line)["id"] for line in cruc("records", "--json", *words).stdout.splitlines()]

    assert len(ids()) == 4
    assert ids("--matricule", "000 123x") == ["demonstration-1"]
    assert ids("--since", "3d") == ["demonstration-1"]
    assert ids("--outcome", "TRANSFERE") == []
    assert len(ids("--limit", "2")) == 2


def test_records_are_exported_as_csv(cruc, store, tmp_path):
    assert "4 appels" in cruc("records", "--csv", str(tmp_path / "out.csv"), "--clear").stdout
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8-sig")))
    assert [row["caller"] for row in rows if row["id"] == "demonstration-1"] == [AWA]
    assert {row["outcome"] for row in rows} == {"REQUETE_CREEE"}


def test_a_call_is_told_as_a_timeline_with_the_texts_heard(cruc, told_call):
    said = cruc("call", "call-1").stdout
    assert "Bienvenue au Centre de Relation" in said
    assert "l'appelant raccroche" in said
    assert AWA not in said
    assert "touche •••" in said
    assert "touche 2" in cruc("call", "call-1", "--clear").stdout


def test_the_replay_of_a_call_gives_the_same_notes_and_record(cruc, told_call):
    result = cruc("call", "call-1", "--replay")
    assert result.exit_code == 0, result.output
    assert f"Rejoué : {len(told_call)} entrées" in result.stdout


def test_the_replay_of_a_call_whose_record_was_changed_fails_and_shows_where(cruc, store, told_call, home):
    import sqlite3
    with sqlite3.connect(home / "store.db") as database:
        database.execute("update calls set record = replace(record, '\"principal\"', '\"solde\"') where id = 'call-1'")
    result = cruc("call", "call-1", "--replay")
    assert result.exit_code == 1
    assert "record.path" in result.stderr


def test_the_replay_of_a_call_whose_journal_was_changed_fails(cruc, store, told_call, home):
    import sqlite3
    with sqlite3.connect(home / "store.db") as database:
        table = next(name for name, in database.execute(
            "select name from sqlite_master where type = 'table' and sql like '%entry%' and sql like '%seq%'"))
        changed = database.execute(f"delete from {table} where call = 'call-1' and type = 'DigitReceived'")
        assert changed.rowcount == 1
    result = cruc("call", "call-1", "--replay")
    assert result.exit_code == 1
    assert "differs" in result.stderr


def test_a_call_as_json_is_its_record(cruc, told_call):
    kept = json.loads(cruc("call", "call-1", "--json", "--clear").stdout)
    assert kept["caller"] == AWA
    assert kept["path"][:2] == ["accueil", "notice"]
    assert kept["request"].startswith("REQ-")


def test_a_call_is_drawn_and_its_caller_is_not_in_the_picture(cruc, told_call, tmp_path):
    drawn = tmp_path / "call.svg"
    assert cruc("call", "call-1", "--picture", str(drawn)).exit_code == 0
    assert "Bienvenue au Centre" in drawn.read_text()
    assert AWA not in drawn.read_text()
    nowhere = cruc("call", "call-1", "--picture", str(tmp_path / "no" / "call.svg"))
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr


def test_agents_are_added_changed_and_removed_while_no_service_runs(cruc, store, home):
    added = cruc("agent", "add", "awa", "--name", "Awa", "--extension", "102", "--queues", "general,solde")
    secret = (home / "secrets" / "awa.secret").read_text()
    assert secret in added.stdout
    assert "prochain démarrage" in added.stdout
    assert (home / "secrets" / "awa.secret").stat().st_mode & 0o777 == 0o600
    assert "dès que le service" in cruc("agent", "pause", "awa", "--reason", "réunion").stdout
    (row,) = [json.loads(line) for line in cruc("agent", "list", "--json").stdout.splitlines() if '"awa"' in line]
    assert (row["queues"], row["wish"], row["reason"]) == (["general", "solde"], "paused", "réunion")
    assert cruc("agent", "remove", "awa").exit_code == 0
    assert "awa" not in cruc("agent", "list").stdout
    assert not (home / "secrets" / "awa.secret").exists()


def test_an_agents_skills_and_ranks_are_kept_and_listed(cruc, store, home):
    cruc("agent", "add", "awa", "--name", "Awa", "--extension", "102", "--queues", "general,solde",
         "--skills", "solde=2, carriere=1", "--ranks", "solde=3")
    (row,) = [json.loads(line) for line in cruc("agent", "list", "--json").stdout.splitlines() if '"awa"' in line]
    assert (row["skills"], row["ranks"]) == ({"solde": 2, "carriere": 1}, {"solde": 3})
    (line,) = [line for line in cruc("agent", "list").stdout.splitlines() if line.startswith("awa")]
    assert "carriere 1, solde 2" in line
    assert "solde 3" in line


def test_requests_are_listed_and_shown_with_their_history(cruc, store):
    row = json.loads(cruc("requests", "list", "--json", "--matricule", HER_MATRICULE).stdout)
    assert row["category"] == "ATT-TRAVAIL"
    assert set(row["code"]) == {"•"}
    shown = cruc("requests", "show", row["reference"])
    assert "enregistrement" in shown.stdout
    assert AWA not in shown.stdout
    assert len(json.loads(cruc("requests", "show", row["reference"], "--json").stdout)["history"]) == 2


def test_demonstration_people_are_put_in_once(store):
    from ivr.demo.people import PEOPLE, demonstration
    assert store(demonstration) == 0
    assert all(1 <= int(person.matricule[:6]) <= 999 for person in PEOPLE)


def test_hours_and_prompts_are_shown(cruc):
    assert "07:30-12:30, 13:30-16:30" in cruc("hours", "show").stdout


def test_following_shows_a_call_when_it_ends(store, home, told_call):
    """In a process of its own: following only ends by Ctrl-C."""
    import os
    import signal
    import subprocess
    import sys
    import threading

    from ivr.config import ROOT
    following = subprocess.Popen(
        [sys.executable, "-m", "ivr", "records", "--follow", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a run in the background ignores it
    )
    lines = []
    reading = threading.Thread(target=lambda: lines.append(following.stdout.readline()))
    reading.start()
    number = 1
    while reading.is_alive() and number < 200:  # it may still be starting: calls go on ending until one is seen
        number += 1
        store(lambda one, number=number: _one_more(one, told_call, f"call-{number}"))
        reading.join(0.1)
    following.send_signal(signal.SIGINT)
    try:
        following.wait(10)
    except subprocess.TimeoutExpired:
        following.send_signal(signal.SIGABRT)  # it tells on stderr where each of its threads is
        pytest.fail(f"Ctrl-C did not end it; {lines} was read.\n{following.communicate()[1]}")
    assert json.loads(lines[0])["outcome"] == "ABANDON_SVI"


async def _one_more(one, journal, name):
    from ivr.core.record import fold
    await one.open_call(name, journal[0].at, AWA, "1364", journal[0].flow)
    await one.close_call(name, fold([replace(journal[0], call=name), *journal[1:]]))
