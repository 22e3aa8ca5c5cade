"""Which thread runs a unit: the event loop, with only COMMIT in a thread (shipped), or a thread for the whole group.

`python -m benchmarks.commits up …` is `oo up` with the second one; `benchmarks.served` puts both under the same load.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

from oo.kernel.db import Transaction, sqlite


class Threaded(sqlite._Writer):
    """The variant as it was first drawn: a group runs and commits in the writer's thread."""

    async def _commit(self, group: list[Any]) -> list[Any]:
        return list(await self._in_thread(lambda: _whole_group(self._raw, self._transaction, group)))


def _whole_group(raw: sqlite3.Connection, transaction: Transaction, group: list[Any]) -> list[Any]:
    raw.execute("BEGIN IMMEDIATE")
    outcomes = []
    for unit, future in group:
        raw.execute("SAVEPOINT unit")
        outcomes.append((future, unit(transaction), None))
        raw.execute("RELEASE unit")
    raw.execute("COMMIT")
    return outcomes


if __name__ == "__main__":
    from oo.entry.cli import main

    sqlite._Writer = Threaded  # type: ignore[misc]
    sys.argv[0] = "oo"
    main()
