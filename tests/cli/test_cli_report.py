"""Reports from the command line, counted by hand: one quiet quarter of an hour and one lively one."""

import csv
import json
import sqlite3

import pytest

from ivr.cli.console import in_a_cell
from ivr.core.orders import Spent, Stayed, Worked
from ivr.core.record import CallRecord, Segment

NINE = 1_795_424_400.0
"""Monday 2026-11-23, 09:00 in Abidjan."""
PERIOD = ("--since", "2026-11-23T09:00", "--until", "2026-11-23T10:00")


def stay(call, wait, end, queue="general", at=NINE, **more):
    return Stayed(call, queue, at, at, at + wait, end, agent="awa" if end == "answered" else "", **more)


REPORTS = [
    stay("1", 10, "answered"), stay("2", 30, "answered"), stay("3", 3, "abandoned"), stay("4", 60, "abandoned"),
    stay("5", 90, "flow_out"), stay("6", 0, "refused", why="full"), stay("7", 600, "answered", callback=True),
    stay("8", 5, "answered", queue="solde", at=NINE + 1000),
    Worked("o1", "call", "awa", "general", "1", NINE + 5, NINE + 135, "accepted", 5.0, talked=80.0, held=20.0, wrapped=25.0),
    Worked("o2", "call", "serge", "general", "2", NINE + 10, NINE + 30, "timed_out", 20.0),
    Worked("o0", "call", "awa", "general", "0", NINE - 60, NINE + 4, "accepted", 4.0, talked=60.0),
    Spent("awa", "ready", "", NINE + 135, NINE + 260), Spent("=awa", "paused", "repas", NINE, NINE + 600),
]


@pytest.fixture
def reported(store):
    """What the distributor told in that hour; a call answered after a wait announced, one served by voice, one given up."""
    async def fill(one):
        await one.keep_reports(REPORTS)
        for record in (
            CallRecord("1", "0700000101", ended_at=NINE + 90, outcome="TRANSFERE", started_at=NINE, queue="general",
                       queued_at=NINE, offer="o1", segments=(Segment("awa", "o1", NINE + 90, NINE + 95),), satisfaction=5,
                       announced=((NINE + 10, 60),)),
            CallRecord("2", "0700000102", ended_at=NINE + 40, outcome="STATUT_LU_SVI", started_at=NINE),
            CallRecord("3", "0700000103", ended_at=NINE + 63, outcome="ABANDON_FILE", started_at=NINE, queue="general",
                       queued_at=NINE, announced=((NINE + 5, 120),), path=("enquete",)),
        ):
            await one.open_call(record.call, NINE, record.caller, "1364", "v1")
            await one.close_call(record.call, record)

    store(fill)


