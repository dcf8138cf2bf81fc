"""The lists that people look at all day are walked by an index, in order, whatever the store has grown to."""

import sqlite3

import pytest

from storage import open_store
from storage.asked import Search, Sort, conditions
from storage.composed import Composed, Statements, composed
from storage.finding import PHASES
from storage.logirec import day
from storage.statements import statements


@pytest.fixture
def plan(tmp_path):
    """How SQLite would answer the first page of a search without words, in its own words."""
    path = tmp_path / "store.db"
    open_store(f"sqlite:///{path}").engine._close()
    connection = sqlite3.connect(path)

    def explained(asked):
        phase, today = PHASES[asked.sort][0], day(1_792_396_800.0)
        given = conditions(asked, today, today).also(*phase.where, **phase.values)
        sql = statements()[Composed("listed", (), phase.order, given.where).name]
        rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", {**given.values, "limit": 50})
        return " / ".join(row[3] for row in rows)
    yield explained
    connection.close()


@pytest.mark.parametrize(("asked", "index"), [
    (Search(), "requests_by_time"), (Search(sort=Sort.OLDEST), "requests_by_time"),
    (Search(sort=Sort.UPDATED), "requests_by_since"),
    (Search(sort=Sort.DUE), "requests_by_due"), (Search(due="overdue", sort=Sort.DUE), "requests_by_due"),
    (Search(direction="DGAPCE", only_open=True, sort=Sort.DUE), "requests_of_direction"),
    (Search(assignee="serge", only_open=True, sort=Sort.DUE), "requests_of_assignee"),
    (Search(status=("assigned",)), "requests_by_status"), (Search(sort=Sort.STATUS), "requests_by_status"),
    (Search(category=("ATT-PRET",)), "requests_by_category"),
    (Search(category=("ATT-PRET", "ATT-TRAVAIL")), "requests_by_time"),
    (Search(matricule="000123X"), "requests_of_matricule"), (Search(requester=7), "requests_of_requester"),
    (Search(only_open=True, sort=Sort.OLDEST), "requests_open"), (Search(reopened=True), "requests_reopened"),
])
def test_an_index_walks_the_list_in_its_order(plan, asked, index):
    said = plan(asked)
    assert f"USING INDEX {index}" in said
    assert "B-TREE FOR ORDER BY" not in said  # a last part of the order may be sorted: among equals only


def test_a_statement_is_put_together_from_parts_and_nothing_else():
    parts = {"listed": "SELECT * FROM r WHERE {where} ORDER BY {order}", "a": "a = :a", "b": "b = :b", "order_up": "n"}
    assert composed("listed||up|a b", parts) == "SELECT * FROM r WHERE a = :a\n  AND b = :b ORDER BY n"
    assert composed("listed||up|", parts) == "SELECT * FROM r WHERE 1 = 1 ORDER BY n"
    for wrong in ("listed||up|a; DROP TABLE r", "listed||sideways|a", "gone|||"):
        with pytest.raises(KeyError):
            composed(wrong, parts)
    with pytest.raises(KeyError):
        Statements({"written": "SELECT 1"}, parts)["unwritten"]
