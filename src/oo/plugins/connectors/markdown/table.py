"""What a cursor remembers of a vault: every note's version and the keys of its tasks, without a word of them.

So a change to one note reads that note alone, and says what is gone from it. 8 bytes for each name, version and key:
a vault of 5,000 notes with 20,000 tasks has a cursor of 360 kB.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_HEAD = struct.Struct("<8s8s?II")
_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its version, whether something in it could not be read, and the keys of its tasks as hex."""

    version: str
    unread: bool = False
    keys: tuple[str, ...] = ()
    """Of tasks known by their place in this note."""
    ids: tuple[str, ...] = ()
    """Of tasks known by an id, which may move to another note."""


def dump(reading: str, notes: Mapping[str, Note]) -> str:
    """The notes by name (16 hex digits) as a cursor; `reading` says how they are read."""
    parts: list[bytes] = []
    for name, note in sorted(notes.items()):
        head = (bytes.fromhex(name), bytes.fromhex(note.version), note.unread, len(note.keys), len(note.ids))
        parts.append(_HEAD.pack(*head) + bytes.fromhex("".join((*note.keys, *note.ids))))
    return f"{reading}:{base64.b64encode(b''.join(parts)).decode()}"


def load(reading: str, cursor: str | None) -> dict[str, Note] | None:
    """The notes of a cursor that was made for this reading; None for any other."""
    if cursor is None or not cursor.startswith(reading + ":"):
        return None
    notes: dict[str, Note] = {}
    try:
        data = base64.b64decode(cursor[len(reading) + 1 :], validate=True)
        at = 0
        while at < len(data):
            name, version, unread, keys, ids = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            stop = at + _WIDTH * (keys + ids)
            if stop > len(data):
                return None
            all_keys = [data[place : place + _WIDTH].hex() for place in range(at, stop, _WIDTH)]
            notes[name.hex()] = Note(version.hex(), unread, tuple(all_keys[:keys]), tuple(all_keys[keys:]))
            at = stop
    except (ValueError, binascii.Error, struct.error):
        return None
    return notes
