"""A recommender beside a model that says what a test arranges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from oo.contracts.ids import Ref
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Serving
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.contracts.writing import Brief, Generated, Refusal, TipCandidate
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.modules.recommender.ready.service import Ready
from oo.modules.recommender.tests.conftest import NOW, USER, Shelf
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Room, room
from oo.testing.unknown import Nobody, unknown

WALK = "Leave the desk for a walk."
"""What it says to whatever an agent knows."""


@dataclass
class Model(Nobody):
    """Who writes, as a test arranges it."""

    why: str | None = None
    beside: bool = False
    """Whether the first of what it says names every task."""
    refuses: tuple[Refusal, ...] = ()
    """What it said besides that nobody sees."""
    told: list[tuple[Brief, bool]] = field(default_factory=list)
    is_told: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def generate(self, *, brief: Brief, seconds: float = 8.0, asked: bool = False) -> Generated:
        self.told.append((brief, asked))
        self.is_told.set()
        await self.may_answer.wait()
        if self.why is not None:
            return Generated(why=self.why)
        if self.beside:
            refs, titles = [one.facts.ref for one in brief.things], [one.title for one in brief.things]
            return Generated((replace(self._said(refs[0], ", ".join(titles)), evidence=tuple(refs)),))
        told = [self._said(thing.facts.ref, thing.title) for thing in brief.things]
        about = [replace(self._said(one.ref, one.text), kind="advice", content=WALK) for one in brief.thoughts]
        return Generated((*told, *about), self.refuses)

    def _said(self, ref: Ref, title: str) -> TipCandidate:
        return TipCandidate(
            f"Sit down with it: {title}", "task", "orchestrator", 0.7, (ref,), "", "m:1b", "tip-1", "abcd", (1, 2)
        )


@dataclass
class Stage:
    tips: Tips
    shelf: Shelf
    clock: FixedClock
    room: Room
    model: Model

    @property
    def ready(self) -> Ready:
        [job] = [one for one in self.room.built.jobs if one.name == "recommender.ready"]
        found: Ready = job.run.__self__  # type: ignore[attr-defined]
        return found

    async def look(self) -> None:
        """What the beat does, and what it began."""
        await self.ready.look()
        await self.ready.idle()

    async def rows(self, table: Any) -> list[Any]:
        return await self.room.kit.db.read(lambda tx: list(tx.execute(select(table)).all()))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    shelf, clock, model = Shelf(), FixedClock(NOW), Model()
    model.may_answer.set()
    policies = discover("policies", PolicyManifest.model_validate).plugins
    needs: dict[type, object] = {**unknown(), Sources: shelf, Profiles: shelf, Serving: model}
    given: dict[str, Any] = {"needs": needs, "plugins": {"policies": policies}, "clock": clock}
    async with room(tmp_path, module, **given, llm_url="http://127.0.0.1:1") as m:
        m.kit.keys.create(USER)
        yield Stage(m.promise(Tips), shelf, clock, m, model)
