"""Profile: how a person wants oO to be. See README.md."""

from __future__ import annotations

from oo.contracts.consents import Consents
from oo.contracts.contexts import Contexts
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profiles
from oo.kernel.db import SqliteDatabase
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.profile import repository
from oo.modules.profile.consenting import StoredConsents
from oo.modules.profile.contexting import StoredContexts
from oo.modules.profile.knowing import StoredKnowledge
from oo.modules.profile.service import StoredProfiles
from oo.modules.profile.tables import metadata


def _build(kit: Kit, needs: Needs) -> Built:
    # One process owns a SQLite file, so what it remembers of profiles can't be changed behind its back.
    alone = isinstance(kit.db, SqliteDatabase)
    service = StoredProfiles(kit.db, kit.keys, kit.outbox, kit.clock, alone=alone)

    async def health() -> Health:
        return Health(True, (await kit.db.read(repository.counts))._asdict())

    consents = StoredConsents(kit, alone=alone)
    promises: dict[type, object] = {
        Profiles: service,
        Consents: consents,
        Contexts: StoredContexts(kit, service, consents),
        Knowledge: StoredKnowledge(kit),
    }
    return Built(promises=promises, health=health)


module = Module(
    name="profile",
    keeps=(Profiles, Consents, Contexts, Knowledge),
    needs=(),
    tables=metadata,
    erase=repository.erase,
    export=repository.export,
    build=_build,
)
