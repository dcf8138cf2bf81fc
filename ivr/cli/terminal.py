"""The terminal as a screen of our own, and given back as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Final

ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l"
LEAVE: Final = "\x1b[?7h\x1b[?25h\x1b[?1049l"
"""The alternate screen, without cursor and wrapping; and back."""


@contextlib.contextmanager
def terminal(stop: asyncio.Event, again: asyncio.Event) -> Iterator[None]:
    """A screen of our own and keys as they are pressed; whatever ends this, the terminal is as it was."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        again.set()

    def key() -> None:
        pressed = os.read(sys.stdin.fileno(), 64)
        if not pressed or set(pressed) & set(b"qQ\x03"):
            end()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    loop.add_signal_handler(signal.SIGWINCH, again.set)
    with _keys() as keyboard:
        if keyboard:
            loop.add_reader(sys.stdin.fileno(), key)
        sys.stdout.write(ENTER)
        try:
            yield
        finally:
            sys.stdout.write(LEAVE)
            sys.stdout.flush()
            if keyboard:
                loop.remove_reader(sys.stdin.fileno())


@contextlib.contextmanager
def _keys() -> Iterator[bool]:
    """Keys without Enter and without echo; False when they come from no terminal."""
    if not sys.stdin.isatty():
        yield False
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    tty.setcbreak(number)
    suspend = termios.tcgetattr(number)
    suspend[6][termios.VSUSP] = b"\0"  # Ctrl-Z would leave the shell on our screen
    termios.tcsetattr(number, termios.TCSANOW, suspend)
    try:
        yield True
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
