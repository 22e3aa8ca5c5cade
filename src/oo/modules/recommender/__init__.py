"""The recommender: decides the tip, keeps it standing, takes reactions. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from oo.contracts.policies import Policy
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.kernel.settings import SettingWrong
from oo.modules.recommender import repository
from oo.modules.recommender.handlers import HANDLERS
from oo.modules.recommender.jobs import jobs
from oo.modules.recommender.service import Recommender
from oo.modules.recommender.tables import decisions, metadata, tips
from oo.modules.recommender.words import open_words


def _chosen(kit: Kit) -> Policy:
    known = kit.plugins.get("policies", {})
    wanted = kit.settings.policy.replace("-", "_")
    if wanted not in known:
        raise SettingWrong(f"OO_POLICY is {kit.settings.policy!r}, which is none of: {', '.join(sorted(known))}.")
    policy: Policy = known[wanted].load()
    return policy


def _build(kit: Kit, needs: Needs) -> Built:
    policy: Policy = _chosen(kit)
    service = Recommender(kit, needs[Sources], needs[Profiles], policy)

    async def health() -> Health:
        def counts(tx: Transaction) -> dict[str, int]:
            return {
                table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (decisions, tips)
            }

        return Health(True, {**await kit.db.read(counts), "policy": f"{policy.id}@{policy.digest}"})

    return Built(promises={Tips: service}, handlers=HANDLERS, jobs=jobs(kit), health=health)


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    rows = dict(repository.rows_of(tx, user))
    rows["tips"] = [{**row, "words": asdict(open_words(cipher, row["words"]))} for row in rows["tips"]]
    return rows


module = Module(
    name="recommender",
    keeps=(Tips,),
    needs=(Sources, Profiles),
    tables=metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
