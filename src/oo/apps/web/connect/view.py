"""What the Connect pages show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from oo.apps.web.frame import Link

Dot: TypeAlias = Literal["full", "open", "gap", "faint"]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source in the list: its state as a small ring, its name, one line, one link."""

    dot: Dot
    name: str
    line: str
    link: Link


@dataclass(frozen=True, slots=True)
class ConnectView:
    """The list: what is connected, and what also could be."""

    connected: tuple[SourceRow, ...]
    possible: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A label with its line, and a value at the end when there is one."""

    label: str
    line: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A line that could not be read: where, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class OneView:
    """One connection: what it reads, writes and keeps, when it was last read, and what could not be read."""

    id: str
    name: str
    since: str
    facts: tuple[FactRow, ...]
    unread: tuple[UnreadRow, ...] = ()
    again: Link | None = None
    """Where the person lets oO in anew."""
    edit: Link | None = None
    file: Link | None = None
    """Takes an uploaded file back."""


@dataclass(frozen=True, slots=True)
class HowView:
    """How the owner makes a client at a provider, until there is one."""

    name: str
    redirect: str
    """The exact redirect address."""
    console: str
    steps: tuple[str, ...]
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskView:
    """What is asked for a source of an address of its own."""

    label: str
    example: str
    hint: str
    password: Literal["none", "optional", "needed"]
    delegates: bool


@dataclass(frozen=True, slots=True)
class NewView:
    """A source that can be connected."""

    id: str
    name: str
    facts: tuple[FactRow, ...]
    go: Link | None = None
    """To the provider."""
    how: HowView | None = None
    waits: bool = False
    """Whether its owner has not made a client yet."""
    ask: AskView | None = None
    problem: str = ""
    address: str = ""
    """What was typed."""
    user: str = ""
    allow: Link | None = None
    """The page where the person allows oO a password of its own."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file or folder that can be added."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class FolderRows:
    """A folder of this machine to choose from."""

    path: str
    parent: str | None
    folders: tuple[FileRow, ...]
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class FilesView:
    """Files to add: from the device, and for the owner from this machine."""

    readable: str
    """The kinds of file that are read."""
    folder: FolderRows | None = None
    problem: str = ""
    """One sentence: why the last choice did not work."""


@dataclass(frozen=True, slots=True)
class MindView:
    """The things on a person's mind, to edit."""

    things: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GoneView:
    """What was just deleted, with its receipt."""

    lines: tuple[str, ...]
    receipt: tuple[FactRow, ...]
    back: Link
