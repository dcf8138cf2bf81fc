"""The command line as a whole: its table of contents, and how an expected failure ends a command.

Whatever stands in the way is told in its own sentences on stderr, with exit code 2 and without a traceback; 1 means that a
command worked and found something wrong (`check`, `doctor`, `call --replay`). A traceback is a bug of ours.
"""

from __future__ import annotations

import functools
import os
import re
from typing import Any, Final

import typer
import typer.main
from typer.core import TyperGroup

from ivr.ari.asterisk.apt import ProvisionError
from ivr.ari.asterisk.ports import PortTakenError
from ivr.ari.asterisk.process import AsteriskError
from ivr.ari.errors import AriError
from ivr.check import NotFit
from ivr.cli import (
    backup,
    callbacks,
    calls,
    content,
    desk,
    live,
    machine,
    moment,
    people,
    privacy,
    queues,
    report,
    requests,
    service,
    simulate,
    supervision,
    talks,
    work,
)
from ivr.cli.console import warn
from ivr.cli.opened import NothingThere
from ivr.config import SettingsError
from ivr.control import AlreadyServing, ControlRefused, NotServing
from ivr.core.flow import FlowErrors
from ivr.demo.softphone import TelephoneError
from ivr.ports import RecognizerUnavailable, StoreUnavailable
from ivr.prompts import BuildError, CatalogueError, PromptError, SynthesisError
from ivr.site import CannotServe

EXPECTED: Final = (
    AlreadyServing, AriError, AsteriskError, BuildError, CannotServe, CatalogueError, ControlRefused, FlowErrors,
    NotFit, NotServing, NothingThere, OSError, PortTakenError, PromptError, ProvisionError, RecognizerUnavailable,
    SettingsError, StoreUnavailable, SynthesisError, TelephoneError,
)


class Commands(TyperGroup):
    """A group whose commands end in sentences."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has seen enough; Python would complain at its end
            raise typer.Exit(0) from None
        except EXPECTED as error:
            warn(_sentence(error))
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}."
    return re.sub(r"\s+\Z", "", str(error)) or type(error).__name__


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="The 1364 engine: answer calls, queue them, keep their LOGIREC records.",
)
for command in (
    service.run, service.demo, machine.setup, content.check, machine.doctor, service.status, live.live, service.drain,
    calls.records, calls.call, report.report, simulate.simulate, backup.backup, backup.restore, backup.migrate,
):
    app.command()(command)
for name, group in (
    ("agent", desk.agents), ("queue", queues.queues), ("callback", callbacks.callbacks), ("work", work.works),
    ("requests", requests.requests), ("people", people.people), ("privacy", privacy.privacy), ("flow", service.flows),
    ("prompts", content.prompts), ("hours", content.hours), ("moment", moment.moments), ("asterisk", machine.asterisk),
):
    app.add_typer(group, name=name)
for verbs in (talks.talks, supervision.supervision):
    desk.agents.add_typer(verbs)
app.add_typer(callbacks.callbacks, name="callbacks", hidden=True)  # as it was called at first


@functools.cache
def whole() -> Any:
    """All commands, as they are run: made from the annotations of a hundred functions, so once."""
    return typer.main.get_command(app)


def main() -> None:
    app(prog_name="cruc")
