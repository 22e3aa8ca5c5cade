"""Whether the wall clock can be believed: it is held against the clock that never jumps."""

from __future__ import annotations

from datetime import datetime, timedelta

from oo.kernel.clock import Clock

JUMP = timedelta(minutes=2)
"""A difference between the two clocks that is no drift: somebody set the clock, or the machine slept."""
DOUBT_SECONDS = 600.0
"""How long nobody is interrupted after a jump: time for a wrong clock to be set right."""


class Steadiness:
    """Watches the clock of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: tuple[datetime, float] | None = None
        self._doubt_until = float("-inf")

    def steady(self) -> bool:
        """False for ten minutes after the wall clock jumped."""
        now, passed = self._clock.now(), self._clock.monotonic()
        if self._last is not None:
            expected = self._last[0] + timedelta(seconds=passed - self._last[1])
            if abs(now - expected) > JUMP:
                self._doubt_until = passed + DOUBT_SECONDS
        self._last = (now, passed)
        return passed >= self._doubt_until
