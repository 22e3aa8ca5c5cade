"""A breaker: whoever fails again and again is left alone for a while, then tried once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]

IN_A_ROW = 5
"""Failures in a row that open it."""
LOOKED_AT, SHARE = 20, 0.5
"""It also opens when more than this share of the last so many failed."""
REST_SECONDS = 10.0
"""How long it stays open before one try; between two tries it is reckoned from beginning to beginning."""


class Breaker:
    """Counts what came of calls; measures time by `monotonic`, in seconds."""

    def __init__(self, monotonic: Callable[[], float], *, rest: float = REST_SECONDS) -> None:
        self._monotonic = monotonic
        self._rest = rest
        self._last: deque[bool] = deque(maxlen=LOOKED_AT)
        self._row = 0
        self._opened: float | None = None
        self._tried: float | None = None
        self._turn = 0

    @property
    def state(self) -> State:
        """`closed` lets everything through, `half-open` one try, `open` nothing."""
        if self._opened is None:
            return "closed"
        return "open" if self._monotonic() < self._opened + self._rest else "half-open"

    @property
    def turn(self) -> int:
        """How often it has opened and closed: of a call that began in another turn nobody needs to hear any more."""
        return self._turn

    def may(self) -> bool:
        """Whether a call may be made now; taken as the one try where it is half open, so say what came of it."""
        state = self.state
        if state == "half-open" and self._tried is None:
            self._tried = self._monotonic()
            return True
        return state == "closed"

    def would(self) -> bool:
        """Whether a call may be made now, or could once the one under way has gone well."""
        return self.state != "open"

    def tell(self, *, well: bool, turn: int | None = None) -> None:
        """Say what came of a call that was let through, and in which turn that was.

        What has just gone well is well, whenever it began; a failure from before a turn is old by now, and passed by.
        """
        if not well and turn not in (None, self._turn):
            return
        tried, self._tried = self._tried, None
        self._last.append(well)
        self._row = 0 if well else self._row + 1
        if well and self._opened is not None:
            self._opened, self._turn = None, self._turn + 1
            self._last.clear()
        elif not well and self._opened is not None:
            # Reckoned from its end, a try that hangs would put the next one off by all the time that it hung.
            self._opened, self._turn = self._monotonic() if tried is None else tried, self._turn + 1
        elif not well and (self._row >= IN_A_ROW or self._too_many()):
            self._opened, self._turn = self._monotonic(), self._turn + 1

    def leave(self, *, turn: int | None = None) -> None:
        """Say that a call that was let through ended without telling anything, as when it was cancelled."""
        if turn in (None, self._turn):
            self._tried = None

    def _too_many(self) -> bool:
        return len(self._last) == LOOKED_AT and self._last.count(False) > SHARE * LOOKED_AT
