"""Time, identity and chance that a test decides."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from oo.kernel.ids import ulid


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)) -> None:
        if now.tzinfo is None:
            raise ValueError("A clock's instant is aware; give it a time zone.")
        self._now = now.astimezone(UTC)
        self._passed = 0.0

    def now(self) -> datetime:
        """The instant it stands at, aware, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds it was moved forward so far."""
        return self._passed

    def advance(self, span: timedelta | float) -> None:
        """Move forward by a span or by seconds."""
        step = span if isinstance(span, timedelta) else timedelta(seconds=span)
        self._now += step
        self._passed += max(step.total_seconds(), 0.0)

    def set(self, now: datetime) -> None:
        """Stand at another instant; spans measured by `monotonic` never shrink."""
        self._passed += max((now - self._now).total_seconds(), 0.0)
        self._now = now.astimezone(UTC)


class CountingIds:
    """Identities 1, 2, 3 … in the shape of ULIDs, and tokens that follow from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._count = 0
        self._random = random.Random(seed)  # noqa: S311 - a test's tokens are meant to repeat

    def new(self) -> str:
        """The next identity."""
        self._count += 1
        return ulid(self._count)

    def token(self, size: int = 32) -> str:
        """The next token, of hexadecimal characters."""
        if size < 16:
            raise ValueError("A token has at least 16 bytes (128 bits).")
        return self._random.randbytes(size).hex()


class SeededChance:
    """Seeds that follow from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test's chance is meant to repeat

    def seed(self) -> int:
        """The next seed, from 0 to 2^63 - 1."""
        return self._random.getrandbits(63)
