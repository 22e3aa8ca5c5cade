"""The seam to this machine's disk: what may be chosen there, and the files of what was chosen; `entry` keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from oo.contracts.connectors import Files

if TYPE_CHECKING:  # `oo tip` must start without pydantic
    from oo.contracts.manifests import FileRules


@dataclass(frozen=True, slots=True)
class Place:
    """Something on disk that can be chosen: its real path, links followed."""

    path: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder for choosing: full paths, sorted; `parent` is None at the top of an allowed folder."""

    path: str
    parent: str | None
    folders: tuple[str, ...]
    files: tuple[str, ...]


class Disk(Protocol):
    """The files of this machine; only those in the allowed folders unless `trusted`, which the command line may say."""

    async def place(self, *, path: str, trusted: bool = False) -> Place:
        """What lies there; raises `Refused` outside the allowed folders, `Unusable` when nothing is there."""

    async def listing(self, *, path: str | None) -> Listing:
        """The folder's content, by default of the first allowed one; raises `Refused` or `Unusable`."""

    def files(self, *, path: str, rules: FileRules, trusted: bool = False) -> Files:
        """The files of a place: the chosen one with its siblings, or those of a folder that match the patterns."""
