"""Is this SQLite one that keeps what it committed? What is not as it should be is named, with its mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from oo.kernel.db.unit import Transaction

RESET_BUG = ((3, 7, 0), (3, 51, 2))
"""Two processes that write and truncate the log at one instant may damage the file; 3.51.3 has the fix."""
FULL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that somebody should know."""

    sentence: str
    word: str
    """For the log."""


def findings(version: Sequence[int], synchronous: int, processes: int = 1) -> list[Finding]:
    """What there is to say of a SQLite of this version and setting, used by so many processes.

    >>> [found.word for found in findings((3, 40, 1), FULL)], [found.word for found in findings((3, 40, 1), 1)]
    ([], ['synchronous'])
    """
    found = []
    if synchronous < FULL:
        found.append(
            Finding(
                "SQLite does not wait for the disk, so a power cut takes what it committed; it needs "
                "PRAGMA synchronous=FULL.",
                "synchronous",
            )
        )
    if processes > 1 and RESET_BUG[0] <= tuple(version) <= RESET_BUG[1]:
        found.append(
            Finding(
                f"SQLite {'.'.join(map(str, version))} may damage a file that {processes} processes write; "
                "use one process, SQLite 3.51.3 or newer, or Postgres (OO_DATABASE_URL).",
                "reset-bug",
            )
        )
    return found


def synchronous(tx: Transaction) -> int:
    """How the connection that writes waits for the disk: 2 is FULL."""
    return int(tx.execute(text("PRAGMA synchronous")).scalar_one())
