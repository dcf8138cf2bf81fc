"""The agent's diagram is the agent's table."""

import re

from ivr.core.agent import TRANSITIONS
from ivr.diagrams import ABOUT_ACTIVITIES, ABOUT_MOVES, AGENT_PAGE, ROOT, agent_page


def test_the_page_is_what_the_table_gives():
    written = (ROOT / AGENT_PAGE).read_text(encoding="utf-8")
    assert written == agent_page(), "run: python -m ivr.diagrams"


def test_every_transition_is_drawn_once_and_nothing_else():
    arrows = re.findall(r"^ {4}(\w+) --> (\w+): (.+)$", agent_page(), re.MULTILINE)
    drawn = [((source, move), target) for source, target, moves in arrows for move in moves.split(", ")]
    assert sorted(drawn) == sorted(TRANSITIONS.items())


def test_nothing_is_explained_that_does_not_exist():
    assert set(ABOUT_ACTIVITIES) == set(TRANSITIONS.values())
    assert set(ABOUT_MOVES) == {move for _, move in TRANSITIONS}
