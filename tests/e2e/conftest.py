"""Call centres for the end-to-end tests: one a module where its tests can share it, one of its own for a test that kills."""

from __future__ import annotations

import contextlib
import os
import shutil
import time

import pytest

from tests.e2e.centre import HOMES, Centre, clean_up_after_the_dead, processes_of


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind():
    """Nothing of an earlier run is left when we begin, nothing of ours when we end."""
    clean_up_after_the_dead()
    yield
    ours = list(HOMES.glob(f"{os.getpid()}-*"))
    end = time.monotonic() + 10
    while left := [pid for home in ours for pid in processes_of(home)]:
        assert time.monotonic() < end, f"processes left behind: {left}"
        time.sleep(0.05)
    for home in ours:
        if not (home / "failed").exists():
            shutil.rmtree(home)


@contextlib.contextmanager
def running_centre(**kind):
    centre = Centre(**kind)
    try:
        centre.start()
        yield centre
    finally:
        centre.close()


@pytest.fixture(scope="module")
def shared_centre(request):
    """Told by the module's CENTRE what kind it is."""
    with running_centre(**getattr(request.module, "CENTRE", {})) as centre:
        yield centre


@pytest.fixture
async def centre(shared_centre):
    """The module's centre, empty: nobody calls, nobody is signed in."""
    yield shared_centre
    for agent in shared_centre.agents:
        await shared_centre.wish(agent, "offline")

    async def empty():
        status = await shared_centre.status()
        resting = all(agent["state"] in {"offline", "unreachable"} for agent in status["agents"])
        return resting and not status["calls"]

    await shared_centre.wait(empty, 15, "the centre does not come to rest")


@pytest.fixture
def own_centre(request):
    """A centre for this test alone: it may be killed."""
    with running_centre(**getattr(request, "param", {})) as centre:
        yield centre


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """The home of a centre whose test failed stays, to be looked at."""
    report = yield
    if report.failed:
        for name in ("shared_centre", "own_centre"):
            if name in getattr(item, "funcargs", {}):
                (item.funcargs[name].home / "failed").touch()
    return report