def told(cruc, *words):
    result = cruc("report", *PERIOD, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_figures_are_those_of_the_formulas_by_interval_and_over_the_period(cruc, reported):
    report = json.loads(told(cruc, "--by", "15min", "--json"))
    general, solde = report["intervals"]
    assert (general["since"], general["queue"], solde["since"], solde["queue"]) == (NINE, "general", NINE + 900, "solde")
    assert (general["offered"], general["answered"], general["abandoned"], general["flow_out"]) == (5, 2, 2, 1)
    assert general["service_level"] == 1 / 3  # one in 20 s, of two answered and one who did not leave at once
    assert (general["asterisk_sl"], general["asterisk_sl2"]) == (0.5, 0.5)
    assert (general["refused"], general["callbacks"]) == ({"full": 1}, {"answered": 1})
    assert (general["handled"], general["aht"], general["no_answer_rate"]) == (1, 125.0, 0.5)
    assert (report["total"]["offered"], report["total"]["asa"]) == (6, 15.0)


def test_a_report_on_paper_prints_its_definitions_and_dashes_for_what_is_undefined(cruc, reported):
    said = told(cruc)
    lines = said.splitlines()
    general = next(line for line in lines if line.startswith("2026-11-23 09:00  general"))
    assert "33 %" in general
    assert "NS 80/20 : répondus en 20 s au plus / (répondus + abandons − abandons de moins de 5 s)." in lines
    assert "SL = répondus à temps / répondus" in said
    assert "Rappels de general, à part : joints 1." in lines
    solde = next(line for line in lines if line.startswith("2026-11-23 09:00  solde"))
    assert "–" in solde  # no offer of that queue was told: no handling time
    assert any(line.startswith("toutes") for line in lines)


def test_a_queue_alone_has_its_own_lines_only(cruc, reported):
    report = json.loads(told(cruc, "--queue", "solde", "--json", "--agents"))
    assert [each["queue"] for each in report["queues"]] == ["solde"]
    assert report["total"] is None
    assert report["agents"] == []


def test_agents_have_their_times_cut_at_the_ends_of_the_period(cruc, reported):
    report = json.loads(told(cruc, "--agents", "--json"))
    _odd, awa, serge = report["agents"]
    assert (awa["answered"], awa["idle"], awa["wrap_up"]) == (1, 125.0, 25.0)
    assert awa["talk"] == 80.0 + 4.0
    assert (serge["missed"], serge["no_answer_rate"], serge["occupancy"]) == (1, 1.0, None)
    assert "Occupation : " in told(cruc, "--agents")


def test_calls_say_self_service_satisfaction_and_how_true_the_announced_waits_were(cruc, reported):
    calls = json.loads(told(cruc, "--json"))["calls"]
    assert (calls["answered"], calls["served"], calls["self_service_rate"]) == (3, 1, 1 / 3)
    assert (calls["satisfaction"]["csat"], calls["satisfaction"]["answered"]) == (1.0, 1)
    assert (calls["satisfaction"]["asked"], calls["satisfaction"]["response_rate"]) == (2, 0.5)
    assert (calls["announcements"]["announced"], calls["announcements"]["error"]) == (1, 20.0)
    assert "erreur moyenne 20 s" in told(cruc)


def test_lines_are_exported_and_no_cell_is_a_formula(cruc, reported, tmp_path):
    told(cruc, "--csv", str(tmp_path / "out.csv"), "--by", "day")
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8-sig")))
    assert (rows[0]["since"], rows[0]["queue"], rows[0]["refused"]) == ("2026-11-23 00:00:00", "general", "full: 1")
    assert rows[1]["aht"] == ""
    agents = list(csv.DictReader(told(cruc, "--agents", "--csv", "-").splitlines()))
    assert [row["agent"] for row in agents] == ["'=awa", "awa", "serge"]
    assert [in_a_cell(each) for each in ("+225", "-1", "@x", 3, "ok")] == ["'+225", "'-1", "'@x", 3, "ok"]


def test_a_period_in_which_nothing_happened_is_a_report_too(cruc, store):
    said = cruc("report", "--since", "2026-10-01", "--until", "2026-10-02")
    assert said.exit_code == 0
    assert "(rien)" in said.stdout
    assert "libre-service –" in said.stdout


def test_reports_that_do_not_add_up_are_told_with_their_interval_and_no_figure(refused, reported, home):
    with sqlite3.connect(home / "store.db") as database:
        database.execute("update stays set \"end\" = 'vanished' where call = '5'")
    said = refused("report", *PERIOD, "--by", "15min")
    assert "queue general, 2026-11-23 09:00:00 to 2026-11-23 09:15:00: 5 offered ≠ 2 answered" in said


@pytest.mark.parametrize(("words", "named"), [
    (["--by", "month"], "'month' is no interval"), (["--queue", "soldes"], "There is no queue 'soldes'"),
    (["--since", "2026-11-23", "--until", "2026-11-22"], "ends"), (["--since", "hier"], "no time"),
    (["--csv", "/nowhere/out.csv"], "/nowhere/out.csv cannot be written"),
])
def test_what_makes_no_sense_is_refused_by_name(refused, store, words, named):
    assert named in refused("report", *words)


async def test_who_is_on_the_line_still_is_counted_as_waiting(room, live):
    await room.agent("awa", "general", phone="rings")
    await room.caller("koffi")
    await room.caller("adjoua", "solde")
    report = json.loads(await live("report", "--json", "--until", "2031-01-01"))
    counted = {each["queue"]: (each["offered"], each["waiting"]) for each in report["queues"]}
    assert counted == {"general": (1, 1), "solde": (1, 1)}
