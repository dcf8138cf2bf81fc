"""The reference of the command line, docs/cli.md, made from the commands' own help: ``python -m ivr.cli.reference``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ivr.cli.program import app, whole
from ivr.config import ROOT

HEAD = """# The command line

Made from the commands' own `--help` by `python -m ivr.cli.reference`, and compared with it by a test.

Whatever stands in the way ends a command with one clear sentence (or one line a problem) on stderr and exit code 2; 1 means
that a command worked and found something wrong (`check`, `doctor`, `call --replay`). Lists mask telephone numbers, names and
matricules unless `--clear` is given.
"""
WIDTH = "100"


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, groups and former names left out."""
    group = group or whole()
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def reference() -> str:
    parts = [HEAD]
    for words in commands():
        told = CliRunner(env={"COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH}).invoke(app, [*words, "--help"], prog_name="cruc")
        lines = "\n".join(line.rstrip() for line in told.stdout.strip().splitlines())
        parts.append(f"## cruc {' '.join(words)}\n\n```\n{lines}\n```\n")
    return "\n".join(parts)


def main(file: Path = ROOT / "docs" / "cli.md") -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{os.path.relpath(file)}\n")


if __name__ == "__main__":
    main()
