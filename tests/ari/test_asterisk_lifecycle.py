"""The real Asterisk is started, found again, watched and ended; several live side by side."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
import soundfile
from live_asterisk import AWA, ROOT, installation, plan_in, running, until
from sip_telephone import Telephone, alike, digest

from ivr.ari.asterisk.ports import PortTakenError
from ivr.ari.asterisk.process import AsteriskError, AsteriskProcess
from ivr.ari.asterisk.watch import Watch

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory):
    with running(plan_in(tmp_path_factory.mktemp("run"))) as process:
        yield process


def test_a_taken_port_is_one_clear_sentence_and_nothing_is_started(asterisk, tmp_path):
    plan = replace(plan_in(tmp_path / "run"), http_port=asterisk.plan.http_port)
    with pytest.raises(PortTakenError, match=rf"ARI \(TCP\) port {plan.http_port}"):
        asyncio.run(AsteriskProcess(installation(), plan).start())
    assert not (tmp_path / "run").exists()


def test_two_instances_live_side_by_side(asterisk, tmp_path):
    with running(plan_in(tmp_path)) as second:
        assert second.pid != asterisk.pid
        assert Telephone(asterisk).invite()[0] == Telephone(second).invite()[0] == 200
    assert second.pid is None
    assert asterisk.alive()


def test_one_run_folder_has_one_asterisk(asterisk):
    with pytest.raises(AsteriskError, match="already runs"):
        asyncio.run(AsteriskProcess(installation(), asterisk.plan).start())


def test_a_start_that_fails_shows_the_log(tmp_path):
    plan = plan_in(tmp_path)
    broken = replace(installation(), data_dir=tmp_path, modules_dir=tmp_path)
    process = AsteriskProcess(broken, plan)
    with pytest.raises(AsteriskError, match="its last words"):
        asyncio.run(process.start())
    assert not process.alive()


START_AND_DIE = """
import asyncio, os, pickle, signal, sys
from ivr.ari.asterisk.process import AsteriskProcess
asyncio.run(AsteriskProcess(*pickle.load(sys.stdin.buffer)).start())
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_application_dies_asterisk_lives_and_is_adopted(tmp_path):
    plan = plan_in(tmp_path)
    parts = pickle.dumps((installation(), plan))
    dead = subprocess.run([sys.executable, "-c", START_AND_DIE], input=parts, cwd=ROOT, check=False)
    assert dead.returncode == -signal.SIGKILL
    heir = AsteriskProcess(installation(), plan)
    assert asyncio.run(heir.attach_or_start())
    assert Telephone(heir).invite()[0] == 200
    asyncio.run(heir.stop())
    assert not heir.alive()
    assert not asyncio.run(AsteriskProcess(installation(), plan).attach())


def test_a_number_left_by_a_crash_is_nobody_elses_death(tmp_path):
    plan = plan_in(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as innocent:
        (tmp_path / "asterisk.pid").write_text(str(innocent.pid))
        process = AsteriskProcess(installation(), plan)
        assert not asyncio.run(process.attach_or_start())
        asyncio.run(process.stop())
        assert innocent.poll() is None
        innocent.kill()


@contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


def test_the_watch_restarts_what_died_or_hangs_and_leaves_a_stall_alone(tmp_path):
    async def story(process):
        told = asyncio.Queue()
        watch = asyncio.create_task(Watch(process, told.put, patience=2.5).run())
        first = process.pid
        with stopped(first), pytest.raises(TimeoutError):
            await asyncio.wait_for(told.get(), 1.5)
        assert process.pid == first
        began = time.monotonic()
        os.kill(first, signal.SIGKILL)
        assert await asyncio.wait_for(told.get(), 10) == "died"
        assert time.monotonic() - began < 3
        os.kill(process.pid, signal.SIGSTOP)
        assert await asyncio.wait_for(told.get(), 10) == "hung"
        assert process.pid != first
        watch.cancel()

    with running(plan_in(tmp_path)) as process:
        asyncio.run(story(process))
        assert Telephone(process).invite()[0] == 200


def test_a_restart_from_the_console_keeps_the_process(tmp_path):
    with running(plan_in(tmp_path)) as process:
        first = process.pid
        asyncio.run(process.cli("core restart now"))
        until(lambda: not asyncio.run(process.answers(timeout=0.2)))
        until(lambda: asyncio.run(process.answers(timeout=0.2)))
        assert process.pid == first
        assert asyncio.run(AsteriskProcess(installation(), process.plan).attach())


def test_a_peer_that_sends_nothing_is_hung_up(tmp_path):
    with running(plan_in(tmp_path, rtp_timeout=2)) as process:
        awa = Telephone(process, "127.0.0.1", "awa")
        challenge = awa.invite("*43")[1]
        status, text = awa.invite("*43", headers=[digest(AWA, "INVITE", "sip:*43@127.0.0.1", challenge)])
        assert status == 200
        assert "Session-Expires: 90" in text
        awa.sip.settimeout(8)
        assert awa.sip.recv(8192).startswith(b"BYE ")


def test_the_last_belt_refuses_too(tmp_path):
    with running(plan_in(tmp_path, max_calls=1)) as process:
        assert Telephone(process).invite()[0] == 200
        assert Telephone(process).invite()[0] == 503


def test_a_drained_stop_lets_the_call_end(tmp_path):
    with running(plan_in(tmp_path)) as process:
        caller = Telephone(process)
        assert caller.invite()[0] == 200
        began = time.monotonic()
        asyncio.run(process.stop(drain=10))
        message, _ = soundfile.read(f"{process.plan.fallback_sound}.wav")
        assert alike(caller.hear(), message) > 0.9
        assert 0.5 < time.monotonic() - began < 10
