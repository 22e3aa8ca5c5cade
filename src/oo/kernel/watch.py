"""Whether anything happened in some folders, as Linux tells it (inotify(7)); elsewhere all has to be looked at.

No more than that: what happened is found by looking. And only where it can be believed: of what others change on a
network drive, or a host in a container's shared folder, the system tells nothing (docs/adr/0009).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import weakref

_HEAD = struct.Struct("iIII")
_BUFFER = 65_536
_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED, _CREATE, _DELETE, _SELF = 0x2, 0x4, 0x8, 0xC0, 0x100, 0x200, 0xC00
_EVENTS = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED | _CREATE | _DELETE | _SELF
_ONLY_FOLDERS, _NO_LINKS = 0x01000000, 0x02000000
_OF_FOLDERS = 0x40000000 | 0x8000 | 0x4000 | _SELF
"""Events of folders themselves, of watches that ended, and of a queue that was too short."""
_LOCAL = frozenset(
    {
        *(0xEF53, 0x9123683E, 0x58465342, 0xF2F52010, 0x2FC12FC1),  # ext, btrfs, xfs, f2fs, zfs
        *(0xCA451A4E, 0x01021994, 0x858458F6, 0x794C7630),  # bcachefs, tmpfs, ramfs, overlayfs
    }
)
"""File systems that nobody but this system changes (statfs(2))."""


class Watch:
    """Some folders that are watched."""

    __slots__ = ("__weakref__", "_descriptor", "_folders", "_libc")

    def __init__(self) -> None:
        """Begin; raises `OSError` where there is no such thing, or no more of it."""
        if not sys.platform.startswith("linux"):
            raise OSError("only Linux tells what happens in folders in this way")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify can't be had")
        self._folders: set[str] = set()
        weakref.finalize(self, os.close, self._descriptor)

    def add(self, folder: str) -> None:
        """Watch this folder too, not those in it; raises `OSError` when there are too many, or others may change it."""
        if folder in self._folders:
            return
        if self._file_system(folder) not in _LOCAL:
            raise OSError("others may change what is in this folder")
        mask = _EVENTS | _ONLY_FOLDERS | _NO_LINKS
        if self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), mask) < 0:
            raise OSError(ctypes.get_errno(), "the folder can't be watched")
        self._folders.add(folder)

    def _file_system(self, folder: str) -> int:
        told = ctypes.create_string_buffer(256)
        if self._libc.statfs(os.fsencode(folder), told) < 0:
            raise OSError(ctypes.get_errno(), "the folder can't be watched")
        return ctypes.c_long.from_buffer(told).value & 0xFFFFFFFF

    def happened(self) -> bool:
        """Whether anything happened since this was asked last."""
        anything = False
        while True:
            try:
                data = os.read(self._descriptor, _BUFFER)
            except BlockingIOError:
                return anything
            anything = True
            if _of_folders(data):
                # One of them may be another by now, or watched no more.
                self._folders.clear()


def _of_folders(data: bytes) -> bool:
    at = 0
    while at + _HEAD.size <= len(data):
        _, mask, _, length = _HEAD.unpack_from(data, at)
        if mask & _OF_FOLDERS:
            return True
        at += _HEAD.size + length
    return False
