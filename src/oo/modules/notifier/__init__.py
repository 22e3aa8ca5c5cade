"""The notifier: decides when a tip is worth an interruption, and delivers it at most once. See README.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from oo.contracts.consents import Consents
from oo.contracts.contexts import Contexts
from oo.contracts.deliveries import Deliveries
from oo.contracts.experiments import Experiments
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.notifier import repository, tables
from oo.modules.notifier.claiming import Claiming
from oo.modules.notifier.deciding import Deciding
from oo.modules.notifier.devices import ADDRESS, NAME, Devices
from oo.modules.notifier.gathering import Gathering
from oo.modules.notifier.handlers import handlers
from oo.modules.notifier.jobs import jobs, works
from oo.modules.notifier.learning import Learning
from oo.modules.notifier.measuring import Measuring
from oo.modules.notifier.planning import Planning
from oo.modules.notifier.reacting import Reacting
from oo.modules.notifier.sending import Sending
from oo.modules.notifier.service import Notifier
from oo.modules.notifier.steadiness import Steadiness
from oo.modules.notifier.wishing import Wishing


def _build(kit: Kit, needs: Needs) -> Built:
    gathering = Gathering(
        *(kit, needs[Profiles], needs[Sources], needs[Consents]),
        *(needs[Contexts], needs[Knowledge], Steadiness(kit.clock)),
    )
    devices, tips = Devices(kit), needs[Tips]
    deciding = Deciding(kit, gathering, tips, needs[Experiments])
    sending = Sending(kit, devices, Claiming(kit, gathering, tips, kit.ids.new()))
    service = Notifier(
        *(kit, devices, Wishing(kit, needs[Knowledge]), Reacting(kit, tips, devices)),
        *(Measuring(kit, gathering), sending),
    )

    async def health() -> Health:
        def facts(tx: Transaction) -> dict[str, int]:
            return {
                table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (tables.devices, tables.pushes)
            }

        return Health(True, await kit.db.read(facts))

    return Built(
        promises={Deliveries: service},
        handlers=handlers(kit),
        jobs=jobs(kit, deciding, sending, Learning(kit, gathering)),
        works=works(Planning(kit, gathering)),
        health=health,
    )


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
    needs=(Tips, Profiles, Sources, Consents, Contexts, Knowledge, Experiments),
    tables=tables.metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
