"""The notifier: decides when a tip is worth an interruption, and delivers it at most once. See README.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from oo.contracts.deliveries import Deliveries
from oo.contracts.knowledge import Knowledge
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.notifier import repository
from oo.modules.notifier.devices import ADDRESS, NAME, Devices
from oo.modules.notifier.service import Notifier
from oo.modules.notifier.tables import devices, metadata, pushes
from oo.modules.notifier.wishing import Wishing


def _build(kit: Kit, needs: Needs) -> Built:
    service = Notifier(Devices(kit), Wishing(kit, needs[Knowledge]))

    async def health() -> Health:
        def facts(tx: Transaction) -> dict[str, int]:
            return {
                table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (devices, pushes)
            }

        return Health(True, await kit.db.read(facts))

    return Built(promises={Deliveries: service}, health=health)


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    rows = dict(repository.rows_of(tx, user))
    rows["devices"] = [
        {**row, "address": json.loads(cipher.open(ADDRESS, row["address"])), "name": cipher.open(NAME, row["name"])}
        for row in rows["devices"]
    ]
    rows["tempers"] = [{**row, "learnt": "numbers"} for row in rows["tempers"]]
    return rows


module = Module(
    name="notifier",
    keeps=(Deliveries,),
    needs=(Knowledge,),
    tables=metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
