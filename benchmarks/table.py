"""The README's table of figures, from results.json: `python -m benchmarks.table` rewrites it; a test compares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.results import FILE

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def table() -> str:
    rows = [_row(name, figure) for name, figure in json.loads(FILE.read_text("utf-8")).items()]
    return "\n".join(["| figure | reached | goal | |", "|---|---|---|---|", *rows])


def _row(name: str, figure: dict[str, Any]) -> str:
    met = "met" if figure["met"] else "**not met**"
    return f"| `{name}` | {figure['value']:g} {figure['unit']} | {figure['goal']} | {met} |"


def inserted(text: str) -> str:
    """The README with the table between its two marks."""
    before, rest = text.split(BEGIN, 1)
    _old, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    README.write_text(inserted(README.read_text("utf-8")), "utf-8")
