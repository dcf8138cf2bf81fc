"""Random kills -9 in the middle of writing, on each engine: `benchmarks.crash_points_lost`, shorter; its judge judged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crash_points_lost import judged
from storage import open_store
from storage.ends import filling
from tests.contract.stores import AWA, MONDAY, draft

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_nothing_acknowledged_is_lost_doubled_or_skipped_by_a_kill(engine, tmp_path):
    """In a process of its own: it forks, which a process with other tests' threads should not."""
    root = {**os.environ, "CRUC_TEST_RESULTS": str(tmp_path / "results.json")}
    command = [sys.executable, "-m", "benchmarks.crash_points_lost", "--kills", "20", "--engine", engine]
    subprocess.run(command, env=root, cwd=ROOT, check=True)
    found = json.loads((tmp_path / "results.json").read_text())["crash_points_lost"]
    assert found["first_wrong"] == []
    assert found["value"] == 0
    assert found[engine].startswith("20 kills")


@pytest.fixture
async def url(tmp_path):
    """A store with one call and its two requests."""
    url = f"sqlite:///{tmp_path}/store.db"
    store = open_store(url)
    await store.open_call("1", MONDAY, AWA, "1364", "v1")
    for key in "12":
        await store.register("1", draft(key=key), MONDAY)
    await store.close()
    return url


@pytest.mark.parametrize("line", [
    "opened 2", "registered 1 REQ-2026-000003", "registered 2 REQ-2026-000001", "journaled 1 3",
    "advanced 1 REQ-2026-000001", "remarked 1 REQ-2026-000001", "remarked 1 REQ-2026-000009", "closed 1 REQ-2026-000001",
])
async def test_the_judge_sees_what_is_not_there(url, line):
    told = [["opened", "1"], ["registered", "1", "REQ-2026-000002"], line.split()]
    found = await judged(url, told, forced_only=False, whole=True)
    assert found["lost"] == [" ".join(line.split()[:2])]
    assert found["doubled"] == found["skipped"] == found["damaged"] == []


async def test_the_judge_sees_a_number_that_was_skipped_and_a_line_written_twice(url):
    async with filling(url) as end:
        end._connection.execute("UPDATE requests SET number = 3, reference = 'REQ-2026-000003' WHERE number = 2")
        end._connection.execute("DELETE FROM request_history")
        for _twice in range(2):
            end._connection.execute(
                "INSERT INTO request_history (request, at, who, status_to, what, why) "
                "VALUES ('REQ-2026-000001', 0, 'serge', 'registered', 'remarque', 'remark of 1')")
    found = await judged(url, [["remarked", "1", "REQ-2026-000001"]], forced_only=False, whole=False)
    assert found["doubled"] == ["remarked 1", "('REQ-2026-000001', 'remarque', 'remark of 1')"]
    assert found["skipped"] == ["2026 2"]
