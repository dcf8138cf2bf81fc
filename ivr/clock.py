"""The one place where the time comes from."""

from __future__ import annotations

import time


class SystemClock:
    """UTC seconds, anchored to the wall clock once and then advanced by the monotonic clock alone: durations are true
    even when somebody sets the clock, and time never goes back while the process lives."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        return time.monotonic() + self._offset

    @property
    def drift(self) -> float:
        """Seconds by which the wall clock has been moved since the start: `cruc doctor` warns above 60."""
        return time.time() - self.now()
