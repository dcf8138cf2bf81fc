"""results.json: {name: {value, unit, goal, met, how, note}}. A run replaces its own figures and leaves the others."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("results.json")


def keep(name: str, value: float, unit: str, goal: str, *, met: bool, how: str, note: str = "", **more: Any) -> None:
    """Print one figure and keep it. ``more``: figures beside it that explain it. `CRUC_TEST_RESULTS` names another file."""
    file = Path(os.environ.get("CRUC_TEST_RESULTS", FILE))
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    known[name] = {"value": value, "unit": unit, "goal": goal, "met": met, "how": how, "note": note, **more}
    new = file.with_suffix(".new")
    new.write_text(json.dumps(known, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    new.replace(file)
    print(f"{name}: {value:g} {unit} (goal {goal}: {'met' if met else 'NOT met'})", flush=True)
    for key, figure in more.items():
        print(f"    {key}: {figure}", flush=True)
