"""Guessing is slow: failed tries are counted by address, and too many of them close the door for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from oo.kernel.http.problems import Refusal

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

TRIES = 10
WINDOW = timedelta(minutes=1)


class Throttle:
    """Counts failures in a moving window, in memory; made at the first one, as most processes never see any."""

    def __init__(self, tries: int = TRIES, window: timedelta = WINDOW) -> None:
        self._tries = tries
        self._window = window
        self._made: tuple[MovingWindowRateLimiter, RateLimitItem] | None = None

    def check(self, who: str) -> None:
        """Raise `Refusal` (429) while this address failed too often."""
        if self._made is None:  # nobody has failed yet
            return
        limiter, limit = self._made
        if not limiter.test(limit, who):
            raise Refusal(429, "too-many", "Too many tries. Wait a minute.", after=self._window)

    def failed(self, who: str) -> None:
        """Count a failed try of this address."""
        limiter, limit = self._limiter()
        limiter.hit(limit, who)

    def _limiter(self) -> tuple[MovingWindowRateLimiter, RateLimitItem]:
        if self._made is None:
            from limits import RateLimitItemPerSecond
            from limits.storage import MemoryStorage
            from limits.strategies import MovingWindowRateLimiter

            limit = RateLimitItemPerSecond(self._tries, max(1, int(self._window.total_seconds())))
            self._made = (MovingWindowRateLimiter(MemoryStorage()), limit)
        return self._made
