"""retention.yaml: how long personal data is kept, purpose by purpose, as checked data."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any, Final

from ivr.core.fields import READERS, FlowErrors, Path, Problem, Reader, Source
from ivr.dialplan import source_of
from ivr.dialplan_tables import reader_of, rows
from storage.retention import PURPOSES, UNITS, Policy, Term, Unit

FILE: Final = "retention.yaml"
LONGEST: Final = {"days": 36_500, "months": 1_200, "years": 100}


def load_retention(folder: FilePath) -> Policy:
    """The policy of the dialplans folder. Raises `FlowErrors` with each problem, file and line."""
    problems: list[Problem] = []
    try:
        source = source_of((folder / FILE).read_text("utf-8"), FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise FlowErrors([Problem(FILE, 1, f"cannot be read: {error}.", "Restore the file, saved as UTF-8.")]) from None
    policy = read_retention(source, problems)
    if problems or policy is None:
        raise FlowErrors(problems)
    return policy


def read_retention(source: Source, problems: list[Problem]) -> Policy | None:
    """None when something is wrong, which is then among ``problems``: no term is ever guessed."""
    reader = reader_of(source, problems)
    before = len(problems)
    terms: dict[str, Term] = {}
    for purpose, path, body in rows(reader, "retention"):
        if purpose in PURPOSES:
            terms[purpose] = _term(reader, path, body)
        else:
            reader.problem(path, f"{purpose!r} is no purpose.", f"There are {', '.join(PURPOSES)}.")
    for purpose in PURPOSES:
        if purpose not in terms and len(problems) == before:
            reader.problem(("retention",), f"{purpose!r} has no term.", f"Write {purpose}: {{keep: 90, unit: days}}.")
    return None if len(problems) > before else Policy(**terms)


def _term(reader: Reader, path: Path, body: dict[str, Any]) -> Term:
    reader.only(path, body, ("keep", "unit"), "a term")
    for key in ("keep", "unit"):
        if key not in body:
            reader.problem(path, f"{key!r} is missing.", "Write {keep: 90, unit: days}.")
            return Term(0)
    known = reader.known((*path, "unit"), body["unit"], UNITS, "unit")
    unit: Unit = next((each for each in UNITS if each == known), "days")
    return Term(READERS["count"](reader, (*path, "keep"), body["keep"], {"low": 0, "high": LONGEST[unit]}), unit)
