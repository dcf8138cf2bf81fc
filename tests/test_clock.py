"""The one clock: somebody who sets the machine's clock changes no duration."""

import time

from ivr.clock import SystemClock


def test_given_the_wall_clock_is_set_then_time_goes_on_as_before_and_the_drift_is_known(monkeypatch):
    clock = SystemClock()
    before, wall = clock.now(), time.time()
    monkeypatch.setattr(time, "time", lambda: wall - 3600.0)
    assert 0.0 <= clock.now() - before < 600.0
    assert clock.drift < -3000.0
