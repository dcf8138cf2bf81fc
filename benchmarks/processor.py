"""Processor time of processes, from /proc: user and system, of all threads and of children that ended."""

from __future__ import annotations

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")


def spent(*pids: int) -> float:
    """Seconds of processor time used so far by these processes and by the children that they still have or have buried."""
    return sum(_one(pid) + spent(*children(pid)) for pid in pids)


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
