"""Many reports counted at once are counted as one by one, and sums of days are the days' sums."""

from dataclasses import astuple

import pytest
from centres import busy_morning

from ivr.core.metrics_tally import Tally
from ivr.core.orders import Stayed, Worked
from ivr.core.queueing import Rules
from ivr.simulation.callers import drawn
from ivr.simulation.centre import Centre
from ivr.simulation.confidence import interval, student
from ivr.simulation.scenario import SHAPES, Law, shaped


@pytest.fixture(scope="module")
def reports():
    """Everything that the distributor reported of one busy morning."""
    heard = []
    centre = Centre(busy_morning(days=1))
    tell = centre._actions
    for kind in (Stayed, Worked):
        before = tell[kind]
        tell[kind] = lambda report, before=before: (heard.append(report), before(report))
    centre.play([(0, drawn(centre.scenario, 0))])
    return heard


def counted(reports, *, at_once):
    tally = Tally(Rules(level=15.0))
    stays = [each for each in reports if isinstance(each, Stayed)]
    works = [each for each in reports if isinstance(each, Worked)]
    if at_once:
        tally.add_all(stays)
        tally.work_all(works)
    else:
        for stayed in stays:
            tally.add(stayed)
        for part in works:
            tally.work(part)
    return tally


def test_many_at_once_are_counted_as_one_by_one(reports):
    assert len(reports) > 300
    one, other = (counted(reports, at_once=at_once).figures() for at_once in (True, False))
    for mine, theirs in zip(astuple(one), astuple(other), strict=True):
        assert mine == (pytest.approx(theirs) if isinstance(theirs, float) else theirs)


def test_two_tallies_together_have_counted_what_both_have(reports):
    whole = counted(reports[:200], at_once=True)
    whole.absorb(counted(reports[200:], at_once=True))
    assert whole.figures().offered == counted(reports, at_once=True).figures().offered
    assert whole.figures().talk == pytest.approx(counted(reports, at_once=True).figures().talk)
    assert whole.percentile(0.9) == counted(reports, at_once=True).percentile(0.9)


@pytest.mark.parametrize(("confidence", "freedom", "quantile"), [
    (0.95, 1, 12.706), (0.95, 2, 4.303), (0.95, 7, 2.365), (0.99, 7, 3.499), (0.99, 19, 2.861), (0.95, 39, 2.023),
])
def test_the_quantiles_of_student_are_those_of_the_tables(confidence, freedom, quantile):
    assert student(confidence, freedom) == pytest.approx(quantile, rel=0.005)


def test_an_interval_of_one_observation_has_no_width_to_tell():
    assert interval([3.0]).half is None
    assert not interval([3.0]).holds(3.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_spreads_the_same_number_of_calls(shape):
    rates = shaped(60.0, shape)
    assert sum(rates) / len(rates) == pytest.approx(60.0)
    assert min(rates) > 0


def test_a_lognormal_time_has_the_mean_and_the_spread_asked_for():
    import numpy as np

    times = np.array(Law(300.0, 0.5).draw(np.random.default_rng(1), 100_000))
    assert times.mean() == pytest.approx(300.0, rel=0.01)
    assert times.std() / times.mean() == pytest.approx(0.5, rel=0.02)
