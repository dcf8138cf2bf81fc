"""Processor time of processes, from /proc: user and system, of all threads and of children that ended."""

from __future__ import annotations

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")


def spent(pid: int, *, but: int = 0) -> float:
    """Seconds of processor time used so far by a process and its children, living or buried, the child ``but`` left out
    (Asterisk is one of the application that started it)."""
    return _one(pid) + sum(spent(child) for child in children(pid) if child != but)


def _one(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, text.rpartition(")")[2].split()[11:15])) * TICK


def children(pid: int) -> list[int]:
    try:
        return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
