"""Files on disk as connectors see them: `kernel.files` run in threads, its errors in the words of the contracts.

A pattern that begins with `**/` is for the folders within a folder too; these are looked at by `kernel.trees`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import ParamSpec, TypeVar

from oo.contracts.connectors import Changed, FileContent, FileStat
from oo.contracts.errors import Refused, Unusable
from oo.kernel import files
from oo.kernel.trees import TICK, Folder, Tree

P = ParamSpec("P")
T = TypeVar("T")


class DiskFiles:
    """The files of one connection: one file with its siblings, or those of a folder that match its patterns."""

    def __init__(
        self,
        path: Path,
        *,
        patterns: Sequence[str] = ("*",),
        siblings: Mapping[str, str] | None = None,
        largest: int = files.LARGEST,
        folders: files.Folders | None = None,
    ) -> None:
        """Take the path that was chosen; with `folders`, nothing outside them is touched, wherever links lead."""
        self._path = path
        self._patterns = tuple(patterns)
        self._siblings = dict(siblings or {})
        self._largest = largest
        self._folders = folders
        self._known: dict[Path, tuple[tuple[int, ...], FileStat]] = {}
        deep = tuple(pattern.removeprefix("**/") for pattern in patterns if pattern.startswith("**/"))
        self._tree = Tree(path, lambda name: _matches(name, deep)) if deep else None
        self._within: dict[str, _Within] = {}
        self._all: list[FileStat] = []

    async def list(self) -> Sequence[FileStat]:
        """The files there are now, in the order of their paths; raises `Unusable` when the chosen folder is gone."""
        return await _aside(self._list)

    async def read(self, path: str) -> FileContent:
        """The content; raises `Unusable` with one sentence when it can't be read."""
        return await _aside(self._read, path)

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """Write the whole file atomically, returning its new version; `Changed` unless it still has `version`."""
        return await _aside(self._replace, path, data, version)

    def _list(self) -> Sequence[FileStat]:
        with translated():
            if self._tree is not None and self._path.is_dir():
                return self._look(self._tree)
            return [self._stat(path) for path in self._paths()]

    def _look(self, tree: Tree) -> Sequence[FileStat]:
        """The files of a folder with all its folders; only those that may have changed are read."""
        known, within = self._within, dict[str, _Within]()
        for folder in tree.look():
            before = known.get(folder.path)
            same = before is not None and before.folder is folder and not folder.links
            within[folder.path] = before if before is not None and same else self._inside(folder, before)
        if within != known:
            self._within = within
            self._all = sorted((stat for one in within.values() for stat in one.stats), key=lambda stat: stat.path)
        return self._all

    def _inside(self, folder: Folder, before: _Within | None) -> _Within:
        """The files of a folder, read unless their marks are those of before and old enough to tell a change."""
        known = before.settled() if before is not None else {}
        if folder.reason:
            return _Within(folder, (FileStat(folder.path, folder.reason, 0),))
        stats = [
            known.get((name, mark)) or self._stat(Path(folder.path, name), keep=False)
            for name, mark in zip(folder.files, folder.marks, strict=True)
        ]
        links = [self._stat(Path(folder.path, name), keep=False) for name in folder.links]
        return _Within(folder, (*stats, *links))

    def _read(self, path: str) -> FileContent:
        with translated():
            data = files.read(self._open(path), self._largest)
        return FileContent(data, files.version(data))

    def _replace(self, path: str, data: bytes, version: str) -> str:
        with translated():
            return files.replace(self._open(path), data, version, self._largest)

    def _paths(self) -> Sequence[Path]:
        """The paths that belong to what was chosen: all there are, and the chosen file also when it is not there."""
        if not self._path.is_dir():
            beside = [path for path in self._beside() if path.is_file()]
            return sorted({self._path, *beside})
        return [path for path in files.entries(self._path) if self._matches(path) and path.is_file()]

    def _beside(self) -> Iterator[Path]:
        parts = self._path.name.split(".")
        for at, part in enumerate(parts):
            if (other := self._siblings.get(part.lower())) is not None:
                cased = other.upper() if part.isupper() else other.capitalize() if part.istitle() else other
                yield self._path.with_name(".".join([*parts[:at], cased, *parts[at + 1 :]]))

    def _matches(self, path: Path) -> bool:
        return _matches(path.name, self._patterns)

    def _open(self, path: str) -> Path:
        """The real path of one of these files; raises `Outside` for any other."""
        chosen = Path(path)
        if not self._is_within(chosen) and not self._is_directly_within(chosen) and chosen not in self._paths():
            raise files.Outside("This is not one of the connection's files.")
        return self._folders.resolve(chosen) if self._folders else chosen.resolve()

    def _is_directly_within(self, path: Path) -> bool:
        """Whether it is one of a flat folder's files, without listing them all."""
        ours = path.parent == self._path and not path.name.startswith(".") and self._matches(path)
        return ours and self._path.is_dir() and path.is_file()

    def _is_within(self, path: Path) -> bool:
        """Whether it was there when the folder with its folders was last looked at."""
        inside = self._within.get(str(path.parent))
        return inside is not None and path.name in (*inside.folder.files, *inside.folder.links)

    def _stat(self, path: Path, *, keep: bool = True) -> FileStat:
        """The file's state; one that can't be read has its reason as version, and reading it says why."""
        try:
            real = self._folders.resolve(path) if self._folders else path
            status = real.stat()
            mark = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            known = self._known.get(path)
            if keep and known is not None and known[0] == mark:
                return known[1]
            data = files.read(real, self._largest)
        except (files.Unreadable, files.Outside, OSError) as error:
            return FileStat(str(path), f"{type(error).__name__}: {error}", 0)
        stat = FileStat(str(path), files.version(data), len(data))
        if keep and files.settled(status):
            self._known[path] = (mark, stat)
        return stat


@dataclass(frozen=True, slots=True)
class _Within:
    """A folder within the chosen one, and its files."""

    folder: Folder
    stats: tuple[FileStat, ...]

    def settled(self) -> dict[tuple[str, int], FileStat]:
        """The files whose marks were old enough, when they were read, to tell every later change."""
        marked = zip(self.folder.files, self.folder.marks, self.stats, strict=False)
        return {(name, mark): stat for name, mark, stat in marked if mark < self.folder.seen_at - TICK}


async def _aside(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Do blocking work where it holds up nobody: in a thread, unless this loop has one of its own already."""
    if threading.current_thread() is not threading.main_thread():
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in patterns)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what `kernel.files` raises into the errors of the contracts, with the same sentence."""
    try:
        yield
    except files.Unreadable as error:
        raise Unusable(str(error)) from error
    except files.Outside as error:
        raise Refused(str(error)) from error
    except files.Replaced as error:
        raise Changed(str(error)) from error
