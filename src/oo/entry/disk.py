"""Files on disk as connectors see them: `kernel.files` run in threads, its errors in the words of the contracts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from oo.contracts.connectors import Changed, FileContent, FileStat
from oo.contracts.errors import Refused, Unusable
from oo.kernel import files


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

    async def list(self) -> Sequence[FileStat]:
        """The files there are now, in the order of their paths; raises `Unusable` when the chosen folder is gone."""
        return await asyncio.to_thread(self._list)

    async def read(self, path: str) -> FileContent:
        """The content; raises `Unusable` with one sentence when it can't be read."""
        return await asyncio.to_thread(self._read, path)

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """Write the whole file atomically, returning its new version; `Changed` unless it still has `version`."""
        return await asyncio.to_thread(self._replace, path, data, version)

    def _list(self) -> Sequence[FileStat]:
        with translated():
            return [self._stat(path) for path in self._paths()]

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
        return any(fnmatchcase(path.name.lower(), pattern) for pattern in self._patterns)

    def _open(self, path: str) -> Path:
        """The real path of one of these files; raises `Outside` for any other."""
        chosen = Path(path)
        if chosen not in self._paths():
            raise files.Outside("This is not one of the connection's files.")
        return self._folders.resolve(chosen) if self._folders else chosen.resolve()

    def _stat(self, path: Path) -> FileStat:
        """The file's state; one that can't be read has its reason as version, and reading it says why."""
        try:
            real = self._folders.resolve(path) if self._folders else path
            status = real.stat()
            mark = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            known = self._known.get(path)
            if known is not None and known[0] == mark:
                return known[1]
            data = files.read(real, self._largest)
        except (files.Unreadable, files.Outside, OSError) as error:
            return FileStat(str(path), f"{type(error).__name__}: {error}", 0)
        stat = FileStat(str(path), files.version(data), len(data))
        if files.settled(status):
            self._known[path] = (mark, stat)
        return stat


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
