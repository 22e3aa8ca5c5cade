"""How much is let through to a model, and how long a call takes and may take."""

from __future__ import annotations

from dataclasses import dataclass

SHARE = 0.2
"""Of what was reckoned before, the latest call replaces so much."""
_SLOWER = 1.05
"""How much longer good calls are reckoned to take after one that ran out of its time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is let through; times in seconds."""

    at_once: int = 1
    """Calls under way: what the server of the model works on in parallel."""
    asked: int = 200
    ahead: int = 50
    """Calls that wait, of each class."""
    longest: float = 30.0
    """For one call that nobody waits for, as long as no other has gone well: the model may be a slow one."""
    patience: float = 4.0
    """Once calls have gone well, one that nobody waits for has so many times what they took, and `longest` at most."""
    least: float = 8.0
    """A call that has begun has so long at least: given up early it would be no use to anybody, and its server may be
    busy with it all the same.
    """
    guess: float = 3.0
    """How long a call takes before any was seen."""


class Durations:
    """What is known of how long calls take, in seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.mean = limits.guess
        """Of all calls, whatever came of them."""
        self._good: float | None = None
        """Of those that went well; None before any did."""

    @property
    def ahead(self) -> float:
        """How long a call may take that nobody waits for."""
        limits = self._limits
        if self._good is None:
            return limits.longest
        return min(limits.longest, max(limits.patience * self._good, limits.least))

    def asked(self, left: float) -> float:
        """How long a call may take that somebody waits for, who does so for as long as is left."""
        return min(self._limits.longest, max(left, self._limits.least))

    def ended(self, took: float, *, well: bool, ran_out: bool) -> None:
        """Learn from a call; one that ran out of its time may be of a model that has become slower."""
        if well:
            self._good = took if self._good is None else self._good + SHARE * (took - self._good)
        elif ran_out and self._good is not None:  # it is given more time, little by little
            self._good *= _SLOWER
