"""Files on disk, read with a limit and replaced atomically, within folders that are allowed.

Blocking functions with errors of their own, each one sentence without the path: whoever knows the contracts runs them
in a thread and translates (`oo.entry.disk`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 1_000_000
_SNIFFED = 8192
_TICK = 2.0
"""Seconds: the coarsest time stamps that file systems keep."""
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")


class Unreadable(Exception):
    """This file can't be read."""


class Outside(Exception):
    """This is outside the folders that oO may read."""


class Replaced(Exception):
    """The file changed meanwhile; nothing was written."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds for choosing: full paths, sorted, without anything whose name begins with a dot."""

    path: Path
    parent: Path | None
    """None at the top of an allowed folder."""
    folders: tuple[Path, ...]
    files: tuple[Path, ...]


class Folders:
    """The folders that may be read, with everything below them but folders and files whose names begin with a dot."""

    __slots__ = ("roots",)

    def __init__(self, roots: Iterable[Path]) -> None:
        self.roots = tuple(Path(os.path.realpath(root.expanduser())) for root in roots)

    def resolve(self, path: str | Path) -> Path:
        """The real path, every link followed first; raises `Outside` unless it lies within an allowed folder."""
        text = os.fspath(path)
        if "\0" in text:
            raise Outside("A path holds no NUL.")
        real = Path(os.path.realpath(Path(text).expanduser()))
        for root in self.roots:
            if real.is_relative_to(root) and not any(part.startswith(".") for part in real.relative_to(root).parts):
                return real
        raise Outside("This is outside the folders that oO may read.")

    def listing(self, path: str | Path | None = None) -> Listing:
        """The folder's content, by default the first allowed one's; raises `Outside` or `Unreadable`."""
        if path is None and not self.roots:
            raise Outside("No folder may be read here.")
        real = self.resolve(self.roots[0] if path is None else path)
        folders: list[Path] = []
        files: list[Path] = []
        for entry in entries(real):
            with contextlib.suppress(Outside):
                self.resolve(entry)
                (folders if entry.is_dir() else files).append(entry)
        parent = None if real in self.roots else real.parent
        return Listing(path=real, parent=parent, folders=tuple(folders), files=tuple(files))


def entries(folder: Path) -> Iterator[Path]:
    """Folders and ordinary files directly within a folder, sorted, without dot-names; raises `Unreadable`."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if not entry.name.startswith(".") and _ordinary(entry))
    except OSError as error:
        raise Unreadable(sentence(error, "folder")) from error
    return (folder / name for name in names)


def read(path: Path, largest: int = LARGEST) -> bytes:
    """The whole content; raises `Unreadable` for what is missing, not ordinary, forbidden, too large or not text."""
    try:
        # Non-blocking, so that a named pipe can't hold the thread.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise Unreadable(sentence(error)) from error
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable("This is a folder, not a file.")
        if not stat.S_ISREG(mode):
            raise Unreadable("This is not an ordinary file.")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise Unreadable(sentence(error)) from error
    finally:
        os.close(descriptor)
    check(data, largest)
    return data


def check(data: bytes, largest: int = LARGEST) -> None:
    """Raise `Unreadable` for content that is too large, or that no text editor would show as text.

    A stray control character in a long text passes.
    """
    if len(data) > largest:
        raise Unreadable(f"This file is larger than {largest / 1_000_000:g} MB.")
    head = data[:_SNIFFED]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("This file is UTF-16; saved as UTF-8 it can be read.")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls >= 8 and controls * 20 > len(head):
        raise Unreadable("This is not a text file.")


def version(data: bytes) -> str:
    """A hash of the content with its size; the same content always has the same version."""
    return f"{len(data):x}-{hashlib.blake2b(data, digest_size=16).hexdigest()}"


def settled(status: os.stat_result) -> bool:
    """Whether the file is old enough for its time stamp to tell a change: two writes in one tick leave the same."""
    return time.time() - max(status.st_mtime, status.st_ctime) > _TICK


def replace(path: Path, data: bytes, expected: str, largest: int = LARGEST) -> str:
    """Write the whole file atomically and return its new version, keeping mode, owner and extended attributes.

    Raises `Replaced` unless the file still has the expected version, `Unreadable` when it can't be written. A reader
    sees the old content or the new, also after a crash: a temporary file beside it is synced and renamed over it.
    """
    path = Path(os.path.realpath(path))
    try:
        before = path.stat()
    except OSError as error:
        raise Unreadable(sentence(error)) from error
    # Renaming needs no permission on the file itself, so a file that is read-only on purpose is asked first.
    if not before.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise Unreadable("This file is read-only; nothing was written.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".oo", dir=path.parent)
    except OSError as error:
        raise Unreadable(f"Nothing can be written in its folder: {error.strerror}.") from error
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(data)
            _keep_owner(file.fileno(), before)
            shutil.copystat(path, name)
            file.flush()
            os.fsync(file.fileno())
        os.utime(name)
        if version(read(path, largest)) != expected:
            raise Replaced("The file changed meanwhile; nothing was written.")
        Path(name).replace(path)
        name = ""
        _sync_folder(path.parent)
    except OSError as error:
        raise Unreadable(f"This file can't be written: {error.strerror}.") from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)
    return version(data)


def _ordinary(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file() or entry.is_dir()
    except OSError:
        return False


def _keep_owner(descriptor: int, before: os.stat_result) -> None:
    """Give the temporary file the owner of the one it will replace; a file of somebody else is left alone."""
    made = os.fstat(descriptor)
    if (made.st_uid, made.st_gid) == (before.st_uid, before.st_gid):
        return
    try:
        os.fchown(descriptor, before.st_uid, before.st_gid)
    except PermissionError as error:
        raise Unreadable("This file belongs to another user or group; nothing was written.") from error


def _sync_folder(folder: Path) -> None:
    """Make the rename durable; a file system without folder sync has done what it can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sentence(error: Exception, what: str = "file") -> str:
    """Why a file or folder can't be read, in one sentence without its name."""
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOENT:
        return f"There is no such {what}."
    if code in (errno.EACCES, errno.EPERM):
        return f"This {what} can't be read: its permissions forbid it."
    if code == errno.ENOTDIR:
        return "This is a file, not a folder." if what == "folder" else "There is no such file."
    if code == errno.ELOOP:
        return f"This {what} is a link that leads back to itself."
    if isinstance(error, OSError) and error.strerror:
        return f"This {what} can't be read: {error.strerror}."
    return f"This {what} can't be read."
