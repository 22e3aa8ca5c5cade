"""The recommender: decides the tip, keeps it standing, takes reactions. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from oo.contracts.asking import Asking
from oo.contracts.consents import Consents
from oo.contracts.contexts import Contexts
from oo.contracts.features import Features
from oo.contracts.knowledge import Knowledge
from oo.contracts.lineups import DecisionLog
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Hearings, Serving
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.recommender import repository
from oo.modules.recommender.field import Field
from oo.modules.recommender.handlers import HANDLERS, joined
from oo.modules.recommender.hearing.handlers import HEARERS
from oo.modules.recommender.hearing.hearings import KeptHearings
from oo.modules.recommender.hearing.jobs import works
from oo.modules.recommender.hearing.keeping import Keeping
from oo.modules.recommender.hearing.service import Hearing, Rooms
from oo.modules.recommender.hearing.snippets import snippet_json
from oo.modules.recommender.jobs import jobs
from oo.modules.recommender.learning import Learning, baselines_json, state_json
from oo.modules.recommender.log import Log
from oo.modules.recommender.ready.briefs import Briefs, context_json
from oo.modules.recommender.ready.handlers import READIERS
from oo.modules.recommender.ready.jobs import jobs as ready_jobs
from oo.modules.recommender.ready.service import Ready
from oo.modules.recommender.ready.words import candidate_json
from oo.modules.recommender.refusals.service import REFUSERS, Memory, opened, text_of
from oo.modules.recommender.service import Recommender
from oo.modules.recommender.situation import Situations
from oo.modules.recommender.tables import decisions, metadata, rewards, tips
from oo.modules.recommender.words import open_words


def _build(kit: Kit, needs: Needs) -> Built:
    field = Field(kit)
    learning = Learning(kit, field)
    situations = Situations(kit, needs[Sources], needs[Profiles], needs[Consents], field)
    service = Recommender(kit, needs[Sources], needs[Profiles], situations)

    async def health() -> Health:
        def facts(tx: Transaction) -> dict[str, int | str]:
            counts = {
                table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (decisions, tips, rewards)
            }
            return {**counts, "policy": field.lineup(tx).champion}

        return Health(True, await kit.db.read(facts))

    rooms = Rooms(
        *(needs[Sources], needs[Profiles], needs[Consents], needs[Features]),
        *(needs[Serving], needs[Asking], needs[Contexts], needs[Knowledge]),
    )
    hearing = Hearing(kit, rooms, Keeping(kit))
    ready = _ready(kit, needs, situations, service)
    return Built(
        promises={Tips: service, DecisionLog: Log(kit, field, learning), Hearings: KeptHearings(hearing)},
        handlers=joined(HANDLERS, learning.handlers, HEARERS, REFUSERS, READIERS),
        jobs=[*jobs(kit, learning), *ready_jobs(ready)],
        works=works(hearing, needs[Serving]),
        health=health,
    )


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    rows = dict(repository.rows_of(tx, user))
    rows["tips"] = [{**row, "words": asdict(open_words(cipher, row["words"]))} for row in rows["tips"]]
    rows["agent_outputs"] = [{**row, "said": snippet_json(cipher, row["said"])} for row in rows["agent_outputs"]]
    rows["states"] = [{**row, "state": state_json(cipher, row["state"])} for row in rows["states"]]
    rows["baselines"] = [{**row, "shares": baselines_json(cipher, row["shares"])} for row in rows["baselines"]]
    contexts = rows["prompt_contexts"]
    rows["prompt_contexts"] = [{**row, "context": context_json(cipher, row["context"])} for row in contexts]
    rows["written"] = [{**row, "said": candidate_json(cipher, row["said"])} for row in rows["written"]]
    rows["refusals"] = [{**row, "text": text_of(cipher, row["text"])} for row in rows["refusals"]]
    rows["prints"] = [{**row, "print": opened(cipher, row["print"])} for row in rows["prints"]]
    return rows


def _ready(kit: Kit, needs: Needs, situations: Situations, service: Recommender) -> Ready:
    memory = Memory(kit)
    briefs = Briefs(
        *(kit, situations.now, needs[Sources], needs[Consents]),
        *(needs[Contexts], needs[Knowledge], memory),
    )
    ready = Ready(kit, briefs, needs[Serving], memory, service.choose)
    service.ready = ready.first
    return ready


module = Module(
    name="recommender",
    keeps=(Tips, DecisionLog, Hearings),
    needs=(Sources, Profiles, Features, Serving, Asking, Consents, Contexts, Knowledge),
    tables=metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
