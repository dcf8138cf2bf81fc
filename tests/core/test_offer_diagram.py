"""The offer's diagram is the offer's tables, and the tables are what an offer obeys."""

import pytest

from ivr.core.agent import IllegalMove
from ivr.core.queueing import ENDS, STAGES, Offer
from ivr.diagrams import ABOUT_ENDS, ABOUT_STAGES, OFFER_PAGE, ROOT, offer_page


def made(stage):
    return Offer("Koffi.o1.1", None, "Awa", "general", "Koffi", 1000.0, stage=stage)


def test_the_page_is_what_the_tables_give():
    assert (ROOT / OFFER_PAGE).read_text(encoding="utf-8") == offer_page(), "run: python -m ivr.diagrams"


def test_nothing_is_explained_that_does_not_exist():
    assert set(ABOUT_STAGES) == set(ENDS)
    assert set(ABOUT_ENDS) == {end for possible in ENDS.values() for end in possible}


@pytest.mark.parametrize("stage", ENDS)
@pytest.mark.parametrize("what", ["answer", "bridge"])
def test_a_step_that_is_not_drawn_raises_and_changes_nothing(stage, what):
    offer = made(stage)
    if (stage, what) in STAGES:
        offer.advance(what)
        assert offer.stage == STAGES[stage, what]
    else:
        with pytest.raises(IllegalMove, match=f"is {stage}: cannot {what}"):
            offer.advance(what)
        assert (offer.stage, offer.end) == (stage, None)


@pytest.mark.parametrize("stage", ENDS)
@pytest.mark.parametrize("end", ABOUT_ENDS)
def test_an_end_that_is_not_drawn_raises_and_changes_nothing(stage, end):
    offer = made(stage)
    if end in ENDS[stage]:
        offer.close(end)
        assert offer.end == end
    else:
        with pytest.raises(IllegalMove, match=f"cannot end as {end}"):
            offer.close(end)
        assert offer.end is None


def test_who_talks_has_accepted_and_an_end_is_never_changed():
    offer = made("answered")
    offer.advance("bridge")
    offer.close("cancelled")
    assert offer.end == "accepted"
