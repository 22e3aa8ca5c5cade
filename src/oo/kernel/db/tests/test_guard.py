"""A SQLite that might lose or damage data is named, with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo.kernel.db import SqliteDatabase
from oo.kernel.db.guard import FULL, findings, synchronous


@pytest.mark.parametrize(
    ("version", "how", "processes", "said"),
    [
        ((3, 40, 1), FULL, 1, ""),
        ((3, 51, 3), FULL, 4, ""),
        ((3, 6, 23), FULL, 2, ""),
        ((3, 40, 1), FULL, 2, "SQLite 3.51.3 or newer"),
        ((3, 51, 2), FULL, 2, "SQLite 3.51.3 or newer"),
        ((3, 54, 0), 1, 1, "synchronous=FULL"),
        ((3, 54, 0), 0, 1, "synchronous=FULL"),
    ],
)
def test_each_case_names_the_setting(version: tuple[int, ...], how: int, processes: int, said: str) -> None:
    sentences = [found.sentence for found in findings(version, how, processes)]
    assert bool(sentences) == bool(said) and all(said in sentence for sentence in sentences)


@pytest.mark.anyio
@pytest.mark.sqlite
async def test_the_shipped_database_waits_for_the_disk(tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / "oo.db")
    try:
        assert await db.write(synchronous) == FULL
    finally:
        await db.close()
