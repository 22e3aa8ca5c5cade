"""The events room: keeps the log that `kernel.outbox` writes, and forgets it in time. See README.md."""

from __future__ import annotations

from oo.contracts.tails import EventTail
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.kernel.outbox import metadata
from oo.modules.events import repository
from oo.modules.events.jobs import jobs
from oo.modules.events.tail import Tail


def _build(kit: Kit, needs: Needs) -> Built:
    async def health() -> Health:
        waiting, failing, parked = await kit.db.read(repository.counts)
        return Health(parked == 0, {"waiting": waiting, "failing": failing, "parked": parked})

    return Built(promises={EventTail: Tail(kit.db)}, jobs=jobs(kit), health=health)


module = Module(
    name="events",
    keeps=(EventTail,),
    needs=(),
    tables=metadata,
    erase=repository.erase,
    export=repository.export,
    build=_build,
)
