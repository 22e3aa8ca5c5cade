"""What every event has from the wire, beside its fields."""

from __future__ import annotations


class Wire:
    """An event; `unknown` holds, as bytes, what a newer oO has put into it, so that it is sent on as it came.

    It is no field: it neither counts when two events are compared nor shows in an export, and `replace` leaves it out.
    """

    __slots__ = ("unknown",)

    unknown: bytes
