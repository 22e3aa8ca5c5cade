"""The copies of the data that an upgrade makes: kept for a way back, no longer than it is of use."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=30)
"""How long a copy is kept; the newest stays until somebody is erased."""


def prune(data: Path, now: datetime) -> int:
    """Delete copies that are too old, but the newest; how many."""
    oldest_first = sorted(_all(data), key=lambda path: path.stat().st_mtime)
    old = [path for path in oldest_first[:-1] if path.stat().st_mtime < (now - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def clear(data: Path) -> int:
    """Delete every copy, as somebody was erased who is in it; how many."""
    copies = _all(data)
    for path in copies:
        path.unlink(missing_ok=True)
    return len(copies)


def _all(data: Path) -> list[Path]:
    return [path for path in (data / "backups").glob("*") if path.is_file()]
