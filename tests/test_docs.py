"""Documents cannot rot: what they show exists, what they link to is there, and what exists is documented."""

import re
import shlex
from pathlib import Path

import pytest

from benchmarks.table import inserted
from ivr import actions_page, metrics_page
from ivr.cli.program import whole
from ivr.config import Settings
from ivr.settings_page import page

ROOT = Path(__file__).parent.parent
ELSEWHERE = {"var", ".git", ".pytest_cache"}
PAGES = sorted(path for path in ROOT.rglob("*.md") if not ELSEWHERE & set(path.relative_to(ROOT).parts))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)|src=\"(?!https?:)([^\"]+)\"")
COMMAND = re.compile(r"(?:^\$ |`)((?:var/venv/bin/)?cruc [a-z][^`\n]*|make [a-z][^`\n]*)`?", re.MULTILINE)


def shown(page_: Path) -> list[str]:
    return [found.group(1) for found in COMMAND.finditer(page_.read_text())]


def test_the_settings_page_says_what_the_settings_are():
    assert (ROOT / "docs/settings.md").read_text() == page()
    assert all(field.description for field in Settings.model_fields.values())


def test_the_page_of_the_local_api_is_what_can_be_asked():
    assert (ROOT / "docs/api.md").read_text() == actions_page.page()
    assert "|  |" not in actions_page.page(), "an action does not say what it means"


def test_the_page_of_figures_is_what_the_formulas_say():
    assert (ROOT / "docs/metrics.md").read_text() == metrics_page.page()
    assert all(formula for line in metrics_page.page().splitlines() if line.startswith("| `")
               for formula in [line.split("|")[2].strip()])


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    targets = [one or other for one, other in LINK.findall(document.read_text())]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_shown_exists(document):
    assert [line for line in shown(document) if not exists(line)] == []


def exists(line: str) -> bool:
    program, *words = shlex.split(line.replace("…", ""))
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return words[0] in targets
    command = whole()
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name not in command.commands:
            return False
        command = command.commands[name]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return all(word.split("=")[0] in options for word in words if word.startswith("--"))


def test_the_readme_shows_commands_and_this_test_would_see_a_wrong_one():
    assert len(shown(ROOT / "README.md")) > 10
    assert not exists("cruc fly")
    assert not exists("cruc records --sideways")
    assert not exists("make coffee")


def test_the_figures_of_the_readme_are_those_measured():
    readme = (ROOT / "README.md").read_text()
    assert readme == inserted(readme), "run: python -m benchmarks.table"


def test_every_decision_says_context_decision_and_consequences():
    for decision in (ROOT / "docs/adr").glob("*.md"):
        text = decision.read_text()
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), decision.name
        assert 5 <= len(text.splitlines()) <= 20, decision.name
