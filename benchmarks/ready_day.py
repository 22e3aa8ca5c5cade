"""Days of one person in time that passes at once: changes, opens, a slow model that is away for a while."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from oo.contracts.events import TaskChanged
from oo.contracts.ids import Ref
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Serving
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tips
from oo.contracts.writing import Brief, Generated, TipCandidate
from oo.kernel.plugins import discover
from oo.ml.serving.gate import Gate, Refused
from oo.modules.recommender import module
from oo.modules.recommender.tests.conftest import USER, Shelf
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Room, room
from oo.testing.unknown import Nobody, unknown

MORNING, HOURS = datetime(2026, 11, 23, 6, 0, tzinfo=UTC), 16
OPENS, CHANGES = 5, 30
MODEL_SECONDS, OUTAGE = 3.0, timedelta(minutes=10)
LOOK = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a day's opens."""

    opens: int
    at_once: int
    """Answered without waiting for a model."""
    fresh: int
    """Answered in the model's words, written of things as they were at that moment."""


@dataclass
class Model(Nobody):
    """A model of some seconds a call, one call at a time, behind the gate that oO has; away for a while."""

    clock: FixedClock
    away: tuple[datetime, datetime]
    pending: list[tuple[float, asyncio.Future[None]]] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.gate = Gate(self.clock.monotonic)

    async def generate(self, *, brief: Brief, seconds: float = 8.0, asked: bool = False) -> Generated:
        """See `Serving.generate`."""
        self.asked += asked
        try:
            return await self.gate.through(
                brief.user, lambda _: self._write(brief), asked=asked, seconds=seconds, well=lambda one: one.is_written
            )
        except Refused as refused:
            return Generated(why=refused.why)

    async def _write(self, brief: Brief) -> Generated:
        if self.away[0] <= self.clock.now() < self.away[1]:
            return Generated(why="unreachable")
        done = asyncio.get_running_loop().create_future()
        self.pending.append((self.clock.monotonic() + MODEL_SECONDS, done))
        await done
        said = (_said(one.facts.ref, f"{one.title}, {one.facts.version}") for one in brief.things)
        return Generated(tuple(said))

    def pass_time(self) -> None:
        """End the calls whose time is over."""
        now = self.clock.monotonic()
        for one in [one for one in self.pending if one[0] <= now]:
            self.pending.remove(one)
            one[1].set_result(None)


def _said(ref: Ref, text: str) -> TipCandidate:
    return TipCandidate(f"Begin: {text}", "task", "orchestrator", 0.7, (ref,), "", "m", "tip-1", "h", (1, 2))


async def day(seed: int) -> Told:
    """One day, from a person who was here the day before."""
    random = Random(seed)  # noqa: S311 - a bench repeats
    clock, shelf = FixedClock(MORNING), Shelf()
    begin = MORNING + timedelta(hours=random.uniform(0.5, HOURS - 1))
    model = Model(clock, (begin, begin + OUTAGE))
    needs: dict[type, object] = {**unknown(), Sources: shelf, Profiles: shelf, Serving: model}
    plugins = {"policies": discover("policies", PolicyManifest.model_validate).plugins}
    for number in range(6):
        shelf.put(f"t{number}", f"Thing {number}", priority=number % 4)
    with tempfile.TemporaryDirectory() as folder:
        given: dict[str, Any] = {"needs": needs, "plugins": plugins, "clock": clock, "llm_url": "http://127.0.0.1:1"}
        async with room(Path(folder), module, **given) as made:
            made.kit.keys.create(USER)
            return await _lived(made, shelf, model, random)


async def _lived(made: Room, shelf: Shelf, model: Model, random: Random) -> Told:
    [job] = [one for one in made.built.jobs if one.name == "recommender.ready"]
    ready = job.run.__self__  # type: ignore[attr-defined]
    clock, tips = made.clock, made.promise(Tips)
    what = ["open"] * OPENS + ["change"] * CHANGES
    moments = sorted((random.uniform(60, HOURS * 3600), kind) for kind in what)
    await _changed(made, shelf, random, 0)
    at_once = fresh = 0
    passed = 0.0
    for number, (at, kind) in enumerate(moments):
        await _until(at - passed, clock, model, job, ready)
        passed = at
        if kind == "change":
            await _changed(made, shelf, random, number + 1)
            continue
        before = model.asked
        tip = (await tips.recommend(user=USER)).tip
        at_once += model.asked == before
        assert tip is not None
        about = next(one for one in shelf.facts if one.ref == tip.evidence[0].ref)
        fresh += tip.content == f"Begin: {shelf.titles[about.ref]}, {about.version}"
        await tips.react(user=USER, reaction=Reaction(f"k{number}", tip.id, "dismiss", scope="now"))
    return Told(OPENS, at_once, fresh)


async def _until(seconds: float, clock: FixedClock, model: Model, job: Any, ready: Any) -> None:
    """Let time pass: in small steps while something is under way or may be due soon, else in long ones."""
    left, quiet = seconds, 0
    while left > 0:
        step = min(left, LOOK / 2 if quiet < 8 else 15.0)
        clock.advance(step)
        left -= step
        model.pass_time()
        await job.run()
        await _at_rest(model, ready)
        quiet = 0 if ready.under_way else quiet + 1


async def _at_rest(model: Model, ready: Any) -> None:
    """Until all that is under way waits for the model."""
    while len(ready.under_way) > len(model.pending):  # noqa: ASYNC110 - rooms tell nobody that they wait
        await asyncio.sleep(0.0005)


async def _changed(made: Room, shelf: Shelf, random: Random, number: int) -> None:
    """Something changed in its source: another version of a thing, or one more."""
    if random.random() < 0.3:
        ref = shelf.put(f"n{number}", f"New thing {number}", priority=random.randrange(4))
    else:
        place = random.randrange(len(shelf.facts))
        shelf.facts[place] = replace(shelf.facts[place], version=f"v{number}", priority=random.randrange(4))
        ref = shelf.facts[place].ref
    await made.deliver(USER, TaskChanged(ref, f"v{number}"))
