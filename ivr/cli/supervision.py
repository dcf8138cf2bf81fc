"""What a supervisor may do about a conversation of others: hear it, speak into it, take it over."""

from __future__ import annotations

from typing import Annotated

import typer

from ivr.cli.opened import asked
from ivr.cli.talks import do

supervision = typer.Typer()

Supervisor = Annotated[str, typer.Argument(metavar="SUPERVISOR", help="The account whose telephone rings.")]
Call = Annotated[str, typer.Argument(metavar="CALL", help="The call, or the agent who talks; see `cruc agent states`.")]


@supervision.command()
def listen(supervisor: Supervisor, call: Call) -> None:
    """Hear a conversation; nobody hears the supervisor.

    Example: cruc agent listen serge awa
    """
    _supervise(supervisor, call, "listen", "à l'écoute")


@supervision.command()
def whisper(supervisor: Supervisor, call: Call) -> None:
    """Speak to the agent; the caller does not hear it.

    Example: cruc agent whisper serge awa
    """
    _supervise(supervisor, call, "whisper", "parle à l'agent seul")


@supervision.command()
def barge(supervisor: Supervisor, call: Call) -> None:
    """Join the conversation: all three hear each other.

    Example: cruc agent barge serge awa
    """
    _supervise(supervisor, call, "barge", "dans la conversation")


@supervision.command()
def takeover(supervisor: Supervisor, call: Call) -> None:
    """Take the caller over from the agent.

    Example: cruc agent takeover serge awa
    """
    _supervise(supervisor, call, "take_over", "reprend l'appel")


@supervision.command()
def unlisten(supervisor: Supervisor, call: Call) -> None:
    """Leave the conversation; caller and agent go on.

    Example: cruc agent unlisten serge awa
    """
    _supervise(supervisor, call, "stop", "n'écoute plus")


def _supervise(supervisor: str, call: str, mode: str, said: str) -> None:
    talks = {row["agent"]: row["call"] for row in asked("GET", "/status")["agents"] if row["call"]}
    do(supervisor, "supervise", said, call=talks.get(call, call), mode=mode)
