"""What the settings page shows."""

from __future__ import annotations

from dataclasses import dataclass

from oo.apps.web.settings.choices import Choice
from oo.apps.web.settings.person_view import PersonView
from oo.apps.web.settings.reach_view import ReachView


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Something turned away, and since when or until when."""

    id: str
    title: str
    line: str


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A session on a device."""

    id: str
    device: str
    line: str
    current: bool


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way in that the person has, or could add."""

    id: str
    """Of the way; empty for one that could be added."""
    name: str
    line: str
    href: str = ""
    """Where it is added."""


@dataclass(frozen=True, slots=True)
class SettingsView:
    """All of a person's settings, as they stand."""

    day_ends: tuple[Choice, ...]
    zone: str
    """The zone's IANA name."""
    zone_name: str
    """As people say it: "Berlin"."""
    held: tuple[HeldRow, ...]
    languages: tuple[Choice, ...]
    low_light: bool
    undo: tuple[Choice, ...]
    single_keys: bool
    devices: tuple[DeviceRow, ...]
    ways: tuple[WayRow, ...]
    passkeys: bool
    """Whether this browser can have passkeys for the address that it opened."""
    person: PersonView
    reach: ReachView
    name: str
    """What has to be typed to delete everything."""
    problem: str = ""
    saved: bool = False
