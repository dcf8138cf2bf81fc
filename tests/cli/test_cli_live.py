"""The live wallboard: what one screen says, at any size; and the terminal that it takes and gives back."""

import asyncio
import fcntl
import json
import os
import pty
import struct
import sys
import termios

import pytest

from ivr.cli.terminal import ENTER, LEAVE
from ivr.cli.wallboard import Seen, screen
from ivr.cli.words import STATES, age, duration, rate, service_level
from ivr.config import ROOT
from ivr.core.agent import TRANSITIONS
from ivr.core.offers import WishChanged
from ivr.snapshot import snapshot


@pytest.fixture
async def busy(room):
    """Awa talks, Serge is in a meeting, Adjoua waits for somebody who knows salaries, Yao behind her."""
    await room.agent("awa", "general")
    await room.caller("koffi")
    await room.agent("serge", "solde")
    await room.agent("mariam", "solde", wish="offline")
    room.desk.post(WishChanged(room.clock.now(), "serge", "paused", "réunion \x1b[31m"))
    await room.caller("adjoua", "solde", number="0700000102", skills=(("solde", 2),))
    await room.after(40)
    await room.caller("yao", "solde", number="0700000103")
    return room


def shown(room, width=80, height=24):
    return [line.text for line in screen(Seen(snapshot(room)), room.clock.now(), width, height)]


async def test_a_screen_says_how_queues_stand_who_does_what_and_why_one_waits(busy):
    text = "\n".join(shown(busy))
    assert "2 en attente   2 agents présents" in text
    assert "! Solde" in text
    assert "NS 80/20, 80/30 : répondus en 20 ou 30 s au plus" in " ".join(text.split())
    assert "AGENTS   1 parle  1 pause  1 absent" in text
    assert "parle" in text
    assert "0:40 •••02  aucun agent ; il faut solde ≥ 2, élargi dans 0:20" in text
    assert "0700000102" not in text


async def test_nobodys_words_steer_the_terminal(busy):
    assert not any("\x1b" in line for line in shown(busy))
    assert any("réunion·" in line or "réunion ·" in line for line in shown(busy, 120))


@pytest.mark.parametrize("width", [10, 20, 40, 80, 109, 110, 120, 250])
@pytest.mark.parametrize("height", [1, 5, 12, 24, 60])
async def test_a_screen_fits_into_every_terminal(busy, width, height):
    for seen in (Seen(snapshot(busy)), Seen(), Seen(snapshot(busy), busy.clock.now() - 5, "Aucun service.")):
        lines = screen(seen, busy.clock.now(), width, height)
        assert len(lines) <= height
        assert max(len(line.text) for line in lines) <= width


async def test_many_agents_and_callers_share_the_room_and_those_left_out_are_counted(busy):
    for number in range(40):
        await busy.agent(f"agent{number:02}", "general", wish="paused")
        await busy.caller(f"call-{number}", "solde", number=f"07000002{number:02}")
    lines = shown(busy)
    assert len(lines) == 24
    assert sum("lignes de plus" in line for line in lines) == 2
    assert any(line.startswith("solde        3e") for line in lines)


async def test_when_the_service_is_away_no_figure_can_be_taken_for_the_present(busy):
    now = busy.clock.now()
    text = "\n".join(line.text for line in screen(Seen(snapshot(busy), now - 90, "Aucun service."), now, 80, 24))
    assert "SERVICE ABSENT depuis" in text
    assert "(1:30)" in text
    assert "Dernier état connu, à" in text
    assert "Longue" not in text
    assert "parle" not in text


async def test_one_screen_or_one_object_is_printed_for_scripts(busy, live):
    said = await live("live", "--once")
    assert "Solde" in said
    assert "\x1b" not in said
    assert await live("live") == said or "1364 en direct" in said
    assert json.loads(await live("live", "--json"))["queues"][1]["waiting"] == 2


def test_every_state_of_an_agent_has_its_word():
    assert {activity for activity, _what in TRANSITIONS} - {"idle"} <= set(STATES)
    assert {"ready", "paused", "offline", "unreachable", "other_call"} <= set(STATES)


def test_durations_ages_and_rates_as_people_read_them():
    assert [duration(each) for each in (None, 0, 42.9, 725, 3725)] == ["–", "0:00", "0:42", "12:05", "1:02:05"]
    assert [age(each) for each in (40, 725, 3 * 3600 + 1, 3 * 86400 + 5)] == ["40 s", "12 min", "3 h", "3 j"]
    assert [rate(each) for each in (None, 0.0, 0.799, 0.29, 1.0)] == ["–", "0 %", "79 %", "29 %", "100 %"]
    assert service_level([]).startswith("NS 80/20")


class Terminal:
    """A terminal of 80 by 24 in which `cruc live` runs, and all that it has shown."""

    def __init__(self):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.theirs)
        self.shown, self.more = "", asyncio.Event()
        os.set_blocking(self.ours, False)
        asyncio.get_running_loop().add_reader(self.ours, self._read)

    def _read(self):
        self.shown += os.read(self.ours, 65536).decode(errors="replace")
        self.more.set()

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ivr", "live", cwd=ROOT, stdin=self.theirs, stdout=self.theirs, stderr=self.theirs,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C is its terminal's
        )

    async def says(self, words):
        """Wait for these words, which were not yet said when this was asked."""
        begin = len(self.shown)
        async with asyncio.timeout(30):
            while words not in self.shown[begin:]:
                self.more.clear()
                await self.more.wait()

    def press(self, keys):
        os.write(self.ours, keys)

    def close(self):
        asyncio.get_running_loop().remove_reader(self.ours)
        os.close(self.ours)
        os.close(self.theirs)


@pytest.mark.slow
@pytest.mark.parametrize("key", [b"q", b"\x03"])
async def test_a_terminal_is_taken_redrawn_and_given_back_as_it_was(busy, key):
    terminal = Terminal()
    await terminal.start()
    await terminal.says("1364 en direct")
    await busy.caller("aya", "solde", number="0700000104")
    await terminal.says("3 en attente")
    terminal.press(key)
    async with asyncio.timeout(30):
        assert await terminal.process.wait() == 0
    await asyncio.sleep(0)
    assert terminal.shown.startswith(ENTER)
    assert LEAVE in terminal.shown
    assert termios.tcgetattr(terminal.theirs) == terminal.before
    terminal.close()


@pytest.mark.slow
async def test_a_service_that_goes_away_is_told_and_taken_up_again_when_it_is_back(home):
    from centre import Room

    from ivr import control
    home.mkdir()
    one, terminal = Room(home), Terminal()
    async with control.controlled(one, home):
        await terminal.start()
        await terminal.says("1364 en direct")
    await terminal.says("SERVICE ABSENT")
    async with control.controlled(one, home):
        await terminal.says("1364 en direct")
        terminal.press(b"q")
        async with asyncio.timeout(30):
            assert await terminal.process.wait() == 0
    terminal.close()
    await one.store.close()
