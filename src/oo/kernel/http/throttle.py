"""Guessing is slow, and nobody takes the others' share: failed tries count by address, changes by account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from oo.kernel.http.problems import Refusal

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

TRIES = 10
WINDOW = timedelta(minutes=1)
BURST, PER_SECOND = 200, 20
"""Changes that an account may make at once, such as a device that was offline, and from then on each second."""
MANY = 10_000
"""Accounts, before those at rest are forgotten."""


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


class Pace:
    """How fast an account may change things: a burst, then a steady rate; counted in memory, each process for itself.

    Every change pays for it, so it is one number an account: when its burst would be whole again.
    """

    def __init__(self, burst: int = BURST, per_second: float = PER_SECOND, many: int = MANY) -> None:
        self._many = many
        self._apart = 1 / per_second
        self._ahead = (burst - 1) * self._apart
        self._whole: dict[str, float] = {}

    def check(self, who: str, now: float) -> None:
        """Count a change at this monotonic second; raises `Refusal` (429, with when to go on) past the pace."""
        whole = max(self._whole.get(who, 0.0), now)
        if whole - now > self._ahead:
            after = timedelta(seconds=whole - now - self._ahead)
            raise Refusal(429, "too-fast", "Too much at once. Go on in a moment.", after=after)
        if len(self._whole) >= self._many:
            self._whole = {one: at for one, at in self._whole.items() if at > now}
        self._whole[who] = whole + self._apart
