"""The server that the tests start for themselves: nobody else reaches it, and nothing of it is left, however they end."""

import os
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres_server

ROOT = Path(__file__).parent.parent.parent
RUN = """
from tests.postgres_server import private_server
with private_server() as own:
    own.create()
    print(own._folder, own.pid, own._keeper.pid, flush=True)
    input()
"""


@pytest.mark.postgres
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, None], ids=["killed", "interrupted", "done"])
def test_the_end_of_the_test_run_is_the_end_of_the_server_and_its_folder(end):
    with subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as run:
        folder, server, keeper = run.stdout.readline().split()
        mode = Path(folder).stat().st_mode
        watched = [os.pidfd_open(int(pid)) for pid in (server, keeper)]
        if end:
            run.send_signal(end)
        else:
            run.stdin.write("\n")
            run.stdin.flush()
    for process in watched:
        assert ended(process)
    assert stat.S_IMODE(mode) == 0o700
    assert not Path(folder).exists()


def ended(process):
    """Waits for it; a process of somebody else is watched by its file."""
    found, _, _ = select.select([process], [], [], 30)
    os.close(process)
    return bool(found)


def test_without_a_server_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres_server, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"apt-get install postgresql, or name a server .* CRUC_TEST_POSTGRES"):
        postgres_server.binaries()
