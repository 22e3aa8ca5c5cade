"""Experiments: shadows on every decision, trials, promotion by a person's word, roll-back by itself. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oo.contracts.experiments import Experiments
from oo.contracts.lineups import DecisionLog
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.ml.experiments import repository
from oo.ml.experiments.handlers import HANDLERS
from oo.ml.experiments.jobs import jobs
from oo.ml.experiments.service import Watch
from oo.ml.experiments.tables import metadata


def _build(kit: Kit, needs: Needs) -> Built:
    watch = Watch(kit, needs[DecisionLog])

    async def health() -> Health:
        lineup = await needs[DecisionLog].lineup()
        counts = await kit.db.read(repository.shadowed)
        return Health(True, {"shadowed": sum(counts.values()), "challenger": lineup.challenger or "none"})

    return Built(
        promises={Experiments: watch}, handlers=HANDLERS, jobs=jobs(kit, needs[DecisionLog], watch), health=health
    )


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return repository.rows_of(tx, user)


module = Module(
    name="experiments",
    keeps=(Experiments,),
    needs=(DecisionLog,),
    tables=metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
