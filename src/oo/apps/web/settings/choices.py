"""One option of a value on the settings page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """What is sent, what is shown, and whether it is the one that holds."""

    value: str
    label: str
    chosen: bool
