"""The named statements of sql/*.sql. A name stands on its own line: ``-- name: insert_call``."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import Final

FILES: Final = (
    "calls", "logirec", "lists", "callbacks", "work", "factors", "reports", "people", "directory", "search", "privacy", "moments",
)


@functools.cache
def statements() -> dict[str, str]:
    """SQL by name, with ``:name`` parameters. A name used twice is an error of ours."""
    found: dict[str, str] = {}
    for file in FILES:
        for name, sql in re.findall(r"^-- name: (\w+)\n(.+?)(?=\n\n|\s*\Z)", text(file), re.MULTILINE | re.DOTALL):
            assert name not in found, name
            found[name] = sql
    return found


def text(file: str) -> str:
    return (files("storage") / "sql" / f"{file}.sql").read_text("utf-8")


def schema(step: str) -> list[str]:
    """The statements of one schema step, which stand apart by an empty line."""
    blocks = text(f"schema_{step}").split("\n\n")
    return [block for block in blocks if any(not line.startswith("--") for line in block.strip().splitlines())]
