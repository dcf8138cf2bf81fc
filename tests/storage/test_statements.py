"""The names that the rules ask by exist in every engine."""

import re
from pathlib import Path

import storage
from storage.statements import FILES, schema, statements


def test_no_file_of_statements_is_forgotten():
    files = {path.stem for path in (Path(storage.__file__).parent / "sql").glob("*.sql")}
    assert files == {*FILES, *(f"schema_{step}" for step in storage.schema.STEPS)}


def test_every_statement_is_asked_and_every_question_has_a_statement():
    code = "".join(path.read_text("utf-8") for path in Path(storage.__file__).parent.glob("*.py"))
    assert set(re.findall(r'Ask\(\s*"(\w+)"', code)) == set(statements())


def test_a_schema_step_is_cut_into_whole_statements():
    for step in storage.schema.STEPS:
        known = r"^(CREATE (UNIQUE |VIRTUAL )?(TABLE|INDEX|TRIGGER)|ALTER TABLE|UPDATE|DROP (INDEX|TRIGGER)|INSERT INTO) "
        assert [len(re.findall(known, block, re.MULTILINE)) for block in schema(step)] == [1] * len(schema(step))
