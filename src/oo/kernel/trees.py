"""A folder with all its folders, remembered so that another look at it costs one stat a file, or nothing.

Where the system can be believed when it tells that nothing happened (`kernel.watch`), it is, for `TRUSTED`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oo.kernel.files import Unreadable, sentence
from oo.kernel.watch import Watch

MOST_FILES = 50_000
TICK = 2_000_000_000
"""Nanoseconds: the coarsest time stamps that file systems keep; two changes within one may leave the same."""
TRUSTED = 10_000_000_000
"""Nanoseconds for which nothing is looked at while the system tells that nothing happened."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was seen: its wanted files by name and the times of their last change, and the links among them.

    A file that has another content has another time of change, once that is older than `TICK`.
    """

    path: str
    changed: int
    """When its names changed, in nanoseconds."""
    files: tuple[str, ...]
    links: tuple[str, ...]
    folders: tuple[str, ...]
    marks: tuple[int, ...] = ()
    """When each of `files` changed, in nanoseconds."""
    seen_at: int = 0
    """When that was, in nanoseconds."""
    reason: str = ""
    """Why it can't be looked into."""

    @property
    def is_settled(self) -> bool:
        """Whether every change since it was seen shows in its marks."""
        return max(self.marks, default=0) < self.seen_at - TICK


class Tree:
    """The files below a folder whose names are wanted; without dot-names, and linked folders are not followed."""

    __slots__ = ("_looked_at", "_root", "_seen", "_unwatched", "_wanted", "_watch")

    def __init__(self, root: Path, wanted: Callable[[str], bool]) -> None:
        self._root = os.fspath(root)
        self._wanted = wanted
        self._seen: dict[str, Folder] = {}
        self._looked_at = 0
        self._watch: Watch | None = None
        self._unwatched = False
        """Whether watching was tried in vain."""

    def look(self) -> Iterator[Folder]:
        """Every folder as it is now; the very one of the last look where nothing in it can have changed.

        Raises `Unreadable` when the folder itself is gone, can't be read, or holds more than `MOST_FILES` files.
        """
        now = time.time_ns()
        if self._is_quiet(now):
            yield from self._seen.values()
            return
        todo, count = [self._root], 0
        seen: dict[str, Folder] = {}
        while todo:
            path = todo.pop()
            folder = self._folder(path)
            if folder is None:
                continue
            count += len(folder.files)
            if count > MOST_FILES:
                raise Unreadable(
                    f"This folder holds more than {MOST_FILES} files that would be read. Choose a smaller one."
                )
            seen[path] = folder
            yield folder
            todo += [f"{path}{os.sep}{name}" for name in reversed(folder.folders)]
        self._seen, self._looked_at = seen, now

    def _is_quiet(self, now: int) -> bool:
        """Whether nothing can have changed since the last look; watching begins with the second one."""
        if self._watch is None and self._seen and not self._unwatched:
            try:
                self._watch = Watch()
            except OSError:
                self._unwatched = True
            return False
        if self._watch is None or self._watch.happened() or now - self._looked_at > TRUSTED:
            return False
        return all(folder.is_settled for folder in self._seen.values())

    def _folder(self, path: str) -> Folder | None:
        """The folder as it is now; None for one that is gone."""
        if self._watch is not None:
            try:
                self._watch.add(path)
            except OSError:
                self._watch, self._unwatched = None, True
        no_links = 0 if path == self._root else os.O_NOFOLLOW
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | no_links)
        except OSError as error:
            if path == self._root:
                raise Unreadable(sentence(error, "folder")) from error
            if isinstance(error, FileNotFoundError):
                return None
            return Folder(path, 0, (), (), (), reason=sentence(error, "folder"))
        try:
            return self._marked(path, descriptor)
        finally:
            os.close(descriptor)

    def _marked(self, path: str, descriptor: int) -> Folder:
        now, changed = time.time_ns(), os.fstat(descriptor).st_mtime_ns
        before = self._seen.get(path)
        if before is None or before.changed != changed or changed >= before.seen_at - TICK:
            names = self._names(path, changed, descriptor)
        else:
            names = before
        try:
            marks = _marks(names.files, descriptor)
        except OSError:  # a file went meanwhile: the next look reads the names anew
            there = tuple(name for name in names.files if _is_there(name, descriptor))
            return Folder(path, 0, there, names.links, names.folders, _marks(there, descriptor), now)
        if before is not None and names is before and marks == before.marks and before.is_settled:
            return before
        return Folder(path, names.changed, names.files, names.links, names.folders, marks, now)

    def _names(self, path: str, changed: int, descriptor: int) -> Folder:
        files: list[str] = []
        links: list[str] = []
        folders: list[str] = []
        with os.scandir(descriptor) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif self._wanted(entry.name):
                    (files if entry.is_file(follow_symlinks=False) else links).append(entry.name)
        return Folder(path, changed, tuple(sorted(files)), tuple(sorted(links)), tuple(sorted(folders)))


def _marks(names: tuple[str, ...], descriptor: int) -> tuple[int, ...]:
    stat = os.stat
    return tuple([stat(name, dir_fd=descriptor, follow_symlinks=False).st_ctime_ns for name in names])


def _is_there(name: str, descriptor: int) -> bool:
    try:
        os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return False
    return True
