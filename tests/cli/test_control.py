"""The control socket: what may be asked of a running service, and nothing else. The desk, queues and sessions are the real
ones; only Asterisk is not there (`centre`)."""

import asyncio
import json
import os
import socket
import subprocess
import sys

import aiohttp
import pytest
from centre import Centre

from ivr import control
from ivr.ari.asterisk.process import AsteriskError
from ivr.config import ROOT
from ivr.core.flow import FlowErrors, Problem
from ivr.core.offers import AgentSet


@pytest.fixture
async def centre(tmp_path):
    one = Centre(tmp_path)
    desk = one.house.distributor
    running = asyncio.create_task(desk.run())
    desk.post(AgentSet(one.clock.now(), "awa", ("general",)))
    with control.claim(tmp_path):
        async with control.controlled(one, tmp_path) as one.control:
            yield one
    running.cancel()


async def asked(centre, method, path, **said):
    return await control.ask(centre.settings.var, method, path, **said)


async def test_status_tells_queues_and_agents(centre):
    said = await asked(centre, "GET", "/status")
    assert said["pid"] == os.getpid()
    [queue] = said["queues"]
    assert {"queue": "general", "label": "Accueil général", "waiting": 0, "agents": 0, "free": 0}.items() <= queue.items()
    assert [each["agent"] for each in said["agents"]] == ["awa"]


async def test_a_wish_reaches_the_distributor_and_is_kept(centre):
    await asked(centre, "POST", "/agents/awa/wish", wish="paused", reason="réunion")
    for _ in range(100):
        if centre.kept:
            break
        await asyncio.sleep(0.01)
    assert centre.kept == [("awa", "paused", "réunion")]


@pytest.mark.parametrize(("agent", "said", "named"), [
    ("nobody", {"wish": "ready"}, "no agent called nobody"),
    ("awa", {"wish": "asleep"}, "one of ready, paused, offline"),
    ("awa", {}, "one of ready"),
    ("awa", {"wish": "ready", "reason": "x" * 101}, "at most 100"),
    ("awa", {"wish": "ready", "queue": "solde"}, "wish has no queue"),
])
async def test_a_wish_that_makes_no_sense_is_refused_and_changes_nothing(centre, agent, said, named):
    with pytest.raises(control.ControlRefused, match=named):
        await asked(centre, "POST", f"/agents/{agent}/wish", **said)
    assert centre.house.distributor.acd.agents["awa"].wish == "offline"


@pytest.mark.parametrize(("path", "said", "named"), [
    ("/agents/awa/hold", {}, "conversation"),
    ("/agents/awa/transfer", {"to": "queue:general"}, "conversation"),
    ("/agents/awa/transfer", {"to": "solde"}, "queue:NAME"),
    ("/agents/awa/dance", {}, "no action 'dance'"),
    ("/agents/awa/supervise", {"call": "1", "mode": "sing"}, "one of listen"),
    ("/agents/awa/wrap-up-more", {"seconds": -3}, "number of seconds"),
    ("/calls/1/move", {"front": True}, "n'attend pas"),
])
async def test_what_cannot_be_done_is_told_in_a_sentence(centre, path, said, named):
    with pytest.raises(control.ControlRefused, match=named):
        await asked(centre, "POST", path, **said)


async def test_callbacks_are_loaded_again(centre):
    assert await asked(centre, "POST", "/callbacks/reload") == {"callbacks": 0}
    assert centre.loaded


async def test_a_faulty_flow_is_refused_with_all_its_problems(centre):
    assert await asked(centre, "POST", "/publish") == {"flow": "v2"}
    centre.fault = FlowErrors([Problem("1364.yaml", 3, "no way out.", "Add one."), Problem("1364.yaml", 9, "dangling.", "")])
    with pytest.raises(control.ControlRefused) as refusal:
        await asked(centre, "POST", "/publish")
    assert "1364.yaml:3" in str(refusal.value)
    assert "1364.yaml:9" in str(refusal.value)


async def test_agents_are_loaded_again_or_the_reason_is_told(centre):
    assert await asked(centre, "POST", "/agents/reload") == {"agents": 1}
    centre.fault = AsteriskError("Asterisk refused « module reload ».")
    with pytest.raises(control.ControlRefused, match="module reload"):
        await asked(centre, "POST", "/agents/reload")


async def test_a_drain_admits_nobody_and_ends_when_no_call_is_left(centre):
    assert await asked(centre, "POST", "/drain") == {"calls": 0}
    await asyncio.wait_for(centre.control.drained.wait(), 5)
    assert (centre.admitted, centre.limit.most) == ([0], 0)


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/"), ("GET", "/records"), ("POST", "/status"), ("DELETE", "/agents/awa"), ("GET", "/publish"), ("POST", "/run"),
    ("GET", "/../etc/passwd"),
])
async def test_anything_else_is_refused(centre, method, path):
    with pytest.raises(control.ControlRefused):
        await asked(centre, method, path)


async def test_a_body_that_is_no_json_or_too_large_is_refused(centre):
    connector = aiohttp.UnixConnector(str(centre.settings.var / "control.sock"))
    async with aiohttp.ClientSession(connector=connector) as http:
        for body in (b"{", b"[1]", b"\xff" * 10_000):
            async with http.post("http://control/agents/awa/wish", data=body) as answer:
                assert answer.status in {400, 413}


async def test_the_socket_is_its_owners_alone_and_goes_with_the_service(tmp_path):
    with control.claim(tmp_path):
        async with control.controlled(Centre(tmp_path), tmp_path):
            assert (tmp_path / "control.sock").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "control.sock").exists()
    with pytest.raises(control.NotServing):
        await control.ask(tmp_path, "GET", "/status")


async def test_a_socket_left_by_a_dead_service_is_replaced(tmp_path):
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "control.sock"))
    left.close()
    with pytest.raises(control.NotServing):
        await control.ask(tmp_path, "GET", "/status")
    with control.claim(tmp_path):
        async with control.controlled(Centre(tmp_path), tmp_path):
            assert (await control.ask(tmp_path, "GET", "/status"))["pid"] == os.getpid()


async def test_a_home_with_a_long_path_has_its_socket_too(tmp_path):
    home = tmp_path / ("long" * 30)
    with control.claim(home):
        async with control.controlled(Centre(home), home):
            assert (await control.ask(home, "GET", "/status"))["home"] == str(home)


def test_a_home_is_free_again_when_its_service_is_killed(tmp_path):
    """The lock is the system's: no stale file is ever believed."""
    code = """
import sys, time; from pathlib import Path; from ivr.control import claim
with claim(Path(sys.argv[1])): print("held", flush=True); time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(control.AlreadyServing, match=f"process {holder.pid}"), control.claim(tmp_path):
        pass
    holder.kill()
    holder.wait()
    with control.claim(tmp_path):
        assert (tmp_path / "service.lock").read_text() == f"{os.getpid()}\n"


def test_json_of_the_status_is_plain(tmp_path):
    from ivr.snapshot import snapshot
    assert json.loads(json.dumps(snapshot(Centre(tmp_path))))["calls"] == []
