"""The demonstration, as a newcomer runs it: `make demo ONCE=1`, in a home of its own."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.e2e.centre import HOMES, ROOT, processes_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def home():
    made = HOMES / f"{os.getpid()}-demo-{time.monotonic_ns()}"
    made.mkdir(parents=True)
    (made / "owner").write_text(str(os.getpid()))
    for shared in ("asterisk", "prompts"):
        (made / shared).symlink_to(ROOT / "var" / shared)
    yield made
    assert processes_of(made) == []


def demo(home, *words, **how):
    told = {**os.environ, "CRUC_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "ivr", "demo", *words]
    return subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **how)


def test_one_call_is_placed_shown_and_recorded_then_everything_stops(home):
    shown = demo(home, "--once")
    text, _ = shown.communicate(timeout=300)
    assert shown.returncode == 0, text
    record = json.loads(text.splitlines()[-1])
    assert record["outcome"] == "TRANSFERE"
    assert record["matricule"] == "000123X"
    assert record["request"].startswith("REQ-")
    assert record["agent"]
    assert record["talked"] > 1
    assert record["ended_at"] > record["started_at"]
    for heard in ("Bienvenue au Centre", "J'ai compris", "en conversation"):
        assert heard in text


def test_ctrl_c_in_the_middle_leaves_nothing_behind(home):
    shown = demo(home)
    for line in shown.stdout:
        if "Bienvenue" in line:
            break
    shown.send_signal(signal.SIGINT)
    shown.communicate(timeout=60)
    assert shown.returncode != 0
