"""Features: what happened to a person, folded into numbers. See README.md."""

from __future__ import annotations

from oo.contracts.consents import Consents
from oo.contracts.embedding import Embedding
from oo.contracts.features import Features
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.ml.features import repository
from oo.ml.features.handlers import handlers
from oo.ml.features.jobs import jobs, work
from oo.ml.features.service import KeptFeatures
from oo.ml.features.tables import metadata
from oo.ml.features.themes import Themes


def _build(kit: Kit, needs: Needs) -> Built:
    service = KeptFeatures(kit, needs[Profiles], needs[Consents])
    themes = Themes(kit, needs[Consents], needs[Sources], needs[Embedding])

    async def health() -> Health:
        people, waiting = await kit.db.read(repository.counts)
        return Health(True, {"people": people, "waiting": waiting})

    return Built(
        promises={Features: service},
        handlers=handlers(kit.keys),
        jobs=jobs(kit),
        works=work(service, themes),
        health=health,
    )


module = Module(
    name="features",
    keeps=(Features,),
    needs=(Profiles, Consents, Sources, Embedding),
    tables=metadata,
    erase=repository.erase,
    export=repository.export,
    build=_build,
)
