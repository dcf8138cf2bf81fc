"""Admission: the limit creeps up while all is well, drops at once when we are late, and is told again after a loss."""

import asyncio

from ivr import admission
from ivr.admission import DOWN, LATE, LEAST, UP, Limit, keep_admitting
from ivr.ports import TelephonyLost


def test_given_lag_the_limit_drops_below_the_calls_in_progress_at_once():
    assert Limit(300).adapt(LATE * 2, calls=100) == int(100 * DOWN)


def test_given_no_lag_it_creeps_up_to_the_most_and_no_further():
    limit = Limit(300, now=295)
    assert [limit.adapt(0.0, calls=100) for _ in range(3)] == [295 + UP, 300, 300]


def test_it_never_drops_below_the_least_but_to_nothing_while_draining():
    assert Limit(300, now=12).adapt(1.0, calls=0) == LEAST
    draining = Limit(300)
    draining.most = draining.now = 0
    assert draining.adapt(1.0, calls=50) == 0
    assert draining.adapt(0.0, calls=50) == 0


async def test_given_the_switch_is_lost_for_a_moment_then_the_limit_is_told_again(monkeypatch):
    monkeypatch.setattr(admission, "EVERY", 0.01)
    told, enough = [], asyncio.Event()

    async def admit(most):
        told.append(most)
        if len(told) == 1:
            raise TelephonyLost("restarting")
        enough.set()

    keeping = asyncio.create_task(keep_admitting(Limit(20), lambda: 0, admit))
    await asyncio.wait_for(enough.wait(), 5)
    keeping.cancel()
    assert told[:2] == [20, 20]
