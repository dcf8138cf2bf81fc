"""The real Asterisk for tests: the machine's own or the private one, each in a run folder and on ports of its own."""

import asyncio
import time
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from ivr.ari.asterisk.installation import find_system_asterisk, system_installation
from ivr.ari.asterisk.plan import AsteriskPlan, SipAccount
from ivr.ari.asterisk.ports import free_ports
from ivr.ari.asterisk.process import AsteriskProcess
from ivr.ari.asterisk.provision import provision

ROOT = Path(__file__).parents[2]
AWA = SipAccount("awa", "secret-of-awa", "agent", "101")
SERGE = SipAccount("serge", "secret-of-serge", "agent", "102")
KOFFI = SipAccount("koffi", "secret-of-koffi", "caller", "+22500000001")
OPERATOR = SipAccount("operateur", "", "trunk", peers=("127.0.0.2",))


@cache
def installation():
    version = find_system_asterisk()
    return system_installation(version) if version else provision(ROOT / "var" / "asterisk")


def outside_trunk():
    """The operator's exchange, which calls reach at a port that is free now."""
    host = OPERATOR.peers[0]
    return replace(OPERATOR, contact=f"{host}:{free_ports(host).sip_port}")


def plan_in(run, **more):
    sound = installation().sounds_dir / "fr" / "vm-goodbye"
    settings = {"spool_dir": run / "away", "fallback_sound": sound, "accounts": (AWA, KOFFI, OPERATOR), **more}
    return AsteriskPlan(run_dir=run, ari_secret="secret-of-ari", **asdict(free_ports()), **settings)


@contextmanager
def running(plan):
    process = AsteriskProcess(installation(), plan)
    asyncio.run(process.start())
    try:
        yield process
    finally:
        asyncio.run(process.kill())


def until(true, limit=5.0):
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
