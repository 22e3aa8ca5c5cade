"""What surrounds every page: language, light, the bar's links, the note, and what its forms and scripts need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Link:
    """A word that leads somewhere."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Note:
    """One line under the bar, at most with one link or one try again."""

    text: str
    link: Link | None = None
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is framed for one person; the defaults are those of somebody who is not signed in."""

    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    low_light: bool = False
    single_keys: bool = True
    csrf: str = ""
    """The session's token for forms; empty when nobody is signed in."""
    person: str | None = None
    """A token of the person whose page this is, the same in all their sessions; empty on what is kept for offline."""
    zone: str = ""
    """The zone that is kept for the person; the page says so when the device's differs."""
    start: Link | None = None
    end: Link | None = None
    note: Note | None = None
