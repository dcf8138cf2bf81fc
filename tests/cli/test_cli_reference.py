"""Every command says what it does with an example, and docs/cli.md is their own help."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ivr.cli.program import app
from ivr.cli.reference import commands, reference
from ivr.config import ROOT


def test_the_reference_is_the_commands_own_help():
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == reference(), "run: python -m ivr.cli.reference"


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_gives_an_example_of_itself(words):
    told = CliRunner().invoke(app, [*words, "--help"], prog_name="cruc").stdout
    assert f"Example: cruc {' '.join(words)}" in " ".join(told.split())


@pytest.mark.parametrize("group", sorted({words[0] for words in commands() if len(words) > 1}))
def test_a_group_alone_shows_its_commands(group):
    told = CliRunner().invoke(app, [group], prog_name="cruc")
    assert "Commands:" in told.output


def test_python_m_ivr_is_the_command_line():
    told = subprocess.run([sys.executable, "-m", "ivr", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage: cruc" in told.stdout
