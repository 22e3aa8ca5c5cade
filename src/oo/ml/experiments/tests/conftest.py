"""Experiments over a book of decisions that a test writes, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from oo.contracts.decisions import Candidate, UserView
from oo.contracts.experiments import Experiments
from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.lineups import Assigned, DecisionLog, Lineup, Logged, Owed, Verification
from oo.contracts.manifests import PolicyManifest
from oo.contracts.policies import Policy, State
from oo.engine.assignment import arm, decider
from oo.engine.pipeline import Parts, decide
from oo.engine.when import context
from oo.kernel.ids import ulid
from oo.kernel.plugins import discover
from oo.ml.experiments import module
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Room, room

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
OWNER = UserId("owner")
KNOWN = ("random", "overdue_first", "newest", "broken")


class Broken:
    """A policy with a fault."""

    id, digest = "broken", "0"

    def initial(self) -> State:
        return State()

    def estimates(self, *_: Any) -> Sequence[float]:
        raise RuntimeError

    probabilities = estimates


@dataclass
class Book:
    """A log of decisions, as a test writes it."""

    policies_here: dict[str, Policy]
    clock: FixedClock
    now: Lineup = field(default_factory=lambda: Lineup("random"))
    rows: list[Logged] = field(default_factory=list)
    standing_by: list[str] = field(default_factory=lambda: ["random", "overdue_first"])

    def write(self, count: int, *, people: int = 40, liking: float = 0.8, dismissing: float = 0.0) -> None:
        """Decisions of many people over four tasks, one of them due, which is done with the chance `liking`.

        Other tasks are done one time in five. People whom a challenger decides for dismiss with `dismissing`.
        """
        rng = np.random.default_rng(len(self.rows))
        for n in range(count):
            user = UserId(f"p{n % people}")
            self.clock.advance(1)
            at = self.clock.now()
            options = [
                Candidate(f"{k}", "task", "today" if k == n % 4 else "undated", _facts(k, due=k == n % 4))
                for k in range(4)
            ]
            policy = self.policies_here[decider(self.now, user)]
            view = UserView(user, context(at, "UTC"))
            made_as = DecisionId(ulid(int(at.timestamp() * 1000) << 80))
            made = decide(view, options, Parts(), policy, policy.initial(), id=made_as, seed=int(rng.integers(2**62)))
            assert made.tip is not None
            dismissed = arm(self.now, user) == "challenger" and rng.random() < dismissing
            done = not dismissed and rng.random() < (liking if made.tip.topic == "today" else 0.2)
            reward = Assigned(float(done), 1.0, "done" if done else "dismissed", False)
            self.rows.append(Logged(user, made, 100, True, "dismiss" if dismissed else "done", reward))

    async def lineup(self) -> Lineup:
        return self.now

    async def appoint(self, *, lineup: Lineup) -> Lineup:
        self.now = replace(lineup, at=self.clock.now())
        return self.now

    async def policies(self) -> Sequence[str]:
        return list(self.policies_here)

    async def watched(self) -> Sequence[str]:
        ids = [self.now.champion, self.now.challenger, self.now.former, *self.standing_by]
        return [one for one in dict.fromkeys(ids) if one]

    async def logged(self, *, after: str = "", limit: int = 200, **_: Any) -> list[Logged]:
        return [row for row in self.rows if row.decision.id > after][:limit]

    async def state(self, *, user: UserId, policy: str, before: datetime) -> State:
        return self.policies_here[policy].initial()

    async def owed(self, *, user: UserId, agents: Collection[str]) -> list[Owed]:
        return []

    async def learnt(self, *, user: UserId, consent: str) -> int:
        return 0

    async def verify(self) -> Verification:
        return Verification(len(self.rows))


def _facts(k: int, *, due: bool) -> Facts:
    return Facts(Ref(f"c:{k}"), "1", due=date(2026, 11, 18) if due else None, added=date(2026, 11, 1) + timedelta(k))


@dataclass
class Lab:
    """Experiments, the book they read, and the room."""

    book: Book
    room: Room
    experiments: Experiments

    async def job(self, name: str) -> None:
        """Run a job."""
        await next(job for job in self.room.built.jobs if job.name == f"experiments.{name}").run()


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    clock = FixedClock(NOW)
    found: dict[str, Any] = dict(discover("policies", PolicyManifest.model_validate).plugins)
    found["broken"] = SimpleNamespace(load=Broken, manifest=SimpleNamespace(stage="shadow"))
    plugins = {one: found[one] for one in KNOWN}
    book = Book({one: cast("Policy", plugin.load()) for one, plugin in plugins.items()}, clock)
    async with room(tmp_path, module, needs={DecisionLog: book}, plugins={"policies": plugins}, clock=clock) as made:
        made.kit.keys.create(OWNER)
        yield Lab(book, made, made.promise(Experiments))
