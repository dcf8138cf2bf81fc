"""The names that the rules ask by exist in every engine."""

import re
from pathlib import Path

import storage
from storage.memory_tables import Tables
from storage.statements import schema, statements


def test_dictionaries_and_sql_know_the_same_statements():
    methods = {name for name in vars(Tables) if not name.startswith("_")} - {"end"}
    assert methods == set(statements())


def test_every_statement_is_asked_and_every_question_has_a_statement():
    code = "".join(path.read_text("utf-8") for path in Path(storage.__file__).parent.glob("*.py"))
    assert set(re.findall(r'Ask\(\s*"(\w+)"', code)) == set(statements())


def test_a_schema_step_is_cut_into_whole_statements():
    for step in storage.schema.STEPS:
        assert all(re.search(r"CREATE (UNIQUE )?(TABLE|INDEX|TRIGGER)", block) for block in schema(step))
        assert len(schema(step)) == "\n".join(schema(step)).count("CREATE ")
