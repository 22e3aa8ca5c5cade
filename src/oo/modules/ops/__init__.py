"""Ops: keeps the rows of what the clock says to do, which `kernel.jobs` writes. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from oo.kernel.db import Transaction
from oo.kernel.jobs import Job, runs
from oo.kernel.jobs.tables import metadata
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.ops import repository

KEPT = timedelta(days=30)
"""What is kept of work goes when it had no tick for this long; of other work it is the last three ticks."""


def _build(kit: Kit, needs: Needs) -> Built:
    async def health() -> Health:
        return Health(True, (await kit.db.read(repository.counts))._asdict())

    async def forget() -> None:
        before = kit.clock.now() - KEPT
        while await kit.db.write(lambda tx: runs.forget_idle(tx, before)):
            pass

    return Built(promises={}, jobs=[Job("ops.forget", timedelta(days=1), forget)], health=health)


def _erase(tx: Transaction, user: str) -> int:
    """Nobody is named in these rows."""
    return 0


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {}


module = Module(
    name="ops",
    keeps=(),
    needs=(),
    tables=metadata,
    erase=_erase,
    export=_export,
    build=_build,
)
