"""Render an AsteriskPlan into <run>/etc. Each file is replaced in one step; secrets are for the owner's eyes only."""

import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.ari.asterisk.installation import Installation
from ivr.ari.asterisk.plan import AsteriskPlan

TEMPLATES = Path(__file__).parents[3] / "dialplans" / "asterisk"
AGENTS = "pjsip_agents.conf"

# Modules that insist on a configuration file, which they don't need to say anything.
_EMPTY = ("pjproject.conf", "geolocation.conf", "udptl.conf", "ccss.conf", "acl.conf", "features.conf", "stasis.conf")

_FOLDERS = ("etc", "lib/keys", "spool/recording", "spool/tmp", "log", "run", "cache")


def write_configuration(installation: Installation, plan: AsteriskPlan) -> None:
    """Make the run folder and every file of its etc; what is no longer part of the configuration goes away."""
    for folder in _FOLDERS:
        (plan.run_dir / folder).mkdir(parents=True, exist_ok=True)
    plan.run_dir.chmod(0o700)
    plan.spool_dir.mkdir(parents=True, exist_ok=True)
    files = {name: render(name, installation, plan) for name in template_names()} | dict.fromkeys(_EMPTY, "")
    for name, text in files.items():
        _replace(plan.etc / name, text)
    for stale in plan.etc.glob("*.conf"):
        if stale.name not in files:
            stale.unlink()
    _write_wrapper(installation, plan)


def write_accounts(plan: AsteriskPlan) -> None:
    """Rewrite the agents' accounts alone; `AsteriskProcess.reload("res_pjsip.so")` makes them count, calls go on."""
    _replace(plan.etc / AGENTS, _environment().get_template(f"{AGENTS}.j2").render(plan=plan))


def template_names() -> list[str]:
    return sorted(path.stem for path in TEMPLATES.glob("*.conf.j2"))


def render(name: str, installation: Installation, plan: AsteriskPlan) -> str:
    return _environment().get_template(f"{name}.j2").render(plan=plan, installation=installation)


def wrapper(plan: AsteriskPlan) -> Path:
    """The script that starts this instance or speaks to it (`asterisk -rx "core show uptime"`)."""
    return plan.run_dir / "asterisk"


def _environment() -> Environment:
    # autoescape is HTML's; the plan has refused whatever these files could misread
    return Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True,
        trim_blocks=True, lstrip_blocks=True, autoescape=False,  # noqa: S701
    )  # fmt: skip


def _write_wrapper(installation: Installation, plan: AsteriskPlan) -> None:
    path = wrapper(plan)
    words = " ".join(f"'{word}'" for word in installation.command(path))
    _replace(path, f"#!/bin/sh\nexec {words} -C '{plan.etc}/asterisk.conf' \"$@\"\n", mode=0o700)


def _replace(path: Path, text: str, mode: int = 0o600) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
    temporary.replace(path)
