"""`cruc run` as a supervisor sees it: it serves, it says why it ends, and it leaves what must be left."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from ivr.ari.asterisk.plan import kept_secret
from ivr.ari.client import AriClient
from tests.e2e.centre import ROOT, Centre, processes_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def run():
    centre = Centre(agents=())
    service = subprocess.Popen(
        [sys.executable, "-m", "ivr", "run"], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "CRUC_SETTINGS": str(centre.home / "cruc.toml")},
    )
    assert "répond" in service.stdout.readline()
    yield centre, service
    if service.poll() is None:
        service.kill()
        service.wait()
    centre.close()


def test_given_another_application_takes_its_name_then_it_ends_in_one_sentence_to_be_started_again(run):
    centre, service = run

    async def take_its_name():
        secret = kept_secret(centre.home / "ari.secret")
        async with AriClient(f"http://127.0.0.1:{centre.settings.http_port}", "cruc", secret, "cruc") as other:
            await other.connected(5)
            await asyncio.to_thread(service.wait, 20)

    asyncio.run(take_its_name())
    assert service.returncode == 2
    assert "started twice" in service.stderr.read()


def test_sigterm_leaves_asterisk_for_the_next_start_and_ctrl_c_ends_it_when_nobody_calls(run):
    centre, service = run
    asterisk = centre.asterisk_pid
    service.terminate()
    assert service.wait(20) == 0, service.stderr.read()
    assert asterisk in processes_of(centre.home)
    again = subprocess.Popen(
        [sys.executable, "-m", "ivr", "run"], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "CRUC_SETTINGS": str(centre.home / "cruc.toml")},
    )
    assert "répond" in again.stdout.readline()
    assert centre.asterisk_pid == asterisk
    again.send_signal(signal.SIGINT)
    assert again.wait(20) == 0
    assert asterisk not in processes_of(centre.home)  # whoever inherited it may not have buried it yet
