"""The request's page is the request's table."""

import re

from ivr.core.lifecycle import ACTS, BACK, LIVING
from ivr.diagrams import ROOT
from ivr.request_page import REQUEST_PAGE, request_page


def test_the_page_is_what_the_table_gives():
    assert (ROOT / REQUEST_PAGE).read_text("utf-8") == request_page(), "run: python -m ivr.diagrams"


def test_every_act_is_drawn_from_each_of_its_statuses_and_no_other():
    drawn = set()
    for source, target, acts in re.findall(r"^ +(\w+) --> (\w+): (.+)$", request_page(), re.MULTILINE):
        drawn |= {(source, act, target) for act in acts.split(", ")}
    table = {
        (source, name, target)
        for name, rule in ACTS.items()
        for source in (["living"] if rule.come_from == LIVING else rule.come_from)
        for target in (("acknowledged", "in_progress") if rule.to == BACK else (rule.to,))
    }
    assert drawn == table
