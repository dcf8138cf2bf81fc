"""A home of its own for each test of the command line, with a real store in it."""

import asyncio
import os
import shutil

import pytest
from centre import Room
from typer.testing import CliRunner

from ivr import control
from ivr.cli.program import app, whole
from ivr.demo.people import demonstration
from storage import Agent, open_store


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("CRUC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CRUC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def made_once(monkeypatch):
    """Typer makes all commands anew from their annotations at each invocation: a tenth of a second each time."""
    monkeypatch.setattr("typer.testing._get_command", lambda _app: whole())


@pytest.fixture
def cruc(home):
    def run(*words):
        return CliRunner().invoke(app, list(words), prog_name="cruc")
    return run


@pytest.fixture
def refused(cruc):
    """Run a command that must be refused: exit code 2, something on stderr, nothing on stdout, no traceback."""
    def run(*words):
        result = cruc(*words)
        assert result.exit_code == 2, result.output
        assert not result.exception or isinstance(result.exception, SystemExit)
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr.strip()
    return run


async def _on(path, do):
    one = open_store(f"sqlite:///{path}")
    try:
        return await do(one)
    finally:
        await one.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The demonstration's people have called, and Koffi is an agent: made once, copied for each test."""
    path = tmp_path_factory.mktemp("filled") / "store.db"

    async def fill(one):
        await demonstration(one)
        await one.put_agent(Agent("koffi", "Koffi", "101", "koffi", ("general",)))

    asyncio.run(_on(path, fill))
    return path


@pytest.fixture
def store(home, filled):
    """A store of one's own, filled. Call it to have work done in it."""
    home.mkdir()
    shutil.copyfile(filled, home / "store.db")
    return lambda do: asyncio.run(_on(home / "store.db", do))


@pytest.fixture
async def room(home):
    """A centre at work on this home, with its control."""
    home.mkdir()
    one = Room(home)
    running = asyncio.create_task(one.desk.run())
    with control.claim(home):
        async with control.controlled(one, home):
            yield one
    running.cancel()
    await asyncio.wait([running])
    await one.store.close()


@pytest.fixture
def live(cruc, room):
    """Run a command while the service of `room` serves it; what it said on stdout. What follows has happened."""
    async def run(*words, code=0):
        result = await asyncio.to_thread(cruc, *words)
        await room.settled()
        assert result.exit_code == code, result.output
        assert not result.exception or isinstance(result.exception, SystemExit)
        return result.stdout if code == 0 else result.stderr.strip()
    return run
