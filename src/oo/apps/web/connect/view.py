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
    edit: Link | None = None
    file: Link | None = None
    """Takes an uploaded file back."""


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
