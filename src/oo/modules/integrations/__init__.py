"""Integrations: connections, what is known of their items and times, writing back. See README.md."""

from __future__ import annotations

from oo.contracts.accounts import Accounts
from oo.contracts.disk import Disk
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.kernel.db import Transaction
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.handlers import handlers
from oo.modules.integrations.jobs import jobs
from oo.modules.integrations.repository import connections, tickets, writebacks
from oo.modules.integrations.repository.forgetting import erase, export
from oo.modules.integrations.revoking import leave
from oo.modules.integrations.service import Integrations
from oo.modules.integrations.tables import metadata


def _build(kit: Kit, needs: Needs) -> Built:
    catalogue = Catalogue(kit.plugins.get("connectors", {}), kit.settings)
    service = Integrations(kit, catalogue, needs[Accounts], needs[Profiles], needs[Disk])

    async def health() -> Health:
        def facts(tx: Transaction) -> dict[str, int | float | str]:
            oldest = connections.oldest_read(tx)
            waiting = writebacks.counts(tx)
            owed = tickets.owed_count(tx)
            return {
                **{f"connections_{state}": count for state, count in sorted(connections.states(tx).items())},
                "oldest_read_seconds": 0 if oldest is None else int((kit.clock.now() - oldest).total_seconds()),
                "writebacks_waiting": waiting.get(writebacks.WAITING, 0) + waiting.get(writebacks.CLAIMED, 0),
                "writebacks_refused": waiting.get(writebacks.REFUSED, 0),
                "access_to_give_back": owed,
            }

        return Health(not service.faults.recent(), {**await kit.db.read(facts), "faults": service.faults.count})

    return Built(
        promises={Sources: service}, handlers=handlers(catalogue), jobs=jobs(service), health=health, end=service.end
    )


module = Module(
    name="integrations",
    keeps=(Sources,),
    needs=(Accounts, Profiles, Disk),
    tables=metadata,
    erase=erase,
    export=export,
    build=_build,
    leave=leave,
)
