"""Geometry of the state rings: the hands of a reminder, in the 24 × 24 box that look.md draws."""

from __future__ import annotations

from datetime import datetime
from math import cos, pi, sin

_CENTRE = 12.0
_HOUR_HAND = 5.0
_MINUTE_HAND = 7.4


def hands(at: datetime) -> str:
    """The path of the two hands that show a time: hour hand 5 long, minute hand 7.4, both from the centre."""
    minute = at.minute / 60
    hour = (at.hour % 12 + minute) / 12
    return f"M{_end(hour, _HOUR_HAND)}L12 12L{_end(minute, _MINUTE_HAND)}"


def _end(turn: float, length: float) -> str:
    x = _CENTRE + length * sin(2 * pi * turn)
    y = _CENTRE - length * cos(2 * pi * turn)
    return f"{x:.1f} {y:.1f}"
