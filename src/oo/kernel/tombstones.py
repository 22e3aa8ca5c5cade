"""Tombstones: who was erased, as keyed hashes in a file of their own, so that a restored back-up can't bring anybody
back: at each start, whoever is in the data and has a tombstone is erased once more.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from pathlib import Path

FILE = "tombstones.jsonl"
_WHO = re.compile(r'"who": "([0-9a-f]{32})"')
_LINE = re.compile(r'"who": "([0-9a-f]{32})", "at": "([0-9T:.+-]{19,32})"')


def bury(folder: Path, digest: str, at: datetime) -> None:
    """Add a line, durable on return; a second one for the same person does no harm."""
    path = folder / FILE
    begun = "" if not path.exists() or path.read_bytes()[-1:] in (b"", b"\n") else "\n"  # a line was cut off
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as stream:
        stream.write(begun + json.dumps({"who": digest, "at": at.isoformat()}) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def copy(source: Path, folder: Path) -> int:
    """Add the lines of another file that are not in the folder's yet, durable on return; their number."""
    there = buried(folder)
    lines = {
        digest: at for line in source.read_text(errors="replace").splitlines() for digest, at in _LINE.findall(line)
    }
    new = {digest: at for digest, at in lines.items() if digest not in there}
    for digest, at in new.items():
        bury(folder, digest, datetime.fromisoformat(at))
    return len(new)


def buried(folder: Path) -> frozenset[str]:
    """The digests of everybody who was erased; lines that were cut off or run together are read as far as they go."""
    path = folder / FILE
    return frozenset(_WHO.findall(path.read_text(errors="replace"))) if path.exists() else frozenset()
