"""The instance's own key, in a file of mode 0600: half of it wraps people's keys, half makes look-ups and secrets.

A file of 32 bytes, as an instance begins, does both with them. A rotation changes the half that wraps and keeps the
other: what is looked up by a digest, and what others hold of the instance's secrets, stays what it is. While it goes on
the file holds the key before as well, so that a cut-off leaves all readable: wrapping 32, look-ups 32, before 32.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

_SIZE = 32


class KeyUnsafe(Exception):
    """The instance key can be read by others, or is damaged."""


@dataclass(frozen=True, slots=True)
class InstanceKey:
    """The key as the file holds it."""

    wrapping: bytes
    lookups: bytes
    before: bytes | None = None
    """Of a rotation that is not over."""

    def rotated(self) -> InstanceKey:
        """The key with which a rotation goes on; the same one while another is not over."""
        return self if self.before else InstanceKey(os.urandom(_SIZE), self.lookups, self.wrapping)

    def finished(self) -> InstanceKey:
        """The key after a rotation, when nothing is wrapped with the one before."""
        return InstanceKey(self.wrapping, self.lookups)


def made_or_read(path: Path) -> InstanceKey:
    """The key in this file, which is made when there is none; raises `KeyUnsafe`."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read(path)
    with os.fdopen(file, "wb") as stream:
        stream.write(os.urandom(_SIZE))
        stream.flush()
        os.fsync(stream.fileno())
    return read(path)


def read(path: Path) -> InstanceKey:
    """The key in this file; raises `KeyUnsafe` when others can read it, or it is damaged."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyUnsafe(f"{path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) not in (_SIZE, 2 * _SIZE, 3 * _SIZE):
        raise KeyUnsafe(f"{path} is damaged: it has {len(key)} bytes, not 32; restore it from a back-up")
    parts = [key[start : start + _SIZE] for start in range(0, len(key), _SIZE)]
    return InstanceKey(parts[0], parts[1] if len(parts) > 1 else parts[0], parts[2] if len(parts) > 2 else None)


def write(path: Path, key: InstanceKey) -> None:
    """Put the key in the place of the one that is there, whole at every moment; the file keeps its age."""
    age = path.stat()
    fresh = path.with_suffix(".next")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as stream:
        stream.write(key.wrapping + key.lookups + (key.before or b""))
        stream.flush()
        os.fsync(stream.fileno())
    os.utime(fresh, ns=(age.st_atime_ns, age.st_mtime_ns))
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
