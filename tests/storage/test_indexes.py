"""What is asked while a caller waits, or for each call, never reads a whole table."""

import sqlite3

import pytest

from storage import open_store
from storage.statements import statements


@pytest.fixture
def plan(tmp_path):
    """How SQLite would answer a named statement, in its own words."""
    path = tmp_path / "store.db"
    open_store(f"sqlite:///{path}").engine._close()
    connection = sqlite3.connect(path)

    def explained(name, **values):
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statements()[name]}", values)
        return " / ".join(row[3] for row in rows)
    yield explained
    connection.close()


@pytest.mark.parametrize(("name", "asked", "index"), [
    ("served_by_matricule", {"matricule": "000123X", "after": 0.0, "at": 9e9}, "calls_served_by_matricule"),
    ("served_by_caller", {"caller": "+2250700000001", "after": 0.0, "at": 9e9}, "calls_served_by_caller"),
    ("open_callback", {"number": "+2250700000001"}, "callbacks_one_open"),
    ("stays", {"since": 0.0, "until": 9e9}, "stays_by_time"),
])
def test_an_index_answers_in_order(plan, name, asked, index):
    said = plan(name, **asked)
    assert f"USING INDEX {index} (" in said
    assert "SCAN" not in said
    assert name == "stays" or "TEMP B-TREE" not in said


def test_open_work_of_a_person_is_found_by_both_indexes(plan):
    said = plan("open_work_items", number="+2250700000001", matricule="000123X")
    assert "work_open_of_number" in said
    assert "work_open_of_matricule" in said
    assert "SCAN" not in said


@pytest.mark.parametrize(("name", "index"), [("works", "works_by_time"), ("spent", "spent_by_time")])
def test_a_recent_period_reads_what_ended_since(plan, name, index):
    assert f"USING INDEX {index} (until>?)" in plan(name, since=0.0, until=9e9)


def test_what_a_registration_asks_first_is_found_by_indexes(plan):
    said = plan(
        "before_registering", call="1", key="k", category="ATT-TRAVAIL", matricule="000123X", unasked="call",
    )
    for index in ("requesters_of_matricule", "requests_of_requester"):
        assert f"USING INDEX {index} (" in said
    assert "SCAN" not in said.replace("SCAN CONSTANT ROW", "").replace("SCAN asked", "")
