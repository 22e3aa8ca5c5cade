"""Tombstones: who was erased, as keyed hashes in a file of their own, so that a restored back-up can't bring anybody
back.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

FILE = "tombstones.jsonl"


def bury(folder: Path, digest: str, at: datetime) -> None:
    """Add a line, durable on return; a second one for the same person does no harm."""
    file = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(file, "a") as stream:
        stream.write(json.dumps({"who": digest, "at": at.isoformat()}) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def buried(folder: Path) -> frozenset[str]:
    """The digests of everybody who was erased."""
    path = folder / FILE
    if not path.exists():
        return frozenset()
    return frozenset(json.loads(line)["who"] for line in path.read_text().splitlines() if line.strip())
