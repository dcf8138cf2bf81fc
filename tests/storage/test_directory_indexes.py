"""What is asked of the directory while a caller waits never reads all of it, nor does a name asked by staff."""

import sqlite3

import pytest

from storage import open_store
from storage.statements import statements

LIKES = dict.fromkeys(("first_like", "second_like", "third_like", "fourth_like"), "%")
NUMBER = {"number": "+2250700000001", "national": "0700000001", "written": "0700000001"}


@pytest.mark.parametrize(("name", "asked"), [
    ("person", {"matricule": "000123X"}), ("phones", {"matricule": "000123X"}), ("people_with_digits", {"digits": "000123"}),
    ("people_at", {**NUMBER, "limit": 50}), ("people_named", {"first": "kone", **LIKES, "limit": 50}),
    ("candidates", {**NUMBER, "matricules": "[]", "at": 1.0}), ("people_of", {"matricules": "[]"}),
    ("phones_of", {"matricules": "[]"}), ("people_without_words", {"limit": 1}), ("import_in_force", {}),
])
def test_an_index_answers(tmp_path, name, asked):
    path = tmp_path / "store.db"
    open_store(f"sqlite:///{path}").engine._close()
    connection = sqlite3.connect(path)
    said = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statements()[name]}", asked)]
    connection.close()
    scanned = [each for each in said if each.startswith("SCAN") and "VIRTUAL TABLE" not in each and "USING" not in each]
    assert scanned == (["SCAN imports"] if name == "import_in_force" else [])
    if name == "people_named":
        assert said[0].startswith("SEARCH w USING PRIMARY KEY (word>? AND word<?)")
        assert not any("TEMP B-TREE" in each for each in said)
