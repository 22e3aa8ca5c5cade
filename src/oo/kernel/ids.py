"""Identities and secrets, as an argument: ULIDs that sort by their making, and tokens nobody can guess."""

from __future__ import annotations

import os
import secrets
import threading
from typing import Protocol

from oo.kernel.clock import Clock, SystemClock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _CROCKFORD for b in _CROCKFORD)
_RANDOM_BITS = 80


class Ids(Protocol):
    """Makes identities and secrets."""

    def new(self) -> str:
        """A fresh identity: 26 characters that sort by the order of making within a process."""

    def token(self, size: int = 32) -> str:
        """A secret of `size` random bytes (at least 16) in URL-safe characters."""


class UlidIds:
    """Makes ULIDs (github.com/ulid/spec), monotonic within a process also when the clock stands still or steps back."""

    __slots__ = ("_clock", "_last", "_lock")

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._last = 0
        self._lock = threading.Lock()

    def new(self) -> str:
        """A fresh identity: 26 characters that sort by the order of making within a process."""
        moment = int(self._clock.now().timestamp() * 1000) << _RANDOM_BITS
        with self._lock:
            # Within a millisecond (or after a step back) the next value follows the last one by an unguessable stride.
            fresh = moment | int.from_bytes(os.urandom(_RANDOM_BITS // 8), "big")
            value = self._last = fresh if fresh > self._last else self._last + 1 + secrets.randbits(32)
        return ulid(value)

    def token(self, size: int = 32) -> str:
        """A secret of `size` random bytes (at least 16) in URL-safe characters; raises `ValueError` for fewer."""
        if size < 16:
            raise ValueError("A token has at least 16 bytes (128 bits).")
        return secrets.token_urlsafe(size)


def ulid(value: int) -> str:
    """The 26 characters of a 128-bit number in Crockford's base 32.

    >>> ulid(0), ulid(2**128 - 1)
    ('00000000000000000000000000', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ')
    """
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10)])
