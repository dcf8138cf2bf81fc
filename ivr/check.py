"""Everything that can be wrong with what people edit, told at once: settings, catalogue, sounds, flows."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.config import Settings
from ivr.core.flow import FlowErrors
from ivr.prompts import CatalogueError
from ivr.retention_table import load_retention
from ivr.site import load_flow, load_prompts

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """``problems`` stand in the way of service, one line each with file:line and advice; ``facts`` say what was found."""

    problems: tuple[str, ...]
    facts: tuple[str, ...]


class NotFit(Exception):
    """The service cannot start with what is written; one line a problem."""


def findings(settings: Settings) -> Findings:
    """Read and check it all; nothing is changed."""
    try:
        catalogue = load_prompts(settings)
    except CatalogueError as error:
        return Findings(error.problems, ())
    except OSError as error:
        return Findings((f"The catalogue cannot be read ({error}): set `prompts` to its folder.",), ())
    problems: list[str] = []
    facts = [f"{len(catalogue.prompts)} prompts"]
    if unbuilt := catalogue.unbuilt():
        named = ", ".join(unbuilt[:MOST_NAMED]) + ("…" if len(unbuilt) > MOST_NAMED else "")
        problems.append(f"{len(unbuilt)} prompts have no sound of their present text ({named}): run `cruc prompts build`.")
    try:
        dialplan = load_flow(settings, catalogue)
    except FlowErrors as errors:
        problems += str(errors).splitlines()
    else:
        facts.append(f"flow {dialplan.flow.version}, {len(dialplan.flow.nodes)} nodes, {len(dialplan.queues)} queues, "
                     f"{len(dialplan.categories)} categories")
    try:
        load_retention(settings.path(settings.dialplans))
    except FlowErrors as errors:
        problems += str(errors).splitlines()
    return Findings(tuple(problems), tuple(facts))


def require_fit(settings: Settings) -> None:
    """Raises `NotFit` with every problem."""
    found = findings(settings)
    if found.problems:
        raise NotFit("\n".join(found.problems))
